// The functions of a CPU: condition codes and what they leave (PoP ch. 14 and 15).
#include <thread>

#include "channel_fixture.h"

namespace channel::test {
namespace {

using Log = std::vector<std::string>;

class IoFunction : public ChannelTest {
 protected:
  // A READ that waits; returns once the device has been asked.
  void start_waiting_read() {
    device->on(0x02, [this](Transfer&) {
      z::Lock guard{lock};
      reading = true;
      changed.notify_all();
      return Ending::wait();
    });
    program({ccw1(0x02, 0, 1, data_at)});
    ASSERT_EQ(start(), Answer::cc0);
    wait_until([this] { return reading; });
    settle();
  }
  bool reading = false;
};

TEST_F(IoFunction, AnswersCondition3ForASubchannelThatIsNotThere) {
  Schib schib{};
  EXPECT_EQ(subsystem->store(0x0001'0001, schib), Answer::cc3);
  EXPECT_EQ(subsystem->start(0x0001'0001, orb()), Answer::cc3);
}

TEST_F(IoFunction, IdentificationWithoutItsOneBitIsAnOperandException) {
  EXPECT_EQ(subsystem->start(0, orb()), Answer::operand_exception);
  EXPECT_EQ(subsystem->halt(0x0002'0000), Answer::operand_exception);
}

TEST_F(IoFunction, StartNeedsAnEnabledSubchannelAndAPath) {
  auto request = orb();
  request.control = Orb::format_1 | 0x4000;  // path 1 is not installed
  EXPECT_EQ(subsystem->start(ssid, request), Answer::cc3);
  modify([](Pmcw& pmcw) { pmcw.flags = pmcw.flags & ~Pmcw::enabled; });
  EXPECT_EQ(start(), Answer::cc3);
}

TEST_F(IoFunction, RequestWithReservedBitsIsAnOperandException) {
  EXPECT_EQ(start(Orb::format_1 | 0x02), Answer::operand_exception);
  EXPECT_EQ(start(Orb::transport_mode | Orb::prefetch), Answer::operand_exception);
}

TEST_F(IoFunction, ModifyThatAsksForTheExtendedMeasurementWordIsAnOperandException) {
  Schib schib{};
  ASSERT_EQ(subsystem->store(ssid, schib), Answer::cc0);
  schib.pmcw.control = schib.pmcw.control | Pmcw::extended_measurement;
  EXPECT_EQ(subsystem->modify(ssid, schib), Answer::operand_exception);
}

TEST_F(IoFunction, StartOnABusySubchannelIsCondition2AndOnAStatusPendingOne1) {
  start_waiting_read();
  EXPECT_EQ(start(), Answer::cc2);
  device->on(0x02, ScriptedDevice::sends({1}));
  device->port().resume();
  wait_until([this] { return subsystem->pending_interruption(0xFF).has_value(); });
  EXPECT_EQ(start(), Answer::cc1);
  EXPECT_EQ(subsystem->halt(ssid), Answer::cc1);
  interruption();
  EXPECT_EQ(start(), Answer::cc0);
  interruption();
}

TEST_F(IoFunction, WaitingDeviceShowsSubchannelAndDeviceActive) {
  start_waiting_read();
  EXPECT_EQ(scsw().control & 0xFFFF, Scsw::start_function | Scsw::subchannel_active | Scsw::device_active);
}

TEST_F(IoFunction, WaitingCommandIsExecutedAgainAfterResume) {
  start_waiting_read();
  device->on(0x02, ScriptedDevice::sends({5}));
  device->port().resume();
  EXPECT_EQ(interruption().scsw.device_status, 0x0C);
  EXPECT_EQ(bytes(data_at, 1)[0], 5);
  EXPECT_EQ(device->log(), (Log{"begin", "02", "02", "end"}));
}

TEST_F(IoFunction, HaltEndsAWaitingCommandWithChannelEndAndDeviceEnd) {
  start_waiting_read();
  EXPECT_EQ(subsystem->halt(ssid), Answer::cc0);
  const auto irb = interruption();
  EXPECT_EQ(irb.scsw.control & 0xFFFF, Scsw::start_function | Scsw::halt_function | 0x07);
  EXPECT_EQ(irb.scsw.device_status, 0x0C);
  EXPECT_EQ(device->log(), (Log{"begin", "02", "halt", "end"}));
  EXPECT_EQ(scsw().control & 0xFFFF, 0U);
}

TEST_F(IoFunction, HaltOfAnIdleSubchannelIsStatusPendingAlone) {
  EXPECT_EQ(subsystem->halt(ssid), Answer::cc0);
  EXPECT_EQ(interruption().scsw.control & 0xFFFF, Scsw::halt_function | Scsw::status_pending);
}

TEST_F(IoFunction, ClearDropsEverythingAndIsStatusPendingAlone) {
  start_waiting_read();
  EXPECT_EQ(subsystem->clear(ssid), Answer::cc0);
  const auto irb = interruption();
  EXPECT_EQ(irb.scsw.control & 0xFFFF, Scsw::clear_function | Scsw::status_pending);
  EXPECT_EQ(irb.scsw.device_status, 0);
  EXPECT_EQ(device->log(), (Log{"begin", "02", "clear", "end"}));
}

TEST_F(IoFunction, ClearTakesAwayAPendingInterruption) {
  program({ccw1(0x03, 0, 0, 0)});
  start();
  wait_until([this] { return subsystem->pending_interruption(0xFF).has_value(); });
  subsystem->quiesce();
  EXPECT_EQ(subsystem->clear(ssid), Answer::cc0);
  EXPECT_FALSE(subsystem->pending_interruption(0xFF));
  subsystem->continue_io();
  EXPECT_EQ(interruption().scsw.control & 0xFFFF, Scsw::clear_function | Scsw::status_pending);
}

TEST_F(IoFunction, HaltStopsAnEndlessProgram) {
  program({ccw1(0x03, CC, 0, 0), ccw1(0x08, 0, 0, program_at)});
  start();
  EXPECT_EQ(subsystem->halt(ssid), Answer::cc0);
  EXPECT_TRUE(interruption().scsw.has(Scsw::halt_function));
}

TEST_F(IoFunction, CancelTakesBackAStartTheDeviceHasNotSeen) {
  subsystem->quiesce();
  program({ccw1(0x03, 0, 0, 0)});
  EXPECT_EQ(start(), Answer::cc0);
  EXPECT_EQ(subsystem->cancel(ssid), Answer::cc0);
  EXPECT_EQ(scsw().control & 0xFFFF, 0U);
  subsystem->continue_io();
  settle();
  EXPECT_TRUE(device->log().empty());
}

TEST_F(IoFunction, CancelOfAnActiveProgramIsCondition2) {
  start_waiting_read();
  EXPECT_EQ(subsystem->cancel(ssid), Answer::cc2);
}

TEST_F(IoFunction, TestOfAnIdleSubchannelIsCondition1) {
  Irb irb{};
  EXPECT_EQ(subsystem->test(ssid, irb), Answer::cc1);
}

TEST_F(IoFunction, TestAloneLeavesStatusPending) {
  program({ccw1(0x03, 0, 0, 0)});
  start();
  wait_until([this] { return subsystem->pending_interruption(0xFF).has_value(); });
  Irb irb{};
  EXPECT_EQ(subsystem->test(ssid, irb), Answer::cc0);
  EXPECT_EQ(subsystem->test(ssid, irb), Answer::cc0);
  EXPECT_TRUE(subsystem->pending_interruption(0xFF));
  subsystem->clear_status(ssid);
  EXPECT_FALSE(subsystem->pending_interruption(0xFF));
  EXPECT_EQ(subsystem->test(ssid, irb), Answer::cc1);
}

// Suspend and resume

TEST_F(IoFunction, SuspendFlagStopsBeforeItsCommandAndResumeRefetchesIt) {
  program({ccw1(0x03, CC, 0, 0), ccw1(0x13, S | CC, 0, 0), ccw1(0x23, 0, 0, 0)});
  EXPECT_EQ(start(Orb::format_1 | Orb::suspend_control), Answer::cc0);
  const auto suspended = interruption();
  EXPECT_EQ(suspended.scsw.control & 0xFFFF, Scsw::start_function | Scsw::suspended | Scsw::intermediate | Scsw::status_pending);
  EXPECT_EQ(suspended.scsw.ccw_address, program_at + 16);
  EXPECT_EQ(scsw().control & 0xFFFF, Scsw::start_function | Scsw::suspended);
  put(program_at + 8, ccw1(0x33, CC, 0, 0));
  EXPECT_EQ(subsystem->resume(ssid), Answer::cc0);
  EXPECT_EQ(interruption().scsw.control & 0xFFFF, 0x4007U);
  EXPECT_EQ(device->log(), (Log{"begin", "03", "33", "23", "end"}));
}

TEST_F(IoFunction, DevicePausesBeforeTheProgramHearsThatItIsSuspended) {
  std::vector<bool> told;
  device->on_pause = [&] { told.push_back(subsystem->pending_interruption(0xFF).has_value()); };
  program({ccw1(0x03, CC, 0, 0), ccw1(0x13, S, 0, 0)});
  start(Orb::format_1 | Orb::suspend_control);
  interruption();
  subsystem->quiesce();
  ASSERT_FALSE(told.empty());
  EXPECT_FALSE(told.front());
  subsystem->continue_io();
}

TEST_F(IoFunction, DevicePausesBeforeAProgramControlledInterruption) {
  std::vector<bool> told;
  device->on_pause = [&] { told.push_back(subsystem->pending_interruption(0xFF).has_value()); };
  run({ccw1(0x03, CC, 0, 0), ccw1(0x13, PCI, 0, 0)});
  ASSERT_FALSE(told.empty());
  EXPECT_FALSE(told.front());
}

TEST_F(IoFunction, ResumeWithTheSuspendFlagStillOnSuspendsAgain) {
  program({ccw1(0x03, S, 0, 0)});
  start(Orb::format_1 | Orb::suspend_control);
  interruption();
  EXPECT_EQ(subsystem->resume(ssid), Answer::cc0);
  EXPECT_TRUE(interruption().scsw.has(Scsw::suspended));
  EXPECT_EQ(device->log(), (Log{"begin"}));
}

TEST_F(IoFunction, SuspendedInterruptionCanBeSuppressed) {
  program({ccw1(0x03, S, 0, 0)});
  start(Orb::format_1 | Orb::suspend_control | Orb::suppress_suspended);
  while (!scsw().has(Scsw::suspended)) settle();
  EXPECT_FALSE(subsystem->pending_interruption(0xFF));
}

TEST_F(IoFunction, ResumeWithoutSuspendControlIsCondition2) {
  start_waiting_read();
  EXPECT_EQ(subsystem->resume(ssid), Answer::cc2);
}

TEST_F(IoFunction, ResumeOfASubchannelWithPendingStatusIsCondition1) {
  program({ccw1(0x03, S, 0, 0)});
  start(Orb::format_1 | Orb::suspend_control);
  wait_until([this] { return subsystem->pending_interruption(0xFF).has_value(); });
  EXPECT_EQ(subsystem->resume(ssid), Answer::cc1);
}

TEST_F(IoFunction, CancelEndsASuspendedProgram) {
  program({ccw1(0x03, S, 0, 0)});
  start(Orb::format_1 | Orb::suspend_control);
  interruption();
  EXPECT_EQ(subsystem->cancel(ssid), Answer::cc0);
  EXPECT_EQ(scsw().control & 0xFFFF, 0U);
  program({ccw1(0x13, 0, 0, 0)});
  EXPECT_EQ(start(), Answer::cc0);
  interruption();
  EXPECT_EQ(device->log(), (Log{"begin", "end", "begin", "13", "end"}));
}

TEST_F(IoFunction, HaltOfASuspendedProgramOnlyStopsIt) {
  program({ccw1(0x03, S, 0, 0)});
  start(Orb::format_1 | Orb::suspend_control);
  interruption();
  EXPECT_EQ(subsystem->halt(ssid), Answer::cc0);
  EXPECT_EQ(interruption().scsw.control & 0xFFFF, Scsw::start_function | Scsw::halt_function | Scsw::status_pending);
}

// Modify and store

TEST_F(IoFunction, StoreShowsTheInitialPathManagementControlWord) {
  ASSERT_TRUE(subsystem->attach(z::DeviceNumber{0x0300}, std::make_unique<ScriptedDevice>(), {z::Chpid{0x40}, z::Chpid{0x41}}));
  Schib schib{};
  EXPECT_EQ(subsystem->store(0x0001'0001, schib), Answer::cc0);
  EXPECT_EQ(schib.pmcw.flags, Pmcw::device_number_valid);
  EXPECT_EQ(schib.pmcw.device_number, 0x0300);
  EXPECT_EQ(schib.pmcw.path_installed_mask, 0xC0);
  EXPECT_EQ(schib.pmcw.path_available_mask, 0xC0);
  EXPECT_EQ(schib.pmcw.path_operational_mask, 0xFF);
  EXPECT_EQ(schib.pmcw.chpid[0], 0x40);
  EXPECT_EQ(schib.pmcw.chpid[1], 0x41);
}

TEST_F(IoFunction, StartUsesTheFirstPathOfTheMask) {
  ASSERT_TRUE(subsystem->attach(z::DeviceNumber{0x0300}, std::make_unique<ScriptedDevice>(), {z::Chpid{0x40}, z::Chpid{0x41}}));
  Schib schib{};
  subsystem->store(0x0001'0001, schib);
  schib.pmcw.flags = schib.pmcw.flags | Pmcw::enabled;
  subsystem->modify(0x0001'0001, schib);
  program({ccw1(0x03, 0, 0, 0)});
  auto request = orb();
  request.control = Orb::format_1 | 0x7F00;
  EXPECT_EQ(subsystem->start(0x0001'0001, request), Answer::cc0);
  wait_until([this] { return subsystem->pending_interruption(0xFF).has_value(); });
  Irb irb{};
  subsystem->test(0x0001'0001, irb);
  EXPECT_EQ(irb.esw.last_path_used_mask, 0x40);
}

TEST_F(IoFunction, ModifyChangesOnlyWhatItMay) {
  modify([](Pmcw& pmcw) {
    pmcw.device_number = 0x9999;
    pmcw.path_installed_mask = 0xFF;
    pmcw.interruption_parameter = 0x1234'5678;
    pmcw.control = Pmcw::concurrent_sense;
  });
  Schib schib{};
  subsystem->store(ssid, schib);
  EXPECT_EQ(schib.pmcw.device_number, 0x0200);
  EXPECT_EQ(schib.pmcw.path_installed_mask, 0x80);
  EXPECT_EQ(schib.pmcw.interruption_parameter, 0x1234'5678U);
  EXPECT_EQ(schib.pmcw.control, Pmcw::concurrent_sense);
}

TEST_F(IoFunction, ModifyWithReservedBitsIsAnOperandException) {
  Schib schib{};
  subsystem->store(ssid, schib);
  schib.pmcw.flags = schib.pmcw.flags | 0x0400;
  EXPECT_EQ(subsystem->modify(ssid, schib), Answer::operand_exception);
  subsystem->store(ssid, schib);
  schib.pmcw.control = 0x8;
  EXPECT_EQ(subsystem->modify(ssid, schib), Answer::operand_exception);
}

TEST_F(IoFunction, ModifyOfABusySubchannelIsCondition2) {
  start_waiting_read();
  Schib schib{};
  subsystem->store(ssid, schib);
  EXPECT_EQ(subsystem->modify(ssid, schib), Answer::cc2);
}

// Configuration

TEST_F(IoFunction, DetachMakesTheSubchannelNotOperationalAndReportsIt) {
  ASSERT_TRUE(subsystem->detach(number));
  EXPECT_EQ(subsystem->take_channel_report(), 0x0304'0000U);
  EXPECT_EQ(subsystem->take_channel_report(), 0U);
  EXPECT_EQ(start(), Answer::cc3);
  Schib schib{};
  EXPECT_EQ(subsystem->store(ssid, schib), Answer::cc0);
  EXPECT_EQ(schib.pmcw.flags, 0);
  EXPECT_EQ(subsystem->device(number), nullptr);
}

TEST_F(IoFunction, NumbersOfDetachedSubchannelsAreFreeAfterAReset) {
  ASSERT_TRUE(subsystem->detach(number));
  EXPECT_EQ(subsystem->attach(number, std::make_unique<ScriptedDevice>()).value().number.value, 1);
  subsystem->reset();
  EXPECT_EQ(subsystem->attach(z::DeviceNumber{0x0300}, std::make_unique<ScriptedDevice>()).value().number.value, 0);
}

TEST_F(IoFunction, DeviceNumberInUseIsRefused) {
  EXPECT_FALSE(subsystem->attach(number, std::make_unique<ScriptedDevice>()));
}

TEST_F(IoFunction, LostReportsLeaveOverflowInTheLastOne) {
  for (std::uint16_t i = 0; i < 40; ++i)
    ASSERT_TRUE(subsystem->attach(z::DeviceNumber{static_cast<std::uint16_t>(0x1000 + i)}, std::make_unique<ScriptedDevice>()));
  std::uint32_t word = 0, last = 0;
  while ((word = subsystem->take_channel_report()) != 0) last = word;
  EXPECT_EQ(last, 0x2304'0000U | 32);
}

TEST_F(IoFunction, ResetEndsProgramsAndDisablesSubchannels) {
  start_waiting_read();
  subsystem->reset();
  EXPECT_EQ(device->log(), (Log{"begin", "02", "end", "reset"}));
  EXPECT_EQ(scsw().control, 0U);
  EXPECT_EQ(start(), Answer::cc3);
  EXPECT_FALSE(subsystem->pending_interruption(0xFF));
}

TEST_F(IoFunction, AStartByTheCallerHasEndedWhenItReturns) {
  program({ccw1(0x01, CC | SLI, 1, data_at), ccw1(0x01, SLI, 1, data_at)});
  const auto caller = std::this_thread::get_id();
  device->on(0x01, [&](Transfer&) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    return Ending::with(ended);
  });
  ASSERT_EQ(subsystem->start_by_caller(ssid, orb()), Answer::cc0);
  EXPECT_TRUE(scsw().has(Scsw::primary | Scsw::secondary | Scsw::status_pending));
  EXPECT_EQ(device->log(), (Log{"begin", "01", "01", "end"}));
}

TEST_F(IoFunction, AStartByTheCallerReturnsWhenTheDeviceWaits) {
  bool waited = false;
  device->on(0x02, [&](Transfer&) { return std::exchange(waited, true) ? Ending::with(ended) : Ending::wait(); });
  program({ccw1(0x02, SLI, 1, data_at)});
  ASSERT_EQ(subsystem->start_by_caller(ssid, orb()), Answer::cc0);
  EXPECT_FALSE(scsw().has(Scsw::status_pending));
  device->port().resume_by_caller();
  device->port().perform();
  EXPECT_TRUE(scsw().has(Scsw::primary | Scsw::secondary | Scsw::status_pending));
}

TEST_F(IoFunction, AStartByTheCallerWaitsForTheEndOfAQuiesce) {
  program({ccw1(0x01, SLI, 1, data_at)});
  subsystem->quiesce();
  ASSERT_EQ(subsystem->start_by_caller(ssid, orb()), Answer::cc0);
  EXPECT_EQ(device->log(), Log{});
  subsystem->continue_io();
  EXPECT_TRUE(interruption().scsw.has(Scsw::primary));
}

// Two paths: the first is taken away, the device is reached on the second, and without any there is none.
TEST_F(IoFunction, APathThatIsVariedOffIsReportedAndNoLongerUsed) {
  const std::vector<z::Chpid> paths{z::Chpid{std::uint8_t{0x40}}, z::Chpid{std::uint8_t{0x41}}};
  ASSERT_TRUE(subsystem->attach(z::DeviceNumber{std::uint16_t{0x300}}, std::make_unique<ScriptedDevice>(), paths));
  while (subsystem->take_channel_report() != 0) {
  }
  const std::uint32_t second = 0x0001'0001;
  ASSERT_TRUE(subsystem->vary(paths[0], Subsystem::PathState::gone));
  EXPECT_EQ(subsystem->take_channel_report(), 0x0407'0040U);
  Schib schib;
  subsystem->store(second, schib);
  EXPECT_EQ(schib.pmcw.path_installed_mask, 0xC0);
  EXPECT_EQ(schib.pmcw.path_available_mask, 0x40);
  schib.pmcw.flags = static_cast<std::uint16_t>(schib.pmcw.flags | Pmcw::enabled);
  EXPECT_EQ(subsystem->modify(second, schib), Answer::cc0);
  Orb orb{};
  orb.control = Orb::format_1 | 0x8000U;
  EXPECT_EQ(subsystem->start(second, orb), Answer::cc3);
  ASSERT_TRUE(subsystem->vary(paths[0], Subsystem::PathState::available));
  EXPECT_EQ(subsystem->take_channel_report(), 0x0402'0040U);
  subsystem->store(second, schib);
  EXPECT_EQ(schib.pmcw.path_available_mask, 0xC0);
  EXPECT_FALSE(subsystem->vary(z::Chpid{std::uint8_t{0x77}}, Subsystem::PathState::gone));
}

// Reset channel path

TEST_F(IoFunction, ResetChannelPathIsReportedAsASolicitedChannelReport) {
  EXPECT_EQ(subsystem->reset_path(0x00), Answer::cc0);
  wait_for_report(0x4402'0000);
  EXPECT_EQ(subsystem->reset_path(0x77), Answer::cc3);
  EXPECT_EQ(subsystem->reset_path(0x100), Answer::operand_exception);
}

TEST_F(IoFunction, ResetChannelPathEndsWhatIsActiveOnItWithInterfaceControlCheck) {
  start_waiting_read();
  EXPECT_EQ(subsystem->reset_path(0x00), Answer::cc0);
  const auto irb = interruption();
  EXPECT_EQ(irb.scsw.control & 0xFFFF, Scsw::start_function | Scsw::alert | Scsw::primary | Scsw::secondary | Scsw::status_pending);
  EXPECT_EQ(irb.scsw.subchannel_status, subchannel_status::interface_control_check);
  EXPECT_EQ(irb.scsw.device_status, 0);
  wait_for_report(0x4402'0000);
  EXPECT_EQ(device->log(), (Log{"begin", "02", "clear", "end", "reset path 80"}));
  EXPECT_EQ(run({ccw1(0x03, 0, 0, 0)}).scsw.device_status, 0x0C);
}

TEST_F(IoFunction, ResetChannelPathLeavesASuspendedProgramAlone) {
  program({ccw1(0x03, S, 0, 0)});
  start(Orb::format_1 | Orb::suspend_control);
  interruption();
  EXPECT_EQ(subsystem->reset_path(0x00), Answer::cc0);
  wait_for_report(0x4402'0000);
  put(program_at, ccw1(0x03, 0, 0, 0));
  EXPECT_EQ(subsystem->resume(ssid), Answer::cc0);
  EXPECT_EQ(interruption().scsw.device_status, 0x0C);
}

TEST_F(IoFunction, ASecondResetOfAChannelPathThatIsBeingResetIsCondition2) {
  subsystem->quiesce();
  EXPECT_EQ(subsystem->reset_path(0x00), Answer::cc0);
  EXPECT_EQ(subsystem->reset_path(0x00), Answer::cc2);
  subsystem->continue_io();
  wait_for_report(0x4402'0000);
  EXPECT_EQ(subsystem->reset_path(0x00), Answer::cc0);
}

// Subchannel sets

TEST_F(IoFunction, ASubchannelOfAnotherSetIsThereOnceSetsAreOn) {
  const auto given = subsystem->attach(z::DeviceNumber{0x0300}, std::make_unique<ScriptedDevice>(), {z::Chpid{0}}, 2).value();
  EXPECT_EQ(given.word(), 0x0005'0000U);
  EXPECT_EQ(subsystem->take_channel_report(), 0U) << "who knows of no sets is not told of them";
  Schib schib{};
  EXPECT_EQ(subsystem->store(0x0005'0000, schib), Answer::operand_exception);
  subsystem->enable_subchannel_sets();
  EXPECT_EQ(subsystem->store(0x0005'0000, schib), Answer::cc0);
  EXPECT_EQ(schib.pmcw.device_number, 0x0300);
  EXPECT_EQ(subsystem->store(0x0003'0000, schib), Answer::cc3);
  EXPECT_EQ(subsystem->store(0x0009'0000, schib), Answer::operand_exception);
  schib.pmcw.flags = schib.pmcw.flags | Pmcw::enabled;
  subsystem->store(0x0005'0000, schib);
  schib.pmcw.flags = schib.pmcw.flags | Pmcw::enabled;
  EXPECT_EQ(subsystem->modify(0x0005'0000, schib), Answer::cc0);
  program({ccw1(0x03, 0, 0, 0)});
  EXPECT_EQ(subsystem->start(0x0005'0000, orb()), Answer::cc0);
  wait_until([this] { return subsystem->pending_interruption(0xFF).has_value(); });
  EXPECT_EQ(subsystem->take_interruption(0xFF)->subsystem_identification, 0x0005'0000U);
  subsystem->reset();
  EXPECT_EQ(subsystem->store(0x0005'0000, schib), Answer::operand_exception);
}

TEST_F(IoFunction, AReportOfASubchannelNamesItsSetInASecondWord) {
  subsystem->enable_subchannel_sets();
  ASSERT_TRUE(subsystem->attach(z::DeviceNumber{0x0300}, std::make_unique<ScriptedDevice>(), {z::Chpid{0}}, 3));
  EXPECT_EQ(subsystem->take_channel_report(), 0x1304'0000U);
  EXPECT_EQ(subsystem->take_channel_report(), 0x0304'0030U);
  EXPECT_FALSE(subsystem->attach(z::DeviceNumber{0x0301}, std::make_unique<ScriptedDevice>(), {z::Chpid{0}}, 4));
}

// Address limit

TEST_F(IoFunction, TheAddressLimitIsAMultipleOf64KiB) {
  EXPECT_EQ(subsystem->set_address_limit(0x0001'0000), Answer::cc0);
  EXPECT_EQ(subsystem->set_address_limit(0x0001'0800), Answer::operand_exception);
  EXPECT_EQ(subsystem->set_address_limit(0x8000'0000), Answer::operand_exception);
}

class AddressLimited : public ChannelTest {
 protected:
  static constexpr std::uint32_t limit = 0x0002'0000, checked = Orb::format_1 | Orb::address_limit;
  void SetUp() override {
    device->on(0x02, ScriptedDevice::sends({1, 2, 3, 4, 5, 6, 7, 8}));
    ASSERT_EQ(subsystem->set_address_limit(limit), Answer::cc0);
  }
  void set_mode(std::uint16_t mode) {
    modify([mode](Pmcw& pmcw) { pmcw.flags = static_cast<std::uint16_t>((pmcw.flags & ~Pmcw::limit_mode) | mode); });
  }
  std::uint8_t read_at(std::uint32_t address, std::uint32_t bits = checked) {
    return run({ccw1(0x02, 0, 8, address)}, bits).scsw.subchannel_status;
  }
};

TEST_F(AddressLimited, Mode01KeepsDataFromTheLimitOn) {
  set_mode(0x0020);
  EXPECT_EQ(read_at(limit), 0);
  EXPECT_EQ(read_at(limit - 8), subchannel_status::program_check);
  EXPECT_EQ(bytes(limit - 8, 1)[0], 0);
  EXPECT_EQ(read_at(limit - 8, Orb::format_1), 0) << "without the ORB's bit nothing is checked";
}

TEST_F(AddressLimited, Mode10KeepsDataBelowTheLimit) {
  set_mode(0x0040);
  EXPECT_EQ(read_at(limit - 8), 0);
  EXPECT_EQ(read_at(limit - 4), subchannel_status::program_check);
  EXPECT_EQ(bytes(limit - 4, 8), (std::vector<std::uint8_t>{1, 2, 3, 4, 0, 0, 0, 0})) << "up to the limit it moves";
  EXPECT_EQ(read_at(limit), subchannel_status::program_check);
}

TEST_F(AddressLimited, HoldsForIndirectDataButNotForTheirAddressWords) {
  set_mode(0x0020);
  put_word(data_at, limit);
  EXPECT_EQ(run({ccw1(0x02, IDA, 8, data_at)}, checked).scsw.subchannel_status, 0);
  put_word(data_at, limit - 8);
  EXPECT_EQ(run({ccw1(0x02, IDA, 8, data_at)}, checked).scsw.subchannel_status, subchannel_status::program_check);
}

TEST_F(AddressLimited, Mode00ChecksNothingAndMode11IsAnOperandException) {
  EXPECT_EQ(read_at(limit - 8), 0);
  Schib schib{};
  subsystem->store(ssid, schib);
  schib.pmcw.flags = schib.pmcw.flags | Pmcw::limit_mode;
  EXPECT_EQ(subsystem->modify(ssid, schib), Answer::operand_exception);
}

}  // namespace
}  // namespace channel::test
