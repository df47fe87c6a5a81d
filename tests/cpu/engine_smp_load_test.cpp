// Several CPUs at once on the same storage: what is interlocked loses nothing, and what is broadcast has been done everywhere when
// its instruction ends.
#include <functional>

#include "machine.h"

namespace cpu {
namespace {

class SmpLoad : public testing::Test {
 protected:
  static constexpr unsigned cpus = 8;
  static constexpr std::uint64_t program = 0x1000, other_program = 0x2000, data = 0x41000, end_psw = 0x800, failed = 0x908;
  static constexpr std::uint64_t rounds = 400, broadcasts = 12;  // each of which waits for all CPUs

  SmpLoad() {
    machine.put_stops();
    machine.put_psw(end_psw, Machine::disabled_wait, 0xE0D);
  }
  void begin(unsigned n, std::uint64_t at, std::uint64_t mask, const std::function<void(Cpu&)>& prepare) {
    machine.configuration().with_stopped(n, prepare);
    machine.begin(n, at, mask);
  }
  // All CPUs run the program at its address, with the data in register 2 and the rounds in register 4.
  void run_all(std::uint64_t at = program) {
    for (unsigned n = 0; n < cpus; ++n) {
      begin(n, at, Machine::supervisor, [](Cpu& cpu) {
        cpu.cr(0) |= 1ull << 55;  // transactional-execution control
        cpu.control_registers_changed();
        cpu.gr(2) = data;
        cpu.gr(3) = 1;
        cpu.gr(4) = rounds;
      });
    }
    machine.wait_for_end(cpus);
  }

