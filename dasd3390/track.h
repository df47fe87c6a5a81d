#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "dasd3390/geometry.h"

namespace dasd3390 {

// The count area of a record.
struct Count {
  Cchh address;
  std::uint8_t record = 0;
  std::uint8_t key_length = 0;
  z::be16 data_length{};

  constexpr std::size_t key_and_data_length() const { return std::size_t{key_length} + data_length; }
  // The identifier of the mark that ends a track.
  constexpr bool is_end_mark() const {
    return address.cylinder_low == 0xFFFF && address.high_and_head == 0xFFFF && record == 0xFF;
  }
};
static_assert(sizeof(Count) == 8);

struct HomeAddress {
  std::uint8_t flag = 0;
  Cchh address;
};
static_assert(sizeof(HomeAddress) == 5);

// Image of a track, as the CKD formats keep it: home address, R0, records without gaps, end mark of eight X'FF'.
inline constexpr std::size_t track_image_size = 56832;
inline constexpr std::size_t home_address_size = sizeof(HomeAddress);
inline constexpr std::size_t count_size = sizeof(Count);
inline constexpr std::size_t end_mark_size = 8;

// One track in storage. Record 0 is R0; the others are numbered by position, whatever their count fields say.
class Track {
 public:
  // A track with R0 and no other record.
  static Track empty(TrackAddress address);
  // Refuses an image whose records do not end within it. An image whose R0 has no data was never written: it stands
  // for an empty track at `address`.
  static z::Result<Track> parse(std::vector<std::byte> image, TrackAddress address);

  HomeAddress home_address() const;
  std::size_t record_count() const { return offsets_.size(); }  // with R0
  Count count(std::size_t record) const;
  std::span<const std::byte> key(std::size_t record) const;
  std::span<const std::byte> data(std::size_t record) const;
  // Count, key and data together.
  std::span<const std::byte> record(std::size_t record) const;
  std::size_t offset(std::size_t record) const { return offsets_[record]; }
  // Cells of all records but R0, which the track has room for in any case.
  std::uint32_t cells_used() const;

  // True when a record with these lengths can follow `record`, all later ones being erased.
  bool has_room_after(std::size_t record, const Count& count) const;
  // The same for the record at place `record` of a track that ends before it; R0 needs room for its data alone.
  bool takes(std::size_t record, const Count& count) const;
  void erase_after(std::size_t record);
  // Erases what follows the last kept record and appends one; missing bytes are zeros. Needs has_room_after.
  void write_after(std::size_t record, const Count& count, std::span<const std::byte> key_and_data);
  // Replaces R0 and erases the rest.
  void write_record_zero(const Count& count, std::span<const std::byte> key_and_data);
  // In place; missing bytes become zeros.
  void update_data(std::size_t record, std::span<const std::byte> data);
  void update_key_and_data(std::size_t record, std::span<const std::byte> key_and_data);

  // All bytes that mean something, end mark included.
  std::span<const std::byte> image() const { return image_; }
  // False when the volume holds nothing for this track yet.
  bool is_written() const { return is_written_; }
  void set_written() { is_written_ = true; }

 private:
  Track() = default;
  void append(const Count& count, std::span<const std::byte> key_and_data);
  void append_end_mark();

  std::vector<std::byte> image_;
  std::vector<std::size_t> offsets_;  // of the counts; R0 first
  bool is_written_ = false;
};

}  // namespace dasd3390
