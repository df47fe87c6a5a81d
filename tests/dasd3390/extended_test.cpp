// Commands of a DS8000 beyond the 3990's: whole tracks, subsystem functions, path groups by path, thin volumes.

#include <gtest/gtest.h>

#include "scripted_channel.h"

namespace dasd3390::test {
namespace {

Bytes fill(std::size_t length, std::uint8_t value) { return Bytes(length, value); }

// LOCATE RECORD EXTENDED with a transfer length.
Ccw locate_extended(std::uint8_t operation, std::uint8_t extended, std::uint8_t count, At at, std::uint8_t record,
                    unsigned length) {
  return {0x4B, Bytes{operation, 0x80, 0, count} + cchh(at.cylinder, at.head) + cchhr(at.cylinder, at.head, record) +
                    Bytes{0xFF} + halfword(length) + Bytes{0, extended} + halfword(0)};
}

// PREPARE FOR READ SUBSYSTEM DATA.
Ccw prepare(std::uint8_t suborder) { return {0x27, Bytes{0x18, 0, 0, 0, 0, 0, suborder, 0, 0, 0, 0, 0}}; }

TEST(TrackData, IsReadFromTheLocatedRecordOnAndThenTrackByTrack) {
  Disk disk;
  disk.format({1, 0}, 3, 100);
  disk.format({1, 1}, 3, 100);
  const auto outcome = run(disk.device(), {define_extent(reading, {1, 0}, {1, 1}),
                                           locate_extended(0x0C, 0, 2, {1, 0}, 2, 200), read(0xA6, 200), read(0xA6, 200)});
  EXPECT_EQ(outcome.status, good);
  EXPECT_EQ(outcome.sent[0], fill(100, 2) + fill(100, 3));
  EXPECT_EQ(outcome.sent[1], fill(100, 1) + fill(100, 2));
}

TEST(TrackData, OfTheLastTrackIsAsLongAsTheTransferLengthSays) {
  Disk disk;
  disk.format({1, 0}, 3, 100);
  disk.device().begin_program();
  execute(disk.device(), {define_extent(reading, {1, 0}, {1, 0}), locate_extended(0x0C, 0, 1, {1, 0}, 1, 200)});
  ScriptedTransfer transfer{std::size_t{200}};
  EXPECT_EQ(disk.device().execute(0xA6, transfer).status, good);
  EXPECT_FALSE(transfer.has_excess());
  EXPECT_EQ(transfer.moved(), fill(100, 1) + fill(100, 2));
  disk.device().end_program();
}

TEST(TrackData, IsWrittenFromTheLocatedRecordAsFarAsItGoes) {
  Disk disk;
  disk.format({1, 0}, 3, 100);
  disk.format({1, 1}, 3, 100);
  const auto outcome = run(disk.device(), {define_extent(updating, {1, 0}, {1, 1}),
                                           locate_extended(0x3F, 0x23, 2, {1, 0}, 3, 100), {0xA5, fill(100, 0xC1)},
                                           {0xA5, fill(100, 0xC2) + fill(100, 0xC3)}});
  EXPECT_EQ(outcome.status, good);
  const auto edit = disk.edit();
  EXPECT_EQ(octets(edit.read_record({1, 0}, 2)->data), fill(100, 2));
  EXPECT_EQ(octets(edit.read_record({1, 0}, 3)->data), fill(100, 0xC1));
  EXPECT_EQ(octets(edit.read_record({1, 1}, 1)->data), fill(100, 0xC2));
  EXPECT_EQ(octets(edit.read_record({1, 1}, 2)->data), fill(100, 0xC3));
  EXPECT_EQ(octets(edit.read_record({1, 1}, 3)->data), fill(100, 3));
}

TEST(TrackData, OfATrackWithoutRecordsIsNoRecordFoundAndTheSenseNamesTheTrack) {
  Disk disk;
  disk.format({1, 0}, 3, 100);
  const auto outcome = run(disk.device(), {define_extent(reading, {1, 0}, {1, 3}),
                                           locate_extended(0x0C, 0, 2, {1, 0}, 1, 300), read(0xA6, 300), read(0xA6, 300)});
  EXPECT_EQ(outcome.sense_1(), 0x08);
  EXPECT_EQ(outcome.sense.bytes[27], 0xA0);
  EXPECT_EQ((Bytes{outcome.sense.bytes.begin() + 29, outcome.sense.bytes.end()}), (Bytes{0, 1, 1}));
}

TEST(FullTrack, WhatReadTrackGaveIsWrittenElsewhereAtOnce) {
  Disk disk;
  disk.format({1, 0}, 5, 300);
  disk.format({1, 1}, 2, 10);
  const auto image = run(disk.device(), {define_extent(reading, {1, 0}, {1, 0}), locate(0x4C, 1, {1, 0}, 0),
                                         read(0xDE, 60000)}).sent[0];
  const auto outcome = run(disk.device(), {define_extent(0xC0, {1, 1}, {1, 2}),
                                           locate_extended(0x3F, 0x11, 2, {1, 1}, 0, 0), {0x95, image}, {0x95, image}});
  EXPECT_EQ(outcome.status, good);
  for (const unsigned head : {1u, 2u}) {
    const auto track = disk.edit().read_track({1, head}).value();
    ASSERT_EQ(track.record_count(), 6u);
    EXPECT_EQ(track.count(0).address.address().head, head) << "R0 names its own track";
    EXPECT_EQ(octets(track.data(5)), fill(300, 5));
  }
}

TEST(FullTrack, ARecordThatDoesNotFitLeavesTheOldTrack) {
  Disk disk;
  disk.format({1, 0}, 5, 300);
  const auto outcome = run(disk.device(), {define_extent(0xC0, {1, 0}, {1, 0}),
                                           locate_extended(0x3F, 0x11, 1, {1, 0}, 0, 0),
                                           {0x95, count_field(1, 0, 0, 0, 8) + fill(8, 0) +
                                                      count_field(1, 0, 1, 0, 60000) + fill(60000, 1)}});
  EXPECT_EQ(outcome.sense_1(), 0x40);
  EXPECT_EQ(disk.edit().read_track({1, 0})->record_count(), 6u);
}

TEST(Subsystem, ItsFeaturesArePreparedAndRead) {
  Disk disk;
  const auto features = run(disk.device(), {prepare(0x41), read(0x3E, 256)}).sent[0];
  ASSERT_EQ(features.size(), 256u);
  EXPECT_EQ(features[8], 0x01);
  EXPECT_EQ(features[9], 0x20);
  EXPECT_EQ(features[12], 0x40);
}

TEST(Subsystem, TheVolumeIsTheOnlyBaseOfItsLogicalSubsystem) {
  Disk disk;
  const auto units = run(disk.device(), {prepare(0x0E), read(0x3E, 512)}).sent[0];
  EXPECT_EQ(units, (Bytes{1, 0}) + fill(510, 0));
}

TEST(Subsystem, DataThatWasNotPreparedIsAnInvalidSequence) {
  Disk disk;
  EXPECT_EQ(run(disk.device(), {read(0x3E, 256)}).message(), 0x02);
  EXPECT_EQ(run(disk.device(), {prepare(0x41), read(0x3E, 256), read(0x3E, 256)}).message(), 0x02);
}

TEST(Subsystem, StatusNamesTheSubsystemOfTheConfigurationData) {
  Disk disk;
  const auto configuration = run(disk.device(), {read(0xFA, 256)}).sent[0];
  const auto status = run(disk.device(), {read(0x54, 40)}).sent[0];
  ASSERT_EQ(status.size(), 40u);
  EXPECT_EQ(status[38], configuration[0xE8]);
  EXPECT_EQ(status[39], configuration[0xE9]);
}

TEST(Paths, EachIsGroupedByItselfAndDisbandTakesAllOut) {
  Disk disk;
  const Bytes group{0x80, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  const auto state_of = [&](std::uint8_t path) {
    auto sense = read(0x34, 12);
    sense.path = path;
    return run(disk.device(), {sense}).sent[0][0];
  };
  EXPECT_EQ(run(disk.device(), {{0xAF, group, 0, 0, 0x80}}).status, good);
  EXPECT_EQ(state_of(0x80), 0xC8);
  EXPECT_EQ(state_of(0x40), 0x00);
  EXPECT_EQ(run(disk.device(), {{0xAF, group, 0, 0, 0x40}}).status, good);
  EXPECT_EQ(state_of(0x40), 0xC8);
  Bytes disband = group;
  disband[0] = 0x20;
  EXPECT_EQ(run(disk.device(), {{0xAF, disband, 0, 0, 0x40}}).status, good);
  EXPECT_EQ(state_of(0x80), 0x80);
  EXPECT_EQ(state_of(0x40), 0x80);
}

TEST(Paths, ThatAreResetLeaveTheirGroupAndTheLastOneTakesTheReservationAlong) {
  Disk disk;
  const auto other = disk.attach_anew();
  const Bytes group{0x80, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  run(disk.device(), {{0xAF, group, 0, 0, 0x80}});
  run(disk.device(), {{0xAF, group, 0, 0, 0x40}});
  run(disk.device(), {read(0xB4, 32)});
  disk.device().reset_path(0x80);
  EXPECT_EQ(run(disk.device(), {read(0x34, 12)}).sent[0][0], 0x30) << "reset, and reserved here";
  EXPECT_EQ(run(*other, {seek(0, 0)}).status, channel::busy);
  disk.device().reset_path(0x40);
  EXPECT_EQ(run(*other, {seek(0, 0)}).status, good);
}

TEST(ThinVolume, SaysSoAndForgetsWhatIsReleased) {
  Disk disk;
  disk.format({1, 0}, 12, 4096);
  disk.format({2, 0}, 12, 4096);
  const auto volume = disk.volume();
  const auto device =
      Dasd3390::attach(volume, volume->whole(), Dasd3390::Writing::allowed, Dasd3390::Provisioning::thin).value();
  const auto query = run(*device, {prepare(0x52), read(0x3E, 28)}).sent[0];
  EXPECT_EQ(query[0], 0x20);
  Bytes release(24, 0);
  release[0] = 0x81;
  release[2] = 0x20;
  release[21] = 1;
  EXPECT_EQ(run(*device, {{0xF7, release + cchh(1, 0) + cchh(1, 14)}}).status, good);
  EXPECT_EQ(disk.edit().read_track({1, 0})->record_count(), 1u);
  EXPECT_EQ(disk.edit().read_track({2, 0})->record_count(), 13u);
}

TEST(FullVolume, ReleasesNothing) {
  Disk disk;
  Bytes release(24, 0);
  release[0] = 0x81;
  EXPECT_EQ(run(disk.device(), {{0xF7, release}}).message(), 0x04);
  EXPECT_EQ(disk.volume()->volser().value(), "VOL001");
}

}  // namespace
}  // namespace dasd3390::test
