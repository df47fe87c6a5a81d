#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "area.h"
#include "channel/registry.h"
#include "ebcdic_text.h"
#include "unitrecord/device_types.h"
#include "unitrecord/reader_3505.h"

namespace unitrecord {
namespace {

using channel::Ending;
using channel::test::Area;
using test::ebcdic;

class CardsTest : public testing::Test {
 protected:
  CardsTest() {
    std::filesystem::create_directories(folder);
    EXPECT_TRUE(register_unit_record(registry).has_value());
  }
  ~CardsTest() override { std::filesystem::remove_all(folder); }

  std::string path(std::string_view name) const { return (folder / name).string(); }
  void write_file(std::string_view name, std::string_view bytes) const { std::ofstream{folder / name, std::ios::binary} << bytes; }
  std::string read_file(std::string_view name) const {
    std::ostringstream bytes;
    bytes << std::ifstream{folder / name, std::ios::binary}.rdbuf();
    return bytes.str();
  }
  std::unique_ptr<channel::Device> make(std::string_view type, std::string_view arguments) const {
    auto device = registry.create(type, arguments);
    EXPECT_TRUE(device.has_value()) << (device ? "" : device.error().text());
    return device ? std::move(*device) : nullptr;
  }
  Ending read(channel::Device& device, int command = 0x02, std::size_t count = 80) {
    Area area{count};
    const auto ending = device.execute(static_cast<std::uint8_t>(command), area);
    card = z::from_ebcdic(area.input);
    excess = area.excess;
    return ending;
  }
  static Ending write(channel::Device& device, int command, std::string_view text) {
    Area area{ebcdic(text)};
    return device.execute(static_cast<std::uint8_t>(command), area);
  }
  static void expect_check(channel::Device& device, const Ending& ending, int sense_byte_0) {
    EXPECT_EQ(ending.status, channel::ended | channel::unit_check);
    EXPECT_EQ(device.sense().bytes[0], sense_byte_0);
  }
  static std::string blanks(int count) { return std::string(static_cast<std::size_t>(count), ' '); }

