#include "dasd3390/track.h"

#include <gtest/gtest.h>

#include "scripted_channel.h"

namespace dasd3390 {
namespace {

using test::Bytes, test::bytes, test::octets, test::operator+;

const Bytes ff(8, 0xFF);
const Bytes home{0, 0, 2, 0, 3};
const Bytes record_zero = test::count_field(2, 3, 0, 0, 8) + Bytes(8, 0);

std::vector<std::byte> image_of(Bytes image) {
  image.resize(track_image_size);
  return bytes(image);
}

TEST(Track, AnEmptyTrackIsHomeAddressR0AndEndMark) {
  EXPECT_EQ(octets(Track::empty({2, 3}).image()), home + record_zero + ff);
}

TEST(Track, RecordsAreFoundWithTheirKeysAndData) {
  const auto track = Track::parse(image_of(home + record_zero + test::count_field(2, 3, 1, 2, 3) +
                                           Bytes{1, 2, 10, 11, 12} + test::count_field(2, 3, 9, 0, 1) + Bytes{7} + ff),
                                  {2, 3});
  ASSERT_TRUE(track);
  ASSERT_EQ(track->record_count(), 3u);
  EXPECT_EQ(octets(track->key(1)), (Bytes{1, 2}));
  EXPECT_EQ(octets(track->data(1)), (Bytes{10, 11, 12}));
  EXPECT_EQ(track->count(2).record, 9);
  EXPECT_EQ(octets(track->data(2)), (Bytes{7}));
}

TEST(Track, ComposingWhatWasParsedGivesTheSameBytes) {
  const auto image = home + record_zero + test::count_field(2, 3, 1, 0, 2) + Bytes{1, 2} + ff;
  EXPECT_EQ(octets(Track::parse(image_of(image), {2, 3})->image()), image);
}

TEST(Track, ARecordThatRunsPastTheEndIsAnError) {
  EXPECT_FALSE(Track::parse(image_of(home + record_zero + test::count_field(2, 3, 1, 0, 0xFFF0)), {2, 3}));
}

TEST(Track, ATrackWithoutR0IsAnError) {
  EXPECT_FALSE(Track::parse(image_of(home + test::count_field(2, 3, 1, 0, 8) + Bytes(8, 0) + ff), {2, 3}));
}

TEST(Track, AShortImageIsAnError) { EXPECT_FALSE(Track::parse(bytes(Bytes(12)), {2, 3})); }

TEST(Track, AHoleOfTheFileIsAnEmptyTrackThatWasNeverWritten) {
  const auto track = Track::parse(image_of({}), {2, 3});
  ASSERT_TRUE(track);
  EXPECT_FALSE(track->is_written());
  EXPECT_EQ(octets(track->image()), home + record_zero + ff);
}

TEST(Track, WritingARecordErasesWhatFollowed) {
  auto track = Track::empty({2, 3});
  track.write_after(0, {Cchh::of({2, 3}), 1, 0, std::uint16_t{2}}, bytes({1, 1}));
  track.write_after(1, {Cchh::of({2, 3}), 2, 0, std::uint16_t{2}}, bytes({2, 2}));
  track.write_after(0, {Cchh::of({2, 3}), 5, 0, std::uint16_t{4}}, bytes({5}));
  EXPECT_EQ(octets(track.image()), (home + record_zero + test::count_field(2, 3, 5, 0, 4) + Bytes{5, 0, 0, 0} + ff));
}

TEST(Track, TwelveRecordsOf4096FitAndNoThirteenth) {
  auto track = Track::empty({0, 0});
  const Count count{Cchh::of({0, 0}), 1, 0, std::uint16_t{4096}};
  for (std::size_t i = 0; i < 12; ++i) {
    ASSERT_TRUE(track.has_room_after(i, count));
    track.write_after(i, count, {});
  }
  EXPECT_FALSE(track.has_room_after(12, count));
}

}  // namespace
}  // namespace dasd3390
