#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "world.h"

// The commands on two members in virtual time, without faults.
namespace lgr::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Limits busy() {  // passes that never fit the goal
  Limits limits;
  limits.quiesce_goal = 0ns;
  return limits;
}

struct RelocationsTest : testing::Test {
  void SetUp() override { world.write_interval = 200us; }
  Relocations& at(MemberSlot slot) { return world.node(slot).relocations; }
  World world{11, 512};
};

TEST_F(RelocationsTest, TestTellsThatAGuestIsEligibleAndMovesNothing) {
  std::optional<std::vector<std::string>> told;
  ASSERT_TRUE(at(source).test("LINUX01", destination, {}, [&](auto lines) { told = lines; }).has_value());
  world.run_for(1s);
  EXPECT_EQ(told, std::vector<std::string>{});
  EXPECT_TRUE(world.node(source).runs_guest());
  EXPECT_EQ(world.record.epoch, 1U);
}

TEST_F(RelocationsTest, TestTellsAllReasonsOfTheDestination) {
  world.node(destination).obstacles = {"HCP1981I a", "HCP1996I b"};
  std::vector<std::string> told;
  ASSERT_TRUE(at(source).test("LINUX01", destination, {}, [&](auto lines) { told = lines; }).has_value());
  world.run_for(1s);
  EXPECT_THAT(told, ElementsAre("HCP1981I a", "HCP1996I b"));
}

TEST_F(RelocationsTest, TestEndsWhenTheLinkIsCut) {
  std::vector<std::string> told;
  ASSERT_TRUE(at(source).test("LINUX01", destination, {}, [&](auto lines) { told = lines; }).has_value());
  world.cut(1s);
  world.run_for(1s);
  EXPECT_THAT(told, ElementsAre("ISFC connection lost"));
}

TEST_F(RelocationsTest, AMemberThatDoesNotAnswerAnOfferIsGivenUp) {
  world.is_deaf = true;
  std::vector<std::string> told;
  ASSERT_TRUE(at(source).test("LINUX01", destination, {}, [&](auto lines) { told = lines; }).has_value());
  world.start({});
  world.run_for(31s);
  EXPECT_THAT(told, ElementsAre("the destination does not answer"));
  EXPECT_EQ(world.ended.at(0).code, EndCode::connection_lost);
  EXPECT_TRUE(world.node(source).runs_guest());
}

TEST_F(RelocationsTest, MoveIsRefusedWithTheReasonsOfTheDestination) {
  world.node(destination).obstacles = {"HCP1981I a"};
  world.start({});
  world.run_for(1s);
  EXPECT_THAT(world.refused, ElementsAre("HCP1981I a"));
  EXPECT_TRUE(world.ended.empty());
  EXPECT_TRUE(world.node(source).runs_guest());
}

TEST_F(RelocationsTest, AMoveThatCannotBeExaminedIsRejected) {
  EXPECT_EQ(at(source).move({.userid = "LINUX01", .to = source, .issuer = "", .forces = {}, .limits = {}}, {}).error(),
            Rejection::destination_is_here);
  world.start({});
  EXPECT_EQ(
      at(source).move({.userid = "LINUX01", .to = destination, .issuer = "", .forces = {}, .limits = {}}, {}).error(),
      Rejection::already_relocating);
  world.node(destination).guest = nullptr;
  EXPECT_EQ(
      at(destination).move({.userid = "LINUX01", .to = source, .issuer = "", .forces = {}, .limits = {}}, {}).error(),
      Rejection::not_logged_on);
}

TEST_F(RelocationsTest, BothMembersKnowTheRelocation) {
  world.start(busy());
  world.run_for(1500us);
  ASSERT_EQ(at(source).reports().size(), 1U);
  ASSERT_EQ(at(destination).reports().size(), 1U);
  const auto incoming = at(destination).reports()[0];
  EXPECT_EQ(incoming.userid, "LINUX01");
  EXPECT_EQ(incoming.from, "MEMBER1");
  EXPECT_EQ(incoming.issuer, "OPERATOR");
  EXPECT_EQ(incoming.direction, Direction::incoming);
  EXPECT_THAT(at(source).reports()[0].status_word(), testing::StartsWith("Mem Move "));
}

