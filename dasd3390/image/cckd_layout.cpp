#include "dasd3390/image/cckd_layout.h"

#include <array>
#include <vector>

#include "dasd3390/image/little_endian.h"

namespace dasd3390 {
namespace {

constexpr std::size_t header_size = 512;
using Raw = std::array<std::uint8_t, header_size>;

// Where the fields of the compressed-device header stand, by form.
struct Fields {
  std::size_t width;  // of places and sizes
  std::size_t cylinders, size, used, first_free, free, largest_free, free_areas, unused, null_track, compression,
      parameter;
};
constexpr std::size_t options_at = 3, level_1_at = 4, level_2_at = 8;
constexpr Fields narrow{4, 0x28, 0x0C, 0x10, 0x14, 0x18, 0x1C, 0x20, 0x24, 0x2C, 0x2D, 0x2E};
constexpr Fields wide{8, 0x0C, 0x10, 0x18, 0x20, 0x28, 0x30, 0x38, 0x40, 0x48, 0x49, 0x4A};

const Fields& fields_of(CckdForm form) { return form == CckdForm::narrow ? narrow : wide; }

std::uint64_t get(std::span<const std::uint8_t> raw, std::size_t at, std::size_t width) {
  return load_little(raw.subspan(at, width));
}
void put(std::span<std::uint8_t> raw, std::size_t at, std::size_t width, std::uint64_t value) {
  store_little(raw.subspan(at, width), value);
}

CckdEntry entry_of(std::span<const std::uint8_t> raw) {
  const std::size_t width = raw.size() == 8 ? 4 : 8;
  return {get(raw, 0, width), static_cast<std::uint32_t>(get(raw, width, 2)),
          static_cast<std::uint32_t>(get(raw, width + 2, 2))};
}
void store_entry(std::span<std::uint8_t> raw, const CckdEntry& entry) {
  const std::size_t width = raw.size() == 8 ? 4 : 8;
  put(raw, 0, width, entry.place);
  put(raw, width, 2, entry.length);
  put(raw, width + 2, 2, entry.size);
}

template <class Bytes>
auto bytes_of(Bytes& raw) {
  return std::as_writable_bytes(std::span{raw});
}

}  // namespace

z::Result<CckdHeader> CckdLayout::header() const {
  Raw raw;
  Z_CHECK(file_->read(header_place, bytes_of(raw)));
  const auto& at = fields_of(form_);
  if (get(raw, level_2_at, 4) != tracks_per_table)
    return z::failure("damaged header: L2 tables of {} entries, not 256", get(raw, level_2_at, 4));
  if (raw[at.null_track] > static_cast<std::uint8_t>(NullTrack::linux_formatted))
    return z::failure("damaged header: null tracks of format {}", raw[at.null_track]);
  return CckdHeader{.options = raw[options_at],
                    .level_1_entries = static_cast<std::uint32_t>(get(raw, level_1_at, 4)),
                    .cylinders = static_cast<std::uint32_t>(get(raw, at.cylinders, 4)),
                    .size = get(raw, at.size, at.width),
                    .used = get(raw, at.used, at.width),
                    .first_free = get(raw, at.first_free, at.width),
                    .free = get(raw, at.free, at.width),
                    .largest_free = get(raw, at.largest_free, at.width),
                    .free_areas = get(raw, at.free_areas, at.width),
                    .unused_in_tracks = get(raw, at.unused, at.width),
                    .null_track = static_cast<NullTrack>(raw[at.null_track]),
                    .compression = static_cast<CckdCompression>(raw[at.compression])};
}

z::Result<> CckdLayout::set_header(const CckdHeader& header) const {
  Raw raw{0, 3, 1, header.options};
  const auto& at = fields_of(form_);
  put(raw, level_1_at, 4, header.level_1_entries);
  put(raw, level_2_at, 4, tracks_per_table);
  put(raw, at.cylinders, 4, header.cylinders);
  put(raw, at.size, at.width, header.size);
  put(raw, at.used, at.width, header.used);
  put(raw, at.first_free, at.width, header.first_free);
  put(raw, at.free, at.width, header.free);
  put(raw, at.largest_free, at.width, header.largest_free);
  put(raw, at.free_areas, at.width, header.free_areas);
  put(raw, at.unused, at.width, header.unused_in_tracks);
  raw[at.null_track] = static_cast<std::uint8_t>(header.null_track);
  raw[at.compression] = static_cast<std::uint8_t>(header.compression);
  put(raw, at.parameter, 2, 0xFFFF);  // the default of the compression
  return file_->write(header_place, bytes_of(raw));
}

z::Result<std::uint64_t> CckdLayout::table(std::uint32_t number) const {
  std::array<std::uint8_t, 8> raw{};
  Z_CHECK(file_->read(end_of_level_1(number), bytes_of(raw).first(place_size())));
  return load_little(raw);
}

z::Result<> CckdLayout::set_table(std::uint32_t number, std::uint64_t place) const {
  std::array<std::uint8_t, 8> raw{};
  store_little(raw, place);
  return file_->write(end_of_level_1(number), bytes_of(raw).first(place_size()));
}

z::Result<std::vector<CckdEntry>> CckdLayout::entries(std::uint64_t table) const {
  std::vector<std::uint8_t> raw(level_2_size());
  Z_CHECK(file_->read(table, bytes_of(raw)));
  std::vector<CckdEntry> result;
  for (std::size_t i = 0; i < tracks_per_table; ++i)
    result.push_back(entry_of(std::span{raw}.subspan(i * entry_size(), entry_size())));
  return result;
}

z::Result<CckdEntry> CckdLayout::entry(std::uint64_t table, std::uint32_t index) const {
  std::array<std::uint8_t, 16> raw{};
  const auto used = std::span{raw}.first(entry_size());
  Z_CHECK(file_->read(table + index * entry_size(), std::as_writable_bytes(used)));
  return entry_of(used);
}

// One write of 8 or 16 aligned-enough bytes: the kernel takes it whole, so a track is where it was or where it is now.
z::Result<> CckdLayout::set_entry(std::uint64_t table, std::uint32_t index, const CckdEntry& entry) const {
  std::array<std::uint8_t, 16> raw{};
  const auto used = std::span{raw}.first(entry_size());
  store_entry(used, entry);
  return file_->write(table + index * entry_size(), std::as_bytes(used));
}

z::Result<> CckdLayout::clear_entries(std::uint64_t table, NullTrack null_track) const {
  std::vector<std::uint8_t> raw(level_2_size());
  const auto kind = static_cast<std::uint32_t>(null_track);
  for (std::size_t i = 0; i < tracks_per_table; ++i)
    store_entry(std::span{raw}.subspan(i * entry_size(), entry_size()), {0, kind, kind});
  return file_->write(table, bytes_of(raw));
}

z::Result<> CckdLayout::set_free_area(std::uint64_t place, std::uint64_t length, std::uint64_t next) const {
  std::array<std::uint8_t, 16> raw{};
  put(raw, 0, place_size(), next);
  put(raw, place_size(), place_size(), length);
  return file_->write(place, bytes_of(raw).first(2 * place_size()));
}

}  // namespace dasd3390
