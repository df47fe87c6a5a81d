// Where the heads stand and how they move on.

#include "dasd3390/dasd3390.h"

namespace dasd3390 {

Dasd3390::Step<Track*> Dasd3390::track() {
  if (!track_) {
    auto read = volume_->read_track(window_.on_volume(program_.position.track));
    if (!read) return fail(damaged_track, read.error());
    track_ = std::move(*read);
  }
  return &*track_;
}

Dasd3390::Step<> Dasd3390::move_to(TrackNumber track) {
  if (track.value >= window_.geometry().tracks()) return check(file_protected);
  if (program_.extent && !program_.extent->contains(track)) return check(file_protected);
  if (track != program_.position.track) {
    Z_CHECK(write_out());
    track_.reset();
  }
  program_.position = {track, Area::index, 0};
  return {};
}

// To the next count area, R0's included.
Dasd3390::Step<Track*> Dasd3390::next_record() {
  while (true) {
    auto* track = Z_TRY(this->track());
    auto& position = program_.position;
    const bool is_before_records = position.area == Area::index || position.area == Area::home_address;
    const std::size_t next = is_before_records ? 0 : position.record + 1u;
    if (next < track->record_count()) {
      position.area = Area::count;
      position.record = static_cast<std::uint16_t>(next);
      return track;
    }
    Z_CHECK(end_of_track());
  }
}

Dasd3390::Step<Track*> Dasd3390::next_record_but_zero() {
  auto* track = Z_TRY(next_record());
  while (program_.position.record == 0) track = Z_TRY(next_record());
  return track;
}

// In a domain a multitrack command goes on with the next track as far as the extent reaches, another one finds nothing
// (Linux' check of formats reads counts until then). Outside, a multitrack command goes to the end of the cylinder, and any
// other passes the index point of its track, and finds nothing when it passes it again.
Dasd3390::Step<> Dasd3390::end_of_track() {
  auto& position = program_.position;
  if (program_.domain && !is_multitrack()) return check(no_record_found);
  if (program_.domain) return move_to(following(position.track));
  if (is_multitrack()) {
    if (here().head + 1 == heads_per_cylinder) return check(end_of_cylinder);
    if (program_.mask.seek == SeekMask::none) return check(file_protected);
    return move_to(following(position.track));
  }
  if (++program_.index_points == 2) return check(no_record_found);
  position.area = Area::index;
  return {};
}

// Commands for whole tracks: the first of a domain works on the track that was located, each later one on the next.
Dasd3390::Step<> Dasd3390::next_track_of_domain() {
  if (!program_.domain) return check(reject(Message::invalid_sequence));
  if (!program_.domain->has_begun) return {};
  return move_to(following(program_.position.track));
}

// Where the data of READ or WRITE TRACK DATA begins: the record that was located, R1 if that was R0 or another track.
std::size_t Dasd3390::first_record_of_track() const {
  const auto& position = program_.position;
  const bool is_located = position.area == Area::count || position.area == Area::key;
  return is_located && position.record != 0 ? position.record : 1;
}

// Before a command works on records: a domain allows one kind of work, and counts.
Dasd3390::Step<> Dasd3390::begin_work(Work work) {
  if (!program_.domain) {
    if (work == Work::read) program_.may_write = false;
    return {};
  }
  if (program_.domain->work != work) return check(reject(Message::invalid_sequence));
  return {};
}

void Dasd3390::end_work() {
  program_.index_points = 0;
  if (!program_.domain) return;
  program_.domain->has_begun = true;
  if (--program_.domain->remaining == 0) program_.domain.reset();
}

// R0 holds the address that the track has on the volume; who sees a minidisk sees the relative one.
Count Dasd3390::shown_count(const Track& track, std::size_t record) const {
  auto count = track.count(record);
  const auto real = address_of(window_.on_volume(program_.position.track));
  if (record == 0 && count.address == Cchh::of(real)) count.address = Cchh::of(here());
  return count;
}

}  // namespace dasd3390
