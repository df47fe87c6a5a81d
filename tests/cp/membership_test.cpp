#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "simulated_cluster.h"

namespace {

using namespace std::chrono_literals;
using cp::pdr::MemberState;
using cp::ssi::Mode;
using sim::Cluster;
using testing::Contains;
using testing::HasSubstr;

Mode mode(Cluster& cluster, unsigned index) { return cluster.member(index)->ssi->membership().mode(); }
z::Result<> declare_down(Cluster& cluster, unsigned by, unsigned which) {
  z::Result<> result = z::failure("no answer");
  cluster.member(by)->ssi->declare_down(Cluster::name(which), [&](z::Result<> r) { result = std::move(r); });
  cluster.world.run_for(3s);
  return result;
}

TEST(Membership, TheFirstMemberJoinsAlone) {
  Cluster cluster{1, {.members = 2}};
  cluster.ipl(0);
  cluster.world.run_for(3s);
  EXPECT_TRUE(cluster.is_joined(0));
  EXPECT_EQ(mode(cluster, 0), Mode::stable);
  EXPECT_THAT(cluster.member(0)->console,
              testing::ElementsAre("HCPPLM1697I The state of SSI system MEMBER1 has changed from DOWN to JOINING",
                                   "HCPPLM1698I The mode of the SSI cluster is IN-FLUX",
                                   "HCPPLM1697I The state of SSI system MEMBER1 has changed from JOINING to JOINED",
                                   "HCPPLM1698I The mode of the SSI cluster is STABLE"));
}

TEST(Membership, FourMembersStartedAtOnceJoinOneAfterTheOther) {
  Cluster cluster{2, {.members = 4}};
  cluster.join_all();
  for (unsigned i = 0; i < 4; ++i) {
    EXPECT_EQ(cluster.pdr_state(i), MemberState::joined) << i;
    EXPECT_EQ(mode(cluster, i), Mode::stable) << i;
  }
}

TEST(Membership, MembersEnterThemselvesInAFreshPdrThatListsNobody) {
  Cluster cluster{14, {.members = 2, .slots = Cluster::Slots::fresh}};
  cluster.join_all();
  EXPECT_TRUE(cluster.is_joined(0));
  EXPECT_EQ(cluster.volume.record().members[1].name, "MEMBER2");
}

TEST(Membership, AJoinerWithoutALinkToAJoinedMemberWaits) {
  Cluster cluster{3, {.members = 2}};
  cluster.network.cut("MEMBER1", "MEMBER2");
  cluster.ipl(0);
  cluster.world.run_for(3s);
  cluster.ipl(1);
  cluster.world.run_for(5s);
  EXPECT_EQ(cluster.pdr_state(1), MemberState::down);
  EXPECT_THAT(cluster.member(1)->console,
              Contains("HCPPLM1669I Waiting for ISFC connectivity in order to join the SSI cluster."));
  cluster.network.restore("MEMBER1", "MEMBER2");
  cluster.world.run_for(5s);
  EXPECT_TRUE(cluster.is_joined(1));
}

TEST(Membership, ALostLinkSuspendsBothEndsAndComesBackByItself) {
  Cluster cluster{4, {.members = 3}};
  cluster.join_all();
  cluster.network.cut("MEMBER1", "MEMBER2");
  cluster.world.run_for(3s);
  EXPECT_EQ(cluster.pdr_state(0), MemberState::suspended);
  EXPECT_EQ(cluster.pdr_state(1), MemberState::suspended);
  EXPECT_EQ(cluster.pdr_state(2), MemberState::joined);
  for (unsigned i = 0; i < 3; ++i) EXPECT_EQ(mode(cluster, i), Mode::safe) << i;
  cluster.network.restore("MEMBER1", "MEMBER2");
  cluster.world.run_for(3s);
  for (unsigned i = 0; i < 3; ++i) {
    EXPECT_EQ(cluster.pdr_state(i), MemberState::joined) << i;
    EXPECT_EQ(mode(cluster, i), Mode::stable) << i;
  }
}

TEST(Membership, OneOfFourDevicesLostChangesNothing) {
  Cluster cluster{5, {.members = 2}};
  cluster.join_all();
  cluster.network.cut(cluster.network.devices("MEMBER1", "MEMBER2")[1]);
  cluster.world.run_for(3s);
  EXPECT_EQ(mode(cluster, 0), Mode::stable);
}

TEST(Membership, ADeadMemberBecomesUnknownAfterTheTakeOverTimeAndDownByTheOperator) {
  Cluster cluster{6, {.members = 2}};
  cluster.join_all();
  cluster.kill(1);
  cluster.world.run_for(2s);
  EXPECT_FALSE(cluster.member(0)->ssi->is_down(cp::api::MemberSlot{2}));
  EXPECT_FALSE(declare_down(cluster, 0, 1));  // its lease may still run
  cluster.world.run_for(5s);
  EXPECT_EQ(cluster.pdr_state(1), MemberState::unknown);
  EXPECT_TRUE(cluster.member(0)->ssi->is_down(cp::api::MemberSlot{2}));
  EXPECT_EQ(cluster.pdr_state(0), MemberState::joined);
  EXPECT_EQ(mode(cluster, 0), Mode::safe);
  EXPECT_TRUE(declare_down(cluster, 0, 1));
  EXPECT_EQ(mode(cluster, 0), Mode::stable);
  EXPECT_EQ(cluster.volume.record().members[1].last_changer, "MEMBER1");
}

TEST(Membership, ADeadMemberThatIsIPLedAgainJoins) {
  Cluster cluster{7, {.members = 2}};
  cluster.join_all();
  cluster.kill(1);
  cluster.ipl(1);
  cluster.world.run_for(15s);
  EXPECT_TRUE(cluster.is_joined(1));
  EXPECT_EQ(mode(cluster, 0), Mode::stable);
  EXPECT_EQ(cluster.volume.record().members[1].incarnation, 2U);
}

TEST(Membership, AStalledMemberThatOthersTookOverStopsItself) {
  Cluster cluster{8, {.members = 2}};
  cluster.join_all();
  cluster.member(1)->host->stall(20s);
  cluster.world.run_for(10s);
  EXPECT_EQ(cluster.pdr_state(1), MemberState::unknown);
  EXPECT_FALSE(cluster.runs_guests(1));
  cluster.world.run_for(15s);
  EXPECT_TRUE(cluster.member(1)->is_fenced);
}

TEST(Membership, AShortStallIsSurvived) {
  Cluster cluster{9, {.members = 2}};
  cluster.join_all();
  cluster.member(1)->host->stall(4s);
  cluster.world.run_for(10s);
  EXPECT_TRUE(cluster.is_joined(1));
  EXPECT_TRUE(cluster.runs_guests(1));
}

TEST(Membership, WithoutItsPdrAMemberStopsItsGuestsWhenItsLeaseEnds) {
  Cluster cluster{10, {.members = 2}};
  cluster.join_all();
  cluster.volume.set_unreachable("MEMBER2", true);
  cluster.world.run_for(4s);
  EXPECT_TRUE(cluster.runs_guests(1));
  cluster.world.run_for(2s);
  EXPECT_FALSE(cluster.runs_guests(1));
}

TEST(Membership, ShutdownLeavesTheOthersStable) {
  Cluster cluster{11, {.members = 3}};
  cluster.join_all();
  cluster.member(1)->ssi->shutdown();
  cluster.world.run_for(3s);
  EXPECT_TRUE(cluster.member(1)->has_left);
  EXPECT_EQ(cluster.pdr_state(1), MemberState::down);
  EXPECT_EQ(mode(cluster, 0), Mode::stable);
  EXPECT_EQ(cluster.volume.record().members[1].down_reason, cp::pdr::DownReason::left);
  EXPECT_THAT(cluster.member(0)->console, Contains(HasSubstr("MEMBER2 has changed from JOINED to LEAVING")));
}

TEST(Membership, AMemberThatDiesWithTheLockInHandLosesIt) {
  Cluster cluster{12, {.members = 2}};
  cluster.join_all();
  while (!(is_locked(cluster.volume.key()) && cluster.volume.key().locker.text() == "MEMBER2")) cluster.world.run_for(1ms);
  cluster.kill(1);
  cluster.world.run_for(4s);
  EXPECT_TRUE(cluster.runs_guests(0));
}

TEST(Membership, ARunningMemberCannotBeDeclaredDown) {
  Cluster cluster{13, {.members = 2}};
  cluster.join_all();
  EXPECT_FALSE(declare_down(cluster, 0, 1));
  EXPECT_TRUE(cluster.is_joined(1));
}

TEST(Logons, AUseridLogsOnToOneMemberOnly) {
  Cluster cluster{20, {.members = 3}};
  cluster.join_all();
  cluster.log_on(0, "LINUX01");
  cluster.world.run_for(1s);
  cluster.log_on(1, "LINUX01");
  cluster.world.run_for(1s);
  EXPECT_THAT(cluster.member(0)->logged_on, Contains("LINUX01"));
  EXPECT_THAT(cluster.member(1)->logged_on, testing::IsEmpty());
  for (unsigned i = 0; i < 3; ++i) EXPECT_EQ(cluster.member(i)->ssi->logons().owner("LINUX01"), cp::api::MemberSlot{1});
  cluster.log_off(0, "LINUX01");
  cluster.world.run_for(1s);
  cluster.log_on(1, "LINUX01");
  cluster.world.run_for(1s);
  EXPECT_THAT(cluster.member(1)->logged_on, Contains("LINUX01"));
}

TEST(Logons, OfTwoAtOnceOneWins) {
  Cluster cluster{21, {.members = 4}};
  cluster.join_all();
  for (unsigned i = 0; i < 4; ++i) cluster.log_on(i, "LINUX01");
  cluster.world.run_for(5s);
  std::size_t winners = 0;
  for (unsigned i = 0; i < 4; ++i) winners += cluster.member(i)->logged_on.size();
  EXPECT_EQ(winners, 1U);
}

TEST(Logons, AJoinerLearnsWhoIsLoggedOn) {
  Cluster cluster{22, {.members = 2}};
  cluster.ipl(0);
  cluster.world.run_for(3s);
  cluster.log_on(0, "LINUX01");
  cluster.world.run_for(1s);
  cluster.ipl(1);
  cluster.world.run_for(5s);
  EXPECT_EQ(cluster.member(1)->ssi->logons().owner("LINUX01"), cp::api::MemberSlot{1});
}

TEST(Logons, AreRefusedInSafeModeAndFreeAgainWhenTheirMemberIsDeclaredDown) {
  Cluster cluster{23, {.members = 2}};
  cluster.join_all();
  cluster.log_on(1, "LINUX01");
  cluster.world.run_for(1s);
  cluster.kill(1);
  cluster.world.run_for(9s);
  cluster.log_on(0, "LINUX01");
  EXPECT_THAT(cluster.member(0)->logged_on, testing::IsEmpty());
  ASSERT_TRUE(declare_down(cluster, 0, 1));
  cluster.log_on(0, "LINUX01");
  cluster.world.run_for(1s);
  EXPECT_THAT(cluster.member(0)->logged_on, Contains("LINUX01"));
}

}  // namespace
