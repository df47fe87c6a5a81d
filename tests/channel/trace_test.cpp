#include <gmock/gmock.h>

#include "channel_fixture.h"

namespace channel::test {
namespace {

class Trace : public ChannelTest {};

TEST_F(Trace, TellsStartCommandsSenseAndStatusAsText) {
  std::vector<std::string> seen;
  clock.set(std::chrono::microseconds{1'500'002});
  subsystem->trace().start([&](std::string_view line) { seen.emplace_back(line); });
  modify([](Pmcw& pmcw) { pmcw.control = Pmcw::concurrent_sense; });
  device->on(0x02, ScriptedDevice::sends({0xC1, 0xC2, 0xC3, 0xC4, 0xC5}));
  device->on(0x07, ScriptedDevice::ends(ended | unit_check));
  run({ccw1(0x02, CC | SLI, 8, data_at), ccw1(0x07, 0, 6, data_at)});
  settle();
  const std::string zeros = " 00000000 00000000 00000000 00000000 00000000 00000000 00000000";
  EXPECT_THAT(seen, ::testing::ElementsAre(
                        "1.500002 0200 START  program=00001000 key=0 format=1",
                        "1.500002 0200 CCW    00001000 02 READ flags=CC+SLI count=8 residual=3 data=C1C2C3C4 C5 -> CE DE",
                        "1.500002 0200 CCW    00001008 07 ? flags=- count=6 residual=6 -> CE DE UC",
                        "1.500002 0200 SENSE  80000000" + zeros + " (command reject)",
                        "1.500002 0200 STATUS 00824017 device=CE DE UC subchannel=none ccw=00001010 count=6"));
  EXPECT_EQ(subsystem->trace().lines(), seen);
}

TEST_F(Trace, KeepsTheLastEventsAndNoMore) {
  subsystem->trace().start();
  for (int i = 0; i < 5000; ++i) subsystem->trace().function(number, fmt::format("EVENT {}", i));
  const auto lines = subsystem->trace().lines();
  ASSERT_EQ(lines.size(), 4096U);
  EXPECT_EQ(lines.front(), "0.000000 0200 EVENT 904");
  EXPECT_EQ(lines.back(), "0.000000 0200 EVENT 4999");
}

TEST_F(Trace, RecordsNothingWhenOff) {
  run({ccw1(0x03, 0, 0, 0)});
  EXPECT_TRUE(subsystem->trace().lines().empty());
}

TEST_F(Trace, NamesProgramChecksAndWaits) {
  subsystem->trace().start();
  device->on(0x02, [](Transfer&) { return Ending::wait(); });
  program({ccw1(0x02, 0, 8, data_at)});
  start();
  while (device->log().size() < 2) settle();
  subsystem->halt(ssid);
  interruption();
  run({0});
  settle();
  const auto lines = subsystem->trace().lines();
  EXPECT_THAT(lines, ::testing::Contains("0.000000 0200 CCW    00001000 02 READ flags=- count=8 residual=8 -> waiting"));
  EXPECT_THAT(lines, ::testing::Contains("0.000000 0200 HALT"));
  EXPECT_THAT(lines.back(), ::testing::HasSubstr("subchannel=program check"));
}

}  // namespace
}  // namespace channel::test
