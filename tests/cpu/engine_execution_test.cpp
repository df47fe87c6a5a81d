#include "machine.h"

namespace cpu {
namespace {

// Programs are given as bytes with the assembler text beside them; they end in a disabled wait loaded from 0x800.
class Execution : public testing::Test {
 protected:
  Execution() {
    machine.put_stops();
    machine.put_psw(0x800, Machine::disabled_wait, 0xE0D);
  }
  std::uint64_t end() { return machine.cpu().psw.ia; }

  Machine machine;
};

TEST_F(Execution, RunsALoopToItsDisabledWait) {
  machine.put(0x1000, {0xA7, 0x19, 0x03, 0xE8,    // LGHI  1,1000
                       0xA7, 0x2B, 0x00, 0x03,    // AGHI  2,3
                       0xA7, 0x17, 0xFF, 0xFE,    // BRCTG 1,*-4
                       0xB2, 0xB2, 0x08, 0x00});  // LPSWE 0x800
  machine.run(0x1000);
  EXPECT_EQ(machine.cpu().gr(2), 3000u);
  EXPECT_EQ(end(), 0xE0Du);
  EXPECT_EQ(machine.cpu().instruction_count(), 2002u);
}

TEST_F(Execution, AStoreIntoTheNextInstructionIsSeenByIt) {
  machine.put(0x1000, {0xA7, 0x19, 0x10, 0x00,    // LGHI 1,0x1000
                       0x92, 0x05, 0x10, 0x0B,    // MVI  0xB(1),5: the immediate of the LGHI behind
                       0xA7, 0x29, 0x00, 0x01,    // LGHI 2,1
                       0xB2, 0xB2, 0x08, 0x00});  // LPSWE 0x800
  machine.run(0x1000);
  EXPECT_EQ(machine.cpu().gr(2), 5u);
}

TEST_F(Execution, ExecuteChangesTheSecondByteAndRunsTheTargetInItsPlace) {
  machine.put(0x2000, {0x92, 0x00, 0x0A, 0x00});  // MVI 0xA00,0
  machine.put(0x1000, {0xA7, 0x19, 0x00, 0x7F,    // LGHI 1,0x7F
                       0xA7, 0x29, 0x20, 0x00,    // LGHI 2,0x2000
                       0x44, 0x12, 0x00, 0x00,    // EX   1,0(2)
                       0xA7, 0x39, 0x00, 0x09,    // LGHI 3,9
                       0xB2, 0xB2, 0x08, 0x00});
  machine.run(0x1000);
  EXPECT_EQ(machine.value<std::uint8_t>(0xA00), 0x7F);
  EXPECT_EQ(machine.cpu().gr(3), 9u);
}

TEST_F(Execution, SupervisorCallStoresItsCodeAndTheUpdatedPsw) {
  machine.put(0x1000, {0x0A, 0x2A});
  machine.run(0x1000);
  EXPECT_EQ(machine.value<std::uint32_t>(0x88), 0x0002'002Au);
  EXPECT_EQ(machine.value(0x148), 0x1002u);
  EXPECT_EQ(end(), 0x1C0u);
}

TEST_F(Execution, AnUnknownOperationSuppressesAndItsLengthIsInTheIlc) {
  machine.put(0x1000, {0xE3, 0, 0, 0, 0, 0xFF});
  machine.run(0x1000);
  EXPECT_EQ(machine.value<std::uint32_t>(0x8C), 0x0006'0001u);
  EXPECT_EQ(machine.value(0x158), 0x1006u);
}

// The loop's block begins before the loop, so the branch back stays within it.
TEST_F(Execution, ALoopThatRewritesItsOwnBeginningGoesOnWithTheNewText) {
  machine.put(0x1000, {0xA7, 0x19, 0x10, 0x00,    // LGHI  1,0x1000
                       0xA7, 0x49, 0x00, 0x03,    // LGHI  4,3
                       0xA7, 0x2B, 0x00, 0x01,    // AGHI  2,1
                       0x92, 0x10, 0x10, 0x0B,    // MVI   0xB(1),16: the immediate of the AGHI in front
                       0xA7, 0x47, 0xFF, 0xFC,    // BRCTG 4,*-8
                       0xB2, 0xB2, 0x08, 0x00});  // LPSWE 0x800
  machine.run(0x1000);
  EXPECT_EQ(machine.cpu().gr(2), 1u + 16 + 16);
  EXPECT_EQ(machine.cpu().instruction_count(), 2u + 3 * 3 + 1);
}

TEST_F(Execution, AForwardBranchWithinABlockSkipsWhatLiesBetween) {
  machine.put(0x1000, {0xA7, 0x28, 0x00, 0x05,                // LHI  2,5
                       0xEC, 0x28, 0x00, 0x07, 0x05, 0x7E,    // CIJE 2,5,*+14
                       0xA7, 0x29, 0x00, 0x63,                // LGHI 2,99
                       0xA7, 0x29, 0x00, 0x62,                // LGHI 2,98
                       0xA7, 0x2B, 0x00, 0x01,                // AGHI 2,1
                       0xB2, 0xB2, 0x08, 0x00});              // LPSWE 0x800
  machine.run(0x1000);
  EXPECT_EQ(machine.cpu().gr(2), 6u);
  EXPECT_EQ(machine.cpu().instruction_count(), 4u);
}

TEST_F(Execution, ALoopWithinABlockCanBeStopped) {
  machine.put(0x1000, {0xA7, 0x2B, 0x00, 0x01,    // AGHI 2,1
                       0xA7, 0xF4, 0xFF, 0xFE});  // BRC  15,*-4
  machine.begin(0, 0x1000);
  machine.configuration().stop_all();
  EXPECT_EQ(machine.cpu().psw.ia & ~4ull, 0x1000u);
}

// Three blocks of one page: the branches between them are linked when they have been taken once or twice.
TEST_F(Execution, BranchesBetweenBlocksOfAPageCountEachInstruction) {
  machine.put(0x1000, {0xA7, 0x19, 0x03, 0xE8,    // LGHI  1,1000
                       0xA7, 0xF4, 0x00, 0x0E});  // BRC   15,*+28
  machine.put(0x1010, {0xA7, 0x2B, 0x00, 0x03,    // AGHI  2,3
                       0xA7, 0xF4, 0x00, 0x06});  // BRC   15,*+12
  machine.put(0x1020, {0xA7, 0x17, 0xFF, 0xF8,    // BRCTG 1,*-16
                       0xB2, 0xB2, 0x08, 0x00});  // LPSWE 0x800
  machine.run(0x1000);
  EXPECT_EQ(machine.cpu().gr(2), 3 * 999u);
  EXPECT_EQ(machine.cpu().instruction_count(), 2u + 999 * 3 + 2);
}

TEST_F(Execution, ABranchThatIsLinkedToABlockSeesThatItsTextWasChanged) {
  machine.put(0x1000, {0xA7, 0x19, 0x00, 0x08,    // LGHI  1,8
                       0xA7, 0x59, 0x10, 0x00,    // LGHI  5,0x1000
                       0xA7, 0xF4, 0x00, 0x14});  // BRC   15,*+40
  machine.put(0x1020, {0xA7, 0x2B, 0x00, 0x01,    // AGHI  2,1
                       0xA7, 0xF4, 0x00, 0x06});  // BRC   15,*+12
  machine.put(0x1030, {0xA7, 0x17, 0xFF, 0xF8,    // BRCTG 1,*-16
                       0xA7, 0xF4, 0x00, 0x08});  // BRC   15,*+16
  machine.put(0x1044, {0x92, 0x10, 0x50, 0x23,    // MVI   0x23(5),16: the immediate of the AGHI
                       0xA7, 0x19, 0x00, 0x08,    // LGHI  1,8
                       0xA7, 0x37, 0xFF, 0xF2,    // BRCTG 3,*-28
                       0xB2, 0xB2, 0x08, 0x00});  // LPSWE 0x800
  machine.configuration().with_stopped(0, [](Cpu& cpu) { cpu.gr(3) = 3; });
  machine.run(0x1000);
  EXPECT_EQ(machine.cpu().gr(2), 7u + 7 * 16 + 7 * 16);
}

TEST_F(Execution, ALoopOverLinkedBlocksCanBeStopped) {
  machine.put(0x1000, {0xA7, 0x2B, 0x00, 0x01,    // AGHI 2,1
                       0xA7, 0xF4, 0x00, 0x06});  // BRC  15,*+12
  machine.put(0x1010, {0xA7, 0xF4, 0xFF, 0xF8});  // BRC  15,*-16
  machine.begin(0, 0x1000);
  while (machine.cpu().instruction_count() < 1000) {
  }
  machine.configuration().stop_all();
  EXPECT_EQ(machine.cpu().psw.ia & ~0x14ull, 0x1000u);
}

TEST_F(Execution, AnInstructionMayCrossAPage) {
  machine.put(0x1FFE, {0xA7, 0x29, 0x12, 0x34,    // LGHI 2,0x1234
                       0xB2, 0xB2, 0x08, 0x00});
  machine.run(0x1FFE);
  EXPECT_EQ(machine.cpu().gr(2), 0x1234u);
}

TEST_F(Execution, AnInvalidPswIsStoredAsItWasLoaded) {
  machine.put_psw(0x900, 0x8000'0001'8000'0000, 0x4000);  // bit 0 must be zero
  machine.put(0x1000, {0xB2, 0xB2, 0x09, 0x00});
  machine.run(0x1000);
  EXPECT_EQ(machine.value<std::uint32_t>(0x8C), 0x0000'0006u);
  EXPECT_EQ(machine.value(0x150), 0x8000'0001'8000'0000u);
  EXPECT_EQ(machine.value(0x158), 0x4000u);
}

TEST_F(Execution, AnOddInstructionAddressIsASpecificationException) {
  machine.run(0x1001);
  EXPECT_EQ(machine.value<std::uint16_t>(0x8E), 0x0006u);
}

TEST_F(Execution, AStepIsOneInstruction) {
  machine.put(0x1000, {0xA7, 0x29, 0x00, 0x01, 0xA7, 0x29, 0x00, 0x02});
  machine.configuration().load_psw(0, {Machine::supervisor, 0x1000});
  machine.step();
  EXPECT_EQ(machine.cpu().gr(2), 1u);
  EXPECT_EQ(end(), 0x1004u);
}

}  // namespace
}  // namespace cpu
