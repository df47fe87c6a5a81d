// Commands that read.

#include "dasd3390/dasd3390.h"

namespace dasd3390 {
namespace {

void append(std::vector<std::byte>& to, std::span<const std::byte> bytes) {
  to.insert(to.end(), bytes.begin(), bytes.end());
}

template <class T>
std::span<const std::byte> bytes_of(const T& object) {
  return std::as_bytes(std::span{&object, 1});
}

}  // namespace

Dasd3390::Reply Dasd3390::send(channel::Transfer& data, std::span<const std::byte> bytes) {
  if (data.send(bytes) < bytes.size()) data.set_excess();
  return channel::Ending::with(channel::ended);
}

void Dasd3390::show_record(const Track& track, std::size_t record) {
  append(shown_, bytes_of(shown_count(track, record)));
  append(shown_, track.record(record).subspan(count_size));
}

// Recalibrates and reads R1 of the first track, whatever its identifier.
Dasd3390::Reply Dasd3390::read_ipl(channel::Transfer& data) {
  if (program_.extent) return check(reject(Message::invalid_sequence));
  Z_CHECK(move_to(TrackNumber{0}));
  program_.position.area = Area::index;
  return read_data(data);
}

// Without data the record is an end-of-file mark.
Dasd3390::Reply Dasd3390::read_data(channel::Transfer& data) {
  Z_CHECK(begin_work(Work::read));
  auto& position = program_.position;
  const bool is_there = position.area == Area::count || position.area == Area::key;
  const auto* track = Z_TRY(is_there ? this->track() : next_record_but_zero());
  position.area = Area::data;
  end_work();
  const auto record = track->data(position.record);
  if (record.empty()) return channel::Ending::with(channel::ended | channel::unit_exception);
  return send(data, record);
}

Dasd3390::Reply Dasd3390::read_key_and_data(channel::Transfer& data) {
  Z_CHECK(begin_work(Work::read));
  auto& position = program_.position;
  const auto* track = Z_TRY(position.area == Area::count ? this->track() : next_record_but_zero());
  position.area = Area::data;
  end_work();
  const auto record = track->record(position.record).subspan(count_size);
  const bool is_end_of_file = track->data(position.record).empty();
  const auto ending = send(data, record);
  return is_end_of_file ? channel::Ending::with(channel::ended | channel::unit_exception) : ending;
}

Dasd3390::Reply Dasd3390::read_count(channel::Transfer& data) {
  Z_CHECK(begin_work(Work::read));
  const auto* track = Z_TRY(next_record_but_zero());
  end_work();
  return send(data, bytes_of(track->count(program_.position.record)));
}

Dasd3390::Reply Dasd3390::read_record(channel::Transfer& data) {
  Z_CHECK(begin_work(Work::read));
  const auto* track = Z_TRY(next_record_but_zero());
  program_.position.area = Area::data;
  end_work();
  return send(data, track->record(program_.position.record));
}

// All that follow on the track.
Dasd3390::Reply Dasd3390::read_multiple_records(channel::Transfer& data) {
  Z_CHECK(begin_work(Work::read));
  const auto* track = Z_TRY(next_record_but_zero());
  auto& position = program_.position;
  shown_.clear();
  for (std::size_t i = position.record; i < track->record_count(); ++i) show_record(*track, i);
  position.record = static_cast<std::uint16_t>(track->record_count() - 1);
  position.area = Area::data;
  end_work();
  return send(data, shown_);
}

Dasd3390::Reply Dasd3390::read_record_zero(channel::Transfer& data) {
  Z_CHECK(begin_work(Work::read));
  auto& position = program_.position;
  if (position.area != Area::index && position.area != Area::home_address) Z_CHECK(end_of_track());
  const auto* track = Z_TRY(this->track());
  position.record = 0;
  position.area = Area::data;
  end_work();
  shown_.clear();
  show_record(*track, 0);
  return send(data, shown_);
}

Dasd3390::Reply Dasd3390::read_home_address(channel::Transfer& data) {
  Z_CHECK(begin_work(Work::read));
  auto& position = program_.position;
  if (position.area != Area::index && !program_.domain) Z_CHECK(end_of_track());
  auto* track = Z_TRY(this->track());
  position.area = Area::home_address;
  end_work();
  auto address = track->home_address();
  address.address = Cchh::of(here());
  return send(data, bytes_of(address));
}

// R0 and all records, with the end mark.
Dasd3390::Reply Dasd3390::read_track(channel::Transfer& data) {
  if (!program_.domain) return check(reject(Message::invalid_sequence));
  Z_CHECK(begin_work(Work::read_tracks));
  Z_CHECK(next_track_of_domain());
  const auto* track = Z_TRY(this->track());
  shown_.clear();
  for (std::size_t i = 0; i < track->record_count(); ++i) show_record(*track, i);
  append(shown_, track->image().last(end_mark_size));
  program_.position.area = Area::index;
  end_work();
  return send(data, shown_);
}

// The data areas from the located record to the end of the track, or as much of the last track as was asked for.
Dasd3390::Reply Dasd3390::read_track_data(channel::Transfer& data) {
  if (!program_.domain) return check(reject(Message::invalid_sequence));
  Z_CHECK(begin_work(Work::read_tracks));
  const auto domain = *program_.domain;
  Z_CHECK(next_track_of_domain());
  const auto* track = Z_TRY(this->track());
  const std::size_t first = first_record_of_track();
  if (first >= track->record_count()) return check(no_record_found);
  shown_.clear();
  for (std::size_t i = first; i < track->record_count(); ++i) append(shown_, track->data(i));
  if (domain.remaining == 1 && domain.last_length != 0 && domain.last_length < shown_.size())
    shown_.resize(domain.last_length);
  program_.position.area = Area::index;
  end_work();
  return send(data, shown_);
}

}  // namespace dasd3390
