#include "dasd3390/control_unit/sense.h"

#include "base/be.h"

namespace dasd3390 {
namespace {

constexpr std::uint8_t compatible_format = 0x80;  // byte 27: bytes 0 to 23 mean what they mean in 24-byte sense data

}  // namespace

channel::Sense make_sense(Check check, TrackAddress at) {
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
  z::be16::store(&b[29], static_cast<std::uint16_t>(at.cylinder));
  b[31] = static_cast<std::uint8_t>(at.head);
  return sense;
}

}  // namespace dasd3390
