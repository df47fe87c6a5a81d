#include "fake_system.h"

namespace cp {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(CommandTest, IplTakesClearLoadparmAndParm) {
  EXPECT_THAT(run(guest, "IPL 100 CLEAR LOADPARM auto PARM root=/dev/dasda1 ro"), IsEmpty());
  EXPECT_EQ(return_code, 0);
  EXPECT_THAT(system.log, ElementsAre("ipl 0100 loadparm 'AUTO' parm 'root=/dev/dasda1 ro' clear"));
}

TEST_F(CommandTest, BeginAndStop) {
  run(guest, "BEGIN");
  run(guest, "B 10000");
  run(guest, "STOP");
  run(guest, "STOP CPU 01");
  EXPECT_THAT(system.log, ElementsAre("begin", "begin 10000", "stop all", "stop 1"));
}

TEST_F(CommandTest, AGuestOpensAndClosesItsOwnDebuggerStub) {
  EXPECT_THAT(run(guest, "SET GDB ON PORT 1234"), ElementsAre("BEAT1    GDB ON  127.0.0.1:1234"));
  EXPECT_THAT(run(guest, "QUERY GDB"), ElementsAre("BEAT1    GDB ON  127.0.0.1:1234"));
  EXPECT_THAT(run(guest, "SET GDB * OFF"), ElementsAre("BEAT1    GDB OFF"));
  EXPECT_THAT(run(guest, "SET GDB ON PORT 65536"), ElementsAre("HCPCFC002E Invalid operand - 65536"));
  EXPECT_THAT(run(guest, "SET GDB"), ElementsAre("HCPCFC026E Operand missing or invalid"));
  EXPECT_THAT(system.log, ElementsAre("debugger 1234"));
}

TEST_F(CommandTest, TheDebuggerStubOfAnotherGuestNeedsClassA) {
  EXPECT_THAT(run(guest, "SET GDB OPERATOR ON"), ElementsAre("HCPCFC002E Invalid operand - OPERATOR"));
  EXPECT_THAT(run(maint, "SET GDB BEAT1 ON PORT 99"), ElementsAre("BEAT1    GDB ON  127.0.0.1:99"));
  EXPECT_THAT(run(maint, "SET GDB NOBODY ON"), ElementsAre("HCPCQU045E NOBODY not logged on"));
}

// Linux reads both answers: the device number at the sixth character, the text after "SUBCHANNEL =" and after "CONMODE".
TEST_F(CommandTest, QueryConsoleAndTerminalSayWhatAProgramLooksFor) {
  EXPECT_THAT(run(guest, "QUERY CONSOLE"), ElementsAre("CONS 0009 DISCONNECTED", "     0009 SUBCHANNEL = 0000"));
  EXPECT_THAT(run(guest, "QUERY TERM"), testing::Contains(testing::StartsWith("CONMODE 3215,")));
  EXPECT_THAT(run(guest, "TERM CONMODE 3215"), IsEmpty());
  EXPECT_THAT(run(guest, "TERM CONMODE 3270"), ElementsAre("HCPCFC002E Invalid operand - 3270"));
}

TEST_F(CommandTest, SignalShutdownReachesTheVirtualMachine) {
  EXPECT_THAT(run(guest, "SIGNAL SHUTDOWN *"), ElementsAre("HCPSIG2113I User BEAT1 has been signaled to shut down"));
  EXPECT_THAT(system.log, ElementsAre("signal shutdown"));
}

TEST_F(CommandTest, SystemClearSaysWhatItDid) {
  EXPECT_THAT(run(guest, "SYSTEM CLEAR"), ElementsAre("STORAGE CLEARED - SYSTEM RESET"));
  EXPECT_THAT(run(guest, "SYSTEM RESTART"), IsEmpty());
  EXPECT_THAT(run(guest, "SYSTEM HALT"), ElementsAre("HCPCFC002E Invalid operand - HALT"));
}

TEST_F(CommandTest, DisplayOfRealStorageShowsWordsAndKey) {
  EXPECT_THAT(run(guest, "DISPLAY R10000.20"),
              ElementsAre("R00010000  00010203 04050607 08090A0B 0C0D0E0F  06",
                          "R00010010  10111213 14151617 18191A1B 1C1D1E1F  06"));
  EXPECT_THAT(run(guest, "D 10004-10009"), ElementsAre("R00010004  04050607 08090A0B  06"));
}

TEST_F(CommandTest, DisplayOfVirtualStorageHasNoKey) {
  EXPECT_THAT(run(guest, "D L10000"), ElementsAre("V00010000  00010203"));
}

TEST_F(CommandTest, DisplayBeyondStorageIsRefused) {
  EXPECT_THAT(run(guest, "D R100000000"),
              ElementsAre("HCPCFG160E Address 100000000 is not in storage of the virtual machine"));
  EXPECT_THAT(run(guest, "D R0.FFFFFF"), ElementsAre("HCPCFC002E Invalid operand - R0.FFFFFF"));
}

TEST_F(CommandTest, DisplayOfRegisters) {
  EXPECT_THAT(run(guest, "D G"), ElementsAre("GPR  0 =  00000000  00000001  00000002  00000003",
                                             "GPR  4 =  00000004  00000005  00000006  00000007",
                                             "GPR  8 =  00000008  00000009  0000000A  0000000B",
                                             "GPR 12 =  0000000C  0000000D  0000000E  0000000F"));
  EXPECT_THAT(run(guest, "D GG2-3"), ElementsAre("GRG  2 =  0000000200000002  0000000300000003"));
  EXPECT_THAT(run(guest, "D X0"), ElementsAre("ECR  0 =  000000E0"));
  EXPECT_THAT(run(guest, "DISPLAY PSW"), ElementsAre("PSW = 07050001 80000000 00000000 00010204"));
  EXPECT_THAT(run(guest, "D PREFIX"), ElementsAre("PREFIX = 00004000"));
}

TEST_F(CommandTest, DisplayIsOfTheCpuThatAsks) {
  auto issuer = guest;
  issuer.virtual_cpu = 1;
  run(issuer, "D PSW");
  EXPECT_THAT(system.log, ElementsAre("registers of 1"));
}

TEST_F(CommandTest, StoreChangesStorageAndRegisters) {
  EXPECT_THAT(run(guest, "STORE R200 0A 12345678"), ElementsAre("Store complete."));
  EXPECT_THAT(system.log, ElementsAre("store 200 0000000A12345678"));
  run(guest, "ST G2 FF");
  EXPECT_EQ(system.guest.set_.general[2], 0x2'0000'00FFu);
  run(guest, "ST GG2 FF");
  EXPECT_EQ(system.guest.set_.general[2], 0xFFu);
  run(guest, "STORE PSW 00000001 80000000 0 10000");
  EXPECT_EQ(system.guest.set_.psw[0], 0x0000'0001'8000'0000u);
  EXPECT_EQ(system.guest.set_.psw[1], 0x10000u);
  EXPECT_THAT(run(guest, "STORE PSW 1"), ElementsAre("HCPCFC026E Operand missing or invalid"));
}

}  // namespace
}  // namespace cp
