#include "ctc/channel_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ctc {
namespace {

using namespace std::chrono_literals;
constexpr z::BytesPerSecond rate{800e6};
constexpr z::Bytes block{800'000};  // a millisecond of the channel

TEST(ChannelPath, OneCtcReachesAQuarterOfIt) {
  ChannelPath::Lane lane{std::make_shared<ChannelPath>(rate)};
  EXPECT_EQ(lane.arrival(10ms, block), 14ms + ChannelPath::latency);
  EXPECT_EQ(lane.arrival(10ms, block), 18ms + 2 * ChannelPath::latency);
}

TEST(ChannelPath, FourCtcsFillItAndEightAreNotFaster) {
  const auto last_of = [](unsigned lanes, unsigned blocks) {
    const auto path = std::make_shared<ChannelPath>(rate);
    std::vector<ChannelPath::Lane> all(lanes, ChannelPath::Lane{path});
    z::Nanoseconds last{};
    for (unsigned i = 0; i < blocks; ++i) last = std::max(last, all[i % lanes].arrival(0ms, block));
    return last;
  };
  EXPECT_GE(last_of(1, 64), 256ms);
  EXPECT_LT(last_of(4, 64), 70ms);
  EXPECT_GE(last_of(4, 64), 64ms);
  EXPECT_GE(last_of(8, 64), 64ms);
}

TEST(ChannelPath, AnIdleChannelOwesNothing) {
  ChannelPath::Lane lane{std::make_shared<ChannelPath>(rate)};
  lane.arrival(0ms, block);
  EXPECT_EQ(lane.arrival(100ms, z::Bytes{0}), 100ms + ChannelPath::latency);
}

TEST(ChannelSpeed, IsHundredMegabytesASecondForEachGigabit) {
  EXPECT_EQ(parse_channel_speed("8Gb/s")->value, 800e6);
  for (const auto* wrong : {"8", "Gb/s", "-8Gb/s", "0Gb/s", "8GB/s", "nanGb/s"}) EXPECT_FALSE(parse_channel_speed(wrong)) << wrong;
}

TEST(ChannelPaths, TwoDevicesThatNameOneShareItAndMustAgreeOnItsSpeed) {
  ChannelPaths paths;
  EXPECT_EQ(*paths.find_or_make("50", rate), *paths.find_or_make("50", rate));
  EXPECT_NE(*paths.find_or_make("50", rate), *paths.find_or_make("51", rate));
  EXPECT_EQ(paths.find_or_make("50", {1e8}).error().text(), "channel path 50 has two speeds");
}

}  // namespace
}  // namespace ctc
