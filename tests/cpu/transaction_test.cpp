#include <thread>
#include <vector>

#include "machine.h"

namespace cpu {
namespace {

// Transactional execution (PoP ch. 5). A step over TRANSACTION BEGIN is the whole transaction.
class Transactions : public testing::Test {
 protected:
  static constexpr std::uint64_t program = 0x1000, block = 0x3000, data = 0x4000;

  explicit Transactions(unsigned cpus = 1) : machine{cpus} {
    machine.put_stops();
    for (unsigned n = 0; n < cpus; ++n) {
      Cpu& cpu = machine.cpu(n);
      cpu.cr(0) = 1ull << 55 | 0x6'0000;  // transactional-execution control, floating point
      cpu.control_registers_changed();
      cpu.gr(2) = data;
      cpu.gr(3) = block;
    }
    machine.configuration().load_psw(0, {Machine::supervisor, program});
  }
  std::uint64_t abort_code() { return machine.value(block + 8); }

  Machine machine;
};

TEST_F(Transactions, StoresAreThereAfterTheEnd) {
  machine.put(program, {0xE5, 0x60, 0x30, 0x00, 0xFF, 0x00,   // TBEGIN 0(3),X'FF00'
                        0x92, 0x55, 0x20, 0x00,               // MVI 0(2),X'55'
                        0xB2, 0xF8, 0x00, 0x00});             // TEND
  machine.step();
  EXPECT_EQ(machine.cpu().psw.ia, program + 14);
  EXPECT_EQ(machine.cpu().cc, 0);
  EXPECT_EQ(machine.value<std::uint8_t>(data), 0x55);
}

TEST_F(Transactions, AnAbortPutsStorageAndTheNamedRegistersBack) {
  machine.put(program, {0xE5, 0x60, 0x30, 0x00, 0x80, 0x00,   // TBEGIN 0(3),X'8000': registers 0 and 1
                        0x92, 0x55, 0x20, 0x00,               // MVI 0(2),X'55'
                        0xA7, 0x19, 0x00, 0x07,               // LGHI 1,7
                        0xA7, 0x59, 0x00, 0x07,               // LGHI 5,7
                        0xB2, 0xFC, 0x01, 0x01});             // TABORT 257
  machine.put_value<std::uint8_t>(data, 0x11);
  machine.cpu().gr(1) = machine.cpu().gr(5) = 3;
  machine.step();
  EXPECT_EQ(machine.cpu().psw.ia, program + 6);
  EXPECT_EQ(machine.cpu().cc, 3);  // an odd code
  EXPECT_EQ(machine.value<std::uint8_t>(data), 0x11);
  EXPECT_EQ(machine.cpu().gr(1), 3u);
  EXPECT_EQ(machine.cpu().gr(5), 7u);
  EXPECT_EQ(machine.value<std::uint8_t>(block), 1);  // format
  EXPECT_EQ(machine.value<std::uint16_t>(block + 6), 1);
  EXPECT_EQ(abort_code(), 257u);
  EXPECT_EQ(machine.value(block + 24), program + 18);
  EXPECT_EQ(machine.value(block + 128 + 8), 7u);  // general register 1 as it was
}

TEST_F(Transactions, AnEvenCodeGivesConditionCode2) {
  machine.put(program, {0xE5, 0x60, 0x00, 0x00, 0xFF, 0x00, 0xB2, 0xFC, 0x01, 0x00});
  machine.step();
  EXPECT_EQ(machine.cpu().cc, 2);
}

TEST_F(Transactions, ARestrictedInstructionAbortsForGood) {
  machine.put(program, {0xE5, 0x60, 0x30, 0x00, 0xFF, 0x00, 0x0A, 0x01});  // SVC 1
  machine.step();
  EXPECT_EQ(machine.cpu().cc, 3);
  EXPECT_EQ(abort_code(), 11u);
  EXPECT_EQ(machine.cpu().psw.ia, program + 6);
}

TEST_F(Transactions, FloatingPointNeedsPermission) {
  machine.put(program, {0xE5, 0x60, 0x30, 0x00, 0xFF, 0x00, 0x28, 0x02, 0xB2, 0xF8, 0x00, 0x00});  // LDR 0,2
  machine.step();
  EXPECT_EQ(abort_code(), 11u);
  machine.put(program, {0xE5, 0x60, 0x30, 0x00, 0xFF, 0x04});
  machine.configuration().load_psw(0, {Machine::supervisor, program});
  machine.step();
  EXPECT_EQ(machine.cpu().psw.ia, program + 12);
}

TEST_F(Transactions, AnExceptionAbortsAndThenInterrupts) {
  machine.put(program, {0xE5, 0x60, 0x30, 0x00, 0xFF, 0x00,
                        0x92, 0x55, 0x20, 0x00,
                        0xE3, 0x10, 0x40, 0x00, 0x00, 0x04});  // LG 1,0(4): an address that is not there
  machine.cpu().gr(4) = 1ull << 40;
  machine.step();
  EXPECT_EQ(machine.value<std::uint16_t>(0x8E), 0x205);
  EXPECT_EQ(machine.value(0x158), program + 6);
  EXPECT_EQ(machine.value<std::uint8_t>(data), 0);
  EXPECT_EQ(abort_code(), 4u);
  EXPECT_EQ(machine.value<std::uint32_t>(block + 36), 0x0006'0205u);
  EXPECT_EQ(machine.value(0x1808), 4u);  // the block in the prefix area has it too
}

TEST_F(Transactions, FilteringKeepsTheInterruptionAway) {
  machine.put(program, {0xE5, 0x60, 0x30, 0x00, 0xFF, 0x02, 0xE3, 0x10, 0x40, 0x00, 0x00, 0x04});
  machine.cpu().gr(4) = 1ull << 40;
  machine.step();
  EXPECT_EQ(machine.value<std::uint16_t>(0x8E), 0);
  EXPECT_EQ(machine.cpu().psw.ia, program + 6);
  EXPECT_EQ(machine.cpu().cc, 3);
  EXPECT_EQ(abort_code(), 12u);
}

TEST_F(Transactions, NestedTransactionsEndWithTheOutermost) {
  machine.put(program, {0xE5, 0x60, 0x00, 0x00, 0xFF, 0x00, 0xE5, 0x60, 0x00, 0x00, 0xFF, 0x00,
                        0xB2, 0xEC, 0x00, 0x50,    // ETND 5
                        0xB2, 0xF8, 0x00, 0x00, 0x92, 0x55, 0x20, 0x00, 0xB2, 0xFC, 0x01, 0x00});
  machine.step();
  EXPECT_EQ(machine.cpu().gr(5), 0u);  // put back: the abort was in the outer one
  EXPECT_EQ(machine.value<std::uint8_t>(data), 0);
  EXPECT_EQ(machine.cpu().psw.ia, program + 6);
}

TEST_F(Transactions, TheNestingDepthIsLimited) {
  machine.put(program, {0xE5, 0x60, 0x30, 0x00, 0xFF, 0x00, 0xA7, 0xF4, 0xFF, 0xFD});  // again and again
  machine.step();
  EXPECT_EQ(abort_code(), 13u);
  EXPECT_EQ(machine.value<std::uint16_t>(block + 6), 15);
}

TEST_F(Transactions, ANontransactionalStoreStays) {
  machine.put(program, {0xE5, 0x60, 0x00, 0x00, 0xFF, 0x00,
                        0xE3, 0x50, 0x20, 0x08, 0x00, 0x25,   // NTSTG 5,8(2)
                        0x92, 0x55, 0x20, 0x00, 0xB2, 0xFC, 0x01, 0x00});
  machine.cpu().gr(5) = 0x1234;
  machine.step();
  EXPECT_EQ(machine.value(data + 8), 0x1234u);
  EXPECT_EQ(machine.value<std::uint8_t>(data), 0);
}

TEST_F(Transactions, AConstrainedTransactionContinuesAtItsBegin) {
  machine.put(program, {0xE5, 0x61, 0x00, 0x00, 0xFF, 0x00, 0x92, 0x55, 0x20, 0x00, 0xB2, 0xF8, 0x00, 0x00});
  machine.step();
  EXPECT_EQ(machine.cpu().psw.ia, program + 14);
  EXPECT_EQ(machine.value<std::uint8_t>(data), 0x55);
  machine.put(program + 6, {0x0A, 0x01, 0x07, 0x00});  // SVC 1 breaks the constraint
  machine.configuration().load_psw(0, {Machine::supervisor, program});
  machine.step();
  EXPECT_EQ(machine.value<std::uint16_t>(0x8E), 0x218);
  EXPECT_EQ(machine.value(0x158), program);
}

// PoP ch. 5, "Constrained Transaction".
class ConstrainedTransactions : public Transactions {
 protected:
  // TBEGINC, the body, TEND; what the program-interruption code is afterwards.
  std::uint16_t code_of(std::vector<std::uint8_t> body) {
    std::vector<std::uint8_t> text{0xE5, 0x61, 0x00, 0x00, 0xFF, 0x00};
    text.insert(text.end(), body.begin(), body.end());
    for (const int byte : {0xB2, 0xF8, 0x00, 0x00}) text.push_back(static_cast<std::uint8_t>(byte));
    EXPECT_EQ(machine.storage().store({program}, std::as_bytes(std::span{text}), 0), StorageCheck::none);
    machine.put_value<std::uint16_t>(0x8E, 0);
    machine.configuration().load_psw(0, {Machine::supervisor, program});
    machine.step();
    const auto code = machine.value<std::uint16_t>(0x8E);
    if (code == 0) EXPECT_EQ(machine.cpu().psw.ia, program + text.size());
    else EXPECT_EQ(machine.value(0x158), program);
    return code;
  }
  static std::vector<std::uint8_t> times(unsigned count, std::initializer_list<int> one) {
    std::vector<std::uint8_t> all;
    for (unsigned i = 0; i < count; ++i)
      for (const int byte : one) all.push_back(static_cast<std::uint8_t>(byte));
    return all;
  }
  static constexpr std::uint16_t broken = 0x218;
};

TEST_F(ConstrainedTransactions, HaveAtMost32InstructionsBesidesBeginAndEnd) {
  EXPECT_EQ(code_of(times(32, {0x18, 0x12})), 0);  // LR 1,2
  EXPECT_EQ(code_of(times(33, {0x18, 0x12})), broken);
}

TEST_F(ConstrainedTransactions, LieIn256Bytes) {
  auto far = times(1, {0xA7, 0xF4, 0x00, 0x7C});  // BRC 15,*+248: to byte 254
  far.resize(248);
  EXPECT_EQ(code_of(far), broken);  // TEND would end with byte 258
  far = times(1, {0xA7, 0xF4, 0x00, 0x7B});
  far.resize(246);
  EXPECT_EQ(code_of(far), 0);
}

TEST_F(ConstrainedTransactions, DoNotBranchBack) {
  EXPECT_EQ(code_of({0xA7, 0x04, 0x00, 0x02}), 0);       // BRC 0,*+4
  EXPECT_EQ(code_of({0xA7, 0x04, 0xFF, 0xFE}), broken);  // BRC 0,*-4, though it is not taken
  EXPECT_EQ(code_of({0xC0, 0x04, 0xFF, 0xFF, 0xFF, 0xFE}), broken);
  EXPECT_EQ(code_of({0x07, 0x0E}), broken);              // BCR is none of the branches there may be
}

TEST_F(ConstrainedTransactions, AccessOneDoublewordWithAnInstruction) {
  EXPECT_EQ(code_of({0x58, 0x10, 0x20, 0x04}), 0);       // L 1,4(2)
  EXPECT_EQ(code_of({0x58, 0x10, 0x20, 0x06}), broken);  // across it
  EXPECT_EQ(code_of({0x50, 0x10, 0x20, 0x06}), broken);
  EXPECT_EQ(machine.value(data), 0u);
}

TEST_F(ConstrainedTransactions, AccessOneOctowordWithSeveralRegisters) {
  EXPECT_EQ(code_of({0x98, 0x4B, 0x20, 0x00}), 0);       // LM 4,11,0(2)
  EXPECT_EQ(code_of({0x98, 0x4B, 0x20, 0x04}), broken);
}

TEST_F(ConstrainedTransactions, AccessFourOctowordsInAll) {
  EXPECT_EQ(code_of({0x58, 0x10, 0x20, 0x00, 0x58, 0x10, 0x20, 0x20, 0x50, 0x10, 0x20, 0x40, 0x50, 0x10, 0x20, 0x60,
                     0x58, 0x10, 0x20, 0x1C}), 0);
  EXPECT_EQ(code_of({0x58, 0x10, 0x20, 0x00, 0x58, 0x10, 0x20, 0x20, 0x50, 0x10, 0x20, 0x40, 0x50, 0x10, 0x20, 0x60,
                     0x58, 0x10, 0x20, 0x80}), broken);
}

TEST_F(ConstrainedTransactions, DoNotAccessThePageTheyLieIn) {
  machine.cpu().gr(5) = program + 0xF00;
  EXPECT_EQ(code_of({0x58, 0x10, 0x50, 0x00}), broken);
}

TEST_F(ConstrainedTransactions, ContainNoInstructionOfManyUnits) {
  for (const std::vector<std::uint8_t>& body : std::vector<std::vector<std::uint8_t>>{
           {0x0E, 0x46},                          // MVCL
           {0xD2, 0x07, 0x20, 0x00, 0x20, 0x08},  // MVC
           {0x1D, 0x46},                          // DR
           {0xBA, 0x45, 0x20, 0x00},              // CS
           {0x44, 0x00, 0x20, 0x00},              // EX
           {0xB2, 0xEC, 0x00, 0x50},              // ETND
           {0x28, 0x02}})                         // LDR
    EXPECT_EQ(code_of(body), broken);
}

TEST_F(ConstrainedTransactions, AnExceptionHasItsOwnCode) {
  machine.cpu().gr(4) = 1ull << 40;
  EXPECT_EQ(code_of({0x58, 0x10, 0x40, 0x00}), 0x205);
}

// PoP ch. 4, "Program-Event Recording" and ch. 5: an event in a transaction aborts it.
class RecordedTransactions : public Transactions {
 protected:
  enum : std::uint64_t { fetching = 0x4000'0000, transaction_end = 0x0200'0000, suppression = 0x0040'0000 };
  void run(std::uint64_t events, std::uint64_t from, std::uint64_t to) {
    machine.put(program, {0xE5, 0x60, 0x30, 0x00, 0xFF, 0x00,   // TBEGIN 0(3),X'FF00'
                          0x92, 0x55, 0x20, 0x00,               // MVI 0(2),X'55'
                          0xB2, 0xF8, 0x00, 0x00});             // TEND
    machine.cpu().cr(9) = events;
    machine.cpu().cr(10) = from;
    machine.cpu().cr(11) = to;
    machine.cpu().control_registers_changed();
    machine.configuration().load_psw(0, {Machine::supervisor | 1ull << 62, program});
    machine.step();
  }
};

TEST_F(RecordedTransactions, AnEventAbortsTheTransactionAndInterrupts) {
  run(fetching, program + 6, program + 6);
  EXPECT_EQ(machine.value<std::uint16_t>(0x8E), 0x280);
  EXPECT_EQ(machine.value<std::uint8_t>(0x96), 0x40);
  EXPECT_EQ(machine.value(0x98), program + 6);
  EXPECT_EQ(machine.value(0x158), program + 6);  // where an abort continues
  EXPECT_EQ(machine.value<std::uint8_t>(data), 0);
  EXPECT_EQ(abort_code(), 4u);
}

TEST_F(RecordedTransactions, SuppressionKeepsEventsAwayUntilTheEnd) {
  run(fetching | suppression, program, program + 13);
  EXPECT_EQ(machine.value<std::uint16_t>(0x8E), 0x80);  // TEND is not in the transaction any more
  EXPECT_EQ(machine.value(0x98), program + 10);
  EXPECT_EQ(machine.value<std::uint8_t>(data), 0x55);
}

TEST_F(RecordedTransactions, TheEndOfATransactionIsAnEventOfItsOwn) {
  run(transaction_end, 0, 0);
  EXPECT_EQ(machine.value<std::uint16_t>(0x8E), 0x80);
  EXPECT_EQ(machine.value<std::uint8_t>(0x96), 0x02);
  EXPECT_EQ(machine.value(0x158), program + 14);
}

TEST_F(RecordedTransactions, AnEventAtTheBeginAbortsToo) {
  run(fetching, program, program);
  EXPECT_EQ(machine.value<std::uint16_t>(0x8E), 0x280);
  EXPECT_EQ(machine.value<std::uint8_t>(data), 0);
}

TEST_F(Transactions, OutsideOfOneTendSaysSoAndTabortIsRefused) {
  machine.put(program, {0xB2, 0xF8, 0x00, 0x00, 0xB2, 0xFC, 0x01, 0x00});
  machine.step();
  EXPECT_EQ(machine.cpu().cc, 2);
  machine.step();
  EXPECT_EQ(machine.value<std::uint16_t>(0x8E), 0x13);
}

TEST_F(Transactions, WithoutTheControlTheyAreRefused) {
  machine.cpu().cr(0) = 0;
  machine.cpu().control_registers_changed();
  machine.put(program, {0xE5, 0x60, 0x00, 0x00, 0xFF, 0x00});
  machine.step();
  EXPECT_EQ(machine.value<std::uint16_t>(0x8E), 0x13);
}

class TransactionsOfTwoCpus : public Transactions {
 protected:
  TransactionsOfTwoCpus() : Transactions{2} {}
};

// Each CPU adds to a counter, and to another one that must never be seen apart, without any interlocked instruction.
TEST_F(TransactionsOfTwoCpus, NoneSeesHalfOfAnothersTransaction) {
  machine.put(program, {0xE5, 0x61, 0x00, 0x00, 0x80, 0x00,    // TBEGINC
                        0xE3, 0x10, 0x20, 0x00, 0x00, 0x04,    // LG 1,0(2)
                        0xA7, 0x1B, 0x00, 0x01,                // AGHI 1,1
                        0xE3, 0x10, 0x20, 0x00, 0x00, 0x24,    // STG 1,0(2)
                        0xE3, 0x10, 0x20, 0x80, 0x00, 0x24,    // STG 1,128(2)
                        0xB2, 0xF8, 0x00, 0x00,                // TEND
                        0xA7, 0x47, 0xFF, 0xF0,                // BRCTG 4,*-32
                        0xB2, 0xB2, 0x08, 0x00});              // LPSWE 0x800
  machine.put_psw(0x800, Machine::disabled_wait, 0xE0D);
  constexpr std::uint64_t rounds = 300;
  for (unsigned n = 0; n < 2; ++n) {
    machine.configuration().with_stopped(n, [&](Cpu& cpu) { cpu.gr(4) = rounds; });
    machine.begin(n, program);
  }
  machine.wait_for_end(2);
  EXPECT_EQ(machine.value(data), 2 * rounds);
  EXPECT_EQ(machine.value(data + 128), 2 * rounds);
}

}  // namespace
}  // namespace cpu
