// DEFINE EXTENT, LOCATE RECORD and PREFIX: the range a program keeps to and the records it is about to transfer.

#include <array>

#include "dasd3390/control_unit/parameters.h"
#include "dasd3390/dasd3390.h"

namespace dasd3390 {
namespace {

std::optional<Work> work_of(std::uint8_t operation) {
  switch (operation & operation_bits) {
    case 0x01: return Work::update;
    case 0x03: return Work::format;
    case 0x06: return Work::read;
    case 0x0B: return Work::erase;
    case 0x0C: return Work::read_tracks;
    case 0x16: return Work::read;
    default: return std::nullopt;
  }
}

std::optional<Work> work_of_extended(std::uint8_t operation) {
  switch (operation) {
    case 0x11: return Work::write_track;
    case 0x23: return Work::write_track_data;
    default: return std::nullopt;
  }
}

}  // namespace

Dasd3390::Reply Dasd3390::define_extent(channel::Transfer& data) {
  std::array<std::byte, 32> parameters{};
  if (data.receive(parameters) < sizeof(ExtentParameters)) return check(reject(Message::count_too_small));
  Z_CHECK(set_extent(parameters));
  return channel::Ending::with(channel::ended);
}

// Sets the limits and locks the tracks within them: for writing unless the mask inhibits that.
Dasd3390::Step<> Dasd3390::set_extent(std::span<const std::byte> bytes) {
  if (program_.extent || program_.mask_was_set || program_.has_tracks) return check(reject(Message::invalid_sequence));
  const auto parameters = parameters_at<ExtentParameters>(bytes);
  const auto first = parameters.first.address(), last = parameters.last.address();
  const auto geometry = window_.geometry();
  if ((parameters.mask & reserved_mask_bit) != 0 || (parameters.attributes & is_eckd) != is_eckd ||
      !geometry.contains(first) || !geometry.contains(last) || last < first)
    return check(reject(Message::invalid_argument));
  program_.extent = TrackRange{first.number(), last.number()};
  program_.mask = FileMask::of(parameters.mask);
  const auto locked = lock_program();
  if (!locked) program_.extent.reset();  // busy: this command comes again
  return locked;
}

Dasd3390::Reply Dasd3390::locate_record(channel::Transfer& data) {
  std::array<std::byte, sizeof(LocateParameters)> parameters{};
  if (data.receive(parameters) < parameters.size()) return check(reject(Message::count_too_small));
  if (parameters_at<LocateParameters>(parameters).imbedded_command != 0) return check(reject(Message::invalid_argument));
  Z_CHECK(locate(parameters));
  return channel::Ending::with(channel::ended);
}

Dasd3390::Reply Dasd3390::locate_record_extended(channel::Transfer& data) {
  std::array<std::byte, largest_locate_extended_size> parameters{};
  if (data.receive(parameters) < locate_extended_size) return check(reject(Message::count_too_small));
  Z_CHECK(locate_extended(parameters));
  return channel::Ending::with(channel::ended);
}

Dasd3390::Reply Dasd3390::prefix(channel::Transfer& data) {
  PrefixParameters parameters{};
  if (data.receive(std::as_writable_bytes(std::span{&parameters, 1})) < sizeof parameters)
    return check(reject(Message::count_too_small));
  if (parameters.format > 1) return check(reject(Message::invalid_argument));
  std::array<std::byte, largest_locate_extended_size - locate_extended_size> extended{};
  data.receive(extended);
  if ((parameters.validity & has_extent) != 0) Z_CHECK(set_extent(parameters.extent));
  if (parameters.format == 1) Z_CHECK(locate_extended(parameters.locate));
  return channel::Ending::with(channel::ended);
}

Dasd3390::Step<> Dasd3390::locate(std::span<const std::byte> bytes) {
  return open_domain(bytes, work_of(parameters_at<LocateParameters>(bytes).operation));
}

Dasd3390::Step<> Dasd3390::locate_extended(std::span<const std::byte> bytes) {
  const auto parameters = parameters_at<LocateExtendedParameters>(bytes);
  if ((parameters.base.operation & operation_bits) != extended_operation) return locate(bytes);
  return open_domain(bytes, work_of_extended(parameters.extended_operation));
}

Dasd3390::Step<> Dasd3390::open_domain(std::span<const std::byte> bytes, std::optional<Work> work) {
  constexpr std::uint8_t orient_only = 0x00;
  if (!program_.extent) return check(reject(Message::invalid_sequence));
  const auto parameters = parameters_at<LocateParameters>(bytes);
  const bool has_domain = (parameters.operation & operation_bits) != orient_only;
  if ((has_domain && !work) || has_domain != (parameters.count != 0) ||
      !window_.geometry().contains(parameters.seek_address.address()))
    return check(reject(Message::invalid_argument));
  Z_CHECK(orient(bytes));
  if (!has_domain) return {};
  const bool has_length = (parameters.auxiliary & length_is_valid) != 0;
  program_.domain = Domain{.work = *work,
                           .remaining = parameters.count,
                           .last_length = has_length ? std::uint16_t{parameters.transfer_length} : std::uint16_t{0}};
  return {};
}

// Seeks and finds the record; home address and index need no search.
Dasd3390::Step<> Dasd3390::orient(std::span<const std::byte> bytes) {
  const auto parameters = parameters_at<LocateParameters>(bytes);
  Z_CHECK(move_to(parameters.seek_address.address().number()));
  auto& position = program_.position;
  const auto orientation = static_cast<Orientation>(parameters.operation >> 6);
  if (orientation == Orientation::index) return {};
  const auto* track = Z_TRY(this->track());
  if (orientation == Orientation::home_address) {
    position.area = Area::home_address;
    return {};
  }
  for (std::size_t i = 0; i < track->record_count(); ++i) {
    const auto count = shown_count(*track, i);
    if (count.record != parameters.search_record || count.address != parameters.search_address) continue;
    position.area = orientation == Orientation::data ? Area::data : Area::count;
    position.record = static_cast<std::uint16_t>(i);
    return {};
  }
  return check(no_record_found);
}

}  // namespace dasd3390