  Machine machine{cpus};
};

TEST_F(SmpLoad, LoadAndAddLosesNoUpdate) {
  machine.put(program, {0xEB, 0x13, 0x20, 0x00, 0x00, 0xE8,   // LAAG 1,3,0(2)
                        0xA7, 0x47, 0xFF, 0xFD,               // BRCTG 4,*-6
                        0xB2, 0xB2, 0x08, 0x00});             // LPSWE 0x800
  run_all();
  EXPECT_EQ(machine.value(data), cpus * rounds);
}

TEST_F(SmpLoad, CompareDoubleAndSwapKeepsBothHalvesTogether) {
  machine.put(program, {0xE3, 0x60, 0x20, 0x00, 0x00, 0x8F,   // LPQ 6,0(2)
                        0xB9, 0x04, 0x00, 0x86,               // LGR 8,6
                        0xB9, 0x04, 0x00, 0x97,               // LGR 9,7
                        0xA7, 0x8B, 0x00, 0x01,               // AGHI 8,1
                        0xA7, 0x9B, 0x00, 0x01,               // AGHI 9,1
                        0xEB, 0x68, 0x20, 0x00, 0x00, 0x3E,   // CDSG 6,8,0(2)
                        0xA7, 0x74, 0xFF, 0xF5,               // BRC 7,*-22
                        0xA7, 0x47, 0xFF, 0xF0,               // BRCTG 4,*-32
                        0xB2, 0xB2, 0x08, 0x00});
  run_all();
  EXPECT_EQ(machine.value(data), cpus * rounds);
  EXPECT_EQ(machine.value(data + 8), cpus * rounds);
}

TEST_F(SmpLoad, PerformLockedOperationLosesNoUpdate) {
  machine.put(program, {0xA7, 0x09, 0x00, 0x04,               // LGHI 0,4: compare and swap
                        0x58, 0x60, 0x20, 0x00,               // L 6,0(2)
                        0x18, 0x76,                           // LR 7,6
                        0xA7, 0x7A, 0x00, 0x01,               // AHI 7,1
                        0xEE, 0x60, 0x20, 0x00, 0x00, 0x00,   // PLO 6,0(2),0,0
                        0xA7, 0x74, 0xFF, 0xFA,               // BRC 7,*-12
                        0xA7, 0x47, 0xFF, 0xF6,               // BRCTG 4,*-20
                        0xB2, 0xB2, 0x08, 0x00});
  run_all();
  EXPECT_EQ(machine.value<std::uint32_t>(data), cpus * rounds);
}

// Half of the CPUs count in constrained transactions, half with an interlocked instruction.
TEST_F(SmpLoad, TransactionsAreAtomicAgainstInterlockedUpdates) {
  machine.put(program, {0xE5, 0x61, 0x00, 0x00, 0x80, 0x00,   // TBEGINC
                        0xE3, 0x10, 0x20, 0x00, 0x00, 0x04,   // LG 1,0(2)
                        0xA7, 0x1B, 0x00, 0x01,               // AGHI 1,1
                        0xE3, 0x10, 0x20, 0x00, 0x00, 0x24,   // STG 1,0(2)
                        0xB2, 0xF8, 0x00, 0x00,               // TEND
                        0xEB, 0x13, 0x20, 0x00, 0x00, 0xE8,   // LAAG 1,3,0(2)
                        0xA7, 0x47, 0xFF, 0xF0,               // BRCTG 4,*-32
                        0xB2, 0xB2, 0x08, 0x00});
  run_all();
  EXPECT_EQ(machine.value(data), 2 * cpus * rounds);
}

// One CPU moves a page to and fro between two frames: it makes the entry invalid, and only then clears the old frame. The others read
// through the page and must never see the cleared one; a page translation exception leads them back to their loop.
TEST_F(SmpLoad, AfterIpteNoCpuUsesTheOldTranslation) {
  constexpr std::uint64_t segments = 0x80000, pages = 0xA0000, page = 0x40000, frames[] = {0x50000, 0x51000};
  for (unsigned i = 0; i < 512; ++i) machine.put_value<std::uint64_t>(segments + i * 8, i == 0 ? pages : 0x20);
  for (std::uint64_t i = 0; i < 256; ++i) machine.put_value<std::uint64_t>(pages + i * 8, i << 12);
  const std::uint64_t entry = pages + (page >> 12) * 8;
  machine.put_value<std::uint64_t>(entry, frames[0]);
  machine.put_value<std::uint64_t>(frames[0], 1);
  machine.put(program, {0xB2, 0x21, 0x00, 0x23,               // IPTE 2,3
                        0xE3, 0xA0, 0x60, 0x00, 0x00, 0x24,   // STG 10,0(6): the old frame
                        0xE3, 0x90, 0x70, 0x00, 0x00, 0x24,   // STG 9,0(7): the new one
                        0xE3, 0x70, 0x80, 0x00, 0x00, 0x24,   // STG 7,0(8): the entry
                        0xB9, 0x04, 0x00, 0x56, 0xB9, 0x04, 0x00, 0x67, 0xB9, 0x04, 0x00, 0x75,  // they change places
                        0xA7, 0x47, 0xFF, 0xEF,               // BRCTG 4,*-34
                        0xE3, 0x90, 0x09, 0x00, 0x00, 0x24,   // STG 9,0x900
                        0xB2, 0xB2, 0x08, 0x00});
  machine.put(other_program, {0xE3, 0x10, 0x50, 0x00, 0x00, 0x04,   // LG 1,0(5)
                              0xB9, 0x20, 0x00, 0x19,               // CGR 1,9
                              0xA7, 0x74, 0x00, 0x0B,               // BRC 7,*+22
                              0xE3, 0x60, 0x09, 0x00, 0x00, 0x04,   // LG 6,0x900
                              0xB9, 0x20, 0x00, 0x69,               // CGR 6,9
                              0xA7, 0x74, 0xFF, 0xF4,               // BRC 7,*-24
                              0xB2, 0xB2, 0x08, 0x00,
                              0xE3, 0x90, 0x09, 0x08, 0x00, 0x24,   // STG 9,0x908
                              0xB2, 0xB2, 0x08, 0x00});
  constexpr std::uint64_t dat_on = 0x0400'0001'8000'0000;
  machine.put_psw(0x1D0, dat_on, other_program);
  for (unsigned n = 1; n < 4; ++n) {
    begin(n, other_program, dat_on, [](Cpu& cpu) {
      cpu.cr(1) = segments;
      cpu.control_registers_changed();
      cpu.gr(5) = page;
      cpu.gr(9) = 1;
    });
  }
  begin(0, program, Machine::supervisor, [&](Cpu& cpu) {
    cpu.gr(2) = pages;
    cpu.gr(3) = page;
    cpu.gr(4) = broadcasts;
    cpu.gr(6) = frames[0];
    cpu.gr(7) = frames[1];
    cpu.gr(8) = entry;
    cpu.gr(9) = 1;
  });
  machine.wait_for_end(4);
  EXPECT_EQ(machine.value(failed), 0u);
}

// One CPU takes a page away from the access key of the others, clears a word of it, and looks whether it stays clear.
TEST_F(SmpLoad, AfterSskeNoCpuStoresWithTheOldKey) {
  machine.put(program, {0xB2, 0x2B, 0x00, 0x23,               // SSKE 2,3
                        0xE3, 0xA0, 0x30, 0x00, 0x00, 0x24,   // STG 10,0(3)
                        0xE3, 0x10, 0x30, 0x00, 0x00, 0x04,   // LG 1,0(3)
                        0xB9, 0x20, 0x00, 0x1A,               // CGR 1,10
                        0xA7, 0x74, 0x00, 0x0B,               // BRC 7,*+22
                        0xB2, 0x2B, 0x00, 0x53,               // SSKE 5,3
                        0xA7, 0x47, 0xFF, 0xF2,               // BRCTG 4,*-28
                        0xE3, 0x90, 0x09, 0x00, 0x00, 0x24,   // STG 9,0x900
                        0xB2, 0xB2, 0x08, 0x00,
                        0xE3, 0x90, 0x09, 0x08, 0x00, 0x24,   // STG 9,0x908
                        0xE3, 0x90, 0x09, 0x00, 0x00, 0x24,   // STG 9,0x900
                        0xB2, 0xB2, 0x08, 0x00});
  machine.put(other_program, {0xE3, 0x90, 0x30, 0x00, 0x00, 0x24,   // STG 9,0(3)
                              0xE3, 0x60, 0x09, 0x00, 0x00, 0x04,   // LG 6,0x900
                              0xB9, 0x20, 0x00, 0x69,               // CGR 6,9
                              0xA7, 0x74, 0xFF, 0xF8,               // BRC 7,*-16
                              0xB2, 0xB2, 0x08, 0x00});
  constexpr std::uint64_t key_2 = 0x0020'0001'8000'0000;
  machine.put_psw(0x1D0, key_2, other_program);
  for (unsigned n = 1; n < 4; ++n) {
    begin(n, other_program, key_2, [](Cpu& cpu) {
      cpu.gr(3) = data;
      cpu.gr(9) = 1;
    });
  }
  begin(0, program, Machine::supervisor, [](Cpu& cpu) {
    cpu.gr(2) = 0x30;
    cpu.gr(3) = data;
    cpu.gr(4) = broadcasts;
    cpu.gr(5) = 0x20;
    cpu.gr(9) = 1;
  });
  machine.wait_for_end(4);
  EXPECT_EQ(machine.value(failed), 0u);
}

}  // namespace
}  // namespace cpu
