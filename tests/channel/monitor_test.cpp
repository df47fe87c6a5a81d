// SET CHANNEL MONITOR and measurement blocks (PoP ch. 17, "Channel-Subsystem Monitoring").
#include <gmock/gmock.h>

#include "channel_fixture.h"

namespace channel::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class ChannelMonitoring : public ChannelTest {
 protected:
  static constexpr std::uint64_t update = 2, origin = 0x6000, extended_block = 0x7040;

  void measure(std::uint16_t index) {
    modify([index](Pmcw& pmcw) {
      pmcw.flags = pmcw.flags | Pmcw::measurement_block_update;
      pmcw.measurement_block_index = index;
    });
  }
  Answer measure_extended(std::uint64_t address) {
    Schib schib{};
    EXPECT_EQ(subsystem->store(ssid, schib), Answer::cc0);
    schib.pmcw.flags = schib.pmcw.flags | Pmcw::measurement_block_update;
    schib.pmcw.control = schib.pmcw.control | Pmcw::measurement_format;
    schib.measurement_block_address = address;
    return subsystem->modify(ssid, schib);
  }
  // A READ that connects for 256 us, works by itself for 1280 us and connects for 128 us.
  void run_slow_read() {
    device->on(0x02, [this](Transfer&) {
      clock.advance(256us);
      z::Lock guard{lock};
      waits = true;
      changed.notify_all();
      return Ending::wait();
    });
    program({ccw1(0x02, SLI, 1, data_at)});
    ASSERT_EQ(start(), Answer::cc0);
    wait_until([this] { return waits; });
    settle();
    clock.advance(1280us);
    device->on(0x02, [this](Transfer&) {
      clock.advance(128us);
      return Ending::with(ended);
    });
    device->port().resume();
    interruption();
    waits = false;
  }
  std::vector<std::uint32_t> words(std::uint64_t address, std::size_t count) const {
    const auto raw = bytes(address, 4 * count);
    std::vector<std::uint32_t> result;
    for (std::size_t i = 0; i < count; ++i) result.push_back(z::be32::load(&raw[4 * i]));
    return result;
  }

  bool waits = false;
};

TEST_F(ChannelMonitoring, AddsCountsAndTimesInUnitsOf128MicrosecondsToTheBlockOfTheIndex) {
  ASSERT_EQ(subsystem->set_monitor(update, origin), Answer::cc0);
  measure(2);
  run_slow_read();
  EXPECT_THAT(words(origin + 64, 8), ElementsAre(0x0001'0001, 3, 0, 10, 0, 0, 0, 0));
  run_slow_read();
  EXPECT_THAT(words(origin + 64, 8), ElementsAre(0x0002'0002, 6, 0, 20, 0, 0, 0, 0));
  EXPECT_THAT(words(origin, 8), ElementsAre(0, 0, 0, 0, 0, 0, 0, 0)) << "another block";
}

TEST_F(ChannelMonitoring, AddsToTheBlockOfFormat1ThatTheSubchannelNames) {
  ASSERT_EQ(subsystem->set_monitor(update, origin), Answer::cc0);
  ASSERT_EQ(measure_extended(extended_block), Answer::cc0);
  run_slow_read();
  EXPECT_THAT(words(extended_block, 9), ElementsAre(1, 1, 3, 0, 10, 0, 0, 0, 0));
}

TEST_F(ChannelMonitoring, CountsTheTimeFromChannelEndToDeviceEndByItself) {
  ASSERT_EQ(subsystem->set_monitor(update, origin), Answer::cc0);
  ASSERT_EQ(measure_extended(extended_block), Answer::cc0);
  device->on(0x07, [](Transfer&) { return Ending::channel_end_first(); });
  run({ccw1(0x07, SLI, 1, data_at)});
  clock.advance(640us);
  device->port().end_device(device_end);
  interruption();
  EXPECT_EQ(words(extended_block, 7)[6], 5);
}

TEST_F(ChannelMonitoring, LosesNoTimeOfStartsThatAreShorterThanAUnit) {
  ASSERT_EQ(subsystem->set_monitor(update, origin), Answer::cc0);
  measure(0);
  device->on(0x02, [this](Transfer&) {
    clock.advance(32us);
    return Ending::with(ended);
  });
  for (int i = 0; i < 8; ++i) run({ccw1(0x02, SLI, 1, data_at)});
  EXPECT_EQ(words(origin, 2)[1], 2);
}

TEST_F(ChannelMonitoring, NeedsBothTheMonitorAndTheSubchannel) {
  measure(0);
  run_slow_read();
  EXPECT_EQ(words(origin, 1)[0], 0) << "not turned on";
  ASSERT_EQ(subsystem->set_monitor(update, origin), Answer::cc0);
  modify([](Pmcw& pmcw) { pmcw.flags = pmcw.flags & ~Pmcw::measurement_block_update; });
  run_slow_read();
  EXPECT_EQ(words(origin, 1)[0], 0) << "the subchannel does not ask for it";
  measure(0);
  ASSERT_EQ(subsystem->set_monitor(0, 0), Answer::cc0);
  run_slow_read();
  EXPECT_EQ(words(origin, 1)[0], 0) << "turned off";
}

TEST_F(ChannelMonitoring, UsesTheKeyOfTheMonitorAndEndsWhereItDoesNotFit) {
  const auto frame = z::frame_of(z::AbsoluteAddress{origin});
  storage->set_key(frame, 0x30);
  ASSERT_EQ(subsystem->set_monitor(0x2000'0000 | update, origin), Answer::cc0);
  measure(0);
  run_slow_read();
  EXPECT_EQ(words(origin, 1)[0], 0);
  Schib schib{};
  subsystem->store(ssid, schib);
  EXPECT_FALSE(schib.pmcw.has(Pmcw::measurement_block_update));

  ASSERT_EQ(subsystem->set_monitor(0x3000'0000 | update, origin), Answer::cc0);
  measure(0);
  run_slow_read();
  EXPECT_EQ(words(origin, 1)[0], 0x0001'0001);
}

TEST_F(ChannelMonitoring, RefusesReservedBitsAndOriginsOffTheirBoundary) {
  EXPECT_EQ(subsystem->set_monitor(4, origin), Answer::operand_exception);
  EXPECT_EQ(subsystem->set_monitor(update, origin + 16), Answer::operand_exception);
  EXPECT_EQ(subsystem->set_monitor(0, 1), Answer::cc0) << "the origin does not count";
  EXPECT_EQ(measure_extended(extended_block + 32), Answer::operand_exception);
}

}  // namespace
}  // namespace channel::test
