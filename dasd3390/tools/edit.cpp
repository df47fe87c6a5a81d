#include "dasd3390/tools/edit.h"

namespace dasd3390 {
namespace {

std::vector<std::byte> joined(const NewRecord& record) {
  std::vector<std::byte> result(record.key_length);
  std::ranges::copy(std::span{record.key}.first(std::min<std::size_t>(record.key.size(), record.key_length)),
                    result.begin());
  result.insert(result.end(), record.data.begin(),
                record.data.begin() + std::min<std::ptrdiff_t>(std::ssize(record.data), record.data_length));
  return result;
}

}  // namespace

z::Result<Editor> Editor::open(std::shared_ptr<Volume> volume, Window window) {
  auto locks = Z_TRY(volume->locks(window));
  if (volume->is_read_only()) return Editor{std::move(volume), window, std::move(locks)};
  const TrackRange tracks{window.first_track(),
                          TrackNumber{window.first_track().value + window.geometry().tracks() - 1}};
  if (Z_TRY(locks.begin_program()) == Locks::Grant::busy)
    return z::failure("reserved by a running system: {}", volume->path().string());
  if (Z_TRY(locks.lock_tracks(tracks, Locks::Mode::exclusive)) == Locks::Grant::busy)
    return z::failure("in use by a running system: {}", volume->path().string());
  return Editor{std::move(volume), window, std::move(locks)};
}

z::Result<Editor> Editor::open(std::shared_ptr<Volume> volume) {
  const auto window = volume->whole();
  return open(std::move(volume), window);
}

z::Result<Track> Editor::read_track(TrackAddress at) const {
  if (!geometry().contains(at))
    return z::failure("no track {}/{} on {} cylinders", at.cylinder, at.head, geometry().cylinders);
  return volume_->read_track(window_.on_volume(at.number()));
}

z::Result<Record> Editor::read_record(TrackAddress at, std::uint8_t number) const {
  const auto track = Z_TRY(read_track(at));
  const auto place = Z_TRY(find(track, at, number));
  const auto key = track.key(place), data = track.data(place);
  return Record{track.count(place), {key.begin(), key.end()}, {data.begin(), data.end()}};
}

z::Result<> Editor::write_record(TrackAddress at, std::uint8_t number, std::span<const std::byte> key,
                                 std::span<const std::byte> data) {
  auto track = Z_TRY(read_track(at));
  const auto place = Z_TRY(find(track, at, number));
  const auto count = track.count(place);
  if (data.size() > count.data_length || (!key.empty() && key.size() != count.key_length))
    return z::failure("record {}/{}/{} has key length {} and data length {}: {} and {} do not fit", at.cylinder,
                      at.head, number, count.key_length, static_cast<unsigned>(count.data_length), key.size(),
                      data.size());
  if (key.empty()) {
    track.update_data(place, data);
    return volume_->write_record(window_.on_volume(at.number()), track, place, Image::Part::data);
  }
  std::vector<std::byte> both{key.begin(), key.end()};
  both.insert(both.end(), data.begin(), data.end());
  track.update_key_and_data(place, both);
  return volume_->write_record(window_.on_volume(at.number()), track, place, Image::Part::key_and_data);
}

z::Result<> Editor::format_track(TrackAddress at, std::span<const NewRecord> records) {
  if (!geometry().contains(at))
    return z::failure("no track {}/{} on {} cylinders", at.cylinder, at.head, geometry().cylinders);
  const auto number = window_.on_volume(at.number());
  auto track = Track::empty(address_of(number));
  for (const auto& record : records) {
    const Count count{Cchh::of(at), record.number, record.key_length, record.data_length};
    const auto last = track.record_count() - 1;
    if (!track.has_room_after(last, count))
      return z::failure("record {} does not fit on track {}/{}", record.number, at.cylinder, at.head);
    track.write_after(last, count, joined(record));
  }
  return volume_->write_track(number, track);
}

z::Result<> Editor::format_tracks(TrackRange tracks, std::uint16_t data_length, const Progress& progress) {
  std::vector<NewRecord> records(records_per_track(0, data_length));
  for (std::size_t i = 0; i < records.size(); ++i) {
    records[i].number = static_cast<std::uint8_t>(i + 1);
    records[i].data_length = data_length;
  }
  const auto all = tracks.last.value - tracks.first.value + 1;
  for (auto track = tracks.first; track <= tracks.last; track = following(track)) {
    Z_CHECK(format_track(address_of(track), records));
    if (progress && track.value % heads_per_cylinder == 0) progress(track.value - tracks.first.value, all);
  }
  if (progress) progress(all, all);
  return {};
}

z::Result<std::size_t> Editor::find(const Track& track, TrackAddress at, std::uint8_t number) const {
  for (std::size_t i = 0; i < track.record_count(); ++i)
    if (track.count(i).record == number) return i;
  return z::failure("no record {} on track {}/{} of {}", number, at.cylinder, at.head, volume_->path().string());
}

}  // namespace dasd3390
