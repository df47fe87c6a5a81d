// Commands that move no records.

#include <array>
#include <cstring>

#include "dasd3390/dasd3390.h"

namespace dasd3390 {
namespace {

struct SeekAddress {
  z::be16 zero;
  Cchh address;
};
static_assert(sizeof(SeekAddress) == 6);

}  // namespace

Dasd3390::Reply Dasd3390::no_operation(channel::Transfer&) { return channel::Ending::with(channel::ended); }

Dasd3390::Reply Dasd3390::basic_sense(channel::Transfer& data) {
  const auto sense = this->sense();
  return send(data, std::as_bytes(std::span{sense.bytes}.first(sense.count)));
}

Dasd3390::Reply Dasd3390::recalibrate(channel::Transfer&) {
  if (program_.extent || program_.mask.seek != SeekMask::all) return check(file_protected);
  Z_CHECK(move_to(TrackNumber{0}));
  return channel::Ending::with(channel::ended);
}

Dasd3390::Reply Dasd3390::seek(channel::Transfer& data) {
  constexpr std::uint8_t seek_head = 0x1B;
  SeekAddress to;
  if (data.receive(std::as_writable_bytes(std::span{&to, 1})) != sizeof to)
    return check(reject(Message::count_too_small));
  const auto allowed = program_.mask.seek;
  if (allowed == SeekMask::none || (allowed == SeekMask::head && command_ != seek_head)) return check(file_protected);
  auto address = to.address.address();
  if (command_ == seek_head) address.cylinder = here().cylinder;
  if (to.zero != 0 || !window_.geometry().contains(address)) return check(reject(Message::invalid_argument));
  Z_CHECK(move_to(address.number()));
  return channel::Ending::with(channel::ended);
}

// Once in a program, and not after DEFINE EXTENT, which has a mask of its own.
Dasd3390::Reply Dasd3390::set_file_mask(channel::Transfer& data) {
  std::byte mask{};
  if (data.receive({&mask, 1}) != 1) return check(reject(Message::count_too_small));
  if (program_.extent || program_.mask_was_set) return check(reject(Message::invalid_sequence));
  program_.mask = FileMask::of(std::to_integer<std::uint8_t>(mask));
  program_.mask_was_set = true;
  return channel::Ending::with(channel::ended);
}

// There is no rotation to wait for; the argument is checked as the device does.
Dasd3390::Reply Dasd3390::set_sector(channel::Transfer& data) {
  std::byte sector{};
  if (data.receive({&sector, 1}) != 1) return check(reject(Message::count_too_small));
  const auto number = std::to_integer<std::uint8_t>(sector);
  if (number >= sectors_per_track && number != 0xFF) return check(reject(Message::invalid_argument));
  return channel::Ending::with(channel::ended);
}

Dasd3390::Reply Dasd3390::read_sector(channel::Transfer& data) {
  const auto& position = program_.position;
  std::uint8_t sector = 0;
  if (track_ && position.record < track_->record_count())
    sector = sector_of(position.record, track_->count(position.record).data_length);
  return send(data, std::as_bytes(std::span{&sector, 1}));
}

// SET SUBSYSTEM MODE (there is no cache to switch), SUSPEND MULTIPATH RECONNECTION (paths never are too few) and RESET
// SUMMARY UNIT CHECK (none is kept): taken, with nothing to do.
Dasd3390::Reply Dasd3390::accept_parameters(channel::Transfer& data) {
  std::array<std::byte, 16> parameters{};
  data.receive(parameters);
  return channel::Ending::with(channel::ended);
}

// Ends a contingent or implicit allegiance to another path group; sense data was never held back by one. 32 bytes, like
// the commands that reserve.
Dasd3390::Reply Dasd3390::reset_allegiance(channel::Transfer& data) { return basic_sense(data); }

}  // namespace dasd3390
