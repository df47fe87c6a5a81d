#pragma once

#include <cstdint>
#include <vector>

#include "dasd3390/geometry.h"
#include "dasd3390/image/image_file.h"

namespace dasd3390 {

// Compressed images (CCKD) as Hercules keeps them: device header, compressed-device header, a table (L1) of the places
// of L2 tables, each of which has the places of 256 tracks; then tracks and free space in any order. Two forms differ in
// the width of places: CKD_C370 with 32 bits, CKD_C064 with 64.
enum class CckdForm : std::uint8_t { narrow, wide };

// Tracks that take no space: what stands there instead.
enum class NullTrack : std::uint8_t { end_of_file_record, empty, linux_formatted };

enum class CckdCompression : std::uint8_t { none = 0, zlib = 1, bzip2 = 2 };

// The compressed-device header.
struct CckdHeader {
  std::uint8_t options = 0;
  std::uint32_t level_1_entries = 0;
  std::uint32_t cylinders = 0;
  std::uint64_t size = 0, used = 0;  // bytes of the file; without free space
  std::uint64_t first_free = 0, free = 0, largest_free = 0, free_areas = 0;
  std::uint64_t unused_in_tracks = 0;  // space that a track has beyond its length
  NullTrack null_track = NullTrack::empty;
  CckdCompression compression = CckdCompression::zlib;

  static constexpr std::uint8_t is_open = 0x80, was_opened_for_writing = 0x40, big_endian = 0x02;
};

// Where a track lies. Place 0: nowhere, and `length` is its NullTrack.
struct CckdEntry {
  std::uint64_t place = 0;
  std::uint32_t length = 0;  // bytes used of `size`
  std::uint32_t size = 0;
  bool operator==(const CckdEntry&) const = default;
};

// Reads and writes the parts of such a file; keeps nothing. Thread-safe.
class CckdLayout {
 public:
  static constexpr std::uint32_t tracks_per_table = 256;
  static constexpr std::uint64_t header_place = 512, level_1_place = 1024;

  CckdLayout(const ImageFile& file, CckdForm form) : file_(&file), form_(form) {}

  static constexpr std::uint32_t level_1_entries(Geometry geometry) {
    return (geometry.tracks() + tracks_per_table - 1) / tracks_per_table;
  }
  CckdForm form() const { return form_; }
  std::uint64_t end_of_level_1(std::uint32_t entries) const { return level_1_place + std::uint64_t{entries} * place_size(); }
  std::uint64_t level_2_size() const { return std::uint64_t{tracks_per_table} * entry_size(); }
  // An area of free space holds its length and the place of the next one.
  std::uint64_t smallest_free_area() const { return 2 * place_size(); }
  // The first place that can not be named.
  std::uint64_t limit() const { return form_ == CckdForm::narrow ? 0xFFFF'FFFF : std::uint64_t{1} << 62; }

  z::Result<CckdHeader> header() const;
  z::Result<> set_header(const CckdHeader& header) const;
  z::Result<std::uint64_t> table(std::uint32_t number) const;  // place of an L2 table; 0: none
  z::Result<> set_table(std::uint32_t number, std::uint64_t place) const;
  z::Result<std::vector<CckdEntry>> entries(std::uint64_t table) const;
  z::Result<CckdEntry> entry(std::uint64_t table, std::uint32_t index) const;
  z::Result<> set_entry(std::uint64_t table, std::uint32_t index, const CckdEntry& entry) const;
  // A table of tracks that are nowhere.
  z::Result<> clear_entries(std::uint64_t table, NullTrack null_track) const;
  // An area of free space with the place of the next one, 0 after the last.
  z::Result<> set_free_area(std::uint64_t place, std::uint64_t length, std::uint64_t next) const;

 private:
  std::size_t place_size() const { return form_ == CckdForm::narrow ? 4 : 8; }
  std::size_t entry_size() const { return form_ == CckdForm::narrow ? 8 : 16; }

  const ImageFile* file_;
  CckdForm form_;
};

}  // namespace dasd3390
