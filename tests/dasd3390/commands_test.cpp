// What a channel program sees of the ECKD commands.

#include <gtest/gtest.h>

#include <fstream>

#include "scripted_channel.h"

namespace dasd3390::test {
namespace {

constexpr std::uint8_t command_reject = 0x80;

Bytes fill(std::size_t length, std::uint8_t value) { return Bytes(length, value); }

TEST(Identification, SenseIdNamesA3390BehindA2107WithItsConfigurationCommand) {
  Disk disk;
  EXPECT_EQ(run(disk.device(), {read(0xE4, 20)}).sent[0],
            (Bytes{0xFF, 0x21, 0x07, 0xE8, 0x33, 0x90, 0x02, 0x00, 0x40, 0xFA, 0x01, 0x00,
                   0x41, 0x27, 0x00, 0x04, 0x42, 0x3E, 0x01, 0xA0}));
}

TEST(Identification, CharacteristicsGiveTheGeometry) {
  Disk disk{7};
  const auto rdc = run(disk.device(), {read(0x64, 64)}).sent[0];
  ASSERT_EQ(rdc.size(), 64u);
  EXPECT_EQ((Bytes{rdc.begin() + 0x0C, rdc.begin() + 0x11}), (Bytes{0, 7, 0, 15, 224}));
  EXPECT_EQ((Bytes{rdc.begin() + 0x16, rdc.begin() + 0x1C}), (Bytes{2, 34, 19, 9, 6, 116}));
  EXPECT_EQ((Bytes{rdc.begin() + 0x3C, rdc.end()}), (Bytes{0, 0, 0, 7}));
}

TEST(Identification, ConfigurationDataHasOneDeviceNodeAndOneGeneralQualifier) {
  Disk disk;
  const auto rcd = run(disk.device(), {read(0xFA, 256)}).sent[0];
  ASSERT_EQ(rcd.size(), 256u);
  int devices = 0, qualifiers = 0;
  for (std::size_t at = 0; at < 256; at += 32) {
    devices += (rcd[at] & 0xC0) == 0xC0 && rcd[at + 1] == 1;
    qualifiers += (rcd[at] & 0xC0) == 0x80;
  }
  EXPECT_EQ(devices, 1);
  EXPECT_EQ(qualifiers, 1);
}

TEST(Identification, ConfigurationDataIsTheSameForAllWhoHaveTheVolumeOpen) {
  Disk disk;
  const auto other = disk.attach_anew();
  EXPECT_EQ(run(disk.device(), {read(0xFA, 256)}).sent, run(*other, {read(0xFA, 256)}).sent);
}

TEST(PathGroup, IsEmptyThenEstablishedThenRefusesAnotherIdentifier) {
  Disk disk;
  const Bytes id{0x80, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  EXPECT_EQ(run(disk.device(), {read(0x34, 12)}).sent[0], Bytes(12, 0));
  EXPECT_EQ(run(disk.device(), {{0xAF, id}}).status, good);
  EXPECT_EQ(run(disk.device(), {read(0x34, 12)}).sent[0], (Bytes{0xC8, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}));
  const auto refused = run(disk.device(), {{0xAF, Bytes{0x80} + Bytes(11, 9)}});
  EXPECT_EQ(refused.status, checked);
  EXPECT_EQ(refused.sense_0(), command_reject);
}

TEST(Commands, AnUnknownCommandIsRejectedAsInvalid) {
  Disk disk;
  const auto outcome = run(disk.device(), {{0x77, {}}});
  EXPECT_EQ(outcome.status, checked);
  EXPECT_EQ(outcome.sense_0(), command_reject);
  EXPECT_EQ(outcome.message(), 0x01);
  EXPECT_EQ(outcome.sense.bytes[27], 0x80);
}

TEST(Commands, UnknownSubsystemOrdersAreRejectedWithTheMessageThatStopsRetries) {
  Disk disk;
  const auto outcome = run(disk.device(), {{0x27, Bytes(12, 0)}, read(0x3E, 512)});
  EXPECT_EQ(outcome.sense_0(), command_reject);
  EXPECT_EQ(outcome.message(), 0x04);
}

TEST(Search, IdLoopsToTheRecordAndReadDataReadsIt) {
  Disk disk;
  disk.format({1, 2}, 12, 4096);
  const auto outcome = run(disk.device(), {seek(1, 2), search_id(1, 2, 7), tic(1), read(0x06, 4096)});
  EXPECT_EQ(outcome.status, good);
  EXPECT_EQ(outcome.sent[0], fill(4096, 7));
}

TEST(Search, ForARecordThatIsNotThereEndsWithNoRecordFound) {
  Disk disk;
  disk.format({1, 2}, 3, 100);
  const auto outcome = run(disk.device(), {seek(1, 2), search_id(1, 2, 9), tic(1), read(0x06, 100)});
  EXPECT_EQ(outcome.status, checked);
  EXPECT_EQ(outcome.sense_1(), 0x08);
}

TEST(Search, MultitrackFindsARecordOnALaterTrackAndStopsAtEndOfCylinder) {
  Disk disk;
  for (unsigned head = 0; head < 15; ++head) disk.format({1, head}, 2, 100);
  const auto found = run(disk.device(), {seek(1, 0), {0xB1, cchhr(1, 9, 2)}, tic(1), read(0x06, 100)});
  EXPECT_EQ(found.status, good);
  EXPECT_EQ(found.sent[0], fill(100, 2));
  const auto missed = run(disk.device(), {seek(1, 0), {0xB1, cchhr(2, 0, 1)}, tic(1), read(0x06, 100)});
  EXPECT_EQ(missed.sense_1(), 0x20);
}

class Keys : public ::testing::Test {
 protected:
  Keys() {
    std::vector<NewRecord> records;
    for (std::uint8_t n = 1; n <= 3; ++n)
      records.push_back({n, 2, 10, bytes({0, static_cast<std::uint8_t>(n * 10)}), bytes(fill(10, n))});
    disk_.edit().format_track({1, 0}, records).value();
  }
  Outcome search(std::uint8_t command, std::uint8_t key) {
    return run(disk_.device(), {seek(1, 0), {command, {0, key}}, tic(1), read(0x06, 10)});
  }
  Disk disk_;
};

TEST_F(Keys, EqualFindsItsRecord) { EXPECT_EQ(search(0x29, 20).sent[0], fill(10, 2)); }
TEST_F(Keys, HighFindsTheFirstGreaterOne) { EXPECT_EQ(search(0x49, 20).sent[0], fill(10, 3)); }
TEST_F(Keys, EqualOrHighFindsTheFirstNotSmaller) { EXPECT_EQ(search(0x69, 11).sent[0], fill(10, 2)); }
TEST_F(Keys, MissingEndsWithNoRecordFound) { EXPECT_EQ(search(0x29, 21).sense_1(), 0x08); }

TEST_F(Keys, SearchThenWriteDataUpdatesThatRecordOnly) {
  const auto outcome = run(disk_.device(), {seek(1, 0), {0x29, {0, 20}}, tic(1), {0x05, fill(10, 0x77)}});
  EXPECT_EQ(outcome.status, good);
  EXPECT_EQ(octets(disk_.edit().read_record({1, 0}, 1)->data), fill(10, 1));
  EXPECT_EQ(octets(disk_.edit().read_record({1, 0}, 2)->data), fill(10, 0x77));
  EXPECT_EQ(octets(disk_.edit().read_record({1, 0}, 2)->key), (Bytes{0, 20}));
}

TEST_F(Keys, WriteKeyAndDataAfterSearchIdReplacesBoth) {
  const auto outcome = run(disk_.device(), {seek(1, 0), search_id(1, 0, 3), tic(1), {0x0D, Bytes{9, 9} + fill(10, 8)}});
  EXPECT_EQ(outcome.status, good);
  EXPECT_EQ(octets(disk_.edit().read_record({1, 0}, 3)->key), (Bytes{9, 9}));
  EXPECT_EQ(octets(disk_.edit().read_record({1, 0}, 3)->data), fill(10, 8));
}

TEST_F(Keys, SearchOfThePersistentRecordInsideAnExtentReadsAndWritesAsOneProgram) {
  const auto outcome = run(disk_.device(), {define_extent(updating, {1, 0}, {1, 0}),
                                            seek(1, 0),
                                            {0x29, {0, 10}},
                                            tic(1),
                                            read(0x06, 10),
                                            seek(1, 0),
                                            {0x29, {0, 10}},
                                            tic(1),
                                            {0x05, fill(10, 0x42)}});
  EXPECT_EQ(outcome.status, good);
  EXPECT_EQ(outcome.sent[0], fill(10, 1));
  EXPECT_EQ(octets(disk_.edit().read_record({1, 0}, 1)->data), fill(10, 0x42));
}

TEST(Read, CountSkipsR0AndGoesOnRecordByRecord) {
  Disk disk;
  disk.format({1, 0}, 2, 100);
  const auto outcome = run(disk.device(), {seek(1, 0), read(0x12, 8), read(0x12, 8), read(0x12, 8)});
  EXPECT_EQ(outcome.sent[0], count_field(1, 0, 1, 0, 100));
  EXPECT_EQ(outcome.sent[1], count_field(1, 0, 2, 0, 100));
  EXPECT_EQ(outcome.sent[2], count_field(1, 0, 1, 0, 100)) << "round the index point once";
}

TEST(Read, CountKeyAndDataGivesTheWholeRecord) {
  Disk disk;
  disk.format({1, 0}, 1, 4);
  EXPECT_EQ(run(disk.device(), {seek(1, 0), read(0x1E, 100)}).sent[0], count_field(1, 0, 1, 0, 4) + fill(4, 1));
}

TEST(Read, MultipleCountKeyAndDataGivesAllThatFollow) {
  Disk disk;
  disk.format({1, 0}, 3, 2);
  EXPECT_EQ(run(disk.device(), {seek(1, 0), search_id(1, 0, 1), tic(1), read(0x5E, 1000)}).sent[0],
            count_field(1, 0, 2, 0, 2) + fill(2, 2) + count_field(1, 0, 3, 0, 2) + fill(2, 3));
}

TEST(Read, HomeAddressAndRecordZero) {
  Disk disk;
  const auto outcome = run(disk.device(), {seek(1, 3), read(0x1A, 5), read(0x16, 16)});
  EXPECT_EQ(outcome.sent[0], Bytes{0} + cchh(1, 3));
  EXPECT_EQ(outcome.sent[1], count_field(1, 3, 0, 0, 8) + Bytes(8, 0));
}

TEST(Read, IplReadsTheFirstRecordOfTheVolume) {
  Disk disk;
  const auto outcome = run(disk.device(), {seek(3, 3), read(0x02, 24)});
  EXPECT_EQ(outcome.status, good);
  EXPECT_EQ((Bytes{outcome.sent[0].begin(), outcome.sent[0].begin() + 8}), (Bytes{0, 0x0A, 0, 0, 0, 0, 0, 0x0F}));
}

// The chain of a channel-attached IPL: bootstrap, loader from the next record, program from another track.
TEST(Read, AfterIplTheNextRecordsAndOtherTracksFollow) {
  Disk disk;
  disk.format({0, 1}, 2, 100);
  disk.format({0, 2}, 1, 100);
  const auto outcome = run(disk.device(), {read(0x02, 24), read(0x06, 144), seek(0, 1), search_id(0, 1, 1), tic(1),
                                           read(0x86, 100), read(0x86, 100), read(0x86, 100)});
  EXPECT_EQ(outcome.status, good);
  EXPECT_EQ(outcome.sent[1].size(), 144u);
  EXPECT_EQ(outcome.sent[3], fill(100, 2));
  EXPECT_EQ(outcome.sent[4], fill(100, 1));
}

TEST(Read, AnEndOfFileRecordGivesUnitException) {
  Disk disk;
  disk.edit().format_track({1, 0}, std::vector<NewRecord>{{1, 0, 0}}).value();
  EXPECT_EQ(run(disk.device(), {seek(1, 0), search_id(1, 0, 1), tic(1), read(0x06, 100)}).status, end_of_file);
}

TEST(Read, MoreDataThanTheAreaTakesIsToldToTheChannel) {
  Disk disk;
  disk.format({1, 0}, 1, 100);
  disk.device().begin_program();
  execute(disk.device(), {seek(1, 0)});
  ScriptedTransfer transfer{std::size_t{40}};
  EXPECT_EQ(disk.device().execute(0x06, transfer).status, good);
  EXPECT_TRUE(transfer.has_excess());
  EXPECT_EQ(transfer.moved(), fill(40, 1));
  disk.device().end_program();
}

TEST(Read, ADamagedTrackIsADataCheck) {
  Disk disk;
  {
    std::fstream file{disk.path(), std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(512 + 15 * 56832);
    file << std::string(1000, '\x22');
  }
  const auto outcome = run(disk.device(), {seek(1, 0), read(0x12, 8)});
  EXPECT_EQ(outcome.status, checked);
  EXPECT_EQ(outcome.sense_0(), 0x08);
}

TEST(Domain, ReadsRecordsAcrossTracksAsOftenAsItCounts) {
  Disk disk;
  disk.format({1, 14}, 12, 4096);
  disk.format({2, 0}, 12, 4096);
  const auto outcome = run(disk.device(), {define_extent(reading, {1, 14}, {2, 0}), locate(0x06, 3, {1, 14}, 11),
                                           read(0x86, 4096), read(0x86, 4096), read(0x86, 4096)});
  EXPECT_EQ(outcome.status, good);
  EXPECT_EQ(outcome.sent[0], fill(4096, 11));
  EXPECT_EQ(outcome.sent[1], fill(4096, 12));
  EXPECT_EQ(outcome.sent[2], fill(4096, 1));
}

TEST(Domain, WritesRecordsAcrossTracks) {
  Disk disk;
  disk.format({1, 0}, 12, 4096);
  disk.format({1, 1}, 12, 4096);
  const auto outcome = run(disk.device(), {define_extent(updating, {1, 0}, {1, 1}),
                                           locate(0x01, 2, {1, 0}, 12),
                                           {0x85, fill(4096, 0xA1)},
                                           {0x85, fill(4096, 0xA2)}});
  EXPECT_EQ(outcome.status, good);
  EXPECT_EQ(octets(disk.edit().read_record({1, 0}, 12)->data), fill(4096, 0xA1));
  EXPECT_EQ(octets(disk.edit().read_record({1, 1}, 1)->data), fill(4096, 0xA2));
  EXPECT_EQ(octets(disk.edit().read_record({1, 1}, 2)->data), fill(4096, 2));
}

TEST(Domain, LeavingTheExtentIsFileProtected) {
  Disk disk;
  disk.format({1, 0}, 2, 100);
  disk.format({1, 1}, 2, 100);
  const auto outcome = run(disk.device(), {define_extent(reading, {1, 0}, {1, 0}), locate(0x06, 2, {1, 0}, 2),
                                           read(0x86, 100), read(0x86, 100)});
  EXPECT_EQ(outcome.executed, 4u);
  EXPECT_EQ(outcome.sense_1(), 0x04);
}

// Linux's disk analysis: search argument R0, then four times READ COUNT, expecting R1 to R4.
TEST(Domain, LocatingRecordZeroThenReadingCountsBeginsAtR1) {
  Disk disk;
  disk.format({0, 0}, 4, 100);
  const auto outcome = run(disk.device(), {define_extent(reading, {0, 0}, {0, 1}), locate(0x06, 4, {0, 0}, 0),
                                           read(0x12, 8), read(0x12, 8), read(0x12, 8), read(0x12, 8)});
  EXPECT_EQ(outcome.status, good);
  EXPECT_EQ(outcome.sent[0], count_field(0, 0, 1, 0, 100));
  EXPECT_EQ(outcome.sent[3], count_field(0, 0, 4, 0, 100));
}

TEST(Domain, AnUnformattedTrackHasNoRecordFound) {
  Disk disk;
  const auto outcome = run(disk.device(), {define_extent(reading, {1, 0}, {1, 0}), locate(0x06, 1, {1, 0}, 1)});
  EXPECT_EQ(outcome.sense_1(), 0x08);
}

// dasdfmt --check reads more counts than a track can have.
TEST(Domain, ACommandThatIsNotMultitrackFindsNothingBehindTheLastRecord) {
  Disk disk;
  disk.format({1, 0}, 2, 100);
  disk.format({1, 1}, 2, 100);
  const auto outcome = run(disk.device(), {define_extent(reading, {1, 0}, {1, 1}), locate(0x06, 4, {1, 0}, 0),
                                           read(0x12, 8), read(0x12, 8), read(0x12, 8)});
  EXPECT_EQ(outcome.executed, 5u);
  EXPECT_EQ(outcome.sense_1(), 0x08);
}

TEST(Domain, AWriteInAReadDomainIsAnInvalidSequence) {
  Disk disk;
  disk.format({1, 0}, 2, 100);
  const auto outcome =
      run(disk.device(), {define_extent(updating, {1, 0}, {1, 0}), locate(0x06, 1, {1, 0}, 1), {0x85, fill(100, 9)}});
  EXPECT_EQ(outcome.sense_0(), command_reject);
  EXPECT_EQ(outcome.message(), 0x02);
}

TEST(Domain, ReadTrackGivesEachTrackWithItsEndMark) {
  Disk disk;
  disk.format({1, 0}, 1, 2);
  disk.format({1, 1}, 1, 3);
  const auto outcome = run(disk.device(), {define_extent(reading, {1, 0}, {1, 1}), locate(0x0C, 2, {1, 0}, 0),
                                           read(0xDE, 60000), read(0xDE, 60000)});
  EXPECT_EQ(outcome.sent[0],
            count_field(1, 0, 0, 0, 8) + Bytes(8, 0) + count_field(1, 0, 1, 0, 2) + fill(2, 1) + Bytes(8, 0xFF));
  EXPECT_EQ(outcome.sent[1],
            count_field(1, 1, 0, 0, 8) + Bytes(8, 0) + count_field(1, 1, 1, 0, 3) + fill(3, 1) + Bytes(8, 0xFF));
}

// As dasdfmt does: R1 of the first track with 1D, of each later one with 9D; a count of 8 leaves key and data zero.
TEST(Format, LinuxFormatsTracksWithCountsOnly) {
  Disk disk;
  const auto record = [](std::uint8_t command, unsigned head, std::uint8_t n) {
    return Ccw{command, count_field(1, head, n, 0, 4096)};
  };
  const auto outcome =
      run(disk.device(), {define_extent(formatting, {1, 0}, {1, 1}), locate(0x03, 4, {1, 0}, 0), record(0x1D, 0, 1),
                          record(0x1D, 0, 2), record(0x9D, 1, 1), record(0x1D, 1, 2)});
  EXPECT_EQ(outcome.status, good);
  EXPECT_EQ(disk.edit().read_track({1, 0})->record_count(), 3u);
  EXPECT_EQ(disk.edit().read_track({1, 1})->record_count(), 3u);
  EXPECT_EQ(octets(disk.edit().read_record({1, 1}, 2)->data), fill(4096, 0));
}

TEST(Format, RecordZeroThenRecordsReplaceATrack) {
  Disk disk;
  disk.format({1, 0}, 5, 100);
  const auto outcome = run(disk.device(), {define_extent(formatting, {1, 0}, {1, 0}),
                                           locate(0x43, 2, {1, 0}, 0),
                                           {0x15, count_field(1, 0, 0, 0, 8) + fill(8, 0)},
                                           {0x1D, count_field(1, 0, 1, 4, 10) + fill(4, 0xC1) + fill(10, 0xC2)}});
  EXPECT_EQ(outcome.status, good);
  ASSERT_EQ(disk.edit().read_track({1, 0})->record_count(), 2u);
  EXPECT_EQ(octets(disk.edit().read_record({1, 0}, 1)->key), fill(4, 0xC1));
}

TEST(Format, ARecordThatDoesNotFitIsAnInvalidTrackFormatAndWritesNothing) {
  Disk disk;
  disk.format({1, 0}, 12, 4096);
  const auto outcome = run(
      disk.device(), {seek(1, 0), search_id(1, 0, 12), tic(1), {0x1D, count_field(1, 0, 13, 0, 4096) + fill(4096, 1)}});
  EXPECT_EQ(outcome.sense_1(), 0x40);
  EXPECT_EQ(disk.edit().read_track({1, 0})->record_count(), 13u);
}

TEST(Format, EraseRemovesWhatFollows) {
  Disk disk;
  disk.format({1, 0}, 5, 100);
  const auto outcome =
      run(disk.device(), {seek(1, 0), search_id(1, 0, 2), tic(1), {0x11, count_field(1, 0, 3, 0, 100)}});
  EXPECT_EQ(outcome.status, good);
  EXPECT_EQ(disk.edit().read_track({1, 0})->record_count(), 3u);
}

TEST(Write, ShortDataIsFilledWithZeros) {
  Disk disk;
  disk.format({1, 0}, 1, 10);
  run(disk.device(), {seek(1, 0), search_id(1, 0, 1), tic(1), {0x05, fill(3, 9)}});
  EXPECT_EQ(octets(disk.edit().read_record({1, 0}, 1)->data), fill(3, 9) + fill(7, 0));
}

TEST(Write, WithoutASearchIsAnInvalidSequence) {
  Disk disk;
  disk.format({1, 0}, 1, 10);
  const auto outcome = run(disk.device(), {seek(1, 0), {0x05, fill(10, 9)}});
  EXPECT_EQ(outcome.message(), 0x02);
  EXPECT_EQ(octets(disk.edit().read_record({1, 0}, 1)->data), fill(10, 1));
}

TEST(Write, AfterAReadNeedsANewSearch) {
  Disk disk;
  disk.format({1, 0}, 1, 10);
  const auto outcome =
      run(disk.device(), {seek(1, 0), search_id(1, 0, 1), tic(1), read(0x06, 10), {0x05, fill(10, 9)}});
  EXPECT_EQ(outcome.message(), 0x02);
}

TEST(Write, AMaskThatInhibitsWritingRejectsIt) {
  Disk disk;
  disk.format({1, 0}, 1, 10);
  const auto by_mask =
      run(disk.device(), {{0x1F, {0x40}}, seek(1, 0), search_id(1, 0, 1), tic(1), {0x05, fill(10, 9)}});
  EXPECT_EQ(by_mask.sense_0(), command_reject);
  const auto by_extent =
      run(disk.device(), {define_extent(reading, {1, 0}, {1, 0}), locate(0x01, 1, {1, 0}, 1), {0x85, fill(10, 9)}});
  EXPECT_EQ(by_extent.sense_0(), command_reject);
  EXPECT_EQ(octets(disk.edit().read_record({1, 0}, 1)->data), fill(10, 1));
}

TEST(Write, AMaskForUpdatesRejectsFormatting) {
  Disk disk;
  const auto outcome =
      run(disk.device(),
          {define_extent(updating, {1, 0}, {1, 0}), locate(0x03, 1, {1, 0}, 0), {0x1D, count_field(1, 0, 1, 0, 10)}});
  EXPECT_EQ(outcome.sense_0(), command_reject);
}

TEST(Write, AReadOnlyDeviceInhibitsWriting) {
  Disk disk;
  disk.format({1, 0}, 1, 10);
  const auto device = disk.attach(disk.volume()->whole(), Dasd3390::Writing::inhibited);
  const auto outcome = run(*device, {seek(1, 0), search_id(1, 0, 1), tic(1), {0x05, fill(10, 9)}});
  EXPECT_EQ(outcome.sense_1(), 0x02);
}

TEST(Prefix, CarriesExtentAndLocation) {
  Disk disk;
  disk.format({1, 0}, 2, 100);
  const Bytes extent = define_extent(reading, {1, 0}, {1, 0}).data + Bytes(16, 0);
  const Bytes place = locate(0x06, 1, {1, 0}, 2).data + Bytes(4, 0);
  const Bytes head = Bytes{1, 0x80} + Bytes(10, 0);
  const auto outcome = run(disk.device(), {{0xE7, head + extent + place}, read(0x86, 100)});
  EXPECT_EQ(outcome.status, good);
  EXPECT_EQ(outcome.sent[0], fill(100, 2));
}

TEST(Relocation, AProgramGoesOnAfterItsStateWasRestoredElsewhere) {
  Disk disk;
  disk.format({1, 0}, 3, 100);
  disk.device().begin_program();
  execute(disk.device(), {define_extent(reading, {1, 0}, {1, 0}), locate(0x06, 2, {1, 0}, 2), read(0x86, 100)});
  const auto state = disk.device().save();
  disk.device().signal(channel::Signal::system_reset);
  const auto target = disk.attach_anew();
  ASSERT_TRUE(target->restore(state));
  const auto outcome = execute(*target, {read(0x86, 100)});
  target->end_program();
  EXPECT_EQ(outcome.sent[0], fill(100, 3));
}

// The source gives its locks up only when the relocation is committed.
TEST(Relocation, TheTargetIsBusyUntilTheSourceLetsGo) {
  Disk disk;
  disk.format({1, 0}, 3, 100);
  EXPECT_EQ(run(disk.device(), {read(0xB4, 32)}).status, good);
  disk.device().begin_program();
  execute(disk.device(),
          {define_extent(updating, {1, 0}, {1, 0}), locate(0x01, 2, {1, 0}, 2), {0x85, fill(100, 0x21)}});
  const auto target = disk.attach_anew();
  ASSERT_TRUE(target->restore(disk.device().save()));
  const Ccw last_write{0x85, fill(100, 0x22)};
  EXPECT_EQ(execute(*target, {last_write}).status, channel::busy);
  disk.device().signal(channel::Signal::system_reset);
  EXPECT_EQ(execute(*target, {last_write}).status, good);
  EXPECT_EQ(run(disk.device(), {seek(0, 0)}).status, channel::busy) << "the reservation went along";
  target->end_program();
  EXPECT_EQ(run(*target, {read(0x94, 32)}).status, good);
  EXPECT_EQ(octets(disk.edit().read_record({1, 0}, 3)->data), fill(100, 0x22));
}

TEST(Relocation, AStateOfAnotherVersionIsRefused) {
  Disk disk;
  auto state = disk.device().save();
  state[0] = std::byte{99};
  EXPECT_FALSE(disk.device().restore(state));
  state.pop_back();
  EXPECT_FALSE(disk.device().restore(state));
}

}  // namespace
}  // namespace dasd3390::test
