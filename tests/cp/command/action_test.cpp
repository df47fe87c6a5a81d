#include "fake_system.h"

namespace cp {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(CommandTest, LogonSaysWhen) {
  EXPECT_THAT(run("LOGON BEAT1 SECRET NOIPL"), ElementsAre("LOGON AT 11:59:14 EDT THURSDAY 09/05/13"));
  EXPECT_THAT(system.log, ElementsAre("logon BEAT1 'SECRET' noipl"));
}

TEST_F(CommandTest, ALogonThatIsRefusedSaysWhy) {
  system.answer = refusal(54, std::string{"on MEMBER2"});
  EXPECT_THAT(run("LOGON BEAT1 SECRET"), ElementsAre("HCPLGA054E Already logged on on MEMBER2"));
  EXPECT_EQ(return_code, 54);
}

TEST_F(CommandTest, LogoffAndDisconnectEndTheSession) {
  EXPECT_THAT(run("LOGOFF"), ElementsAre("CONNECT= 00:12:04 VIRTCPU= 000:00.21 TOTCPU= 000:00.30",
                                         "LOGOFF AT 11:59:14 EDT THURSDAY 09/05/13"));
  EXPECT_THAT(run("DISC"), ElementsAre("DISCONNECT AT 11:59:14 EDT THURSDAY 09/05/13"));
  EXPECT_THAT(system.log, ElementsAre("logoff MAINT by ''", "disconnect MAINT"));
}

TEST_F(CommandTest, ForceLogsAnotherUserOff) {
  EXPECT_THAT(run("FORCE BEAT1"), ElementsAre("USER DSC   LOGOFF AS  BEAT1    USERS = 2   FORCED BY MAINT"));
  EXPECT_THAT(system.log, ElementsAre("logoff BEAT1 by 'MAINT'"));
}

TEST_F(CommandTest, XautologReportsTheUserAndItsIpl) {
  EXPECT_THAT(run("XAUTOLOG BEAT1"),
              ElementsAre("Command accepted", "AUTO LOGON  ***   BEAT1    USERS = 2   BY MAINT",
                          "HCPCLS6056I XAUTOLOG information for BEAT1: The IPL command is verified by the IPL command "
                          "processor."));
  system.answer = refusal(53, std::string{"NOBODY"});
  EXPECT_THAT(run("XAUTOLOG NOBODY"), ElementsAre("HCPLGA053E NOBODY not in CP directory"));
}

TEST_F(CommandTest, MessagesNameTheirSender) {
  run("MSG BEAT1 hello, World");
  run("M OPERATOR AT MEMBER2 there");
  run("MSGNOH BEAT1 bare");
  run("WNG BEAT1 soon");
  EXPECT_THAT(system.log, ElementsAre("BEAT1 at '' gets: * MSG FROM MAINT    : hello, World",
                                      "OPERATOR at 'MEMBER2' gets: * MSG FROM MAINT    : there",
                                      "BEAT1 at '' gets: bare", "BEAT1 at '' gets: * WNG FROM MAINT    : soon"));
  EXPECT_THAT(run("MSG BEAT1"), ElementsAre("HCPCFC026E Operand missing or invalid"));
}

TEST_F(CommandTest, AMessageFromAnotherMemberNamesIt) {
  UserMessage message;
  message.from = "MAINT";
  message.from_member = "MEMBER2";
  message.text = "hi";
  EXPECT_EQ(message.line("MEMBER1"), "* MSG FROM MAINT    AT MEMBER2 : hi");
}

TEST_F(CommandTest, SendTypesAtTheConsoleOfAGuest) {
  run("SEND BEAT1 ls -l");
  EXPECT_THAT(system.log, ElementsAre("console ls -l"));
  EXPECT_THAT(run("SEND NOBODY x"), ElementsAre("HCPCQU045E NOBODY not logged on"));
}

TEST_F(CommandTest, SendCpAndForRunACommandWithTheUsersAuthority) {
  EXPECT_THAT(run("SEND CP BEAT1 Q USERID"), ElementsAre("BEAT1    AT MEMBER1"));
  EXPECT_THAT(run("FOR BEAT1 CMD SHUTDOWN"), ElementsAre("HCPCMD001E Unknown CP command: SHUTDOWN"));
}

TEST_F(CommandTest, AtRunsACommandOnAnotherMember) {
  run("AT MEMBER2 CMD XAUTOLOG BEAT1");
  EXPECT_THAT(system.log, ElementsAre("at MEMBER2 by MAINT: XAUTOLOG BEAT1"));
  EXPECT_THAT(run("AT MEMBER1 CMD Q USERID"), ElementsAre("MAINT    AT MEMBER1"));
  system.answer = refusal(1640, std::string{"MEMBER9"});
  EXPECT_THAT(run("AT MEMBER9 CMD Q T"), ElementsAre("HCPATC1640E System MEMBER9 is not a joined member of the SSI "
                                                     "cluster"));
  EXPECT_THAT(run("AT MEMBER2 Q T"), ElementsAre("HCPCFC002E Invalid operand - Q"));
}

TEST_F(CommandTest, ActivateIslinkAnswersForEachDevice) {
  EXPECT_THAT(run("ACTIVATE ISLINK 6000 6002-6003 NODE MEMBER2"),
              ElementsAre("Link device 6000 activated.", "Link device 6002 activated.", "Link device 6003 activated."));
  EXPECT_THAT(system.log, ElementsAre("activate 6000 'MEMBER2'", "activate 6002 'MEMBER2'", "activate 6003 'MEMBER2'"));
}

TEST_F(CommandTest, DeactivateIslinkAllTakesEveryDevice) {
  system.links_status = {{"MEMBER2", {{z::DeviceNumber{0x6000}, "FCTC", "Up", "Idle", 0, 0, 1}}}};
  EXPECT_THAT(run("DEACT ISLINK ALL"), ElementsAre("Link device 6000 deactivated."));
}

TEST_F(CommandTest, SetSsiChangesASlotOrDeclaresAMemberDown) {
  run("SET SSI SLOT 3 MEMBER3");
  run("SET SSI SLOT 3 AVAIL");
  run("SET SSI MEMBER2 DOWN");
  EXPECT_THAT(system.log, ElementsAre("slot 3 'MEMBER3'", "slot 3 ''", "down MEMBER2"));
  EXPECT_THAT(run("SET SSI SLOT 9 X"), ElementsAre("HCPCFC002E Invalid operand - 9"));
}

TEST_F(CommandTest, VaryAnswersForEachDeviceThenTheSum) {
  EXPECT_THAT(run("VARY ONLINE 6001-6002"),
              ElementsAre("6001 varied online", "HCPQMD040E Device 6002 does not exist",
                          "2 device(s) specified; 1 device(s) successfully varied online"));
  EXPECT_EQ(return_code, 40);
}

TEST_F(CommandTest, AttachAndDetach) {
  EXPECT_THAT(run("ATTACH 300 TO BEAT1 AS 200 R/O"), ElementsAre("DASD 0300 ATTACHED TO BEAT1 0200"));
  EXPECT_THAT(run("ATT 300 SYSTEM"), ElementsAre("DASD 0300 ATTACHED TO SYSTEM"));
  EXPECT_THAT(run("DETACH 300 FROM BEAT1"), ElementsAre("0300 DETACHED"));
  EXPECT_THAT(run(guest, "DETACH 191"), ElementsAre("0191 DETACHED"));
  EXPECT_THAT(system.log, ElementsAre("attach 0300 to BEAT1 as 0200 r/o", "attach 0300 to SYSTEM as 0300",
                                      "detach real 0300", "detach 0191"));
}

TEST_F(CommandTest, SleepWaitsAsLongAsItSays) {
  EXPECT_THAT(run("SLEEP 2 MIN"), IsEmpty());
  EXPECT_EQ(system.slept, std::chrono::seconds{120});
  EXPECT_THAT(run("SLEEP"), ElementsAre("HCPCFC026E Operand missing or invalid"));
}

TEST_F(CommandTest, TraceIoAndShutdown) {
  run("TRACE IO ON");
  run("TRACE IO OFF");
  run("io user lnx1 break at=unit-check");
  run("trace io device=0200-020F, to=/tmp/Trace.pcapng");
  run("SHUTDOWN");
  EXPECT_THAT(system.log, ElementsAre("trace on", "trace off", "io LNX1: break at=unit-check", "trace on: device=0200-020F, to=/tmp/Trace.pcapng", "shutdown"));
}

}  // namespace
}  // namespace cp