TEST_F(RelocationsTest, CancelAtTheSourceIsCode1) {
  world.start(busy());
  world.run_for(1500us);
  EXPECT_TRUE(at(source).cancel("LINUX01", EndCode::cancelled, "CELESKEY"));
  world.run_for(1s);
  ASSERT_EQ(world.ended.size(), 1U);
  EXPECT_EQ(world.ended[0].code, EndCode::cancelled);
  EXPECT_EQ(world.ended[0].cancelled_by, "CELESKEY");
  EXPECT_EQ(world.ended[0].cancelled_on, "MEMBER1");
  EXPECT_TRUE(world.node(source).runs_guest());
  EXPECT_EQ(world.node(destination).image, nullptr);
  EXPECT_EQ(world.record, (GuestRecord{GuestState::running, source, {}, 3}));
}

TEST_F(RelocationsTest, CancelWorksFromTheDestinationToo) {
  world.start(busy());
  world.run_for(1500us);
  EXPECT_TRUE(at(destination).cancel("LINUX01", EndCode::cancelled, "CELESKEY"));
  world.run_for(1s);
  ASSERT_EQ(world.ended.size(), 1U);
  EXPECT_EQ(world.ended[0].cancelled_on, "MEMBER2");
  EXPECT_TRUE(world.node(source).runs_guest());
}

TEST_F(RelocationsTest, CancelOfNothingIsTold) { EXPECT_FALSE(at(source).cancel("LINUX01", EndCode::cancelled, "X")); }

TEST_F(RelocationsTest, MaxTotalIsCode4) {
  auto limits = busy();
  limits.max_total = 1500us;
  world.start(limits);
  world.run_for(1s);
  EXPECT_EQ(world.ended.at(0).code, EndCode::max_total_exceeded);
  EXPECT_TRUE(world.node(source).runs_guest());
}

TEST_F(RelocationsTest, MaxQuiesceIsCode5AndTheGuestGoesOn) {
  Limits limits = immediate_limits();
  limits.max_quiesce = 600us;  // the I/O takes longer to end
  world.start(limits);
  world.run_for(1s);
  EXPECT_EQ(world.ended.at(0).code, EndCode::max_quiesce_exceeded);
  EXPECT_TRUE(world.node(source).runs_guest());
  EXPECT_TRUE(world.violations.empty());
}

TEST_F(RelocationsTest, ModifyChangesTheLimitsOfARelocationUnderWay) {
  world.start(busy());
  world.run_for(1500us);
  EXPECT_TRUE(at(source).modify("LINUX01", {.max_total = std::optional<Nanoseconds>{2ms}, .max_quiesce = {}}));
  world.run_for(1s);
  EXPECT_EQ(world.ended.at(0).code, EndCode::max_total_exceeded);
}

TEST_F(RelocationsTest, AGuestThatIsLoggedOffEndsItsRelocationWithCode7) {
  world.start(busy());
  world.run_for(1500us);
  bool is_gone = false;
  at(source).guest_leaving("LINUX01", [&] { is_gone = true; });
  world.run_for(1s);
  EXPECT_TRUE(is_gone);
  EXPECT_EQ(world.ended.at(0).code, EndCode::guest_reset);
}

TEST_F(RelocationsTest, ImmediateMakesOnePassBeforeTheTwoLast) {
  world.start(immediate_limits());
  world.run_for(1s);
  ASSERT_EQ(world.ended.at(0).code, EndCode::success);
  EXPECT_EQ(world.ended[0].passes.size(), 3U);
}

TEST_F(RelocationsTest, ADamagedMessageCancels) {
  world.damage_message = 6;
  world.start(busy());
  world.run_for(1s);
  EXPECT_EQ(world.ended.at(0).code, EndCode::internal_error);
  EXPECT_TRUE(world.node(source).runs_guest());
}

TEST_F(RelocationsTest, TheBookOfAMoveIsKept) {
  world.start({});
  world.run_for(1s);
  ASSERT_EQ(at(source).history().size(), 1U);
  const auto& report = at(source).history()[0];
  EXPECT_EQ(report.passes.at(0).frames.value, 512U);
  EXPECT_GT(report.passes.at(0).zero.value, 200U);
  EXPECT_EQ(report.blackout.total(), report.quiesce);
  EXPECT_EQ(at(destination).history().at(0).code, EndCode::success);
  const auto json = to_json(report);
  EXPECT_THAT(json,
              HasSubstr(R"("userid":"LINUX01","from":"MEMBER1","to":"MEMBER2","outcome":"relocated","end_code":0)"));
  EXPECT_THAT(json, HasSubstr(R"("blackout":{"park_ms":0.100)"));
}

}  // namespace
}  // namespace lgr::test
