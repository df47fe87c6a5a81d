// Commands that write. The bytes are in the file before the command ends, or, of the records of one track that a domain updates one
// after the other, before the last of them does.

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
  const bool is_update = work == Work::update || work == Work::write_track_data;
  if (mask == WriteMask::none || (mask == WriteMask::update_only && !is_update))
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

Dasd3390::Step<> Dasd3390::write_out() {
  if (!unwritten_) return {};
  const auto first = *unwritten_;
  unwritten_.reset();
  return store(*track_, first, Image::Part::data_onwards);
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
  const bool more_may_follow = program_.domain && program_.domain->remaining > 1;
  if (part == Image::Part::data && (more_may_follow || unwritten_)) {
    if (!unwritten_) unwritten_ = record;
    if (!more_may_follow) Z_CHECK(write_out());
  } else {
    Z_CHECK(write_out());
    Z_CHECK(store(track, record, part));
  }
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

// Only from home address or index; within a domain that has formatted a track, on the next one. The address in R0 of a minidisk is made that of the track on the volume.
Dasd3390::Reply Dasd3390::write_record_zero(channel::Transfer& data) {
  auto& position = program_.position;
  const bool is_before_records = position.area == Area::index || position.area == Area::home_address;
  const bool is_later_track = program_.domain && program_.domain->has_begun;
  if (!is_before_records && !is_later_track && position.record != 0) return check(reject(Message::invalid_sequence));
  auto* track = Z_TRY(may_write(Work::format));
  if (is_later_track) {
    Z_CHECK(move_to(following(position.track)));
    track = Z_TRY(this->track());
  }
  Count count;
  if (data.receive(std::as_writable_bytes(std::span{&count, 1})) != sizeof count)
    return check(reject(Message::count_too_small));
  if (!track->takes(0, count)) return check(invalid_track_format);
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

// R0 and all records as READ TRACK gives them, up to the end mark or the end of the data. The track is laid down at once.
Dasd3390::Reply Dasd3390::write_full_track(channel::Transfer& data) {
  if (!program_.domain) return check(reject(Message::invalid_sequence));
  Z_TRY(may_write(Work::write_track));
  Z_CHECK(next_track_of_domain());
  auto* track = Z_TRY(this->track());
  auto fresh = Track::empty(address_of(window_.on_volume(program_.position.track)));
  for (std::size_t next = 0;; ++next) {
    Count count;
    if (data.receive(std::as_writable_bytes(std::span{&count, 1})) != sizeof count || count.is_end_mark()) break;
    if (!fresh.takes(next, count)) return check(invalid_track_format);
    if (next == 0) count.address = Cchh::of(address_of(window_.on_volume(program_.position.track)));
    const auto record = receive_record(data, count);
    if (next == 0) {
      fresh.write_record_zero(count, record);
    } else {
      fresh.write_after(next - 1, count, record);
    }
  }
  *track = std::move(fresh);
  program_.position.area = Area::index;
  Z_CHECK(store(*track, 0, Image::Part::whole));
  end_work();
  return channel::Ending::with(channel::ended);
}

// Updates the data areas from the located record on, as far as the data goes.
Dasd3390::Reply Dasd3390::write_track_data(channel::Transfer& data) {
  if (!program_.domain) return check(reject(Message::invalid_sequence));
  Z_TRY(may_write(Work::write_track_data));
  Z_CHECK(next_track_of_domain());
  auto* track = Z_TRY(this->track());
  const std::size_t first = first_record_of_track();
  if (first >= track->record_count()) return check(no_record_found);
  for (std::size_t record = first; record < track->record_count(); ++record) {
    shown_.resize(track->count(record).data_length);
    const auto received = data.receive(shown_);
    if (received == 0) break;
    track->update_data(record, std::span{shown_}.first(received));
  }
  program_.position.area = Area::index;
  Z_CHECK(store(*track, first, Image::Part::data_onwards));
  end_work();
  return channel::Ending::with(channel::ended);
}

}  // namespace dasd3390
