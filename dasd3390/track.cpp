#include "dasd3390/track.h"

#include <algorithm>
#include <cstring>

#include "base/assert.h"

namespace dasd3390 {
namespace {

template <class T>
T read(std::span<const std::byte> image, std::size_t offset) {
  T result;
  std::memcpy(&result, image.data() + offset, sizeof(T));
  return result;
}

template <class T>
void append_object(std::vector<std::byte>& to, const T& object) {
  const auto bytes = std::as_bytes(std::span{&object, 1});
  to.insert(to.end(), bytes.begin(), bytes.end());
}

// The end mark is eight X'FF'. CCHHR decides: a writer that died between the two pages of a count leaves the length
// bytes of the new count behind it (see image/ckd.cpp).
bool is_end_mark(std::span<const std::byte> at) {
  return std::ranges::all_of(at.first(5), [](std::byte b) { return b == std::byte{0xFF}; });
}

// Bytes of R0 beyond CCHH: all zero in a hole of the file, and in a track whose first bytes were not all written.
bool was_never_written(std::span<const std::byte> image) {
  return std::ranges::all_of(image.subspan(home_address_size + 4, 4), [](std::byte b) { return b == std::byte{0}; });
}

}  // namespace

Track Track::empty(TrackAddress address) {
  Track track;
  append_object(track.image_, HomeAddress{0, Cchh::of(address)});
  track.append(Count{Cchh::of(address), 0, 0, std::uint16_t{8}}, {});
  track.append_end_mark();
  return track;
}

z::Result<Track> Track::parse(std::vector<std::byte> image, TrackAddress address) {
  constexpr std::size_t smallest = home_address_size + count_size + end_mark_size;
  if (image.size() < smallest) return z::failure("track image of {} bytes is cut short", image.size());
  if (was_never_written(image)) return empty(address);
  Track track;
  std::size_t at = home_address_size;
  while (true) {
    if (at + end_mark_size > image.size())
      return z::failure("no end mark on track {}/{}", address.cylinder, address.head);
    const bool is_first = track.offsets_.empty();
    if (!is_first && is_end_mark(std::span{image}.subspan(at))) break;
    const auto count = read<Count>(image, at);
    if (is_first && count.record != 0) return z::failure("no R0 on track {}/{}", address.cylinder, address.head);
    track.offsets_.push_back(at);
    at += count_size + count.key_and_data_length();
  }
  image.resize(at);
  track.image_ = std::move(image);
  track.append_end_mark();
  track.is_written_ = true;
  return track;
}

HomeAddress Track::home_address() const { return read<HomeAddress>(image_, 0); }
Count Track::count(std::size_t record) const { return read<Count>(image_, offsets_[record]); }

std::span<const std::byte> Track::key(std::size_t record) const {
  return std::span{image_}.subspan(offsets_[record] + count_size, count(record).key_length);
}

std::span<const std::byte> Track::data(std::size_t record) const {
  const auto area = count(record);
  return std::span{image_}.subspan(offsets_[record] + count_size + area.key_length, area.data_length);
}

std::span<const std::byte> Track::record(std::size_t record) const {
  return std::span{image_}.subspan(offsets_[record], count_size + count(record).key_and_data_length());
}

std::uint32_t Track::cells_used() const {
  std::uint32_t cells = 0;
  for (std::size_t i = 1; i < record_count(); ++i) {
    const auto area = count(i);
    cells += record_cells(area.key_length, area.data_length);
  }
  return cells;
}

bool Track::has_room_after(std::size_t record, const Count& added) const {
  std::uint32_t cells = record_cells(added.key_length, added.data_length);
  for (std::size_t i = 1; i <= record; ++i) {
    const auto area = count(i);
    cells += record_cells(area.key_length, area.data_length);
  }
  const std::size_t end = offsets_[record] + this->record(record).size() + count_size + added.key_and_data_length();
  return cells <= cells_per_track && end + end_mark_size <= track_image_size;
}

bool Track::takes(std::size_t record, const Count& added) const {
  if (record != 0) return has_room_after(record - 1, added);
  constexpr std::size_t room = track_image_size - home_address_size - count_size - end_mark_size;
  return added.record == 0 && added.data_length != 0 && added.key_and_data_length() <= room;
}

void Track::erase_after(std::size_t record) {
  image_.resize(offsets_[record] + this->record(record).size());
  offsets_.resize(record + 1);
  append_end_mark();
}

void Track::write_after(std::size_t record, const Count& count, std::span<const std::byte> key_and_data) {
  Z_ASSERT(has_room_after(record, count));
  erase_after(record);
  image_.resize(image_.size() - end_mark_size);
  append(count, key_and_data);
  append_end_mark();
}

void Track::write_record_zero(const Count& count, std::span<const std::byte> key_and_data) {
  image_.resize(home_address_size);
  offsets_.clear();
  append(count, key_and_data);
  append_end_mark();
}

void Track::update_data(std::size_t record, std::span<const std::byte> data) {
  const auto area = count(record);
  Z_ASSERT(data.size() <= area.data_length);
  const auto start = image_.begin() + static_cast<std::ptrdiff_t>(offsets_[record] + count_size + area.key_length);
  std::fill_n(std::ranges::copy(data, start).out, area.data_length - data.size(), std::byte{0});
}

void Track::update_key_and_data(std::size_t record, std::span<const std::byte> key_and_data) {
  const auto length = count(record).key_and_data_length();
  Z_ASSERT(key_and_data.size() <= length);
  const auto start = image_.begin() + static_cast<std::ptrdiff_t>(offsets_[record] + count_size);
  std::fill_n(std::ranges::copy(key_and_data, start).out, length - key_and_data.size(), std::byte{0});
}

void Track::append(const Count& count, std::span<const std::byte> key_and_data) {
  Z_ASSERT(key_and_data.size() <= count.key_and_data_length());
  offsets_.push_back(image_.size());
  append_object(image_, count);
  image_.insert(image_.end(), key_and_data.begin(), key_and_data.end());
  image_.resize(image_.size() + count.key_and_data_length() - key_and_data.size());
}

void Track::append_end_mark() { image_.insert(image_.end(), end_mark_size, std::byte{0xFF}); }

}  // namespace dasd3390
