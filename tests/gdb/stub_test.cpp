// The contract of `endicott ipl --gdb`, sentence by sentence.
#include "stub.h"

#include <gmock/gmock.h>

#include "cpu/storage.h"
#include "gdb/hex.h"

namespace gdb {
namespace {

constexpr std::string_view stopped = "T05thread:01;";
// LPSWE 0xE00; there a test puts a disabled wait of address DEAD.
constexpr std::string_view end = "b2b20e00";
constexpr std::string_view end_psw = "0002000180000000000000000000dead";
constexpr std::string_view sigp_stop_self = "ae020005";  // SIGP 0,2,5: r2 is 0

class GdbStub : public testing::Test {
 protected:
  GdbStub() { stub.load(0xE00, end_psw); }
  std::uint8_t key(std::uint64_t at) { return stub.machine().storage().key(z::frame_of({at})); }
  Stub stub;
};

TEST(GdbStubStart, CpuZeroIsAsAfterInitialResetAndTheOthersAreStopped) {
  Stub stub{3};
  EXPECT_EQ(stub.ask("?"), stopped);
  for (unsigned n = 0; n <= 102; ++n) {
    if (n == Stub::cr) EXPECT_EQ(stub.reg(n), 0xE0U);
    else if (n == Stub::cr + 14) EXPECT_EQ(stub.reg(n), 0xC200'0000U);
    else if (n == 101) EXPECT_EQ(stub.reg(n), 1U);  // last_break: PoP ch. 4, "Breaking-Event-Address Register"
    else if (n < 67 || n > 82) EXPECT_EQ(stub.reg(n), 0U) << n;
  }
  EXPECT_EQ(stub.ask("qThreadExtraInfo,3"), hex("CPU 2 [stopped]"));
}

TEST(GdbStubStart, StorageIsZeroAndEndsExactlyWhereItShould) {
  for (const std::uint64_t size : {1ULL << 20, 5ULL << 20, 1ULL << 30}) {
    Stub stub{1, {size}};
    EXPECT_EQ(stub.ask("m0,10"), std::string(32, '0'));
    EXPECT_EQ(stub.ask(fmt::format("m{:x},8", size - 8)), std::string(16, '0'));
    EXPECT_EQ(stub.ask(fmt::format("m{:x},1", size)), "E14");
    EXPECT_EQ(stub.ask(fmt::format("m{:x},2", size - 1)), "E14");
    EXPECT_EQ(stub.ask(fmt::format("M{:x},2:ffff", size - 1)), "E14");
    EXPECT_EQ(stub.ask(fmt::format("m{:x},1", size - 1)), "00");
  }
}

TEST_F(GdbStub, ADisabledWaitStopsAllAndLeavesEverythingInPlace) {
  EXPECT_EQ(stub.run(0x1000, "a7290007b2b20e00"), stopped);  // LGHI 2,7
  EXPECT_EQ(stub.reg(0), 0x0002'0001'8000'0000U);
  EXPECT_EQ(stub.pswa(), 0xDEADU);
  EXPECT_EQ(stub.gr(2), 7U);
}

TEST_F(GdbStub, ContinuingADisabledWaitStopsAgain) {
  stub.run(0x1000, end);
  EXPECT_EQ(stub.ask("c"), stopped);
  EXPECT_EQ(stub.ask("vCont;c"), stopped);
  EXPECT_EQ(stub.ask("s"), stopped);
  EXPECT_EQ(stub.pswa(), 0xDEADU);
}

TEST_F(GdbStub, AWrittenPswRunsAfterADisabledWait) {
  stub.run(0x1000, end);
  EXPECT_EQ(stub.run(0x1000, "a7290009b2b20e00"), stopped);
  EXPECT_EQ(stub.gr(2), 9U);
}

TEST_F(GdbStub, ASigpStopStopsAllAndContinueStarts) {
  EXPECT_EQ(stub.run(0x1000, fmt::format("1b22{}a7290009{}", sigp_stop_self, end)), stopped);
  EXPECT_EQ(stub.pswa(), 0x1006U);
  EXPECT_EQ(stub.ask("qThreadExtraInfo,1"), hex("CPU 0 [stopped]"));
  EXPECT_EQ(stub.ask("c"), stopped);
  EXPECT_EQ(stub.gr(2), 9U);
  EXPECT_EQ(stub.pswa(), 0xDEADU);
}

TEST_F(GdbStub, AWrittenPswRunsAfterASigpStop) {
  stub.run(0x1000, fmt::format("1b22{}", sigp_stop_self));
  EXPECT_EQ(stub.run(0x2000, fmt::format("a7290003{}", end)), stopped);
  EXPECT_EQ(stub.gr(2), 3U);
}

TEST_F(GdbStub, AnEnabledWaitKeepsRunning) {
  stub.load(0xE10, "0302000180000000000000000000beef");
  stub.load(0x1000, "b2b20e10");
  stub.set_psw(0x0000'0001'8000'0000, 0x1000);
  stub.send("c");
  stub.interrupt();
  EXPECT_EQ(stub.receive(), "T02thread:01;");
}

TEST_F(GdbStub, InterruptStopsALoopOfProgramInterruptions) {
  stub.load(0x1D0, "00000001800000000000000000000500");  // the program new PSW leads to the zeros at 500
  stub.set_psw(0x0000'0001'8000'0000, 0x500);
  stub.send("c");
  stub.interrupt();
  EXPECT_EQ(stub.receive(), "T02thread:01;");
  EXPECT_EQ(stub.pswa(), 0x500U);
}

TEST_F(GdbStub, InterruptStopsAnInvalidProgramNewPsw) {
  stub.load(0x1D0, std::string(32, 'f'));
  stub.set_reg(0, ~0ULL);
  stub.send("c");
  stub.interrupt();
  EXPECT_EQ(stub.receive(), "T02thread:01;");
  EXPECT_EQ(stub.reg(0), ~0ULL);
}

TEST_F(GdbStub, ABreakpointStopsBeforeTheInstruction) {
  stub.ask("Z0,1004,2");
  EXPECT_EQ(stub.run(0x1000, fmt::format("a7290001a7290002{}", end)), stopped);
  EXPECT_EQ(stub.pswa(), 0x1004U);
  EXPECT_EQ(stub.gr(2), 1U);
  EXPECT_EQ(stub.ask("s"), stopped);
  EXPECT_EQ(stub.gr(2), 2U);
  EXPECT_EQ(stub.pswa(), 0x1008U);
}

TEST_F(GdbStub, ABreakpointInCodeThatRanBeforeStopsIt) {
  stub.run(0x1000, fmt::format("a7290004a7390005a7490006{}", end));
  stub.ask("Z1,1008,2");
  stub.set_psw(0x0000'0001'8000'0000, 0x1000);
  EXPECT_EQ(stub.ask("c"), stopped);
  EXPECT_EQ(stub.pswa(), 0x1008U);
}

// By the second turn the branches go straight to each other's blocks.
TEST_F(GdbStub, ABreakpointBetweenBlocksThatAreLinkedStopsThem) {
  stub.run(0x1000, fmt::format("a7290064"   // LGHI 2,100
                               "a7f40006"   // 1004: BRC 15,1010
                               "{}00000000"  // 1008
                               "a73b0001"   // 1010: AGHI 3,1
                               "a726fff8"   // BRCT 2,1004
                               "a7f4fff8",  // BRC 15,1008
                               end));
  EXPECT_EQ(stub.gr(3), 100U);
  stub.ask("Z0,1010,2");
  stub.set_psw(0x0000'0001'8000'0000, 0x1000);
  for (const std::uint64_t count : {100, 101, 102}) {
    EXPECT_EQ(stub.ask("c"), stopped);
    EXPECT_EQ(stub.pswa(), 0x1010U);
    EXPECT_EQ(stub.gr(3), count);
  }
}

TEST_F(GdbStub, ContinueGoesOnFromABreakpointToItsNextTurn) {
  stub.ask("Z0,1004,2");
  stub.run(0x1000, fmt::format("a7290003"   // LGHI 2,3
                               "b9040032"   // 1004: LGR 3,2
                               "a726fffe"   // BRCT 2,1004
                               "{}",
                               end));
  for (const std::uint64_t count : {3, 2, 1}) {
    EXPECT_EQ(stub.gr(2), count);
    EXPECT_EQ(stub.pswa(), 0x1004U);
    EXPECT_EQ(stub.ask("c"), stopped);
  }
  EXPECT_EQ(stub.pswa(), 0xDEADU);
}

TEST_F(GdbStub, ARemovedBreakpointIsGone) {
  stub.ask("Z0,1000,2");
  EXPECT_EQ(stub.run(0x1000, end), stopped);
  EXPECT_EQ(stub.pswa(), 0x1000U);
  stub.ask("z0,1000,2");
  stub.ask("c");
  EXPECT_EQ(stub.pswa(), 0xDEADU);
}

TEST_F(GdbStub, AStoreWatchpointStopsBehindTheStore) {
  stub.ask("Z2,f02,1");
  EXPECT_EQ(stub.run(0x1000, fmt::format("a7190007"    // LGHI 1,7
                                         "50100f04"    // ST 1,F04: the same page, not watched
                                         "58100f00"    // L 1,F00: no store
                                         "50100f00"    // ST 1,F00
                                         "a7290001{}",
                                         end)),
            "T05watch:f02;thread:01;");
  EXPECT_EQ(stub.pswa(), 0x1010U);
  EXPECT_EQ(stub.gr(2), 0U);
  EXPECT_EQ(stub.ask("c"), stopped);
  EXPECT_EQ(stub.gr(2), 1U);
}

TEST_F(GdbStub, FetchAndAccessWatchpointsSeeFetches) {
  stub.ask("Z3,3000,8");
  stub.load(0x1000, fmt::format("a7390000a53e0000a7393000"  // LGHI 3,3000
                                "50103000"                  // ST 1,0(3): a store
                                "58103004"                  // L 1,4(3)
                                "{}",
                                end));
  stub.set_psw(0x0000'0001'8000'0000, 0x1000);
  EXPECT_EQ(stub.ask("c"), "T05rwatch:3000;thread:01;");
  EXPECT_EQ(stub.pswa(), 0x1014U);
  stub.ask("z3,3000,8");
  stub.ask("Z4,3000,8");
  stub.set_psw(0x0000'0001'8000'0000, 0x1000);
  EXPECT_EQ(stub.ask("c"), "T05awatch:3000;thread:01;");
  EXPECT_EQ(stub.pswa(), 0x1010U);
}

TEST_F(GdbStub, AWatchpointSeesALongMove) {
  stub.ask("Z2,3080,8");
  stub.set_reg(2 + 4, 0x3000);
  EXPECT_EQ(stub.run(0x1000, fmt::format("d2ff40004100{}", end)), "T05watch:3080;thread:01;");  // MVC 0(256,4),100(4)
  EXPECT_EQ(stub.pswa(), 0x1006U);
}

TEST_F(GdbStub, AStepIsOneInstructionOrItsInterruption) {
  stub.load(0x1D0, "00000001800000000000000000002000");
  stub.load(0x1000, "a729000100000000");
  stub.set_psw(0x0000'0001'8000'0000, 0x1000);
  EXPECT_EQ(stub.ask("s"), stopped);
  EXPECT_EQ(stub.pswa(), 0x1004U);
  EXPECT_EQ(stub.ask("vCont;s:1"), stopped);
  EXPECT_EQ(stub.pswa(), 0x2000U);  // an operation exception
}

TEST_F(GdbStub, RegisterWritesTakeEffectAtOnce) {
  stub.set_reg(Stub::prefix, 0x8000);
  stub.load(0x100, "1122334455667788");
  EXPECT_EQ(stub.ask("m8100,8"), std::string(16, '0'));  // real 8100 is absolute 100 now
  EXPECT_EQ(stub.ask("Qqemu.PhyMemMode:1"), "OK");
  EXPECT_EQ(stub.ask("m8100,8"), "1122334455667788");
  EXPECT_EQ(stub.ask("P66=0000000000fff000"), "E14");  // no storage there
}

TEST_F(GdbStub, AllVectorRegistersAreReadAndWritten) {
  EXPECT_EQ(stub.ask("P23=1111111111111111"), "OK");                    // f0
  EXPECT_EQ(stub.ask("P33=2222222222222222"), "OK");                    // v0l
  EXPECT_EQ(stub.ask("P43=333333333333333344444444444444ab"), "OK");    // v16
  EXPECT_EQ(stub.ask("p43"), "333333333333333344444444444444ab");
  EXPECT_EQ(stub.machine().cpus().cpu(0).vr(0), (cpu::VectorRegister{0x1111111111111111, 0x2222222222222222}));
}

TEST_F(GdbStub, MemoryIsReachedWithoutKeysProtectionOrTrace) {
  stub.machine().storage().set_key(z::frame_of({0}), 0xF8);
  stub.machine().storage().set_key(z::frame_of({0x5000}), 0xF8);
  stub.set_psw(0x0070'0001'8000'0000, 0x1000);
  stub.set_reg(Stub::cr, 0x1000'00E0);  // low-address protection
  stub.load(0x10, "ab");
  stub.load(0x5000, "cd");
  EXPECT_EQ(stub.ask("m10,1"), "ab");
  EXPECT_EQ(stub.ask("m5000,1"), "cd");
  EXPECT_EQ(key(0), 0xF8);
  EXPECT_EQ(key(0x5000), 0xF8);
}

// A segment table at 10000, its first page table at 20000: page 40 is absolute 41000, page 41 is invalid.
TEST_F(GdbStub, MemoryIsVirtualWhileDatIsOn) {
  stub.load(0x10000, "0000000000020000");
  stub.load(0x20000 + 0x40 * 8, "0000000000041000"
                                "0000000000000400");
  stub.load(0x41FF0, "00112233");
  stub.set_reg(Stub::cr + 1, 0x10000);
  stub.set_psw(0x0400'0001'8000'0000, 0x1000);
  EXPECT_EQ(stub.ask("m40ff0,4"), "00112233");
  EXPECT_EQ(stub.ask("m40ff0,20"), "E14");
  EXPECT_EQ(stub.ask("M40ff2,2:abcd"), "OK");
  EXPECT_EQ(stub.ask("m100000000,1"), "E14");
  stub.set_psw(0x0000'0001'8000'0000, 0x1000);
  EXPECT_EQ(stub.ask("m41ff0,4"), "0011abcd");
}

TEST_F(GdbStub, CodeThatIsWrittenOverIsDecodedAnew) {
  for (const unsigned value : {1u, 2u, 3u}) {
    EXPECT_EQ(stub.run(0x1000, fmt::format("a729{:04x}{}", value, end)), stopped);
    EXPECT_EQ(stub.gr(2), value);
  }
}

TEST_F(GdbStub, DetachLetsTheMachineRunAndTheNextDebuggerFindsItsEnd) {
  stub.load(0x1000, end);
  stub.set_psw(0x0000'0001'8000'0000, 0x1000);
  EXPECT_EQ(stub.ask("D"), "OK");
  EXPECT_EQ(stub.receive(), "(closed)");
  while (!stub.machine().is_idle_for_good()) std::this_thread::yield();
  stub.connect();
  EXPECT_EQ(stub.ask("?"), stopped);
  EXPECT_EQ(stub.pswa(), 0xDEADU);
}

TEST_F(GdbStub, ALostConnectionLeavesAHaltedMachineAsItIs) {
  stub.set_psw(0x0000'0001'8000'0000, 0x1000);
  stub.connect();
  EXPECT_EQ(stub.ask("?"), stopped);
  EXPECT_EQ(stub.pswa(), 0x1000U);
}

TEST_F(GdbStub, KillIsToldToTheOwner) {
  stub.send("k");
  EXPECT_EQ(stub.receive(), "(closed)");
  EXPECT_TRUE(stub.was_killed());
}

TEST_F(GdbStub, ResetByMonitorStopsAndResets) {
  stub.run(0x1000, fmt::format("a7290007{}", end));
  EXPECT_THAT(stub.ask("qRcmd," + hex("reset clear")), testing::StartsWith("O"));
  EXPECT_EQ(stub.receive(), "OK");
  EXPECT_EQ(stub.pswa(), 0U);
  EXPECT_EQ(stub.ask("m1000,4"), "00000000");
  stub.load(0xE00, end_psw);
  EXPECT_EQ(stub.run(0x1000, end), stopped);
}

class TwoCpus : public testing::Test {
 protected:
  TwoCpus() {
    stub.load(0xE00, end_psw);
    stub.load(0x1A0, "00000001800000000000000000002000");  // restart new PSW
  }
  // LGHI 2,1; SIGP 4,2,6 (restart)
  static constexpr std::string_view restart_other = "a7290001ae420006";
  Stub stub{2};
};

TEST_F(TwoCpus, ContinueStartsCpuZeroAlone) {
  EXPECT_EQ(stub.run(0x1000, end), stopped);
  EXPECT_EQ(stub.ask("qThreadExtraInfo,2"), hex("CPU 1 [stopped]"));
}

TEST_F(TwoCpus, TheStopComesWhenTheLastCpuHasEnded) {
  stub.load(0x2000, fmt::format("a7590064a7560000{}", end));  // LGHI 5,100; BRCT 5,*; end
  stub.run(0x1000, fmt::format("{}{}", restart_other, end));
  EXPECT_EQ(stub.pswa(), 0xDEADU);
  stub.ask("Hg2");
  EXPECT_EQ(stub.pswa(), 0xDEADU);
}

TEST_F(TwoCpus, ABreakpointStopsBothAndNamesTheOneThatMetIt) {
  stub.load(0x2000, "a7590007a7f40000");  // LGHI 5,7; J *
  stub.ask("Z0,2004,2");
  EXPECT_EQ(stub.run(0x1000, fmt::format("{}a7f40000", restart_other)), "T05thread:02;");
  EXPECT_EQ(stub.pswa(), 0x2004U);
  EXPECT_EQ(stub.gr(5), 7U);
  stub.ask("Hg1");
  EXPECT_EQ(stub.pswa(), 0x1008U);
}

TEST_F(TwoCpus, OneCpuStepsWhileTheOtherStands) {
  stub.load(0x2000, "a75b0001a7f4fffe");  // AGHI 5,1; J 2000
  stub.ask("Z0,2000,2");
  stub.run(0x1000, fmt::format("{}a76b0001a7f4fffe", restart_other));  // AGHI 6,1; J
  stub.ask("z0,2000,2");
  stub.ask("Hg1");
  const auto before = stub.gr(6);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(stub.ask("vCont;s:2"), "T05thread:02;");
  EXPECT_EQ(stub.gr(5), 2U);
  stub.ask("Hg1");
  EXPECT_EQ(stub.gr(6), before);
}

TEST_F(TwoCpus, AStoppedCpuIsStartedByName) {
  stub.load(0x1000, "a7f40000");
  stub.ask("Hg2");
  stub.load(0x2000, end);
  stub.set_psw(0x0000'0001'8000'0000, 0x2000);
  EXPECT_EQ(stub.ask("vCont;c:2"), "T05thread:02;");
  EXPECT_EQ(stub.pswa(), 0xDEADU);
  stub.ask("Hg1");
  EXPECT_EQ(stub.ask("qThreadExtraInfo,1"), hex("CPU 0 [stopped]"));
}

}  // namespace
}  // namespace gdb
