#include "address_spaces.h"

namespace cpu {
namespace {

constexpr std::uint32_t data_alet = 0x0007'0002;

class AccessRegisters : public AddressSpaces {
 protected:
  // LG 1,0(2), the base register in the space of access register 2.
  void load_from(std::uint32_t alet, std::uint64_t mask = access_register_mode) {
    for (unsigned space = primary; space <= data; ++space) machine.put_value<std::uint64_t>(frame(space), space);
    machine.put(program, {0xE3, 0x10, 0x20, 0x00, 0x00, 0x04});
    machine.cpu().ar(2) = alet;
    machine.cpu().gr(1) = 0x77;
    machine.cpu().gr(2) = common;
    execute(mask);
  }
};

TEST_F(AccessRegisters, AletsZeroAndOneArePrimaryAndSecondary) {
  load_from(0);
  EXPECT_EQ(machine.cpu().gr(1), primary);
  load_from(1);
  EXPECT_EQ(machine.cpu().gr(1), secondary);
}

TEST_F(AccessRegisters, AnotherAletGoesThroughTheAccessList) {
  load_from(data_alet);
  EXPECT_EQ(machine.cpu().gr(1), data);
}

TEST_F(AccessRegisters, OtherModesDoNotLookAtAccessRegisters) {
  load_from(data_alet, dat_on);
  EXPECT_EQ(machine.cpu().gr(1), primary);
}

TEST_F(AccessRegisters, TheOperandsOfOneInstructionMayLieInTwoSpaces) {
  machine.put_value<std::uint64_t>(frame(data), 0x1122'3344'5566'7788);
  machine.put(program, {0xD2, 0x07, 0x20, 0x00, 0x30, 0x00});  // MVC 0(8,2),0(3)
  machine.cpu().gr(2) = machine.cpu().gr(3) = common;
  machine.cpu().ar(2) = 1;
  machine.cpu().ar(3) = data_alet;
  execute(access_register_mode);
  EXPECT_EQ(machine.value(frame(secondary)), 0x1122'3344'5566'7788u);
  EXPECT_EQ(machine.value(frame(primary)), 0u);
}

TEST_F(AccessRegisters, TheTargetOfAnExecuteUsesItsOwn) {
  machine.put_value<std::uint64_t>(frame(data), 0x1122'3344'5566'7788);
  machine.put(program, {0x44, 0x00, 0x10, 0x10});                     // EX 0,16(1)
  machine.put(program + 16, {0xD2, 0x07, 0x20, 0x00, 0x30, 0x00});
  machine.cpu().gr(1) = program;
  machine.cpu().gr(2) = machine.cpu().gr(3) = common;
  machine.cpu().ar(1) = 0xFFFF'FFFF;  // of no interest: instructions come from the primary space
  machine.cpu().ar(3) = data_alet;
  execute(access_register_mode);
  EXPECT_EQ(machine.value(frame(primary)), 0x1122'3344'5566'7788u);
}

TEST_F(AccessRegisters, EachInstructionOfABlockSelectsItsSpace) {
  machine.put(program, {0xE3, 0x30, 0x20, 0x00, 0x00, 0x04,   // LG  3,0(2)
                        0xE3, 0x30, 0x40, 0x00, 0x00, 0x24,   // STG 3,0(4)
                        0xB2, 0xB2, 0x08, 0x00});             // LPSWE 0x800
  machine.put_psw(0x800, Machine::disabled_wait, 0xE0D);
  machine.put_value<std::uint64_t>(frame(data), 0xABCD);
  Cpu& cpu = machine.cpu();
  cpu.gr(2) = common;
  cpu.ar(2) = data_alet;
  cpu.gr(4) = common + 8;
  cpu.ar(4) = 1;
  machine.run(program, access_register_mode);
  EXPECT_EQ(machine.value(frame(secondary) + 8), 0xABCDu);
}

TEST_F(AccessRegisters, TheExceptionsOfTranslationNameTheRegister) {
  struct Case {
    std::uint32_t alet;
    Pic code;
  };
  for (const auto& [alet, code] : {Case{0x8007'0002, Pic::alet_specification}, Case{0x0007'0008, Pic::alen_translation},
                                   Case{0x0007'0000, Pic::alen_translation}, Case{0x0006'0002, Pic::ale_sequence}}) {
    machine.put_value<std::uint32_t>(access_list, 0x8000'0000);  // entry 0 is invalid
    load_from(alet);
    EXPECT_EQ(program_code(), static_cast<std::uint16_t>(code));
    EXPECT_EQ(machine.value<std::uint8_t>(0xA0), 2);
    EXPECT_EQ(machine.value(0x158), program);
    EXPECT_EQ(machine.cpu().gr(1), 0x77u);
  }
}

TEST_F(AccessRegisters, TheAsteMustBeValidAndHaveTheSequenceNumber) {
  put_access_list_entry(0x0007'0000, 0x1235);
  load_from(data_alet);
  EXPECT_EQ(program_code(), 0x2C);
  machine.put_value<std::uint32_t>(data_aste, 0x8000'0000);
  load_from(data_alet);
  EXPECT_EQ(program_code(), 0x2B);
}

TEST_F(AccessRegisters, APrivateEntryNeedsItsIndexOrTheAuthorityTable) {
  put_access_list_entry(0x0107'0005, 0x1234);  // private, ALEAX 5
  machine.cpu().cr(8) = 5 << 16;
  load_from(data_alet);
  EXPECT_EQ(machine.cpu().gr(1), data);
  machine.cpu().cr(8) = 6 << 16;
  load_from(data_alet);
  EXPECT_EQ(program_code(), 0x2D);
  machine.put_value<std::uint32_t>(authority_table, 1u << (31 - 13));  // secondary authority of index 6
  load_from(data_alet);
  EXPECT_EQ(machine.cpu().gr(1), data);
}

TEST_F(AccessRegisters, AFetchOnlyEntryRefusesStores) {
  put_access_list_entry(0x0207'0000, 0x1234);
  load_from(data_alet);
  EXPECT_EQ(machine.cpu().gr(1), data);
  machine.put(program, {0xE3, 0x10, 0x20, 0x00, 0x00, 0x24});  // STG 1,0(2)
  execute(access_register_mode);
  EXPECT_EQ(program_code(), 0x04);
  EXPECT_EQ(machine.value(0xA8), common | 0x400 | 0xC | 1);  // store, by access list, access-register mode
}

TEST_F(AccessRegisters, APageThatIsNotThereIsReportedWithModeAndRegister) {
  set_page(data, common >> 12, 0x400);
  load_from(data_alet);
  EXPECT_EQ(program_code(), 0x11);
  EXPECT_EQ(machine.value(0xA8), common | 0x800 | 1);
  EXPECT_EQ(machine.value<std::uint8_t>(0xA0), 2);
}

TEST_F(AccessRegisters, SacTurnsTheModeOn) {
  machine.put(program, {0xB2, 0x19, 0x02, 0x00});  // SAC 512
  execute();
  EXPECT_EQ(machine.cpu().psw.as, AddressSpace::access_register);
}

TEST_F(AccessRegisters, LoadRealAddressTellsAnAletThatIsNoneInItsCode) {
  machine.put(program, {0xE3, 0x10, 0x20, 0x00, 0x00, 0x03});  // LRAG 1,0(2)
  machine.cpu().gr(2) = common;
  machine.cpu().ar(2) = data_alet;
  execute(access_register_mode);
  EXPECT_EQ(machine.cpu().gr(1), frame(data));
  machine.cpu().ar(2) = 0x0006'0002;
  execute(access_register_mode);
  EXPECT_EQ(machine.cpu().gr32(1), 0x8000'002Au);
  EXPECT_EQ(machine.cpu().cc, 3);
}

}  // namespace
}  // namespace cpu
