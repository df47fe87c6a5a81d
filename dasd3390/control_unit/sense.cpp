#include "dasd3390/control_unit/sense.h"

#include "base/be.h"

namespace dasd3390 {
namespace {

// Byte 27.
constexpr std::uint8_t compatible_format = 0x80;    // bytes 0 to 23 mean what they mean in 24-byte sense data
constexpr std::uint8_t track_is_valid = 0x20;       // bytes 29 to 31
constexpr std::uint8_t enhanced_addressing = 0x10;  // bytes 28 to 31 are CCHH with a 28-bit cylinder

}  // namespace

channel::Sense make_sense(Check check, TrackAddress at, Geometry geometry) {
  channel::Sense sense;
  auto& b = sense.bytes;
  b[0] = check.byte_0;
  b[1] = check.byte_1;
  // Bytes 5 and 6 hold twelve bits of cylinder and four of head; ones say that they are too few.
  const bool fits = at.cylinder <= 4095;
  b[5] = fits ? static_cast<std::uint8_t>(at.cylinder) : 0xFF;
  b[6] = fits ? static_cast<std::uint8_t>(at.cylinder >> 4 & 0xF0) | static_cast<std::uint8_t>(at.head) : 0xFF;
  b[7] = static_cast<std::uint8_t>(check.format << 4 | static_cast<std::uint8_t>(check.message));
  b[27] = compatible_format;
  if (check.track == Check::Track::valid) b[27] |= track_is_valid;
  if (geometry.cylinders > largest_compatible_cylinder_count) {
    b[27] |= enhanced_addressing;
    const auto address = Cchh::of(at);
    z::be16::store(&b[28], address.cylinder_low);
    z::be16::store(&b[30], address.high_and_head);
  } else {
    z::be16::store(&b[29], static_cast<std::uint16_t>(at.cylinder));
    b[31] = static_cast<std::uint8_t>(at.head);
  }
  return sense;
}

}  // namespace dasd3390
