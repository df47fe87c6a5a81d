// SEARCH: examines one record a time; the program loops until it is the right one.

#include <algorithm>
#include <array>
#include <cstring>

#include "dasd3390/dasd3390.h"

namespace dasd3390 {
namespace {

std::strong_ordering compare(std::span<const std::byte> device, std::span<const std::byte> argument) {
  const auto length = std::min(device.size(), argument.size());
  const int order = length == 0 ? 0 : std::memcmp(device.data(), argument.data(), length);
  return order <=> 0;
}

}  // namespace

// An argument shorter than the field is compared as far as it goes (3990 Reference, "Search Commands").
Dasd3390::Reply Dasd3390::search_id(channel::Transfer& data) {
  std::array<std::byte, 5> argument{};
  const auto length = data.receive(argument);
  const auto* track = Z_TRY(next_record());
  const auto count = shown_count(*track, program_.position.record);
  const auto id = std::as_bytes(std::span{&count, 1}).first(5);
  return searched(compare(id, std::span{argument}.first(length)));
}

// On a record whose count was just searched, its own key; otherwise the key of the next record that has one.
Dasd3390::Reply Dasd3390::search_key(channel::Transfer& data) {
  std::array<std::byte, 255> argument{};
  const auto length = data.receive(argument);
  const auto& at = program_.position;
  const bool is_on_count = at.area == Area::count && at.record != 0;
  const auto* track = Z_TRY(is_on_count ? this->track() : next_record_but_zero());
  while (track->count(at.record).key_length == 0) track = Z_TRY(next_record_but_zero());
  program_.position.area = Area::key;
  return searched(compare(track->key(at.record), std::span{argument}.first(length)));
}

Dasd3390::Reply Dasd3390::search_home_address(channel::Transfer& data) {
  std::array<std::byte, 4> argument{};
  const auto length = data.receive(argument);
  Z_TRY(this->track());
  if (program_.position.area != Area::index) Z_CHECK(end_of_track());
  Z_TRY(this->track());
  program_.position.area = Area::home_address;
  const auto address = Cchh::of(here());
  return searched(compare(std::as_bytes(std::span{&address, 1}), std::span{argument}.first(length)));
}

// `found` is how the field on the track stands to the argument. Bits of the command: X'20' equal, X'40' high.
Dasd3390::Reply Dasd3390::searched(std::strong_ordering found) {
  const bool is_equal = found == std::strong_ordering::equal;
  const bool is_satisfied =
      (is_equal && (command_ & 0x20) != 0) || (found == std::strong_ordering::greater && (command_ & 0x40) != 0);
  if (!is_satisfied) return channel::Ending::with(channel::ended);
  program_.may_write = is_equal;
  return channel::Ending::with(channel::ended | channel::status_modifier);
}

}  // namespace dasd3390
