// Commands that write. The bytes are in the file before the command ends.

#include <cstring>

#include "dasd3390/dasd3390.h"

namespace dasd3390 {
namespace {

std::vector<std::byte> receive_record(channel::Transfer& data, const Count& count) {
  std::vector<std::byte> record(count.key_and_data_length());
  record.resize(data.receive(record));
  return record;
}

}  // namespace

// Read-only devices first, then the mask; then a search or a domain must have led here.
Dasd3390::Step<Track*> Dasd3390::may_write(Work work) {
  if (writing_ == Writing::inhibited) return check(write_inhibited);
  const auto mask = program_.mask.write;
  if (mask == WriteMask::none || (mask == WriteMask::update_only && work != Work::update))
    return check(reject(Message::invalid_sequence));
  if (!program_.domain && !program_.may_write) return check(reject(Message::invalid_sequence));
  Z_CHECK(begin_work(work));
  return track();
}

Dasd3390::Step<> Dasd3390::store(Track& track, std::size_t record, Image::Part part) {
  const auto done = volume_->write_record(window_.on_volume(program_.position.track), track, record, part);
  if (done) return {};
  track_.reset();
  return fail(host_failure, done.error());
}

Dasd3390::Reply Dasd3390::write_data(channel::Transfer& data) {
  auto* track = Z_TRY(may_write(Work::update));
  const auto area = program_.position.area;
  if (area != Area::count && area != Area::key) track = Z_TRY(next_record_but_zero());
  return update(data, *track, Image::Part::data);
}

Dasd3390::Reply Dasd3390::write_key_and_data(channel::Transfer& data) {
  auto* track = Z_TRY(may_write(Work::update));
  if (program_.position.area != Area::count) track = Z_TRY(next_record_but_zero());
  return update(data, *track, Image::Part::key_and_data);
}

// In place; a record with more room than was sent is filled with zeros. An end-of-file record stays one.
Dasd3390::Reply Dasd3390::update(channel::Transfer& data, Track& track, Image::Part part) {
  const auto record = program_.position.record;
  const auto count = track.count(record);
  shown_.resize(part == Image::Part::data ? std::size_t{count.data_length} : count.key_and_data_length());
  shown_.resize(data.receive(shown_));
  if (part == Image::Part::data)
    track.update_data(record, shown_);
  else
    track.update_key_and_data(record, shown_);
  Z_CHECK(store(track, record, part));
  program_.position.area = Area::data;
  program_.may_write = false;
  end_work();
  const bool is_end_of_file = count.data_length == 0;
  return channel::Ending::with(is_end_of_file ? channel::ended | channel::unit_exception : channel::ended);
}

// Formats a record after the present one and erases the rest of the track. The code X'9D' goes to the next track first
// and formats its R1.
Dasd3390::Reply Dasd3390::write_record(channel::Transfer& data) {
  auto* track = Z_TRY(may_write(Work::format));
  Count count;
  if (data.receive(std::as_writable_bytes(std::span{&count, 1})) != sizeof count)
    return check(reject(Message::count_too_small));
  auto& position = program_.position;
  if (is_multitrack()) {
    Z_CHECK(move_to(following(position.track)));
    track = Z_TRY(this->track());
  }
  if (position.area == Area::index || position.area == Area::home_address) position.record = 0;
  if (!track->has_room_after(position.record, count)) return check(invalid_track_format);
  const auto record = receive_record(data, count);
  track->write_after(position.record, count, record);
  ++position.record;
  position.area = Area::data;
  Z_CHECK(store(*track, position.record, Image::Part::record_and_rest));
  end_work();
  program_.may_write = true;
  return channel::Ending::with(channel::ended);
}

// Only from home address or index. The address in R0 of a minidisk is made that of the track on the volume.
Dasd3390::Reply Dasd3390::write_record_zero(channel::Transfer& data) {
  auto& position = program_.position;
  if (position.area != Area::index && position.area != Area::home_address)
    return check(reject(Message::invalid_sequence));
  auto* track = Z_TRY(may_write(Work::format));
  Count count;
  if (data.receive(std::as_writable_bytes(std::span{&count, 1})) != sizeof count)
    return check(reject(Message::count_too_small));
  constexpr std::size_t room = track_image_size - home_address_size - count_size - end_mark_size;
  if (count.record != 0 || count.data_length == 0 || count.key_and_data_length() > room)
    return check(invalid_track_format);
  if (count.address == Cchh::of(here())) count.address = Cchh::of(address_of(window_.on_volume(position.track)));
  const auto record = receive_record(data, count);
  track->write_record_zero(count, record);
  position.record = 0;
  position.area = Area::data;
  Z_CHECK(store(*track, position.record, Image::Part::whole));
  end_work();
  program_.may_write = true;
  return channel::Ending::with(channel::ended);
}

// What follows the present record is erased; the data sent says only for how long, and is not looked at.
Dasd3390::Reply Dasd3390::erase(channel::Transfer& data) {
  auto* track = Z_TRY(may_write(program_.domain && program_.domain->work == Work::format ? Work::format : Work::erase));
  shown_.resize(data.count());
  data.receive(shown_);
  auto& position = program_.position;
  if (position.area == Area::index || position.area == Area::home_address) position.record = 0;
  track->erase_after(position.record);
  Z_CHECK(store(*track, position.record + 1u, Image::Part::record_and_rest));
  position.area = Area::data;
  end_work();
  return channel::Ending::with(channel::ended);
}

}  // namespace dasd3390
