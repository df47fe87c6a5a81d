// What `endicott dasd` does to volumes, beside Hercules' dasdload and dasdcat.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "dasd3390/tools/check.h"
#include "dasd3390/tools/copy.h"
#include "dasd3390/tools/data_set.h"
#include "foreign.h"
#include "scripted_channel.h"

namespace dasd3390::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Editor look(const std::filesystem::path& path) { return Editor::open(Volume::open(path, Access::read).value()).value(); }

TEST(Convert, ThereAndBackGivesTheSameTracks) {
  Disk disk{5};
  disk.format({1, 0}, 12, 4096);
  disk.format({4, 14}, 3, 100);
  const TemporaryFile packed, back;
  ASSERT_TRUE(convert_volume(disk.path(), packed.path(), ImageFormat::compressed, {}));
  ASSERT_TRUE(convert_volume(packed.path(), back.path(), ImageFormat::plain, {}));
  EXPECT_LT(std::filesystem::file_size(packed.path()), 20'000u);
  const auto copy = look(back.path());
  for (TrackNumber track{0}; track.value < 75; track = following(track))
    EXPECT_EQ(octets(copy.read_track(address_of(track))->image()), octets(disk.volume()->read_track(track)->image()));
}

TEST(Convert, TellsHowFarItIs) {
  Disk disk{3};
  const TemporaryFile copy;
  std::vector<std::uint64_t> told;
  ASSERT_TRUE(convert_volume(disk.path(), copy.path(), ImageFormat::plain,
                             [&](std::uint64_t done, std::uint64_t) { told.push_back(done); }));
  EXPECT_THAT(told, ElementsAre(0, 15, 30, 45));
}

TEST(Check, ASoundVolumeHasNoFindings) {
  Disk disk{3};
  const auto report = check_volume(disk.path(), Repair::no, {}).value();
  EXPECT_TRUE(report.is_sound());
  EXPECT_EQ(report.tracks, 45u);
  EXPECT_EQ(report.written, 2u);
}

TEST(Check, ADamagedTrackIsNamedAndRepairMakesItEmpty) {
  Disk disk{3};
  disk.format({1, 0}, 5, 100);
  {
    std::fstream file{disk.path(), std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(512 + 15 * 56832);
    file << std::string(1000, '\x22');
  }
  EXPECT_THAT(check_volume(disk.path(), Repair::no, {})->damaged, ElementsAre(TrackNumber{15}));
  EXPECT_TRUE(check_volume(disk.path(), Repair::yes, {})->is_repaired);
  EXPECT_TRUE(check_volume(disk.path(), Repair::no, {})->is_sound());
}

TEST(Check, TwoTracksAtOnePlaceOfACompressedImageBecomeOne) {
  const TemporaryFile file;
  ASSERT_TRUE(create_volume(file.path(), {.geometry = {3}, .volser = "CCKD01", .format = ImageFormat::compressed}));
  {
    // The entry of track 5 becomes a copy of the entry of track 0.
    std::fstream raw{file.path(), std::ios::in | std::ios::out | std::ios::binary};
    std::uint8_t place[4];
    raw.seekg(1024);
    raw.read(reinterpret_cast<char*>(place), 4);
    const auto table = place[0] | place[1] << 8 | place[2] << 16;
    char entry[8];
    raw.seekg(table);
    raw.read(entry, 8);
    raw.seekp(table + 5 * 8);
    raw.write(entry, 8);
  }
  EXPECT_FALSE(Volume::open(file.path(), Access::write));
  EXPECT_FALSE(check_volume(file.path(), Repair::no, {})->findings.empty());
  EXPECT_TRUE(check_volume(file.path(), Repair::yes, {})->is_repaired);
  EXPECT_TRUE(check_volume(file.path(), Repair::no, {})->is_sound());
  EXPECT_EQ(Volume::open(file.path(), Access::write).value()->volser().value(), "CCKD01");
}

TEST(Label, GetsAnotherSerialAndKeepsTheRest) {
  Disk disk;
  auto edit = disk.edit();
  ASSERT_TRUE(change_volser(edit, "NEW001"));
  EXPECT_EQ(disk.volume()->volser().value(), "NEW001");
  EXPECT_TRUE(list_data_sets(edit));
  EXPECT_FALSE(change_volser(edit, "toolong1"));
}

// A data set laid out by dasdload: a directory of one block, and room.
class Library : public ::testing::Test {
 protected:
  Library() {
    const auto control = file_.folder() / "load.ctl";
    std::ofstream{control} << "LOAD01 3390 3\nSYSVTOC VTOC TRK 1\nTEST.LIB EMPTY TRK 5 0 1 PO F 80 80\n";
    output_of("dasdload " + control.string() + " " + file_.path().string());
    auto volume = Volume::open(file_.path(), Access::write).value();
    auto editor = Editor::open(volume).value();
    const auto library = find_data_set(editor, "TEST.LIB").value();
    const auto first = library.extents.front().first;
    std::vector<std::byte> directory(256), card(80, std::byte{0x40}), end_key(8, std::byte{0xFF});
    const Bytes entries = Bytes{0, 36} + name("HELLO") + Bytes{0, 0, 3, 0} + Bytes(8, 0xFF) + Bytes(12, 0);
    std::ranges::copy(std::as_bytes(std::span{entries}), directory.begin());
    const auto text = z::EbcdicText<12>::of("HELLO, WORLD");
    std::ranges::copy(std::as_bytes(std::span{&text, 1}), card.begin());
    EXPECT_TRUE(editor.format_track(first, std::vector<NewRecord>{{1, 8, 256, end_key, directory},
                                                                  {2, 0, 0},
                                                                  {3, 0, 80, {}, card},
                                                                  {4, 0, 80, {}, card},
                                                                  {5, 0, 0}}));
  }
  static Bytes name(std::string_view text) {
    const auto ebcdic = z::EbcdicText<8>::of(text);
    return octets(std::as_bytes(std::span{&ebcdic, 1}));
  }
  TemporaryFile file_;
};

TEST_F(Library, MembersAreListedAsDasdcatListsThem) {
  const auto disk = look(file_.path());
  const auto members = list_members(disk, find_data_set(disk, "TEST.LIB").value()).value();
  ASSERT_EQ(members.size(), 1u);
  EXPECT_EQ(members[0].name, "HELLO");
  EXPECT_THAT(output_of("dasdcat -i " + file_.path().string() + " TEST.LIB/?"), HasSubstr("hello"));
}

TEST_F(Library, AMemberHasTheRecordsThatDasdcatShows) {
  const auto disk = look(file_.path());
  std::string text;
  const auto read = read_member(disk, find_data_set(disk, "TEST.LIB").value(), "HELLO",
                                [&](std::span<const std::byte> data) -> z::Result<> {
                                  for (const auto b : data.first(12)) text += z::from_ebcdic(std::to_integer<std::uint8_t>(b));
                                  text += '\n';
                                  return {};
                                });
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(text, "HELLO, WORLD\nHELLO, WORLD\n");
  EXPECT_THAT(output_of("dasdcat -i " + file_.path().string() + " TEST.LIB/HELLO:c"), HasSubstr("HELLO, WORLD\nHELLO, WORLD\n"));
}

TEST(Partition, TakesAFileOfTheHostAndGivesItBack) {
  const TemporaryFile file;
  const auto control = file.folder() / "load.ctl";
  std::ofstream{control} << "LOAD01 3390 3\nSYSVTOC VTOC TRK 1\nLINUX.PART EMPTY TRK 10 0 0 PS F 4096 4096\n";
  output_of("dasdload " + control.string() + " " + file.path().string());
  auto editor = Editor::open(Volume::open(file.path(), Access::write).value()).value();
  const auto partition = find_data_set(editor, "LINUX.PART").value();
  std::vector<std::byte> content(30 * 4096);
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<std::byte>(i * 7 / 5);
  std::size_t at = 0;
  ASSERT_TRUE(write_partition(editor, partition, 4096, [&](std::span<std::byte> block) -> z::Result<std::size_t> {
    const auto length = std::min(block.size(), content.size() - at);
    std::ranges::copy(std::span{content}.subspan(at, length), block.begin());
    at += length;
    return length;
  }, {}));
  std::vector<std::byte> back;
  ASSERT_TRUE(read_data_set(editor, partition, [&](std::span<const std::byte> data) -> z::Result<> {
    back.insert(back.end(), data.begin(), data.end());
    return {};
  }, {}));
  ASSERT_GE(back.size(), content.size());
  back.resize(content.size());
  EXPECT_EQ(back, content);
}

}  // namespace
}  // namespace dasd3390::test
