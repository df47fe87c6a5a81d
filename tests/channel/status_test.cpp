// Status and interruptions (PoP ch. 16; ch. 6, "I/O Interruption").
#include "channel_fixture.h"

namespace channel::test {
namespace {

using Log = std::vector<std::string>;

class IoStatus : public ChannelTest {
 protected:
  void await_pending() {
    wait_until([this] { return subsystem->pending_interruption(0xFF).has_value(); });
  }
};

TEST_F(IoStatus, InterruptionCarriesIdentificationParameterAndSubclass) {
  program({ccw1(0x03, 0, 0, 0)});
  start();
  await_pending();
  EXPECT_FALSE(subsystem->pending_interruption(0xEF));  // all but ISC 3
  const auto taken = subsystem->take_interruption(0x10);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->subsystem_identification, ssid);
  EXPECT_EQ(taken->parameter, 0xCAFE'0001U);
  EXPECT_EQ(taken->identification, 0x1800'0000U);
  EXPECT_FALSE(subsystem->pending_interruption(0xFF));
  EXPECT_TRUE(scsw().has(Scsw::status_pending));
}

TEST_F(IoStatus, LowestSubclassNumberComesFirst) {
  ASSERT_TRUE(subsystem->attach(z::DeviceNumber{0x0300}, std::make_unique<ScriptedDevice>()));
  Schib schib{};
  subsystem->store(0x0001'0001, schib);
  schib.pmcw.flags = schib.pmcw.flags | Pmcw::enabled | 1U << 11;
  subsystem->modify(0x0001'0001, schib);
  EXPECT_EQ(subsystem->halt(ssid), Answer::cc0);
  EXPECT_EQ(subsystem->halt(0x0001'0001), Answer::cc0);
  wait_until([this] { return subsystem->pending_interruption(0x40) && subsystem->pending_interruption(0x10); });
  EXPECT_EQ(subsystem->take_interruption(0xFF)->subsystem_identification, 0x0001'0001U);
  EXPECT_EQ(subsystem->take_interruption(0xFF)->subsystem_identification, ssid);
}

// Channel end before device end

TEST_F(IoStatus, ChannelEndAloneIsPrimaryStatusAndDeviceEndSecondary) {
  device->on(0x07, [](Transfer&) { return Ending::channel_end_first(); });
  program({ccw1(0x07, 0, 0, 0)});
  start();
  const auto first = interruption();
  EXPECT_EQ(first.scsw.control & 0xFFFF, Scsw::start_function | Scsw::device_active | Scsw::primary | Scsw::status_pending);
  EXPECT_EQ(first.scsw.device_status, 0x08);
  EXPECT_EQ(start(), Answer::cc2);
  device->port().end_device(device_end);
  const auto second = interruption();
  EXPECT_EQ(second.scsw.control & 0xFFFF, Scsw::secondary | Scsw::status_pending);
  EXPECT_EQ(second.scsw.device_status, 0x04);
  EXPECT_EQ(start(), Answer::cc0);
}

TEST_F(IoStatus, DeviceEndJoinsPrimaryStatusThatNobodyTookYet) {
  device->on(0x07, [](Transfer&) { return Ending::channel_end_first(); });
  program({ccw1(0x07, 0, 0, 0)});
  start();
  await_pending();
  device->port().end_device(device_end);
  while ((scsw().control & Scsw::secondary) == 0) settle();
  const auto irb = interruption();
  EXPECT_EQ(irb.scsw.control & 0x1F, 0x07U);
  EXPECT_EQ(irb.scsw.device_status, 0x0C);
}

TEST_F(IoStatus, DeviceEndBetweenTestAndClearStaysPending) {
  device->on(0x07, [](Transfer&) { return Ending::channel_end_first(); });
  program({ccw1(0x07, 0, 0, 0)});
  start();
  await_pending();
  Irb irb{};
  subsystem->test(ssid, irb);
  device->port().end_device(device_end);
  while ((scsw().control & Scsw::secondary) == 0) settle();
  subsystem->clear_status(ssid);
  EXPECT_EQ(scsw().control & 0xFFFF, Scsw::secondary | Scsw::status_pending);
  EXPECT_EQ(scsw().device_status, 0x04);
  EXPECT_TRUE(subsystem->pending_interruption(0xFF));
}

TEST_F(IoStatus, ChainingWaitsForDeviceEndWithoutStatus) {
  device->on(0x07, [](Transfer&) { return Ending::channel_end_first(); });
  program({ccw1(0x07, CC, 0, 0), ccw1(0x13, CC, 0, 0), ccw1(0x23, 0, 0, 0)});
  start();
  while (device->log().size() < 2) settle();
  EXPECT_FALSE(subsystem->pending_interruption(0xFF));
  device->port().end_device(device_end | status_modifier);
  EXPECT_EQ(interruption().scsw.control & 0xFFFF, 0x4007U);
  EXPECT_EQ(device->log(), (Log{"begin", "07", "23", "end"}));
}

TEST_F(IoStatus, UnitCheckWithTheLateDeviceEndBreaksTheChain) {
  device->on(0x07, [](Transfer&) { return Ending::channel_end_first(); });
  program({ccw1(0x07, CC, 0, 0), ccw1(0x13, 0, 0, 0)});
  start();
  while (device->log().size() < 2) settle();
  device->port().end_device(device_end | unit_check);
  EXPECT_EQ(interruption().scsw.device_status, 0x0E);
}

TEST_F(IoStatus, DeviceEndThatComesBeforeTheCommandReturnsIsNotLost) {
  device->on(0x07, [this](Transfer&) {
    device->port().end_device(device_end);
    return Ending::channel_end_first();
  });
  program({ccw1(0x07, CC, 0, 0), ccw1(0x13, 0, 0, 0)});
  start();
  EXPECT_EQ(interruption().scsw.control & 0xFFFF, 0x4007U);
}

TEST_F(IoStatus, ResumeThatComesBeforeTheCommandReturnsIsNotLost) {
  int times = 0;
  device->on(0x02, [&](Transfer&) {
    if (++times > 1) return Ending::with(ended);
    device->port().resume();
    return Ending::wait();
  });
  run({ccw1(0x02, SLI, 1, data_at)});
  EXPECT_EQ(times, 2);
}

// Intermediate status

TEST_F(IoStatus, ProgramControlledInterruptionComesWhileTheProgramRuns) {
  device->on(0x02, [](Transfer&) { return Ending::wait(); });
  program({ccw1(0x03, CC, 0, 0), ccw1(0x02, PCI | SLI, 1, data_at)});
  start();
  const auto irb = interruption();
  EXPECT_EQ(irb.scsw.control & 0xFFFF, Scsw::start_function | Scsw::subchannel_active | Scsw::device_active | Scsw::intermediate | Scsw::status_pending);
  EXPECT_EQ(irb.scsw.subchannel_status, 0x80);
  EXPECT_EQ(irb.scsw.ccw_address, program_at + 16);
  EXPECT_EQ(start(), Answer::cc2);
  device->on(0x02, ScriptedDevice::ends(ended));
  device->port().resume();
  EXPECT_EQ(interruption().scsw.subchannel_status, 0);
}

TEST_F(IoStatus, ProgramControlledInterruptionMergesWithFinalStatus) {
  program({ccw1(0x03, PCI, 0, 0)});
  start();
  while ((scsw().control & Scsw::primary) == 0) settle();
  const auto irb = interruption();
  EXPECT_EQ(irb.scsw.control & 0x1F, 0x0FU);
  EXPECT_EQ(irb.scsw.subchannel_status, 0x80);
}

TEST_F(IoStatus, FinalStatusBetweenTestAndClearOfAnIntermediateOneStaysPending) {
  device->on(0x02, [](Transfer&) { return Ending::wait(); });
  program({ccw1(0x02, PCI | SLI, 1, data_at)});
  start();
  await_pending();
  Irb irb{};
  subsystem->test(ssid, irb);
  device->on(0x02, ScriptedDevice::ends(ended));
  device->port().resume();
  while ((scsw().control & Scsw::primary) == 0) settle();
  subsystem->clear_status(ssid);
  EXPECT_EQ(interruption().scsw.control & 0xFFFF, 0x4007U);
}

TEST_F(IoStatus, InitialStatusInterruptionShowsZeroConditionCode) {
  device->on(0x02, [](Transfer&) { return Ending::wait(); });
  program({ccw1(0x02, SLI, 1, data_at)});
  start(Orb::format_1 | Orb::initial_status);
  const auto irb = interruption();
  EXPECT_TRUE(irb.scsw.has(Scsw::zero_condition));
  EXPECT_EQ(irb.scsw.control & 0x1F, Scsw::intermediate | Scsw::status_pending);
}

// Status of the device's own

TEST_F(IoStatus, AttentionIsAlertStatusWithoutAFunction) {
  device->port().present_unsolicited(attention);
  const auto irb = interruption();
  EXPECT_EQ(irb.scsw.control & 0xFFFF, Scsw::alert | Scsw::status_pending);
  EXPECT_EQ(irb.scsw.device_status, 0x80);
}

TEST_F(IoStatus, AttentionWaitsUntilTheSubchannelIsEnabled) {
  modify([](Pmcw& pmcw) { pmcw.flags = pmcw.flags & ~Pmcw::enabled; });
  device->port().present_unsolicited(attention);
  settle();
  EXPECT_FALSE(subsystem->pending_interruption(0xFF));
  modify([](Pmcw& pmcw) { pmcw.flags = pmcw.flags | Pmcw::enabled; });
  EXPECT_EQ(interruption().scsw.device_status, 0x80);
}

TEST_F(IoStatus, AttentionDuringAProgramComesAfterItsStatusWasTaken) {
  device->on(0x02, [](Transfer&) { return Ending::wait(); });
  program({ccw1(0x02, SLI, 1, data_at)});
  start();
  while (device->log().size() < 2) settle();
  device->port().present_unsolicited(attention);
  device->on(0x02, ScriptedDevice::ends(ended));
  device->port().resume();
  EXPECT_EQ(interruption().scsw.device_status, 0x0C);
  EXPECT_EQ(interruption().scsw.device_status, 0x80);
}

TEST_F(IoStatus, AttentionThatMeetsAStartIsDeferredConditionCode1) {
  subsystem->quiesce();
  program({ccw1(0x03, 0, 0, 0)});
  start();
  device->port().present_unsolicited(attention);
  subsystem->continue_io();
  const auto irb = interruption();
  EXPECT_EQ(irb.scsw.control & Scsw::deferred_condition, 0x0100'0000U);
  EXPECT_EQ(irb.scsw.control & 0xFFFF, 0x4017U);
  EXPECT_EQ(irb.scsw.device_status, 0x90);
  EXPECT_TRUE(device->log().empty());
}

// Busy

TEST_F(IoStatus, BusyDeviceIsTriedAgainByTheChannelWithoutStatus) {
  device->on(0x02, ScriptedDevice::ends(busy));
  program({ccw1(0x02, SLI, 1, data_at)});
  start();
  while (device->log().size() < 2) settle();
  settle();  // the wait for the next try counts from the end of this one
  EXPECT_EQ(scsw().control & 0xFFFF, Scsw::start_function | Scsw::start_pending);
  EXPECT_FALSE(subsystem->pending_interruption(0xFF));
  device->on(0x02, ScriptedDevice::ends(ended));
  clock.advance(std::chrono::seconds{1});
  EXPECT_EQ(interruption().scsw.device_status, 0x0C);
}

TEST_F(IoStatus, DeviceMayEndItsBusyConditionItself) {
  device->on(0x02, ScriptedDevice::ends(busy));
  program({ccw1(0x02, SLI, 1, data_at)});
  start();
  while (device->log().size() < 2) settle();
  device->on(0x02, ScriptedDevice::ends(ended));
  device->port().resume();
  EXPECT_EQ(interruption().scsw.device_status, 0x0C);
}

TEST_F(IoStatus, StartOnABusyDeviceCanBeCancelled) {
  device->on(0x02, ScriptedDevice::ends(busy));
  program({ccw1(0x02, SLI, 1, data_at)});
  start();
  while (device->log().size() < 2) settle();
  EXPECT_EQ(subsystem->cancel(ssid), Answer::cc0);
  while (device->log().size() < 3) settle();
  EXPECT_EQ(device->log(), (Log{"begin", "02", "end"}));
}

// Sense

TEST_F(IoStatus, ConcurrentSenseBringsSenseBytesWithTheStatus) {
  modify([](Pmcw& pmcw) { pmcw.control = Pmcw::concurrent_sense; });
  device->on(0x03, ScriptedDevice::ends(ended | unit_check));
  device->set_sense(0x40);
  const auto irb = run({ccw1(0x03, 0, 0, 0)});
  EXPECT_TRUE(irb.scsw.has(Scsw::extended_control));
  EXPECT_EQ(irb.esw.report, 0x0120'0000U);  // concurrent sense, 32 bytes
  EXPECT_EQ(irb.ecw[0], 0x40);
  EXPECT_EQ(device->log(), (Log{"begin", "03", "end", "sense"}));
}

TEST_F(IoStatus, WithoutConcurrentSenseTheDeviceKeepsItsSense) {
  device->on(0x03, ScriptedDevice::ends(ended | unit_check));
  const auto irb = run({ccw1(0x03, 0, 0, 0)});
  EXPECT_FALSE(irb.scsw.has(Scsw::extended_control));
  EXPECT_EQ(irb.esw.report, 0U);
  EXPECT_EQ(device->log(), (Log{"begin", "03", "end"}));
}

TEST_F(IoStatus, UnsolicitedUnitCheckBringsItsSenseToo) {
  modify([](Pmcw& pmcw) { pmcw.control = Pmcw::concurrent_sense; });
  device->port().present_unsolicited(device_end | unit_check);
  const auto irb = interruption();
  EXPECT_TRUE(irb.scsw.has(Scsw::extended_control));
  EXPECT_EQ(irb.scsw.control & 0xFFFF, Scsw::alert | Scsw::status_pending);
}

}  // namespace
}  // namespace channel::test
