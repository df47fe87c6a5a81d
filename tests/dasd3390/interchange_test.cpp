// Volumes exchanged with the tools of Hercules (Debian package hercules, from tools/setup).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>

#include "dasd3390/tools/list.h"
#include "foreign.h"
#include "scripted_channel.h"

namespace dasd3390::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Interchange, DasdlsReadsLabelAndVtocOfOurVolume) {
  const TemporaryFile file;
  ASSERT_TRUE(create_volume(file.path(), {.geometry = {3339}, .volser = "VMCOM1"}));
  const auto listing = output_of("dasdls " + file.path().string());
  EXPECT_THAT(listing, HasSubstr("VOLSER=VMCOM1"));
  EXPECT_THAT(listing, Not(HasSubstr("not found")));
  EXPECT_THAT(listing, Not(HasSubstr("HHC")));
}

TEST(Interchange, EveryTrackOfAWrittenVolumeIsCopiedByDasdcopy) {
  const TemporaryFile file;
  ASSERT_TRUE(create_volume(file.path(), {.geometry = {4}, .volser = "VOL001", .empty_tracks = EmptyTracks::written}));
  const auto copy = file.folder() / "copy.ckd";
  output_of("dasdcopy -q -o ckd " + file.path().string() + " " + copy.string());
  const auto volume = Volume::open(copy, Access::read);
  ASSERT_TRUE(volume) << volume.error().text();
  EXPECT_EQ((*volume)->volser().value(), "VOL001");
  EXPECT_EQ((*volume)->read_track(TrackNumber{59})->record_count(), 1u);
}

// Through Hercules' compressed form and back: it must have understood every record.
TEST(Interchange, TracksOfAllShapesComeBackFromHerculesCompressionUnchanged) {
  const TemporaryFile file;
  ASSERT_TRUE(create_volume(file.path(), {.geometry = {3}, .volser = "VOL001", .empty_tracks = EmptyTracks::written}));
  const auto volume = Volume::open(file.path(), Access::write).value();
  {
    auto editor = Editor::open(volume).value();
    ASSERT_TRUE(editor.format_tracks({TrackNumber{2}, TrackNumber{5}}, 4096));
    ASSERT_TRUE(editor.format_track({1, 0}, std::vector<NewRecord>{{1, 0, 56664}}));
    ASSERT_TRUE(editor.format_track({1, 1}, std::vector<NewRecord>{{1, 255, 1}, {2, 0, 0}, {9, 8, 0}, {4, 64, 4096}}));
  }
  const auto packed = file.folder() / "packed.ckd", back = file.folder() / "back.ckd";
  output_of("dasdcopy -q -z -o cckd " + file.path().string() + " " + packed.string());
  output_of("dasdcopy -q -o ckd " + packed.string() + " " + back.string());
  const auto copy = Volume::open(back, Access::read);
  ASSERT_TRUE(copy) << copy.error().text();
  for (TrackNumber track{0}; track.value < 45; track = following(track))
    EXPECT_EQ(octets((*copy)->read_track(track)->image()), octets(volume->read_track(track)->image())) << track.value;
}

TEST(Interchange, VolumesOfDasdinitAreRead) {
  const TemporaryFile file;
  output_of("dasdinit " + file.path().string() + " 3390 HERC01 3");
  const auto volume = Volume::open(file.path(), Access::write);
  ASSERT_TRUE(volume) << volume.error().text();
  EXPECT_EQ((*volume)->geometry().cylinders, 3u);
  EXPECT_EQ((*volume)->volser().value(), "HERC01");
  for (std::uint32_t track = 0; track < 45; ++track) EXPECT_TRUE((*volume)->read_track(TrackNumber{track})) << track;
}

TEST(Interchange, AGuestWritesOnAVolumeOfDasdinitAndDasdlsStillReadsIt) {
  const TemporaryFile file;
  output_of("dasdinit " + file.path().string() + " 3390 HERC01 3");
  auto volume = Volume::open(file.path(), Access::write).value();
  {
    const auto device = Dasd3390::attach(volume, volume->whole(), Dasd3390::Writing::allowed).value();
    EXPECT_EQ(run(*device, {define_extent(formatting, {1, 0}, {1, 0}),
                            locate(0x03, 1, {1, 0}, 0),
                            {0x1D, count_field(1, 0, 1, 0, 10)}})
                  .status,
              good);
  }
  {
    auto editor = Editor::open(volume).value();
    ASSERT_TRUE(write_label_and_vtoc(editor, "HERC02", ""));
  }
  const auto listing = output_of("dasdls " + file.path().string());
  EXPECT_THAT(listing, HasSubstr("VOLSER=HERC02"));
  EXPECT_THAT(listing, Not(HasSubstr("not found")));
}

TEST(Interchange, DataSetsThatDasdloadMadeAreListed) {
  const TemporaryFile file;
  const auto control = file.folder() / "load.ctl";
  {
    FILE* out = std::fopen(control.c_str(), "w");
    std::fputs("LOAD01 3390 3\nSYSVTOC VTOC TRK 1\nTEST.EMPTY EMPTY TRK 5 0 0 PS F 80 80\n", out);
    std::fclose(out);
  }
  output_of("dasdload " + control.string() + " " + file.path().string());
  auto volume = Volume::open(file.path(), Access::read);
  ASSERT_TRUE(volume) << volume.error().text();
  const auto list = list_data_sets(Editor::open(*volume).value());
  ASSERT_TRUE(list) << list.error().text();
  ASSERT_EQ(list->size(), 1u);
  EXPECT_EQ(list->front().name, "TEST.EMPTY");
}

TEST(Interchange, OurListingAgreesOnAnEmptyVtoc) {
  const Disk disk;
  const auto list = list_data_sets(disk.edit());
  ASSERT_TRUE(list) << list.error().text();
  EXPECT_TRUE(list->empty());
}

}  // namespace
}  // namespace dasd3390::test
