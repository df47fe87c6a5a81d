#include <gtest/gtest.h>

#include "scripted_channel.h"

namespace dasd3390::test {
namespace {

constexpr Window minidisk{2, 2};  // cylinders 2 and 3 of the volume

Bytes formatted_track(unsigned cylinder) { return count_field(cylinder, 0, 1, 0, 4) + Bytes(4, 7); }

class Minidisk : public ::testing::Test {
 protected:
  Disk disk_;
  std::unique_ptr<Dasd3390> device_ = disk_.attach(minidisk);

  Outcome format_first_track() {
    return run(*device_,
               {define_extent(formatting, {0, 0}, {0, 0}), locate(0x03, 1, {0, 0}, 0), {0x1D, formatted_track(0)}});
  }
};

TEST_F(Minidisk, CylinderZeroLiesAtItsStartAndHoldsRelativeCounts) {
  ASSERT_EQ(format_first_track().status, good);
  const auto track = disk_.volume()->read_track(TrackNumber{30}).value();
  ASSERT_EQ(track.record_count(), 2u);
  EXPECT_EQ(octets(track.record(1)), formatted_track(0));
  EXPECT_EQ(track.home_address().address, Cchh::of({2, 0}));
}

TEST_F(Minidisk, ShowsHomeAddressAndRecordZeroAsRelative) {
  const auto outcome = run(*device_, {seek(0, 1), read(0x1A, 5), read(0x16, 16)});
  EXPECT_EQ(outcome.sent[0], Bytes{0} + cchh(0, 1));
  EXPECT_EQ(outcome.sent[1], count_field(0, 1, 0, 0, 8) + Bytes(8, 0));
}

TEST_F(Minidisk, CharacteristicsShowItsCylinders) {
  const auto rdc = run(*device_, {read(0x64, 64)}).sent[0];
  EXPECT_EQ((Bytes{rdc.begin() + 0x0C, rdc.begin() + 0x0E}), (Bytes{0, 2}));
}

TEST_F(Minidisk, NothingBeyondItsEndIsReached) {
  EXPECT_EQ(run(*device_, {seek(2, 0)}).status, checked);
  EXPECT_EQ(run(*device_, {define_extent(reading, {0, 0}, {2, 0})}).status, checked);
}

TEST_F(Minidisk, ADomainDoesNotRunIntoTheNextMinidisk) {
  disk_.format({3, 14}, 1, 4);
  disk_.format({4, 0}, 1, 4);
  const auto outcome = run(*device_, {seek(1, 14), read(0x86, 4), read(0x86, 4)});
  EXPECT_EQ(outcome.sense_1(), 0x20);
}

TEST_F(Minidisk, MustLieOnTheVolume) {
  EXPECT_FALSE(Dasd3390::attach(disk_.volume(), {4, 2}, Dasd3390::Writing::allowed));
  EXPECT_FALSE(Dasd3390::attach(disk_.volume(), {5, 1}, Dasd3390::Writing::allowed));
  EXPECT_FALSE(Dasd3390::attach(disk_.volume(), {0, 0}, Dasd3390::Writing::allowed));
  EXPECT_FALSE(Dasd3390::attach(disk_.volume(), {1, 0xFFFF'FFFF}, Dasd3390::Writing::allowed));
}

TEST_F(Minidisk, WritersOfTwoMinidisksDoNotDisturbEachOther) {
  const auto other = disk_.attach({0, 2});
  device_->begin_program();
  EXPECT_EQ(execute(*device_, {seek(0, 0)}).status, good);
  EXPECT_EQ(run(*other, {seek(0, 0)}).status, good);
  device_->end_program();
}

TEST_F(Minidisk, AReserveOfTheWholeVolumeHoldsForItsMinidisks) {
  EXPECT_EQ(run(disk_.device(), {read(0xB4, 32)}).status, good);
  EXPECT_EQ(run(*device_, {seek(0, 0)}).status, channel::busy);
  EXPECT_EQ(run(disk_.device(), {read(0x94, 32)}).status, good);
  EXPECT_EQ(run(*device_, {seek(0, 0)}).status, good);
}

}  // namespace
}  // namespace dasd3390::test
