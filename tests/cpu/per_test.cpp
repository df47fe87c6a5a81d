#include "machine.h"

namespace cpu {
namespace {

// Program-event recording (PoP ch. 4): a program at 0x1000 whose range of addresses each test chooses.
class Recording : public testing::Test {
 protected:
  static constexpr std::uint64_t program = 0x1000, recorded = 0x4000'0001'8000'0000;
  enum : std::uint64_t { branching = 0x8000'0000, fetching = 0x4000'0000, alteration = 0x2000'0000, real_store = 0x0800'0000,
                         zero_address = 0x0400'0000,
                         nullification = 0x0100'0000, branch_address = 0x0080'0000 };

  Recording() { machine.put_stops(); }
  void watch(std::uint64_t events, std::uint64_t start, std::uint64_t end) {
    Cpu& cpu = machine.cpu();
    cpu.cr(9) = events;
    cpu.cr(10) = start;
    cpu.cr(11) = end;
    cpu.control_registers_changed();
    machine.configuration().load_psw(0, {recorded, program});
  }
  std::uint16_t program_code() { return machine.value<std::uint16_t>(0x8E); }
  std::uint8_t event() { return machine.value<std::uint8_t>(0x96); }
  std::uint64_t old_address() { return machine.value(0x158); }

  Machine machine;
};

TEST_F(Recording, AFetchInTheRangeInterruptsAfterTheInstruction) {
  machine.put(program, {0x18, 0x12, 0x18, 0x34});  // LR 1,2; LR 3,4
  watch(fetching, program, program);
  machine.cpu().gr(2) = 5;
  machine.step();
  EXPECT_EQ(program_code(), 0x80);
  EXPECT_EQ(event(), 0x40);
  EXPECT_EQ(machine.value(0x98), program);
  EXPECT_EQ(machine.value<std::uint8_t>(0x97), 0xE0);  // 64-bit mode, DAT off
  EXPECT_EQ(old_address(), program + 2);
  EXPECT_EQ(machine.value<std::uint8_t>(0x8D), 2);
  EXPECT_EQ(machine.cpu().gr(1), 5u);
}

TEST_F(Recording, AFetchOutsideOfTheRangeIsNoEvent) {
  machine.put(program, {0x18, 0x12, 0x18, 0x34});
  watch(fetching, program + 2, program + 2);
  machine.step();
  EXPECT_EQ(program_code(), 0);
  machine.step();
  EXPECT_EQ(program_code(), 0x80);
  EXPECT_EQ(old_address(), program + 4);
}

TEST_F(Recording, TheRangeMayWrap) {
  machine.put(program, {0x18, 0x12});
  watch(fetching, 0x2000, program);
  machine.step();
  EXPECT_EQ(program_code(), 0x80);
}

TEST_F(Recording, WithNullificationNothingIsExecuted) {
  machine.put(program, {0x18, 0x12});
  watch(fetching | nullification, program, program);
  machine.cpu().gr(2) = 5;
  machine.step();
  EXPECT_EQ(program_code(), 0x80);
  EXPECT_EQ(event(), 0x41);
  EXPECT_EQ(old_address(), program);
  EXPECT_EQ(machine.cpu().gr(1), 0u);
}

TEST_F(Recording, ABranchIsAnEventWhenItIsTaken) {
  machine.put(program, {0xA7, 0x84, 0x00, 0x08, 0xA7, 0x74, 0x00, 0x08});  // BRC 8; BRC 7
  watch(branching, 0, ~0ull);
  machine.cpu().cc = 1;
  machine.configuration().load_psw(0, {recorded | 1ull << 44, program});
  machine.step();
  EXPECT_EQ(program_code(), 0);
  machine.step();
  EXPECT_EQ(program_code(), 0x80);
  EXPECT_EQ(event(), 0x80);
  EXPECT_EQ(machine.value(0x98), program + 4);
  EXPECT_EQ(old_address(), program + 4 + 16);
}

TEST_F(Recording, TheBranchAddressMayHaveToLieInTheRange) {
  machine.put(program, {0xA7, 0xF4, 0x00, 0x08});
  watch(branching | branch_address, 0x2000, 0x3000);
  machine.step();
  EXPECT_EQ(program_code(), 0);
  watch(branching | branch_address, program + 16, program + 16);
  machine.step();
  EXPECT_EQ(program_code(), 0x80);
}

TEST_F(Recording, AStoreIsAnEventWhenOneOfItsBytesIsInTheRange) {
  machine.put(program, {0xE3, 0x10, 0x20, 0x00, 0x00, 0x24});  // STG 1,0(2)
  machine.cpu().gr(2) = 0x4000;
  watch(alteration, 0x4008, 0x4010);
  machine.step();
  EXPECT_EQ(program_code(), 0);
  watch(alteration, 0x4007, 0x4010);
  machine.step();
  EXPECT_EQ(program_code(), 0x80);
  EXPECT_EQ(event(), 0x20);
  EXPECT_EQ(old_address(), program + 6);
}

TEST_F(Recording, StoresBeforeTheModeLeftNoShortCut) {
  machine.put(program, {0xE3, 0x10, 0x20, 0x00, 0x00, 0x24});
  machine.cpu().gr(2) = 0x4000;
  machine.configuration().load_psw(0, {Machine::supervisor, program});
  machine.step();
  watch(alteration, 0x4000, 0x4000);
  machine.step();
  EXPECT_EQ(event(), 0x20);
}

TEST_F(Recording, AMoveOfManyBytesIsWatchedToo) {
  machine.put(program, {0xD2, 0xFF, 0x20, 0x00, 0x30, 0x00});  // MVC 0(256,2),0(3)
  machine.cpu().gr(2) = 0x4F80;                                 // over two pages
  machine.cpu().gr(3) = 0x8000;
  watch(alteration, 0x5010, 0x5010);
  machine.step();
  EXPECT_EQ(event(), 0x20);
}

TEST_F(Recording, StoreUsingRealAddressHasItsOwnEvent) {
  machine.put(program, {0xB2, 0x46, 0x00, 0x12});  // STURA 1,2
  machine.cpu().gr(2) = 0x4000;
  watch(real_store, 0, 0);
  machine.step();
  EXPECT_EQ(event(), 0x28);
}

TEST_F(Recording, AnotherExceptionIsReportedTogetherWithTheEvent) {
  machine.put(program, {0x1A, 0x12});  // AR 1,2
  machine.cpu().gr(1) = 0x7FFF'FFFF;
  machine.cpu().gr(2) = 1;
  watch(fetching, program, program);
  machine.configuration().load_psw(0, {recorded | 8ull << 40, program});
  machine.step();
  EXPECT_EQ(program_code(), 0x88);
  EXPECT_EQ(old_address(), program + 2);
}

TEST_F(Recording, ASupervisorCallComesBeforeItsEvent) {
  machine.put(program, {0x0A, 0x05});  // SVC 5
  watch(fetching, program, program);
  machine.step();
  EXPECT_EQ(machine.value(0x148), program + 2);  // supervisor-call old PSW
  EXPECT_EQ(program_code(), 0x80);
  EXPECT_EQ(old_address(), 0x1C0u);  // where the supervisor-call new PSW points
}

TEST_F(Recording, TheTargetOfAnExecuteIsPartOfIt) {
  machine.put(program, {0x44, 0x00, 0x20, 0x00});  // EX 0,0(2)
  machine.put(0x4000, {0x18, 0x13});
  machine.cpu().gr(2) = 0x4000;
  machine.cpu().gr(3) = 9;
  watch(fetching, program, program);
  machine.step();
  EXPECT_EQ(program_code(), 0x80);
  EXPECT_EQ(old_address(), program + 4);
  EXPECT_EQ(machine.cpu().gr(1), 9u);
}

// PoP ch. 4, "Zero-Address Detection": the range of addresses plays no part.
class ZeroAddress : public Recording {
 protected:
  std::uint8_t event_of(std::initializer_list<std::uint8_t> instruction) {
    machine.put(program, instruction);
    machine.put_value<std::uint32_t>(0x8C, 0);
    machine.put_value<std::uint8_t>(0x96, 0);
    watch(zero_address, 0, 0);
    machine.cpu().gr(2) = 0x4000;
    machine.step();
    return program_code() == 0x80 ? event() : 0;
  }
};

TEST_F(ZeroAddress, IsAnOperandWhoseBaseRegisterIsZero) {
  EXPECT_EQ(event_of({0x58, 0x10, 0x30, 0x10}), 0x04);  // L 1,16(3)
  EXPECT_EQ(machine.value(0x98), program);
  EXPECT_EQ(old_address(), program + 4);
  EXPECT_EQ(event_of({0x58, 0x10, 0x20, 0x10}), 0);  // L 1,16(2)
}

TEST_F(ZeroAddress, IsNoMatterOfARegisterThatIsNotNamed) { EXPECT_EQ(event_of({0x58, 0x10, 0x00, 0x10}), 0); }  // L 1,16

TEST_F(ZeroAddress, LooksAtTheIndexWhereThereIsNoBase) {
  EXPECT_EQ(event_of({0x58, 0x13, 0x20, 0x10}), 0);     // L 1,16(3,2)
  EXPECT_EQ(event_of({0x58, 0x13, 0x00, 0x10}), 0x04);  // L 1,16(3)
}

TEST_F(ZeroAddress, LooksAtBothOperands) {
  EXPECT_EQ(event_of({0xD2, 0x00, 0x28, 0x00, 0x38, 0x01}), 0x04);  // MVC 2048(1,2),2049(3)
  EXPECT_EQ(event_of({0xD2, 0x00, 0x38, 0x00, 0x28, 0x01}), 0x04);
  EXPECT_EQ(event_of({0xD2, 0x00, 0x28, 0x00, 0x28, 0x01}), 0);
}

TEST_F(ZeroAddress, IsSeenAsItWasBeforeTheInstruction) {
  machine.cpu().gr(4) = 0x4000;
  EXPECT_EQ(event_of({0x58, 0x40, 0x40, 0x10}), 0);     // L 4,16(4): zero
  EXPECT_EQ(machine.cpu().gr(4), 0u);
  EXPECT_EQ(event_of({0x58, 0x40, 0x40, 0x10}), 0x04);
}

TEST_F(ZeroAddress, IsNothingThatIsNotAccessed) {
  EXPECT_EQ(event_of({0x41, 0x10, 0x30, 0x10}), 0);  // LA 1,16(3)
  EXPECT_EQ(event_of({0x89, 0x10, 0x30, 0x01}), 0);  // SLL 1,1(3)
}

// PoP ch. 4, "Breaking-Event-Address Recording": PER 3, which needs no PER mode.
class BreakingEvent : public Recording {
 protected:
  // Of an operation exception at the end of these.
  std::uint64_t address_after(std::initializer_list<std::uint8_t> instructions, unsigned count) {
    machine.put(program, instructions);
    machine.configuration().load_psw(0, {Machine::supervisor, program});
    machine.step(count);
    EXPECT_EQ(program_code(), 1);
    return machine.value(0x110);
  }
};

TEST_F(BreakingEvent, IsTheLastBranchThatWasTaken) {
  EXPECT_EQ(address_after({0x18, 0x11, 0xA7, 0xF4, 0x00, 0x03,    // LR 1,1; BRC 15,*+6
                           0x00, 0x00, 0x18, 0x11, 0x00, 0x00}, 4),
            program + 2);
}

TEST_F(BreakingEvent, IsNoBranchThatWasNotTaken) {
  EXPECT_EQ(address_after({0xA7, 0xF4, 0x00, 0x02, 0xA7, 0x04, 0x00, 0x02, 0x00, 0x00}, 3), program);  // BRC 15,*+4; BRC 0,*+4
}

TEST_F(BreakingEvent, IsTheExecuteOfABranch) {
  machine.put(0x4000, {0x07, 0xF3});  // BR 3
  machine.put(0x5000, {0x00, 0x00});
  machine.cpu().gr(2) = 0x4000;
  machine.cpu().gr(3) = 0x5000;
  EXPECT_EQ(address_after({0x44, 0x00, 0x20, 0x00}, 2), program);  // EX 0,0(2)
}

TEST_F(BreakingEvent, IsALoadOfThePsw) {
  machine.put_psw(0x6000, Machine::supervisor, 0x5000);
  machine.put(0x5000, {0x00, 0x00});
  machine.cpu().gr(2) = 0x6000;
  EXPECT_EQ(address_after({0xB2, 0xB2, 0x20, 0x00}, 2), program);  // LPSWE 0(2)
}

TEST_F(BreakingEvent, OfThePageThatTheBranchLedToIsStoredToo) {
  // A branch to storage that is not there: an addressing exception of the fetch.
  machine.cpu().gr(3) = 1ULL << 40;
  machine.put(program, {0x07, 0xF3});
  machine.configuration().load_psw(0, {Machine::supervisor, program});
  machine.step(2);
  EXPECT_EQ(program_code(), 5);
  EXPECT_EQ(machine.value(0x110), program);
}

}  // namespace
}  // namespace cpu
