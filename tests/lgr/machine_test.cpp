#include <gtest/gtest.h>

#include "lgr/destination.h"
#include "lgr/source.h"

// Rows of the crash table (lgr/README.md) on the bare machines.
namespace lgr {
namespace {

using namespace std::chrono_literals;
using cp::api::GuestRecord;
using cp::api::GuestState;
using cp::api::MemberSlot;
using cp::api::SwapOutcome;

constexpr MemberSlot s{1}, d{2};
const GuestRecord running_s{GuestState::running, s, {}, 5};
const GuestRecord relocating{GuestState::relocating, s, d, 6};
const GuestRecord committed{GuestState::committed, d, s, 7};

template <class Wanted, class Actions>
const Wanted* find(const Actions& actions) {
  for (const auto& action : actions)
    if (const auto* wanted = std::get_if<Wanted>(&action)) return wanted;
  return nullptr;
}
template <class Wanted, class Actions>
bool has(const Actions& actions) {
  return find<Wanted>(actions) != nullptr;
}

event::RecordSwapped swapped(GuestRecord now) { return {{SwapOutcome::swapped, now}}; }
event::RecordSwapped unknown() { return {{SwapOutcome::unknown, {}}}; }

struct SourceTest : testing::Test {
  Source::Actions on(Source::Event event) { return source.on(event, now += 1ms); }
  void claim() {
    on(event::Begin{});
    on(event::Accepted{});
    on(event::RecordKnown{running_s});
    on(swapped(relocating));
  }
  void stop() {
    claim();
    PassReport report;
    report.pass = 1;
    report.frames = {100};
    report.bytes = report.frames.bytes();
    report.time = 1ms;
    on(event::PassMoved{report, {}});
  }
  void complete() {
    stop();
    on(event::Parked{});
    on(event::PassIssued{});
    on(event::Drained{});
    on(event::PassIssued{});
  }
  void commit() {
    complete();
    on(event::PeerReady{});
    on(swapped(committed));
  }
  z::Nanoseconds now{};
  Source source{s, d, Limits{}, Timing{}};
};

TEST_F(SourceTest, AQuietRelocationGoesThroughAllPhases) {
  EXPECT_TRUE(has<action::SendOffer>(on(event::Begin{})));
  EXPECT_TRUE(has<action::ReadRecord>(on(event::Accepted{})));
  auto actions = on(event::RecordKnown{running_s});
  ASSERT_TRUE(has<action::SwapRecord>(actions));
  EXPECT_EQ(find<action::SwapRecord>(actions)->expected, running_s);
  EXPECT_EQ(find<action::SwapRecord>(actions)->desired, relocating);
  EXPECT_EQ(find<action::StartPass>(on(swapped(relocating)))->kind, PassKind::running);
  EXPECT_EQ(source.stage(), Stage::memory_move);
  PassReport report;
  report.frames = {1};
  report.time = 1ms;
  EXPECT_TRUE(has<action::StopGuest>(on(event::PassMoved{report, {}})));
  EXPECT_EQ(find<action::StartPass>(on(event::Parked{}))->kind, PassKind::penultimate);
  EXPECT_TRUE(on(event::PassIssued{}).empty()) << "I/O still runs";
  EXPECT_EQ(find<action::StartPass>(on(event::Drained{}))->kind, PassKind::final);
  EXPECT_EQ(find<action::SendState>(on(event::PassIssued{}))->epoch, relocating.epoch);
  actions = on(event::PeerReady{});
  EXPECT_EQ(find<action::SwapRecord>(actions)->desired, committed);
  EXPECT_TRUE(has<action::SendCommitted>(on(swapped(committed))));
  actions = on(event::PeerRunning{});
  EXPECT_TRUE(has<action::ReleaseGuest>(actions));
  EXPECT_EQ(find<action::Finish>(actions)->code, EndCode::success);
}

TEST_F(SourceTest, BlackoutPartsAddUpToTheQuiesce) {
  commit();
  on(event::PeerRunning{});
  EXPECT_EQ(source.blackout().park, 1ms);
  EXPECT_EQ(source.blackout().total(), source.quiesce());
  EXPECT_EQ(source.quiesce(), 7ms);  // seven events after the stop
}

TEST_F(SourceTest, NothingMovesWhenTheSourceFindsObstacles) {
  const auto actions = on(event::Begin{{"HCP1982I"}});
  EXPECT_EQ(actions.size(), 1U);
  EXPECT_EQ(find<action::Finish>(actions)->code, EndCode::not_eligible);
}

TEST_F(SourceTest, EligibilityLostDuringThePassesIsCode6) {
  claim();
  EXPECT_EQ(find<action::SendCancel>(on(event::PassMoved{{}, {"HCP1981I"}}))->code, EndCode::not_eligible);
}

TEST_F(SourceTest, ALinkCutBeforeTheImageIsCompleteLetsTheGuestGoOnAtOnce) {
  stop();
  const auto actions = on(event::LinkLost{});
  EXPECT_TRUE(has<action::ResumeGuest>(actions));
  EXPECT_EQ(find<action::SwapRecord>(actions)->desired, (GuestRecord{GuestState::running, s, {}, 7}));
}

TEST_F(SourceTest, ALinkCutWhenTheImageMayBeCompleteResumesOnlyOverTheRecord) {
  complete();
  auto actions = on(event::LinkLost{});
  EXPECT_FALSE(has<action::ResumeGuest>(actions)) << "if we died now, the destination would claim its image";
  ASSERT_TRUE(has<action::SwapRecord>(actions));
  actions = on(swapped({GuestState::running, s, {}, 7}));
  EXPECT_TRUE(has<action::ResumeGuest>(actions));
  EXPECT_EQ(find<action::Finish>(actions)->code, EndCode::connection_lost);
}

TEST_F(SourceTest, TheDestinationsWordThatItHasNoImageResumesTheGuestToo) {
  complete();
  on(event::CancelRequested{EndCode::cancelled, "OPERATOR"});
  EXPECT_TRUE(has<action::ResumeGuest>(on(event::PeerDiscarded{EndCode::cancelled, {}})));
}

TEST_F(SourceTest, MaxQuiesceIsEnforcedByTheClock) {
  complete();
  EXPECT_EQ(find<action::SendCancel>(on(event::TimeUp{TimerKind::max_quiesce}))->code, EndCode::max_quiesce_exceeded);
  EXPECT_EQ(source.stage(), Stage::cancelling);
}

TEST_F(SourceTest, AReadyThatComesTooLateIsNotCommitted) {
  complete();
  now += 11s;
  EXPECT_EQ(find<action::SendCancel>(on(event::PeerReady{}))->code, EndCode::max_quiesce_exceeded);
}

TEST_F(SourceTest, CancelDuringTheCommitComesTooLate) {
  complete();
  on(event::PeerReady{});
  EXPECT_TRUE(on(event::CancelRequested{EndCode::cancelled, "OPERATOR"}).empty());
  EXPECT_TRUE(has<action::SendCommitted>(on(swapped(committed))));
}

TEST_F(SourceTest, ACommitOfUnknownOutcomeStaysParkedUntilTheRecordIsRead) {
  complete();
  on(event::PeerReady{});
  auto actions = on(unknown());
  EXPECT_TRUE(has<action::ReadRecord>(actions));
  EXPECT_FALSE(has<action::ResumeGuest>(actions));
  EXPECT_FALSE(has<action::SendCancel>(actions)) << "the destination must keep its image";
  actions = on(event::RecordKnown{});
  EXPECT_FALSE(has<action::ResumeGuest>(actions));
  EXPECT_TRUE(has<action::ReadRecord>(on(event::TimeUp{TimerKind::record})));
}

TEST_F(SourceTest, ACommitThatProvesToBeWrittenIsHandedOver) {
  complete();
  on(event::PeerReady{});
  on(unknown());
  EXPECT_TRUE(has<action::SendCommitted>(on(event::RecordKnown{committed})));
}

TEST_F(SourceTest, ACommitThatProvesNotToBeWrittenIsRolledBack) {
  complete();
  on(event::PeerReady{});
  on(unknown());
  EXPECT_TRUE(has<action::SwapRecord>(on(event::RecordKnown{relocating})));
  EXPECT_TRUE(has<action::ResumeGuest>(on(swapped({GuestState::running, s, {}, 7}))));
}

TEST_F(SourceTest, TakesTheGuestBackWhenTheDestinationDiesBetweenCommitAndRunning) {
  commit();
  EXPECT_TRUE(has<action::ReadRecord>(on(event::PeerDown{})));
  auto actions = on(event::RecordKnown{committed});
  ASSERT_TRUE(has<action::SwapRecord>(actions));
  EXPECT_EQ(find<action::SwapRecord>(actions)->desired, (GuestRecord{GuestState::running, s, {}, 8}));
  actions = on(swapped({GuestState::running, s, {}, 8}));
  EXPECT_TRUE(has<action::ResumeGuest>(actions));
  EXPECT_EQ(find<action::Finish>(actions)->code, EndCode::connection_lost);
}

TEST_F(SourceTest, FreesTheGuestWhenTheDestinationRanBeforeItDied) {
  commit();
  on(event::PeerDown{});
  EXPECT_TRUE(has<action::ReleaseGuest>(on(event::RecordKnown{GuestRecord{GuestState::running, d, {}, 8}})));
}

TEST_F(SourceTest, AMereLinkCutAfterTheCommitTakesNothingBack) {
  commit();
  on(event::LinkLost{});
  const auto actions = on(event::RecordKnown{committed});
  EXPECT_FALSE(has<action::SwapRecord>(actions));
  EXPECT_TRUE(has<action::SetTimer>(actions));
}

struct DestinationTest : testing::Test {
  Destination::Actions on(Destination::Event event) { return machine.on(event, now += 1ms); }
  void ready() {
    on(event::Created{});
    on(event::ImageComplete{relocating.epoch});
  }
  z::Nanoseconds now{};
  Destination machine{d, s, Timing{}};
};

TEST_F(DestinationTest, RunsOnlyAfterItWroteTheRecordItself) {
  ready();
  auto actions = on(event::Committed{});
  EXPECT_FALSE(has<action::Activate>(actions));
  EXPECT_EQ(find<action::SwapRecord>(actions)->expected, committed);
  actions = on(swapped({GuestState::running, d, {}, 8}));
  EXPECT_TRUE(has<action::Activate>(actions));
  EXPECT_TRUE(has<action::SendRunning>(actions));
}

TEST_F(DestinationTest, AMessageThatTheRecordDoesNotConfirmRunsNothing) {
  ready();
  on(event::Committed{});
  const auto actions = on(event::RecordSwapped{{SwapOutcome::mismatched, relocating}});
  EXPECT_FALSE(has<action::Activate>(actions));
  EXPECT_EQ(machine.phase(), Destination::Phase::ready);
}

TEST_F(DestinationTest, ForgetsAnIncompleteGuestWhenTheLinkIsCut) {
  on(event::Created{});
  EXPECT_TRUE(has<action::Discard>(on(event::LinkLost{})));
}

TEST_F(DestinationTest, KeepsACompleteGuestWhenTheLinkIsCutAndAsksTheRecord) {
  ready();
  const auto actions = on(event::LinkLost{});
  EXPECT_FALSE(has<action::Discard>(actions));
  EXPECT_TRUE(has<action::ReadRecord>(actions));
  EXPECT_TRUE(has<action::SwapRecord>(on(event::RecordKnown{committed}))) << "link cut after the commit";
}

TEST_F(DestinationTest, DiscardsWhenTheRecordIsTheSourcesAgain) {
  ready();
  on(event::LinkLost{});
  EXPECT_TRUE(has<action::Discard>(on(event::RecordKnown{GuestRecord{GuestState::running, s, {}, 7}})));
}

TEST_F(DestinationTest, NeverRunsOnAnUncommittedRecordWhileTheSourceMayLive) {
  ready();
  on(event::LinkLost{});
  EXPECT_FALSE(has<action::SwapRecord>(on(event::RecordKnown{relocating})));
}

TEST_F(DestinationTest, ClaimsACompleteGuestWhenTheSourceIsDownByLease) {
  ready();
  on(event::PeerDown{});
  auto actions = on(event::RecordKnown{relocating});
  ASSERT_TRUE(has<action::SwapRecord>(actions));
  EXPECT_EQ(find<action::SwapRecord>(actions)->expected, relocating);
  EXPECT_TRUE(has<action::Activate>(on(swapped({GuestState::running, d, {}, 7}))));
}

TEST_F(DestinationTest, LosesTheRaceWhenTheSourceRolledBackFirst) {
  ready();
  on(event::PeerDown{});
  on(event::RecordKnown{relocating});
  const auto actions = on(event::RecordSwapped{{SwapOutcome::mismatched, {GuestState::running, s, {}, 7}}});
  EXPECT_TRUE(has<action::Discard>(actions));
  EXPECT_FALSE(has<action::Activate>(actions));
}

TEST_F(DestinationTest, AClaimOfUnknownOutcomeIsReadBack) {
  ready();
  on(event::Committed{});
  on(unknown());
  EXPECT_TRUE(has<action::ReadRecord>(on(event::RecordTimeUp{})));
  EXPECT_TRUE(has<action::Activate>(on(event::RecordKnown{GuestRecord{GuestState::running, d, {}, 8}})));
}

TEST_F(DestinationTest, AnImageOfAnEarlierAttemptIsNeverClaimed) {
  ready();
  on(event::PeerDown{});
  // The source rolled back (7), and began again (8), before it died.
  EXPECT_TRUE(has<action::Discard>(on(event::RecordKnown{GuestRecord{GuestState::relocating, s, d, 8}})));
}

}  // namespace
}  // namespace lgr
