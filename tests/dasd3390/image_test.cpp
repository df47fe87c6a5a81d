#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "dasd3390/image/ckd.h"
#include "scripted_channel.h"

namespace dasd3390 {
namespace {

using test::Disk, test::TemporaryFile, test::octets, test::bytes, test::Bytes;
using ::testing::HasSubstr;

void overwrite(const std::filesystem::path& path, std::streamoff at, std::string_view text) {
  std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
  file.seekp(at);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
}

std::string refusal(const std::filesystem::path& path) {
  const auto volume = Volume::open(path, Access::write);
  return volume ? "opened" : volume.error().text();
}

TEST(CkdImage, ANewVolumeIsSparse) {
  const Disk disk{3339};
  struct stat status{};
  ASSERT_EQ(::stat(disk.path().c_str(), &status), 0);
  EXPECT_EQ(status.st_size, 512 + 3339ll * 15 * 56832);
  EXPECT_LT(status.st_blocks * 512, 1 << 20);
  EXPECT_EQ(disk.volume()->geometry().cylinders, 3339u);
}

TEST(CkdImage, CreationNeverTouchesAFileThatExists) {
  const Disk disk;
  EXPECT_FALSE(create_volume(disk.path(), {.geometry = {1}, .volser = "OTHER"}));
  EXPECT_EQ(disk.volume()->volser().value(), "VOL001");
}

TEST(CkdImage, AMissingFileIsNamed) {
  EXPECT_THAT(refusal("/nowhere/x.ckd"), AllOf(HasSubstr("/nowhere/x.ckd"), HasSubstr("No such file")));
}

TEST(CkdImage, AFileThatIsNoImageIsRefused) {
  const Disk disk;
  overwrite(disk.path(), 0, "ELF");
  EXPECT_THAT(refusal(disk.path()), HasSubstr("not a CKD image"));
}

TEST(CkdImage, AShadowFileIsRefusedByItsName) {
  const Disk disk;
  overwrite(disk.path(), 0, "CKD_S370");
  EXPECT_THAT(refusal(disk.path()), HasSubstr("shadow file"));
}

// As Hercules' dasdcopy splits volumes: the second file goes on where the first ends.
TEST(CkdImage, AVolumeInTwoFilesIsOne) {
  const TemporaryFile file;
  const auto first = file.folder() / "disk_1.ckd", second = file.folder() / "disk_2.ckd";
  ASSERT_TRUE(create_volume(first, {.geometry = {2}, .volser = "SPLIT1"}));
  ASSERT_TRUE(CkdImage::create(second, {3}));
  overwrite(first, 17, {"\x01\x01\x00", 3});
  overwrite(second, 17, {"\x02\x00\x00", 3});
  const auto volume = Volume::open(first, Access::write);
  ASSERT_TRUE(volume) << volume.error().text();
  EXPECT_EQ((*volume)->geometry().cylinders, 5u);
  {
    auto editor = Editor::open(*volume).value();
    ASSERT_TRUE(editor.format_track({4, 14}, std::vector<NewRecord>{{1, 0, 100}}));
  }
  EXPECT_EQ((*volume)->read_track(TrackNumber{74})->record_count(), 2u);
  std::fstream raw{second, std::ios::in | std::ios::binary};
  raw.seekg(512 + 44 * 56832 + 1);
  char address[4];
  raw.read(address, 4);
  EXPECT_EQ((Bytes{address, address + 4}), (Bytes{0, 4, 0, 14}));
}

TEST(CkdImage, CylindersAbove65520AreNumberedWith28Bits) {
  const TemporaryFile file;
  ASSERT_TRUE(create_volume(file.path(), {.geometry = {262668}, .volser = "EAV001"}));
  const auto volume = Volume::open(file.path(), Access::write).value();
  {
    auto editor = Editor::open(volume).value();
    ASSERT_TRUE(editor.format_track({200000, 7}, std::vector<NewRecord>{{1, 0, 100}}));
  }
  const auto track = volume->read_track(TrackAddress{200000, 7}.number()).value();
  EXPECT_EQ(octets(track.record(1)).at(0), 0x0D) << "200000 is X'30D40'";
  EXPECT_EQ(octets(track.record(1).first(4)), (Bytes{0x0D, 0x40, 0x00, 0x37}));
}

TEST(CkdImage, ADamagedHeaderIsRefused) {
  const Disk disk;
  overwrite(disk.path(), 8, "\x07");
  EXPECT_THAT(refusal(disk.path()), HasSubstr("7 heads"));
}

TEST(CkdImage, ATruncatedImageIsRefused) {
  const Disk disk;
  std::filesystem::resize_file(disk.path(), 512 + 15 * 56832 + 100);
  EXPECT_THAT(refusal(disk.path()), HasSubstr("truncated"));
}

TEST(CkdImage, AShortFileIsRefused) {
  const Disk disk;
  std::filesystem::resize_file(disk.path(), 100);
  EXPECT_THAT(refusal(disk.path()), HasSubstr("not a CKD image"));
}

TEST(CkdImage, AnUpdateOfARecordTouchesNoOtherByteOfTheFile) {
  const Disk disk;
  disk.format({1, 1}, 3, 100);
  const auto before = [&] {
    std::ifstream file{disk.path(), std::ios::binary};
    return std::string{std::istreambuf_iterator<char>{file}, {}};
  };
  const auto old = before();
  disk.edit().write_record({1, 1}, 2, {}, bytes(Bytes(100, 0xAA))).value();
  const auto now = before();
  ASSERT_EQ(old.size(), now.size());
  // Header, 16 tracks, home address and R0, R1 of 108, count of R2.
  const std::size_t start = 512 + 16 * 56832 + 5 + 16 + 108 + 8;
  for (std::size_t i = 0; i < old.size(); ++i)
    ASSERT_EQ(static_cast<std::uint8_t>(now[i]),
              i >= start && i < start + 100 ? 0xAA : static_cast<std::uint8_t>(old[i]));
}

// A writer killed between two pages of the count leaves 1 to 7 bytes of it, the rest still ones. Whatever the split,
// the records before it are whole.
TEST(CkdImage, AHalfWrittenCountHidesNoEarlierRecord) {
  const auto address = TrackAddress{0, 4};
  auto track = Track::empty(address);
  track.write_after(0, {Cchh::of(address), 1, 0, std::uint16_t{10}}, {});
  track.write_after(1, {Cchh::of(address), 2, 4, std::uint16_t{4096}}, {});
  const auto whole = octets(track.image());
  for (std::size_t split = 1; split < 8; ++split) {
    auto torn = whole;
    std::fill_n(torn.begin() + static_cast<std::ptrdiff_t>(track.offset(2)), split, 0xFF);
    torn.resize(track_image_size);
    const auto parsed = Track::parse(bytes(torn), address);
    ASSERT_TRUE(parsed) << split;
    EXPECT_EQ(parsed->count(1).data_length, 10) << split;
  }
}

TEST(CkdImage, ADamagedTrackLeavesItsNeighboursReadable) {
  const Disk disk;
  disk.format({1, 0}, 1, 100);
  disk.format({1, 2}, 1, 100);
  overwrite(disk.path(), 512 + 16 * 56832, std::string(56832, '\x11'));
  EXPECT_FALSE(disk.volume()->read_track(TrackNumber{16}));
  EXPECT_TRUE(disk.volume()->read_track(TrackNumber{15}));
  EXPECT_TRUE(disk.volume()->read_track(TrackNumber{17}));
}

}  // namespace
}  // namespace dasd3390
