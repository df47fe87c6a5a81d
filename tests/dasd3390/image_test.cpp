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
  EXPECT_THAT(refusal(disk.path()), HasSubstr("not a plain CKD image"));
}

TEST(CkdImage, ACompressedImageIsRefusedByItsName) {
  const Disk disk;
  overwrite(disk.path(), 0, "CKD_C370");
  EXPECT_THAT(refusal(disk.path()), HasSubstr("compressed"));
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