  const std::filesystem::path folder = std::filesystem::temp_directory_path() / fmt::format("endicott-cards-{}", ::getpid());
  channel::Registry registry;
  std::string card;
  bool excess = false;
};

TEST_F(CardsTest, TheReaderReadsLinesAsCardsInEbcdic) {
  write_file("deck", "first\nsecond\n");
  const auto reader = make("3505", "text=" + path("deck"));
  EXPECT_EQ(read(*reader).status, channel::ended);
  EXPECT_EQ(card, "first" + blanks(75));
  read(*reader);
  EXPECT_EQ(card, "second" + blanks(74));
}

TEST_F(CardsTest, TheReaderReadsRecordsOfEightyBytesAndFillsTheLastWithZeros) {
  write_file("deck", std::string(80, '\xC1') + std::string(2, '\xC2'));
  const auto reader = make("3505", "file=" + path("deck"));
  read(*reader);
  EXPECT_EQ(card, std::string(80, 'A'));
  read(*reader);
  EXPECT_EQ(card, "BB" + std::string(78, '\0'));
}

TEST_F(CardsTest, TheEndOfEachDeckIsAUnitExceptionAndAnEmptyHopperNeedsIntervention) {
  write_file("one", "1\n");
  write_file("two", "2\n");
  const auto reader = make("3505", "text=" + path("one") + ",text=" + path("two"));
  EXPECT_EQ(read(*reader).status, channel::ended);
  EXPECT_EQ(read(*reader).status, channel::ended | channel::unit_exception);
  EXPECT_EQ(card, "");
  EXPECT_EQ(read(*reader).status, channel::ended);
  EXPECT_EQ(card, "2" + blanks(79));
  EXPECT_EQ(read(*reader).status, channel::ended | channel::unit_exception);
  expect_check(*reader, read(*reader), 0x40);
}

TEST_F(CardsTest, AReadOfLessThanACardLosesTheRest) {
  write_file("deck", "abcdef\nnext\n");
  const auto reader = make("3505", "text=" + path("deck"));
  read(*reader, 0x02, 3);
  EXPECT_EQ(card, "abc");
  EXPECT_TRUE(excess);
  read(*reader);
  EXPECT_EQ(card, "next" + blanks(76));
}

TEST_F(CardsTest, ReadOnlyLeavesTheCardUntilItIsFed) {
  write_file("deck", "first\nsecond\n");
  const auto reader = make("3505", "text=" + path("deck"));
  read(*reader, 0xC2);
  read(*reader, 0xC2);
  EXPECT_EQ(card, "first" + blanks(75));
  EXPECT_EQ(read(*reader, 0x23).status, channel::ended);
  read(*reader, 0xC2);
  EXPECT_EQ(card, "second" + blanks(74));
}

TEST_F(CardsTest, ALineThatFitsOnNoCardIsAnEquipmentCheck) {
  write_file("deck", std::string(81, 'x'));
  const auto reader = make("3505", "text=" + path("deck"));
  expect_check(*reader, read(*reader), 0x10);
}

TEST_F(CardsTest, ColumnBinaryIsRejected) {
  write_file("deck", "x\n");
  const auto reader = make("3505", "text=" + path("deck"));
  expect_check(*reader, read(*reader, 0x22), 0x80);
}

TEST_F(CardsTest, AMissingDeckIsToldBeforeTheMachineRuns) {
  EXPECT_FALSE(registry.create("3505", "file=" + path("nowhere")).has_value());
}

TEST_F(CardsTest, ThePunchWritesRecordsOfEightyBytes) {
  const auto punch = make("3525", "file=" + path("out"));
  EXPECT_EQ(write(*punch, 0x01, "AB").status, channel::ended);
  EXPECT_EQ(write(*punch, 0x41, std::string(80, 'A')).status, channel::ended);
  EXPECT_EQ(read_file("out"), "\xC1\xC2" + std::string(78, '\x40') + std::string(80, '\xC1'));
}

TEST_F(CardsTest, ThePunchWritesLines) {
  const auto punch = make("3525", "text=" + path("out"));
  write(*punch, 0x01, "first   ");
  write(*punch, 0x01, "second");
  EXPECT_EQ(read_file("out"), "first\nsecond\n");
}

TEST_F(CardsTest, APunchWhoseHostIsFullNeedsIntervention) {
  const auto punch = make("3525", "file=/dev/full");
  expect_check(*punch, write(*punch, 0x01, "A"), 0x40);
}

// What a subchannel hears of its device beside the endings.
class Unsolicited final : public channel::Port {
 public:
  void resume() override {}
  void end_device(channel::DeviceStatus) override {}
  void present_unsolicited(channel::DeviceStatus status) override { statuses.push_back(status); }
  std::vector<channel::DeviceStatus> statuses;
};

TEST_F(CardsTest, ReaderThatIsFilledWhileTheMachineRunsSaysSo) {
  Reader3505 reader{{}};
  Unsolicited port;
  reader.attached(port);
  expect_check(reader, read(reader), channel::intervention_required);
  reader.put({"first", Deck::of("one\n", Coding::text)});
  reader.put({"second", Deck::of("two\n", Coding::text)});
  EXPECT_EQ(port.statuses, std::vector{channel::device_end}) << "once: the second came to a hopper that was not empty";
  EXPECT_EQ(read(reader).status, channel::ended);
  EXPECT_EQ(card, "one" + blanks(77));
  EXPECT_EQ(read(reader).status, channel::ended | channel::unit_exception);
  EXPECT_EQ(reader.names(), std::vector<std::string>{"second"});
  reader.take_all();
  expect_check(reader, read(reader), channel::intervention_required);
}

}  // namespace
}  // namespace unitrecord
