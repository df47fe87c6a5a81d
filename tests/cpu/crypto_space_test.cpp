// Operands of the message-security assist in the spaces of their access registers.
#include "address_spaces.h"

namespace cpu {
namespace {

class CryptoSpaces : public AddressSpaces {};

// FIPS 197, appendix C.1.
TEST_F(CryptoSpaces, ParametersTextAndTargetMayLieInThreeSpaces) {
  machine.put(program, {0xB9, 0x2E, 0x00, 0x24});  // KM 2,4
  machine.put_value<std::uint64_t>(frame(primary), 0x0001'0203'0405'0607);
  machine.put_value<std::uint64_t>(frame(primary) + 8, 0x0809'0A0B'0C0D'0E0F);
  machine.put_value<std::uint64_t>(frame(data), 0x0011'2233'4455'6677);
  machine.put_value<std::uint64_t>(frame(data) + 8, 0x8899'AABB'CCDD'EEFF);
  Cpu& cpu = machine.cpu();
  cpu.gr(0) = 18;
  cpu.gr(1) = cpu.gr(2) = cpu.gr(4) = common;
  cpu.gr(5) = 16;
  cpu.ar(1) = 0;
  cpu.ar(2) = 1;
  cpu.ar(4) = 0x0007'0002;
  execute(access_register_mode);
  EXPECT_EQ(machine.value(frame(secondary)), 0x69C4'E0D8'6A7B'0430u);
  EXPECT_EQ(machine.value(frame(secondary) + 8), 0xD8CD'B780'70B4'C55Au);
}

}  // namespace
}  // namespace cpu
