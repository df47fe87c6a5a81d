#include "fake_system.h"

namespace cp {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using std::chrono::seconds;

TEST_F(CommandTest, TestIsTheDefaultOfVmrelocate) {
  const auto* const text = "User BEAT1 is eligible for relocation to MEMBER2";
  EXPECT_THAT(run("VMRELOCATE TEST BEAT1 MEMBER2"), ElementsAre(text));
  EXPECT_THAT(run("vmrelo beat1 to member2"), ElementsAre(text));
}

TEST_F(CommandTest, TestShowsEveryReasonAgainstIt) {
  system.obstacles = {"HCPRLE1996I first", "HCPRLI1981I second"};
  EXPECT_THAT(run("VMRELOCATE TEST BEAT1 MEMBER2 FORCE ARCHITECTURE STORAGE"),
              ElementsAre("HCPRLH1940E BEAT1 is not relocatable for the following reason(s):", "HCPRLE1996I first",
                          "HCPRLI1981I second"));
  EXPECT_EQ(return_code, 1940);
  EXPECT_TRUE(system.forces.architecture);
  EXPECT_FALSE(system.forces.domain);
  EXPECT_TRUE(system.forces.storage);
}

TEST_F(CommandTest, AnAsynchronousMoveEndsWhenItHasStarted) {
  run("VMRELOCATE MOVE BEAT1 MEMBER2 ASYNC MAXQ 10 MAXT 20");
  EXPECT_EQ(return_code, -1);
  EXPECT_EQ(system.limits.quiesce, seconds{10});
  EXPECT_EQ(system.limits.total, seconds{20});
  system.events.started("MEMBER1");
  EXPECT_THAT(lines, ElementsAre("Relocation of BEAT1 from MEMBER1 to MEMBER2 started"));
  EXPECT_EQ(return_code, 0);
  system.events.ended({MoveEnd::Kind::relocated, "MEMBER1", "", "", ""});
  EXPECT_THAT(system.log, ElementsAre("move BEAT1 to MEMBER2 by MAINT",
                                      "MAINT is told: User BEAT1 has been relocated from MEMBER1 to MEMBER2"));
}

TEST_F(CommandTest, ASynchronousMoveEndsWithTheRelocation) {
  run("VMRELOCATE MOVE BEAT1 MEMBER2");
  system.events.started("MEMBER1");
  EXPECT_EQ(return_code, -1);
  system.events.ended({MoveEnd::Kind::relocated, "MEMBER1", "", "", ""});
  EXPECT_THAT(lines, ElementsAre("Relocation of BEAT1 from MEMBER1 to MEMBER2 started",
                                 "User BEAT1 has been relocated from MEMBER1 to MEMBER2"));
  EXPECT_EQ(return_code, 0);
}

TEST_F(CommandTest, AMoveThatFailsSaysWhy) {
  run("VMRELOCATE MOVE BEAT1 MEMBER2");
  system.events.started("MEMBER1");
  system.events.ended({MoveEnd::Kind::failed, "MEMBER1", "ISFC connection lost", "", ""});
  EXPECT_EQ(lines.back(), "HCPRLH1941E Relocation of BEAT1 from MEMBER1 to MEMBER2 failed: ISFC connection lost");
  EXPECT_EQ(return_code, 1941);
}

TEST_F(CommandTest, AMoveOfAGuestThatMayNotMoveShowsTheReasons) {
  run("VMRELOCATE MOVE BEAT1 MEMBER2");
  system.events.refused({"HCPRLE1982I off"});
  EXPECT_THAT(lines, ElementsAre("HCPRLH1940E BEAT1 is not relocatable for the following reason(s):", "HCPRLE1982I off"));
}

TEST_F(CommandTest, LimitsHaveTheManualsDefaults) {
  run("VMRELOCATE MOVE BEAT1 MEMBER2");
  EXPECT_EQ(system.limits.quiesce, seconds{10});
  EXPECT_EQ(system.limits.total, std::nullopt);
  run("VMRELOCATE MOVE BEAT1 MEMBER2 IMMEDIATE YES");
  EXPECT_EQ(system.limits.quiesce, std::nullopt);
  run("VMRELOCATE MOVE BEAT1 MEMBER2 IMMED YES MAXQUIESCE 3");
  EXPECT_EQ(system.limits.quiesce, seconds{3});
  run("VMRELOCATE MOVE BEAT1 MEMBER2 MAXQUIESCE NOLIMIT");
  EXPECT_EQ(system.limits.quiesce, std::nullopt);
  EXPECT_THAT(run("VMRELOCATE MOVE BEAT1 MEMBER2 MAXT 0"), ElementsAre("HCPCFC002E Invalid operand - 0"));
  EXPECT_THAT(run("VMRELOCATE MOVE BEAT1"), ElementsAre("HCPCFC026E Operand missing or invalid"));
  EXPECT_THAT(run("VMRELOCATE MOVE BEAT1 MEMBER2 QUICKLY"), ElementsAre("HCPCFC002E Invalid operand - QUICKLY"));
}

RelocationStatus final_copy() {
  RelocationStatus status;
  status.userid = "LGRLIN21";
  status.from = "MEMBER1";
  status.to = "GDLLCPX3";
  status.by = "CELESKEY";
  status.phase = "Final Mem Copy";
  status.elapsed = seconds{7};
  status.limits.style = RelocationLimits::Style::asynchronous;
  status.limits.total = seconds{10};
  status.pages_sent = 560'089;
  status.passes = 3;
  status.pages_in_this_pass = 15'881;
  return status;
}

TEST_F(CommandTest, StatusWithDetails) {
  system.moves = {final_copy()};
  EXPECT_THAT(run("vmrelocate status lgrlin21 details"),
              ElementsAre("User     From     To       By       Status         Elapsed",
                          "LGRLIN21 MEMBER1  GDLLCPX3 CELESKEY Final Mem Copy 00:00:07", "", "Options: ASYNCH IMMED NO",
                          "Max Total Time 10 sec", "Max Quiesce Time 10 sec", "",
                          "Total pages sent 560089 in 3 passes; 15881 pages sent in pass 4"));
}

TEST_F(CommandTest, StatusSelectsByDirection) {
  const auto* const none = "No matching virtual machine relocation is currently in progress on this system";
  EXPECT_THAT(run("VMRELOCATE STATUS"), ElementsAre(none));
  system.moves = {final_copy()};
  EXPECT_EQ(run("VMRELOCATE STATUS OUTGOING").size(), 2u);
  EXPECT_EQ(run("VMRELOCATE STATUS USER LGRLIN21").size(), 2u);
  EXPECT_THAT(run("VMRELOCATE STATUS INCOMING"), ElementsAre(none));
  EXPECT_THAT(run("VMRELOCATE STATUS BEAT1"), ElementsAre(none));
}

TEST_F(CommandTest, ModifyChangesTheLimitsThatAreGiven) {
  EXPECT_THAT(run("VMRELOCATE MODIFY BEAT1 MAXT NOLIMIT MAXQ 5"), IsEmpty());
  run("VMRELOCATE MODIFY BEAT1 MAXTOTAL 7");
  EXPECT_THAT(system.log, ElementsAre("modify BEAT1 total none quiesce 5", "modify BEAT1 total 7 quiesce same"));
}

TEST_F(CommandTest, CancelSaysWhoCanceledWhere) {
  system.moves = {final_copy()};
  EXPECT_THAT(run("VMRELOCATE CANCEL LGRLIN21"),
              ElementsAre("Relocation of user LGRLIN21 from MEMBER1 to GDLLCPX3 has been canceled by MAINT on MEMBER1."));
  EXPECT_THAT(run("VMRELOCATE CANCEL BEAT1"),
              ElementsAre("HCPRLL1926E No matching virtual machine relocation is currently in progress on this system"));
}

TEST_F(CommandTest, SetVmrelocateShowsTheSetting) {
  EXPECT_THAT(run("SET VMRELOCATE BEAT1 ON DOMAIN PROD"),
              ElementsAre("Running on member  MEMBER1", "Relocation enabled in Domain SSI"));
  run(guest, "SET VMRELOCATE * OFF");
  EXPECT_THAT(system.log, ElementsAre("relocation of BEAT1: on domain 'PROD'", "relocation of BEAT1: off domain ''"));
  EXPECT_THAT(run(guest, "SET VMRELOCATE BEAT2 OFF"), ElementsAre("HCPCFC002E Invalid operand - BEAT2"));
}

TEST_F(CommandTest, DefineRelodomain) {
  run("DEFINE RELODOMAIN PROD MEMBERS MEMBER1 MEMBER2");
  EXPECT_THAT(system.log, ElementsAre("domain PROD = MEMBER1 MEMBER2"));
}

}  // namespace
}  // namespace cp
