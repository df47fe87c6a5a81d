#include "lgr/policy.h"

#include <gtest/gtest.h>

namespace lgr {
namespace {

using namespace std::chrono_literals;

// 25,600 pages at 100 MiB/s take a second.
PassReport pass(unsigned number, std::uint64_t frames, std::uint64_t dirty) {
  PassReport report;
  report.pass = number;
  report.frames = {frames};
  report.bytes = report.frames.bytes();
  report.time = report.bytes / z::BytesPerSecond{100.0 * (1 << 20)};
  report.dirty = {dirty};
  return report;
}

struct Case {
  const char* what;
  std::vector<PassReport> passes;
  z::Nanoseconds elapsed;
  Limits limits;
  Decision expected;
};

Limits limits(std::optional<z::Nanoseconds> total, std::optional<z::Nanoseconds> quiesce) {
  Limits result;
  result.max_total = total;
  result.max_quiesce = quiesce;
  return result;
}

TEST(Policy, DecidesAfterEachPass) {
  const std::vector<PassReport> stuck{pass(1, 25'600, 25'000), pass(2, 25'000, 25'000)};
  const std::vector<PassReport> eight{pass(1, 25'600, 10'000), pass(2, 10'000, 8'000), pass(3, 8'000, 7'000),
                                      pass(4, 7'000, 6'000),   pass(5, 6'000, 5'000),  pass(6, 5'000, 4'000),
                                      pass(7, 4'000, 3'000),   pass(8, 3'000, 2'600)};
  const auto immediate = immediate_limits();
  auto immediate_with_total = immediate;
  immediate_with_total.max_total = 1s;
  const Case cases[] = {
      {"idle guest", {pass(1, 25'600, 0)}, 1s, {}, Decision::quiesce},
      {"a few pages fit the goal", {pass(1, 25'600, 25)}, 1s, {}, Decision::quiesce},
      {"one second of blackout is tolerated but a pass can better it",
       {pass(1, 25'600, 12'800)},
       1s,
       {},
       Decision::another_pass},
      {"two passes that did not shrink, tolerable", stuck, 2s, {}, Decision::quiesce},
      {"two passes that did not shrink, not tolerable", stuck, 2s, limits({}, 500ms), Decision::another_pass},
      {"pass limit, tolerable", eight, 3s, {}, Decision::quiesce},
      {"pass limit, not tolerable", eight, 3s, limits({}, 50ms), Decision::cancel_max_quiesce},
      {"pass limit without limit of quiesce", eight, 3s, limits({}, {}), Decision::quiesce},
      {"goal does not exceed what is tolerated", {pass(1, 25'600, 25)}, 1s, limits({}, 1ms), Decision::another_pass},
      {"max total reached", {pass(1, 25'600, 0)}, 5s, limits(5s, 10s), Decision::cancel_max_total},
      {"immediate goes on after one pass", {pass(1, 25'600, 25'600)}, 1s, immediate, Decision::quiesce},
      {"immediate with a limit of total",
       {pass(1, 25'600, 25'600)},
       1s,
       immediate_with_total,
       Decision::cancel_max_total},
  };
  for (const auto& one : cases) EXPECT_EQ(after_pass(one.passes, one.elapsed, one.limits), one.expected) << one.what;
}

TEST(Policy, RateIsAMeanThatFollowsTheNewestPasses) {
  auto slow = pass(2, 25'600, 0);
  slow.time *= 2;
  const std::vector passes{pass(1, 25'600, 0), slow};
  EXPECT_NEAR(expected_rate(passes).value / (1 << 20), 75.0, 0.1);
}

TEST(Policy, APassOfAFewPagesSaysNothingOfTheRate) {
  auto tiny = pass(2, 1, 100);
  tiny.time = 1s;
  const std::vector passes{pass(1, 25'600, 1), tiny};
  EXPECT_NEAR(expected_rate(passes).value / (1 << 20), 100.0, 0.1);
}

TEST(Policy, AnEmptyPassIsNoReasonToCancel) {
  auto empty = pass(1, 0, 3);
  const std::vector passes{empty};
  EXPECT_EQ(expected_quiesce(passes, {}), Limits{}.handover);
  EXPECT_EQ(after_pass(passes, 1s, {}), Decision::quiesce);
}

TEST(Policy, QuiesceEstimateIsDirtyPagesOverRatePlusHandover) {
  const std::vector passes{pass(1, 25'600, 2'560)};
  EXPECT_NEAR(std::chrono::duration<double>(expected_quiesce(passes, {})).count(), 0.102, 0.001);
}

}  // namespace
}  // namespace lgr
