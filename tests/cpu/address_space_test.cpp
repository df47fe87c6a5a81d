#include "address_spaces.h"

namespace cpu {
namespace {

// ASN translation, authority and the linkage stack (PoP ch. 3, 5 and 10). The ASN-first table is at 0x32000, its second table
// at 0x33000; ASN 3 is the secondary space.
class Asns : public AddressSpaces {
 protected:
  static constexpr std::uint64_t first_table = 0x32000, second_table = 0x33000, stack = 0x34000;
  static constexpr std::uint16_t own_asn = 2, other_asn = 3;

  Asns() {
    machine.put_value<std::uint32_t>(first_table, second_table);
    put_aste(second_table + own_asn * 64, asce_of(primary), 1, 0x0005'0000);
    put_aste(second_table + other_asn * 64, asce_of(secondary), 2, 0x0006'0000);
    machine.put_value<std::uint32_t>(authority_table, 0);
    machine.put_value<std::uint32_t>(primary_aste + 24, 0x8000'0000);  // subsystem linkage
    // A section of the linkage stack: header entry, 600 bytes free, trailer entry.
    machine.put_value<std::uint64_t>(stack, 0);
    machine.put_value<std::uint64_t>(stack + 8, 9ull << 56 | 1ull << 48 | 600ull << 32);
    machine.put_value<std::uint64_t>(stack + 16 + 600, 0);
    machine.put_value<std::uint64_t>(stack + 24 + 600, 10ull << 56 | 1ull << 48);
    Cpu& cpu = machine.cpu();
    cpu.cr(3) = 0xFF00'0000 | own_asn;
    cpu.cr(4) = 5 << 16 | own_asn;
    cpu.cr(14) = 1ull << 19 | first_table >> 12;
    cpu.cr(15) = stack + 8;
    cpu.control_registers_changed();
  }
  void authorize(unsigned index, unsigned bit) {
    machine.put_value<std::uint32_t>(authority_table, 1u << (31 - index * 2 - bit));
  }
};

TEST_F(Asns, SsarToTheOwnAsnMakesThePrimarySpaceSecondary) {
  machine.put(program, {0xB2, 0x25, 0x00, 0x10});  // SSAR 1
  machine.cpu().gr(1) = own_asn;
  execute();
  EXPECT_EQ(machine.cpu().cr(7), asce_of(primary));
}

TEST_F(Asns, SsarToAnotherNeedsAuthority) {
  machine.put(program, {0xB2, 0x25, 0x00, 0x10});
  machine.cpu().gr(1) = other_asn;
  execute();
  EXPECT_EQ(program_code(), 0x25);
  EXPECT_EQ(machine.value(0xA8), other_asn);
  EXPECT_EQ(machine.value(0x158), program);
  authorize(5, 1);
  machine.cpu().cr(7) = 0;
  execute();
  EXPECT_EQ(machine.cpu().cr(7), asce_of(secondary));
  EXPECT_EQ(machine.cpu().cr(3), 0xFF00'0000u | other_asn);
}

TEST_F(Asns, AnAsnThatIsNotThereIsAnAsxTranslationException) {
  machine.put(program, {0xB2, 0x25, 0x00, 0x10});
  machine.put_value<std::uint32_t>(second_table + 9 * 64, 0x8000'0000);
  machine.cpu().gr(1) = 9;
  execute();
  EXPECT_EQ(program_code(), 0x21);
  machine.put_value<std::uint32_t>(first_table, 0x8000'0000);
  execute();
  EXPECT_EQ(program_code(), 0x20);
}

// PoP ch. 6, "Space-Switch Event": neither ASCE asks for it, but the fetch of the instruction is recorded.
TEST_F(Asns, ASpaceSwitchWithAPerEventIsASpaceSwitchEvent) {
  machine.put(program, {0xB2, 0x28, 0x00, 0x12});  // PT 1,2
  authorize(5, 0);
  Cpu& cpu = machine.cpu();
  cpu.gr(1) = 0xF000'0000 | other_asn;
  cpu.gr(2) = 0x2000;
  cpu.cr(9) = 0x4000'0000;
  cpu.cr(10) = cpu.cr(11) = program;
  cpu.control_registers_changed();
  execute(dat_on | 1ULL << 62);
  EXPECT_EQ(program_code(), 0x9C);  // with the PER event
  EXPECT_EQ(machine.value<std::uint8_t>(0x96), 0x40);
  EXPECT_EQ(machine.value(0xA8), own_asn);
  EXPECT_EQ(machine.value(0x158), 0x2000u);
}

TEST_F(Asns, ProgramTransferChangesSpaceKeysAndState) {
  machine.put(program, {0xB2, 0x28, 0x00, 0x12});  // PT 1,2
  authorize(5, 0);
  machine.cpu().gr(1) = 0xF000'0000 | other_asn;
  machine.cpu().gr(2) = 0x2001;  // the problem state
  execute();
  Cpu& cpu = machine.cpu();
  EXPECT_EQ(cpu.psw.ia, 0x2000u);
  EXPECT_TRUE(cpu.psw.problem_state);
  EXPECT_EQ(cpu.cr(1), asce_of(secondary));
  EXPECT_EQ(cpu.cr(7), asce_of(secondary));
  EXPECT_EQ(cpu.cr(3), 0xF000'0000u | other_asn);
  EXPECT_EQ(cpu.cr(4), 6u << 16 | other_asn);
  EXPECT_EQ(cpu.cr(5), second_table + other_asn * 64);
}

TEST_F(Asns, GoingToTheHomeSpaceMayBeASpaceSwitchEvent) {
  machine.put(program, {0xB2, 0x19, 0x03, 0x00});  // SAC 768
  execute();
  EXPECT_EQ(machine.cpu().psw.as, AddressSpace::home);
  EXPECT_EQ(program_code(), 0);
  machine.cpu().cr(13) |= 0x40;
  execute();
  EXPECT_EQ(program_code(), 0x1C);
  EXPECT_EQ(machine.value(0xA8), own_asn);
  EXPECT_EQ(machine.value(0x158), program + 4);
}

TEST_F(Asns, ProgramTransferDoesNotLeaveTheProblemState) {
  machine.put(program, {0xB2, 0x28, 0x00, 0x12});
  machine.cpu().gr(1) = own_asn;
  machine.cpu().gr(2) = 0x2000;
  execute(dat_on | 1ull << 48);
  EXPECT_EQ(program_code(), 0x02);
}

TEST_F(Asns, TestAccessTellsWhatAnAletIs) {
  machine.put(program, {0xB2, 0x4C, 0x00, 0x12});  // TAR 1,2
  const auto code_of = [&](std::uint32_t alet) {
    machine.cpu().ar(1) = alet;
    execute();
    return machine.cpu().cc;
  };
  EXPECT_EQ(code_of(0), 0);
  EXPECT_EQ(code_of(0x0007'0002), 1);
  EXPECT_EQ(code_of(1), 3);
  EXPECT_EQ(code_of(0x0007'0099), 3);
}

TEST_F(Asns, BranchAndStackComesBackWithProgramReturn) {
  machine.put(program, {0xB2, 0x40, 0x00, 0x02});  // BAKR 0,2
  machine.put(0x2000, {0x01, 0x01});               // PR
  Cpu& cpu = machine.cpu();
  cpu.gr(2) = 0x2000;
  cpu.gr(5) = 0x55;
  cpu.ar(6) = 0x66;
  execute();
  EXPECT_EQ(cpu.psw.ia, 0x2000u);
  EXPECT_EQ(cpu.cr(15), stack + 8 + 296);
  EXPECT_EQ(machine.value<std::uint16_t>(stack + 8 + 4), 296);            // next-entry size
  EXPECT_EQ(machine.value<std::uint16_t>(stack + 8 + 296 + 2), 600 - 296);  // remaining free space
  cpu.gr(5) = cpu.ar(6) = 0;
  cpu.gr(1) = 0x11;
  machine.step();
  EXPECT_EQ(cpu.psw.ia, program + 4);
  EXPECT_EQ(cpu.gr(5), 0x55u);
  EXPECT_EQ(cpu.ar(6), 0x66u);
  EXPECT_EQ(cpu.gr(1), 0x11u);
  EXPECT_EQ(cpu.cr(15), stack + 8);
}

TEST_F(Asns, AnEntryCanBeLookedAtAndModified) {
  machine.put(program, {0xB2, 0x40, 0x00, 0x00,    // BAKR 0,0
                        0xB9, 0x0E, 0x00, 0x55,    // EREGG 5,5
                        0xB2, 0x47, 0x00, 0x80,    // MSTA 8
                        0xB2, 0x4A, 0x00, 0xA3});  // ESTA 10,3
  Cpu& cpu = machine.cpu();
  cpu.gr(5) = 0x1234'5678'9ABC'DEF0;
  cpu.gr(8) = 8;
  cpu.gr(9) = 9;
  cpu.gr(3) = 3;
  execute();
  cpu.gr(5) = 0;
  machine.step(3);
  EXPECT_EQ(cpu.gr(5), 0x1234'5678'9ABC'DEF0u);
  EXPECT_EQ(cpu.gr32(10), 8u);
  EXPECT_EQ(cpu.gr32(11), 9u);
  EXPECT_EQ(cpu.cc, 0);
}

TEST_F(Asns, TheStackIsFullAndEmptyWithItsExceptions) {
  machine.put(program, {0xB2, 0x40, 0x00, 0x00});
  execute();
  execute();  // 600 bytes hold two entries
  EXPECT_EQ(program_code(), 0);
  execute();
  EXPECT_EQ(program_code(), 0x30);
  machine.put(program, {0x01, 0x01});
  machine.cpu().cr(15) = stack + 8;
  execute();
  EXPECT_EQ(program_code(), 0x31);
}

// LPTEA 1,0,3,M4 on the tables of the primary space: page 5 of them.
TEST_F(Asns, LoadPageTableEntryAddressFindsTheEntry) {
  machine.put(program, {0xB9, 0xAA, 0x00, 0x13});
  Cpu& cpu = machine.cpu();
  cpu.gr(3) = 0x5678;
  execute();
  EXPECT_EQ(cpu.gr(1), page_table_of(primary) + 5 * 8);
  EXPECT_EQ(cpu.cc, 0);
  machine.put(program, {0xB9, 0xAA, 0x03, 0x13});  // home
  execute();
  EXPECT_EQ(cpu.gr(1), page_table_of(home) + 5 * 8);
}

TEST_F(Asns, LoadPageTableEntryAddressTellsWhatIsInTheWay) {
  machine.put(program, {0xB9, 0xAA, 0x00, 0x13});
  Cpu& cpu = machine.cpu();
  cpu.gr(3) = 0x20'0000;  // segment 2 is invalid
  execute();
  EXPECT_EQ(cpu.gr(1), asce_of(primary) + 2 * 8);
  EXPECT_EQ(cpu.cc, 2);
  cpu.gr(3) = 1ull << 40;  // beyond a segment table
  execute();
  EXPECT_EQ(cpu.gr(1), 0x38u);
  EXPECT_EQ(cpu.cc, 3);
  cpu.gr(3) = 0;
  machine.put_value<std::uint64_t>(asce_of(primary), page_table_of(primary) | 0x200);  // protected
  execute();
  EXPECT_EQ(cpu.gr(1), page_table_of(primary));
  EXPECT_EQ(cpu.cc, 1);
}

}  // namespace
}  // namespace cpu
