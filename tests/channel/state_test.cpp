// Relocation: programs stop between commands, and go on elsewhere.
#include "channel_fixture.h"

namespace channel::test {
namespace {

using Log = std::vector<std::string>;

// The source and a second subsystem over the same storage contents.
class SavedSubsystem : public ChannelTest {
 protected:
  // Goes on at another subsystem whose devices were attached in another order.
  void relocate() {
    subsystem->quiesce();
    const auto state = subsystem->save();
    const auto tell = [this] {
      z::Lock guard{lock};
      changed.notify_all();
    };
    subsystem = std::make_unique<Subsystem>(*storage, clock, Subsystem::Options{.threads = 1, .interruption_pending = [tell](std::uint8_t) { tell(); }, .channel_report_pending = tell});
    ASSERT_TRUE(subsystem->attach(z::DeviceNumber{0x0300}, std::make_unique<ScriptedDevice>()));
    auto scripted = std::make_unique<ScriptedDevice>();
    device = scripted.get();
    if (prepare) prepare();
    ASSERT_TRUE(subsystem->attach(number, std::move(scripted)));
    const auto restored = subsystem->restore(state);
    ASSERT_TRUE(restored) << restored.error().text();
    subsystem->continue_io();
  }
  void SetUp() override {
    ASSERT_TRUE(subsystem->attach(z::DeviceNumber{0x0300}, std::make_unique<ScriptedDevice>()));
    while (subsystem->take_channel_report() != 0) {
    }
  }
  std::function<void()> prepare;
};

TEST_F(SavedSubsystem, WaitingCommandIsExecutedAgainAtTheDestination) {
  device->on(0x02, [](Transfer&) { return Ending::wait(); });
  program({ccw1(0x03, CC, 0, 0), ccw1(0x02, CC, 1, data_at), ccw1(0x13, 0, 0, 0)});
  start();
  while (device->log().size() < 3) settle();
  prepare = [this] { device->on(0x02, ScriptedDevice::sends({9})); };
  relocate();
  EXPECT_EQ(interruption().scsw.control & 0xFFFF, 0x4007U);
  EXPECT_EQ(device->log(), (Log{"02", "13", "end"}));
  EXPECT_EQ(bytes(data_at, 1)[0], 9);
}

TEST_F(SavedSubsystem, SubchannelSetsAddressLimitAndAResetOfAPathMove) {
  ASSERT_TRUE(subsystem->detach(z::DeviceNumber{0x0300}));
  ASSERT_TRUE(subsystem->attach(z::DeviceNumber{0x0300}, std::make_unique<ScriptedDevice>(), {z::Chpid{0}}, 1));
  while (subsystem->take_channel_report() != 0) {
  }
  subsystem->enable_subchannel_sets();
  ASSERT_EQ(subsystem->set_address_limit(0x0001'0000), Answer::cc0);
  modify([](Pmcw& pmcw) { pmcw.flags = pmcw.flags | Pmcw::limit_lowest; });
  subsystem->quiesce();
  ASSERT_EQ(subsystem->reset_path(0), Answer::cc0);
  relocate();
  wait_for_report(0x4402'0000);
  EXPECT_EQ(subsystem->subchannel_of(z::DeviceNumber{0x0300})->word(), 0x0003'0000U);
  Schib schib{};
  EXPECT_EQ(subsystem->store(0x0003'0000, schib), Answer::cc0);
  device->on(0x02, ScriptedDevice::sends({1}));
  EXPECT_EQ(run({ccw1(0x02, 0, 1, data_at)}, Orb::format_1 | Orb::address_limit).scsw.subchannel_status, subchannel_status::program_check);
}

TEST_F(SavedSubsystem, PendingStatusAndItsInterruptionMove) {
  modify([](Pmcw& pmcw) { pmcw.control = Pmcw::concurrent_sense; });
  device->on(0x03, ScriptedDevice::ends(ended | unit_check));
  program({ccw1(0x03, 0, 0, 0)});
  start();
  wait_until([this] { return subsystem->pending_interruption(0xFF).has_value(); });
  relocate();
  EXPECT_EQ(subsystem->pending_interruption(0x10)->subsystem_identification, ssid);
  const auto irb = interruption();
  EXPECT_EQ(irb.scsw.device_status, 0x0E);
  EXPECT_EQ(irb.ecw[0], 0x80);
}

TEST_F(SavedSubsystem, SuspendedProgramIsResumedAtTheDestination) {
  program({ccw1(0x03, S, 0, 0)});
  start(Orb::format_1 | Orb::suspend_control);
  interruption();
  relocate();
  put(program_at, ccw1(0x13, 0, 0, 0));
  EXPECT_EQ(subsystem->resume(ssid), Answer::cc0);
  interruption();
  EXPECT_EQ(device->log(), (Log{"13", "end"}));
}

TEST_F(SavedSubsystem, DeviceEndOwedComesAtTheDestination) {
  device->on(0x07, [](Transfer&) { return Ending::channel_end_first(); });
  program({ccw1(0x07, CC, 0, 0), ccw1(0x13, 0, 0, 0)});
  start();
  while (device->log().size() < 2) settle();
  relocate();
  device->port().end_device(device_end);
  interruption();
  EXPECT_EQ(device->log(), (Log{"13", "end"}));
}

TEST_F(SavedSubsystem, EndlessProgramStopsForQuiesceAndGoesOn) {
  program({ccw1(0x03, CC, 0, 0), ccw1(0x08, 0, 0, program_at)});
  start();
  relocate();
  EXPECT_TRUE(scsw().has(Scsw::start_function));
  EXPECT_EQ(subsystem->halt(ssid), Answer::cc0);
  EXPECT_TRUE(interruption().scsw.has(Scsw::halt_function));
}

TEST_F(SavedSubsystem, BytesOfTheDeviceMove) {
  device->set_saved({std::byte{1}, std::byte{2}});
  relocate();
  EXPECT_EQ(device->saved(), (std::vector{std::byte{1}, std::byte{2}}));
}

TEST_F(SavedSubsystem, SubchannelKeepsItsNumberAndSettings) {
  modify([](Pmcw& pmcw) { pmcw.interruption_parameter = 77; });
  relocate();
  Schib schib{};
  EXPECT_EQ(subsystem->store(ssid, schib), Answer::cc0);
  EXPECT_EQ(schib.pmcw.device_number, 0x0200);
  EXPECT_EQ(schib.pmcw.interruption_parameter, 77U);
  EXPECT_EQ(subsystem->subchannel_of(z::DeviceNumber{0x0300}), (SubchannelId{0, z::SubchannelNumber{1}}));
}

TEST_F(SavedSubsystem, StateOfOtherDevicesIsRefused) {
  subsystem->quiesce();
  const auto state = subsystem->save();
  ASSERT_TRUE(subsystem->detach(number));
  EXPECT_FALSE(subsystem->restore(state));
}

TEST_F(SavedSubsystem, StateThatEndsEarlyIsRefused) {
  subsystem->quiesce();
  auto state = subsystem->save();
  for (std::size_t size = 0; size < state.size(); ++size)
    EXPECT_FALSE(subsystem->restore(std::span{state}.first(size))) << size;
}

}  // namespace
}  // namespace channel::test
