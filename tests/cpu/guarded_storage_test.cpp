#include "machine.h"

namespace cpu {
namespace {

// PoP ch. 4, "Guarded-Storage Facility": an area of 32 MiB at 0x40000000, whose second section of 512 KiB is guarded.
class GuardedStorageTest : public testing::Test {
 protected:
  static constexpr std::uint64_t controls = 0x2000, list = 0x3000, pointer = 0x4000, handler = 0x5000, program = 0x1000;

  GuardedStorageTest() {
    machine.put_stops();
    machine.put(program, {0xE3, 0x00, 0x20, 0x00, 0x00, 0x4D,    // LGSC 0,0(2)
                          0xE3, 0x10, 0x40, 0x00, 0x00, 0x4C,    // LGG 1,0(4)
                          0xE3, 0x10, 0x40, 0x04, 0x00, 0x48});  // LLGFSG 1,4(4)
    machine.put_value<std::uint64_t>(controls + 8, 0x4000'0000 | 3 << 8 | 39);
    machine.put_value<std::uint64_t>(controls + 16, 1ull << 62);
    machine.put_value<std::uint64_t>(controls + 24, list);
    machine.put_value<std::uint64_t>(list + 8, handler);
    Cpu& cpu = machine.cpu();
    cpu.cr(2) = 0x10;
    cpu.gr(1) = 0x77;
    cpu.gr(2) = controls;
    cpu.gr(4) = pointer;
    machine.configuration().load_psw(0, {Machine::supervisor, program});
  }
  Machine machine;
};

TEST_F(GuardedStorageTest, ALoadOfAPointerIntoAGuardedSectionGoesToTheHandler) {
  machine.put_value<std::uint64_t>(pointer, 0x4008'0010);
  machine.step(2);
  EXPECT_EQ(machine.cpu().psw.ia, handler);
  EXPECT_EQ(machine.cpu().gr(1), 0x77u);
  EXPECT_EQ(machine.value<std::uint32_t>(list), 0x0003'0000u);  // 64-bit mode, LGG, DAT off
  EXPECT_EQ(machine.value(list + 16), program + 6);
  EXPECT_EQ(machine.value(list + 24), pointer);
  EXPECT_EQ(machine.value(list + 32), 0x4008'0010u);
}

TEST_F(GuardedStorageTest, APointerIntoAnotherSectionIsLoaded) {
  machine.put_value<std::uint64_t>(pointer, 0x4007'FFFF);
  machine.step(2);
  EXPECT_EQ(machine.cpu().psw.ia, program + 12);
  EXPECT_EQ(machine.cpu().gr(1), 0x4007'FFFFu);
}

TEST_F(GuardedStorageTest, AShiftedPointerIsLookedAtAfterTheShift) {
  machine.put_value<std::uint32_t>(pointer + 4, 0x4008'0010 >> 3);
  machine.step(3);
  EXPECT_EQ(machine.cpu().psw.ia, handler);
  EXPECT_EQ(machine.value<std::uint32_t>(list), 0x0003'0100u);
  EXPECT_EQ(machine.value(list + 32), 0x4008'0010u);
}

}  // namespace
}  // namespace cpu
