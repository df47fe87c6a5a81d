// Channel programs: CCW rules, chaining, lengths (PoP ch. 15 and 16).
#include "channel_fixture.h"

namespace channel::test {
namespace {

using ::testing::Test;
using Log = std::vector<std::string>;
using Bytes = std::vector<std::uint8_t>;

constexpr std::uint8_t program_check = subchannel_status::program_check, protection_check = subchannel_status::protection_check,
                       incorrect_length = subchannel_status::incorrect_length;
// Function start, and which status is pending.
constexpr std::uint32_t final_word = 0x4007, alert_word = 0x4017;

class ChannelProgram : public ChannelTest {
 protected:
  void expect_program_check(const Irb& irb, std::uint32_t ccw_address) {
    EXPECT_EQ(irb.scsw.subchannel_status, program_check);
    EXPECT_EQ(irb.scsw.control & 0xFFFF, alert_word);
    EXPECT_EQ(irb.scsw.ccw_address, ccw_address);
  }
};

TEST_F(ChannelProgram, EndsWithPrimaryAndSecondaryStatusWhenTheDeviceEndsBothAtOnce) {
  device->on(0x02, ScriptedDevice::sends({1, 2, 3, 4}));
  const auto irb = run({ccw1(0x02, 0, 4, data_at)});
  EXPECT_EQ(irb.scsw.control & 0xFFFF, final_word);
  EXPECT_EQ(irb.scsw.device_status, 0x0C);
  EXPECT_EQ(irb.scsw.subchannel_status, 0);
  EXPECT_EQ(irb.scsw.ccw_address, program_at + 8);
  EXPECT_EQ(irb.scsw.count, 0);
  EXPECT_EQ(irb.esw.last_path_used_mask, 0x80);
  EXPECT_EQ(bytes(data_at, 4), (Bytes{1, 2, 3, 4}));
  EXPECT_EQ(device->log(), (Log{"begin", "02", "end"}));
}

TEST_F(ChannelProgram, ReadsFormat0CommandWords) {
  device->on(0x02, ScriptedDevice::sends({7, 8}));
  const auto irb = run({ccw0(0x02, 0, 2, data_at)}, 0);
  EXPECT_EQ(irb.scsw.control & 0xFFFF, final_word);
  EXPECT_EQ(bytes(data_at, 2), (Bytes{7, 8}));
}

TEST_F(ChannelProgram, CommandChainingExecutesOneCommandAfterTheOther) {
  const auto irb = run({ccw1(0x03, CC, 0, 0), ccw1(0x13, CC, 0, 0), ccw1(0x23, 0, 0, 0)});
  EXPECT_EQ(device->log(), (Log{"begin", "03", "13", "23", "end"}));
  EXPECT_EQ(irb.scsw.ccw_address, program_at + 24);
}

TEST_F(ChannelProgram, StatusModifierSkipsOneCommandWord) {
  device->on(0x31, ScriptedDevice::ends(ended | status_modifier));
  const auto irb = run({ccw1(0x31, CC | SLI, 5, data_at), ccw1(0x08, 0, 0, program_at), ccw1(0x03, 0, 0, 0)});
  EXPECT_EQ(device->log(), (Log{"begin", "31", "03", "end"}));
  EXPECT_EQ(irb.scsw.subchannel_status, 0);
}

TEST_F(ChannelProgram, SearchLoopsThroughTransferInChannelUntilTheDeviceFindsIt) {
  int searches = 0;
  device->on(0x31, [&](Transfer& data) {
    std::array<std::byte, 5> argument;
    data.receive(argument);
    return Ending::with(++searches < 3 ? ended : ended | status_modifier);
  });
  run({ccw1(0x31, CC, 5, data_at), ccw1(0x08, 0, 0, program_at), ccw1(0x03, 0, 0, 0)});
  EXPECT_EQ(device->log(), (Log{"begin", "31", "31", "31", "03", "end"}));
}

TEST_F(ChannelProgram, UnitCheckBreaksTheChain) {
  device->on(0x13, ScriptedDevice::ends(ended | unit_check));
  const auto irb = run({ccw1(0x03, CC, 0, 0), ccw1(0x13, CC, 0, 0), ccw1(0x23, 0, 0, 0)});
  EXPECT_EQ(irb.scsw.device_status, 0x0E);
  EXPECT_EQ(irb.scsw.ccw_address, program_at + 16);
  EXPECT_EQ(device->log(), (Log{"begin", "03", "13", "end"}));
}

TEST_F(ChannelProgram, UnitExceptionBreaksTheChain) {
  device->on(0x03, ScriptedDevice::ends(ended | unit_exception));
  EXPECT_EQ(run({ccw1(0x03, CC, 0, 0), ccw1(0x13, 0, 0, 0)}).scsw.device_status, 0x0D);
}

// Lengths

TEST_F(ChannelProgram, ShortReadGivesResidualCountAndIncorrectLength) {
  device->on(0x02, ScriptedDevice::sends({1, 2, 3}));
  const auto irb = run({ccw1(0x02, 0, 10, data_at)});
  EXPECT_EQ(irb.scsw.subchannel_status, incorrect_length);
  EXPECT_EQ(irb.scsw.count, 7);
}

TEST_F(ChannelProgram, SuppressLengthIndicationSuppressesIncorrectLength) {
  device->on(0x02, ScriptedDevice::sends({1, 2, 3}));
  const auto irb = run({ccw1(0x02, SLI, 10, data_at)});
  EXPECT_EQ(irb.scsw.subchannel_status, 0);
  EXPECT_EQ(irb.scsw.count, 7);
}

TEST_F(ChannelProgram, LongRecordIsCutAndIsIncorrectLength) {
  device->on(0x02, ScriptedDevice::sends({1, 2, 3}));
  const auto irb = run({ccw1(0x02, 0, 2, data_at)});
  EXPECT_EQ(irb.scsw.subchannel_status, incorrect_length);
  EXPECT_EQ(irb.scsw.count, 0);
  EXPECT_EQ(bytes(data_at, 3), (Bytes{1, 2, 0}));
}

TEST_F(ChannelProgram, IncorrectLengthBreaksCommandChaining) {
  device->on(0x02, ScriptedDevice::sends({1}));
  run({ccw1(0x02, CC, 2, data_at), ccw1(0x03, 0, 0, 0)});
  EXPECT_EQ(device->log(), (Log{"begin", "02", "end"}));
}

TEST_F(ChannelProgram, ImmediateControlCommandIgnoresItsCount) {
  EXPECT_EQ(run({ccw1(0x03, 0, 1, data_at)}).scsw.subchannel_status, 0);
}

// Data chaining

TEST_F(ChannelProgram, DataChainingScattersOneRecord) {
  device->on(0x02, ScriptedDevice::sends({1, 2, 3, 4, 5, 6}));
  const auto irb = run({ccw1(0x02, CD, 2, data_at), ccw1(0x00, CD, 1, data_at + 16), ccw1(0x00, 0, 3, data_at + 32)});
  EXPECT_EQ(irb.scsw.subchannel_status, 0);
  EXPECT_EQ(irb.scsw.ccw_address, program_at + 24);
  EXPECT_EQ(bytes(data_at, 2), (Bytes{1, 2}));
  EXPECT_EQ(bytes(data_at + 16, 1), (Bytes{3}));
  EXPECT_EQ(bytes(data_at + 32, 3), (Bytes{4, 5, 6}));
  EXPECT_EQ(device->log(), (Log{"begin", "02", "end"}));
}

TEST_F(ChannelProgram, DataChainingGathersForAWrite) {
  device->on(0x01, device->receives(100));
  put_bytes(data_at, {1, 2});
  put_bytes(data_at + 64, {3, 4, 5});
  run({ccw1(0x01, CD, 2, data_at), ccw1(0x00, 0, 3, data_at + 64)});
  EXPECT_EQ(device->received(), (std::vector{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}, std::byte{5}}));
}

TEST_F(ChannelProgram, DataChainMayGoThroughATransferInChannel) {
  device->on(0x02, ScriptedDevice::sends({1, 2, 3}));
  run({ccw1(0x02, CD, 1, data_at), ccw1(0x08, 0, 0, program_at + 32), 0, 0, ccw1(0x00, 0, 2, data_at + 8)});
  EXPECT_EQ(bytes(data_at + 8, 2), (Bytes{2, 3}));
}

TEST_F(ChannelProgram, ResidualCountIsThatOfTheCurrentCommandWord) {
  device->on(0x02, ScriptedDevice::sends({1, 2, 3}));
  const auto irb = run({ccw1(0x02, CD, 2, data_at), ccw1(0x00, SLI, 8, data_at + 16)});
  EXPECT_EQ(irb.scsw.count, 7);
  EXPECT_EQ(irb.scsw.ccw_address, program_at + 16);
  EXPECT_EQ(irb.scsw.subchannel_status, 0);
}

TEST_F(ChannelProgram, EndInsideADataChainIsIncorrectLengthEvenWithSuppression) {
  device->on(0x02, ScriptedDevice::sends({1}));
  EXPECT_EQ(run({ccw1(0x02, CD | SLI, 2, data_at), ccw1(0x00, 0, 8, data_at + 16)}).scsw.subchannel_status, incorrect_length);
}

TEST_F(ChannelProgram, SkipStoresNothingButCounts) {
  device->on(0x02, ScriptedDevice::sends({1, 2, 3, 4}));
  const auto irb = run({ccw1(0x02, SKIP | CD, 3, 0x7FFF'FFF0), ccw1(0x00, 0, 1, data_at)});
  EXPECT_EQ(irb.scsw.subchannel_status, 0);
  EXPECT_EQ(bytes(data_at, 1), (Bytes{4}));
}

TEST_F(ChannelProgram, ReadBackwardFillsStorageDownwards) {
  device->on(0x0C, ScriptedDevice::sends({1, 2, 3}));
  const auto irb = run({ccw1(0x0C, 0, 3, data_at + 2)});
  EXPECT_EQ(irb.scsw.subchannel_status, 0);
  EXPECT_EQ(bytes(data_at, 4), (Bytes{3, 2, 1, 0}));
}

TEST_F(ChannelProgram, CommandWordsAreFetchedOnlyWhenTheirTurnComes) {
  // The read replaces the CCW behind it, as an IPL record does.
  const z::be64 replaced = ccw1(0x13, 0, 0, 0);
  Bytes image(8);
  std::memcpy(image.data(), &replaced, 8);
  device->on(0x02, ScriptedDevice::sends(image));
  run({ccw1(0x02, CC, 8, program_at + 8), ccw1(0x23, 0, 0, 0)});
  EXPECT_EQ(device->log(), (Log{"begin", "02", "13", "end"}));
}

// Program checks

TEST_F(ChannelProgram, InvalidCommandCodeIsAProgramCheckWithoutDeviceStatus) {
  const auto irb = run({ccw1(0x10, 0, 1, data_at)});
  expect_program_check(irb, program_at + 8);
  EXPECT_EQ(irb.scsw.device_status, 0);
  EXPECT_EQ(irb.esw.last_path_used_mask, 0);
}

TEST_F(ChannelProgram, TransferInChannelAsFirstCommandIsAProgramCheck) {
  expect_program_check(run({ccw1(0x08, 0, 0, program_at + 8), ccw1(0x03, 0, 0, 0)}), program_at + 8);
}

TEST_F(ChannelProgram, TransferToATransferIsAProgramCheck) {
  const auto irb = run({ccw1(0x03, CC, 0, 0), ccw1(0x08, 0, 0, program_at + 16), ccw1(0x08, 0, 0, program_at + 24), ccw1(0x03, 0, 0, 0)});
  expect_program_check(irb, program_at + 24);
  EXPECT_EQ(irb.scsw.device_status, 0x0C);
}

TEST_F(ChannelProgram, Format1TransferWithACountIsAProgramCheck) {
  expect_program_check(run({ccw1(0x03, CC, 0, 0), ccw1(0x08, 0, 1, program_at)}), program_at + 16);
}

TEST_F(ChannelProgram, Format1TransferWithAHighNibbleIsAnInvalidCommand) {
  expect_program_check(run({ccw1(0x03, CC, 0, 0), ccw1(0x18, 0, 0, program_at)}), program_at + 16);
}

TEST_F(ChannelProgram, Format0TransferIgnoresHighNibbleFlagsAndCount) {
  run({ccw0(0x03, CC, 1, 0), ccw0(0xF8, 0xFE, 9, program_at + 24), 0, ccw0(0x13, 0, 1, 0)}, 0);
  EXPECT_EQ(device->log(), (Log{"begin", "03", "13", "end"}));
}

TEST_F(ChannelProgram, ZeroCountIsAProgramCheckInFormat0) { expect_program_check(run({ccw0(0x03, 0, 0, 0)}, 0), program_at + 8); }

TEST_F(ChannelProgram, ZeroCountWithChainDataIsAProgramCheckInFormat1) {
  expect_program_check(run({ccw1(0x02, CD, 0, data_at), ccw1(0, 0, 1, data_at)}), program_at + 8);
}

TEST_F(ChannelProgram, SuspendFlagWithoutSuspendControlIsAProgramCheck) {
  expect_program_check(run({ccw1(0x03, S, 0, 0)}), program_at + 8);
}

TEST_F(ChannelProgram, ModifiedIndirectFlagWithoutItsControlIsAProgramCheck) {
  expect_program_check(run({ccw1(0x02, MIDA, 4, data_at)}), program_at + 8);
}

TEST_F(ChannelProgram, HighBitOfAFormat1DataAddressIsAProgramCheck) {
  expect_program_check(run({ccw1(0x02, 0, 4, 0x8000'4000)}), program_at + 8);
}

TEST_F(ChannelProgram, MisalignedProgramAddressIsAProgramCheck) {
  auto request = orb();
  request.program_address = program_at + 4;
  ASSERT_EQ(subsystem->start(ssid, request), Answer::cc0);
  expect_program_check(interruption(), program_at + 12);
}

TEST_F(ChannelProgram, ProgramAddressOutsideStorageIsAProgramCheck) {
  auto request = orb();
  request.program_address = 0x7000'0000;
  ASSERT_EQ(subsystem->start(ssid, request), Answer::cc0);
  expect_program_check(interruption(), 0x7000'0008);
}

TEST_F(ChannelProgram, Format0ProgramMayNotWrapAt16Megabytes) {
  storage = nullptr;  // rebuilt larger
  subsystem = nullptr;
  storage = cpu::Storage::create(z::Bytes{0x100'0000}).value();
  subsystem = std::make_unique<Subsystem>(*storage, clock, Subsystem::Options{.threads = 1, .interruption_pending = [this](std::uint8_t) {
                                                                                z::Lock guard{lock};
                                                                                changed.notify_all();
                                                                              }, .channel_report_pending = {}});
  ASSERT_TRUE(subsystem->attach(number, std::make_unique<ScriptedDevice>()));
  modify([](Pmcw& pmcw) { pmcw.flags = pmcw.flags | Pmcw::enabled; });
  put(0xFF'FFF8, ccw0(0x03, CC, 1, 0));
  auto request = orb(0);
  request.program_address = 0xFF'FFF8;
  ASSERT_EQ(subsystem->start(ssid, request), Answer::cc0);
  expect_program_check(interruption(), 0x0100'0008);
}

TEST_F(ChannelProgram, DataOutsideStorageIsAProgramCheckWithDeviceStatus) {
  device->on(0x02, ScriptedDevice::sends({1, 2}));
  const auto irb = run({ccw1(0x02, 0, 2, 0x40'0000)});
  expect_program_check(irb, program_at + 8);
  EXPECT_EQ(irb.scsw.device_status, 0x0C);
}

TEST_F(ChannelProgram, DataUpToTheEndOfStorageIsStoredBeforeTheCheck) {
  device->on(0x02, ScriptedDevice::sends({1, 2, 3}));
  expect_program_check(run({ccw1(0x02, 0, 3, 0x3F'FFFE)}), program_at + 8);
  EXPECT_EQ(bytes(0x3F'FFFE, 2), (Bytes{1, 2}));
}

TEST_F(ChannelProgram, StoreUnderAnotherKeyIsAProtectionCheck) {
  device->on(0x02, ScriptedDevice::sends({1}));
  storage->set_key(z::frame_of({data_at}), 0x50);
  const auto irb = run({ccw1(0x02, 0, 1, data_at)}, Orb::format_1 | 0x4000'0000);
  EXPECT_EQ(irb.scsw.subchannel_status, protection_check);
  EXPECT_EQ(irb.scsw.control, 0x4080'4017U);
  EXPECT_EQ(bytes(data_at, 1), (Bytes{0}));
}

TEST_F(ChannelProgram, FetchOfProtectedCommandWordsIsAProtectionCheck) {
  storage->set_key(z::frame_of({program_at}), 0x58);  // fetch-protected
  const auto irb = run({ccw1(0x03, 0, 0, 0)}, Orb::format_1 | 0x4000'0000);
  EXPECT_EQ(irb.scsw.subchannel_status, protection_check);
}

TEST_F(ChannelProgram, MatchingKeyMayStore) {
  device->on(0x02, ScriptedDevice::sends({9}));
  storage->set_key(z::frame_of({data_at}), 0x50);
  const auto irb = run({ccw1(0x02, 0, 1, data_at)}, Orb::format_1 | 0x5000'0000);
  EXPECT_EQ(irb.scsw.subchannel_status, 0);
  EXPECT_EQ(bytes(data_at, 1), (Bytes{9}));
  EXPECT_EQ(storage->key(z::frame_of({data_at})), 0x56);  // reference and change
}

}  // namespace
}  // namespace channel::test
