// Compressed images, judged by Hercules' cckdcdsk and dasdcopy.

#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <sstream>

#include "dasd3390/image/free_space.h"
#include "foreign.h"
#include "scripted_channel.h"

namespace dasd3390::test {
namespace {

NewVolume compressed(std::uint32_t cylinders, ImageFormat format = ImageFormat::compressed) {
  return {.geometry = {cylinders}, .volser = "CCKD01", .format = format};
}

// Records of many lengths, whose bytes do not compress to nothing.
std::vector<NewRecord> records(std::uint32_t seed) {
  std::mt19937 random{seed};
  std::vector<NewRecord> result;
  const auto number = random() % 8 + 1;
  for (std::uint8_t n = 1; n <= number; ++n) {
    std::vector<std::byte> data(random() % 5000);
    for (auto& byte : data) byte = static_cast<std::byte>(random() % 40);
    result.push_back({n, 0, static_cast<std::uint16_t>(data.size()), {}, data});
  }
  return result;
}

void fill(const std::filesystem::path& path, std::uint32_t tracks, std::uint32_t seed) {
  auto editor = Editor::open(Volume::open(path, Access::write).value()).value();
  for (std::uint32_t track = 2; track < tracks; ++track)
    ASSERT_TRUE(editor.format_track(address_of(TrackNumber{track}), records(seed + track)));
}

// What cckdcdsk has to say of an image beyond its greeting.
std::string complaints(const std::filesystem::path& path) {
  const auto told = output_of("cckdcdsk -3 -ro " + path.string());
  std::string result;
  std::istringstream lines{told};
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("HHC")) result += line + "\n";
  return result;
}

class EveryForm : public ::testing::TestWithParam<ImageFormat> {
 protected:
  TemporaryFile file_;
};
INSTANTIATE_TEST_SUITE_P(Cckd, EveryForm, ::testing::Values(ImageFormat::compressed, ImageFormat::compressed_wide));

TEST_P(EveryForm, ALargeNewVolumeTakesNextToNothing) {
  ASSERT_TRUE(create_volume(file_.path(), compressed(65520, GetParam())));
  EXPECT_LT(std::filesystem::file_size(file_.path()), 100'000u);
  const auto volume = Volume::open(file_.path(), Access::read).value();
  EXPECT_EQ(volume->volser().value(), "CCKD01");
  EXPECT_EQ(volume->read_track(TrackNumber{65520 * 15 - 1})->record_count(), 1u);
}

TEST_P(EveryForm, WhatWasWrittenIsReadAfterTheImageWasClosed) {
  ASSERT_TRUE(create_volume(file_.path(), compressed(40, GetParam())));
  fill(file_.path(), 600, 7);
  fill(file_.path(), 300, 8);
  const auto volume = Volume::open(file_.path(), Access::read).value();
  for (const std::uint32_t track : {2u, 255u, 256u, 299u, 300u, 599u}) {
    const auto expected = records((track < 300 ? 8 : 7) + track);
    const auto found = volume->read_track(TrackNumber{track}).value();
    ASSERT_EQ(found.record_count(), expected.size() + 1) << track;
    EXPECT_EQ(octets(found.data(1)), octets(expected[0].data)) << track;
  }
}

TEST_P(EveryForm, SpaceOfOldCopiesOfATrackIsUsedAgain) {
  ASSERT_TRUE(create_volume(file_.path(), compressed(3, GetParam())));
  fill(file_.path(), 3, 1);
  const auto once = std::filesystem::file_size(file_.path());
  for (std::uint32_t seed = 2; seed < 60; ++seed) fill(file_.path(), 3, seed);
  EXPECT_LT(std::filesystem::file_size(file_.path()), once + 3 * 56832);
}

TEST_P(EveryForm, TwoSystemsWriteByTurnsAndNeitherHarmsTheOther) {
  ASSERT_TRUE(create_volume(file_.path(), compressed(20, GetParam())));
  const std::array systems{Volume::open(file_.path(), Access::write).value(),
                           Volume::open(file_.path(), Access::write).value()};
  std::mt19937 random{5};
  std::array<std::uint32_t, 300> seeds{};
  for (int i = 0; i < 600; ++i) {
    const auto& system = systems[random() % 2];
    const auto track = static_cast<std::uint32_t>(2 + random() % 290);
    auto editor = Editor::open(system).value();
    seeds[track] = random() % 1000 + 1;
    ASSERT_TRUE(editor.format_track(address_of(TrackNumber{track}), records(seeds[track])));
  }
  for (std::uint32_t track = 2; track < 292; ++track)
    if (seeds[track] != 0)
      EXPECT_EQ(octets(systems[0]->read_track(TrackNumber{track})->data(1)), octets(records(seeds[track])[0].data));
}

TEST_P(EveryForm, EmptyTracksTakeNoSpace) {
  ASSERT_TRUE(create_volume(file_.path(), compressed(100, GetParam())));
  {
    auto editor = Editor::open(Volume::open(file_.path(), Access::write).value()).value();
    ASSERT_TRUE(editor.format_tracks({TrackNumber{2}, TrackNumber{1499}}, 4096));
  }
  EXPECT_LT(std::filesystem::file_size(file_.path()), 100'000u) << "twelve records of zeros are a null track, too";
  EXPECT_EQ(Volume::open(file_.path(), Access::read).value()->read_track(TrackNumber{77})->record_count(), 13u);
}

TEST(Cckd, CckdcdskFindsNothingWrongWithOurImages) {
  const TemporaryFile file;
  ASSERT_TRUE(create_volume(file.path(), compressed(40)));
  fill(file.path(), 600, 1);
  for (std::uint32_t seed = 2; seed < 10; ++seed) fill(file.path(), 60 * seed, seed);
  EXPECT_EQ(complaints(file.path()), "");
}

TEST(Cckd, DasdcopyReadsEveryTrackOfOurImages) {
  const TemporaryFile file;
  ASSERT_TRUE(create_volume(file.path(), compressed(40)));
  fill(file.path(), 600, 3);
  const auto copy = file.folder() / "copy.ckd";
  output_of("dasdcopy -q -o ckd " + file.path().string() + " " + copy.string());
  const auto ours = Volume::open(file.path(), Access::read).value();
  const auto theirs = Volume::open(copy, Access::read);
  ASSERT_TRUE(theirs) << theirs.error().text();
  for (TrackNumber track{0}; track.value < 600; track = following(track))
    ASSERT_EQ(octets((*theirs)->read_track(track)->image()), octets(ours->read_track(track)->image())) << track.value;
}

TEST(Cckd, AnImageOfDasdinitIsWrittenAndStaysSound) {
  const TemporaryFile file;
  output_of("dasdinit -z " + file.path().string() + " 3390 HERC01 40");
  EXPECT_EQ(Volume::open(file.path(), Access::read).value()->volser().value(), "HERC01");
  const auto before = complaints(file.path());
  fill(file.path(), 600, 4);
  EXPECT_EQ(complaints(file.path()), before);
}

TEST(Cckd, AnImageThatHerculesReorganisedIsReadAndWritten) {
  const TemporaryFile file;
  ASSERT_TRUE(create_volume(file.path(), compressed(40)));
  fill(file.path(), 600, 5);
  fill(file.path(), 500, 6);
  output_of("cckdcomp " + file.path().string());
  fill(file.path(), 100, 9);
  EXPECT_EQ(complaints(file.path()), "");
  const auto volume = Volume::open(file.path(), Access::read).value();
  EXPECT_EQ(octets(volume->read_track(TrackNumber{450})->data(1)), octets(records(456)[0].data));
}

TEST(Cckd, ATableThatPointsOutOfTheFileIsRefusedForWriting) {
  const TemporaryFile file;
  ASSERT_TRUE(create_volume(file.path(), compressed(40)));
  {
    std::fstream raw{file.path(), std::ios::in | std::ios::out | std::ios::binary};
    raw.seekp(1024);
    raw.write("\xFF\xFF\xFF\x0F", 4);
  }
  EXPECT_FALSE(Volume::open(file.path(), Access::write));
  const auto reader = Volume::open(file.path(), Access::read);
  ASSERT_TRUE(reader);
  EXPECT_FALSE((*reader)->read_track(TrackNumber{0}));
}

TEST(FreeSpace, BestAreaIsTakenAndNeighboursJoin) {
  FreeSpace space{100, {{100, 1000}, {2000, 1000}, {5000, 1000}}};  // free: 1100-2000, 3000-5000
  EXPECT_EQ(space.total(), 2900u);
  EXPECT_EQ(space.take(500).place, 1100u);
  EXPECT_EQ(space.take(1900).place, 3000u);
  EXPECT_EQ(space.take(3000).place, 6000u) << "at the end";
  space.give_back({2000, 1000});
  EXPECT_EQ(space.areas().front().length, 1400u);
}

TEST(FreeSpace, WhatWouldBeTooSmallGoesAlong) {
  FreeSpace space{0, {{0, 100}, {300, 100}}};
  EXPECT_EQ(space.take(150).length, 200u);
  EXPECT_EQ(space.total(), 0u);
}

}  // namespace
}  // namespace dasd3390::test
