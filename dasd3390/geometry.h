#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/address.h"
#include "base/be.h"

namespace dasd3390 {

inline constexpr std::uint32_t heads_per_cylinder = 15;
inline constexpr std::uint32_t sectors_per_track = 224;
inline constexpr std::uint32_t nominal_track_length = 58786;
inline constexpr std::uint32_t largest_data_length = 56664;                // of a keyless R1 alone on its track
inline constexpr std::uint32_t largest_compatible_cylinder_count = 65520;  // above it cylinder numbers take 28 bits

inline constexpr std::uint32_t largest_cylinder_count = 1182006;         // of a 3390-A

using TrackNumber = z::Number<struct TrackNumberTag, std::uint32_t>;  // cylinder times 15 plus head
using Cylinder = z::Number<struct CylinderTag, std::uint32_t>;

struct TrackAddress {
  std::uint32_t cylinder = 0;
  std::uint32_t head = 0;

  constexpr auto operator<=>(const TrackAddress&) const = default;
  constexpr TrackNumber number() const { return TrackNumber{cylinder * heads_per_cylinder + head}; }
};

constexpr TrackAddress address_of(TrackNumber track) {
  return {track.value / heads_per_cylinder, track.value % heads_per_cylinder};
}
constexpr TrackNumber following(TrackNumber track) { return TrackNumber{track.value + 1}; }

// CCHH as it stands in parameters, home addresses and count fields. The upper 12 bits of HH extend the cylinder number.
struct Cchh {
  z::be16 cylinder_low;
  z::be16 high_and_head;

  static constexpr Cchh of(TrackAddress address) {
    Cchh result;
    result.cylinder_low = static_cast<std::uint16_t>(address.cylinder);
    result.high_and_head = static_cast<std::uint16_t>((address.cylinder >> 16) << 4 | address.head);
    return result;
  }
  constexpr TrackAddress address() const {
    return {static_cast<std::uint32_t>(cylinder_low) | (static_cast<std::uint32_t>(high_and_head) >> 4) << 16,
            static_cast<std::uint32_t>(high_and_head) & 0xF};
  }
  constexpr bool operator==(const Cchh& other) const { return address() == other.address(); }
};
static_assert(sizeof(Cchh) == 4);

// Capacity, formula 2 of the 3390: a track has 1729 cells of 34 bytes, and each record costs its count, its gaps, and
// its key and data rounded to cells after the segment bytes that the device adds (one segment of 6 for each 232).
inline constexpr std::uint32_t cells_per_track = 1729;

constexpr std::uint32_t field_cells(std::uint32_t length) {
  const std::uint32_t segments = (length + 6 + 231) / 232 + 1;
  return (length + 6 * segments + 33) / 34;
}
constexpr std::uint32_t record_cells(std::uint32_t key_length, std::uint32_t data_length) {
  return 10 + 9 + field_cells(data_length) + (key_length == 0 ? 0 : 9 + field_cells(key_length));
}
constexpr std::uint32_t records_per_track(std::uint32_t key_length, std::uint32_t data_length) {
  return cells_per_track / record_cells(key_length, data_length);
}
// Sector under the head when record `record` of equal keyless records begins.
constexpr std::uint8_t sector_of(std::uint32_t record, std::uint32_t data_length) {
  const std::uint32_t cell = record == 0 ? 0 : 49 + (record - 1) * record_cells(0, data_length);
  return static_cast<std::uint8_t>(std::min(cell / 8, sectors_per_track - 1));
}

struct Model {
  std::string_view name;
  std::uint32_t cylinders;
};
inline constexpr auto models = std::to_array<Model>({
    {"3390-1", 1113},
    {"3390-2", 2226},
    {"3390-3", 3339},
    {"3390-9", 10017},
    {"3390-27", 32760},
    {"3390-54", 65520},
});
constexpr std::optional<Model> find_model(std::string_view name) {
  for (const auto& model : models)
    if (model.name == name) return model;
  return std::nullopt;
}

// Size of a volume or of a minidisk.
struct Geometry {
  std::uint32_t cylinders = 0;

  constexpr std::uint32_t tracks() const { return cylinders * heads_per_cylinder; }
  constexpr bool contains(TrackAddress address) const {
    return address.cylinder < cylinders && address.head < heads_per_cylinder;
  }
  // Sense ID's device model and the RDC's unit type.
  constexpr std::uint8_t device_model() const {
    return cylinders <= 1113 ? 0x02 : cylinders <= 2226 ? 0x06 : cylinders <= 3339 ? 0x0A : 0x0C;
  }
  constexpr std::uint8_t unit_type() const {
    return cylinders <= 1113 ? 0x26 : cylinders <= 2226 ? 0x27 : cylinders <= 3339 ? 0x24 : 0x32;
  }
};

}  // namespace dasd3390
