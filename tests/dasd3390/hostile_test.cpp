// Channel programs that no well-behaved guest sends.

#include <gtest/gtest.h>

#include <random>

#include "scripted_channel.h"

namespace dasd3390::test {
namespace {

constexpr std::uint8_t command_reject = 0x80;

TEST(Hostile, AShortDefineExtentIsRejected) {
  Disk disk;
  const auto outcome = run(disk.device(), {{0x63, Bytes{0x40, 0xC0, 0}}});
  EXPECT_EQ(outcome.sense_0(), command_reject);
  EXPECT_EQ(outcome.message(), 0x03);
}

TEST(Hostile, AnExtentBeyondTheVolumeOrBackwardsIsRejected) {
  Disk disk;
  for (const auto& ccw :
       {define_extent(reading, {0, 0}, {5, 0}), define_extent(reading, {2, 0}, {1, 0}),
        define_extent(reading, {0, 15}, {1, 0}), define_extent(reading, {0xFFFF, 0xFFFF}, {0xFFFF, 0xFFFF})})
    EXPECT_EQ(run(disk.device(), {ccw}).message(), 0x04);
}

TEST(Hostile, ASeekBeyondTheVolumeIsRejected) {
  Disk disk;
  EXPECT_EQ(run(disk.device(), {seek(5, 0)}).message(), 0x04);
  EXPECT_EQ(run(disk.device(), {seek(0, 15)}).message(), 0x04);
  EXPECT_EQ(run(disk.device(), {{0x07, {0, 0}}}).message(), 0x03);
}

TEST(Hostile, LocateRecordWithoutAnExtentIsAnInvalidSequence) {
  Disk disk;
  EXPECT_EQ(run(disk.device(), {locate(0x06, 1, {0, 0}, 1)}).message(), 0x02);
}

TEST(Hostile, LocateRecordOutsideItsExtentIsFileProtected) {
  Disk disk;
  EXPECT_EQ(run(disk.device(), {define_extent(reading, {1, 0}, {1, 0}), locate(0x06, 1, {2, 0}, 0)}).sense_1(), 0x04);
}

// Every command with no data, with one byte, and with a page of ones: each ends with a status, and the volume is whole.
TEST(Hostile, AnyCommandWithAnyDataEnds) {
  Disk disk;
  for (unsigned command = 0; command < 256; ++command)
    for (const std::size_t length : {0u, 1u, 4096u})
      for (const bool with_extent : {false, true}) {
        std::vector<Ccw> program;
        if (with_extent) program.push_back(define_extent(reading, {1, 0}, {1, 0}));
        program.push_back({static_cast<std::uint8_t>(command), Bytes(length, 0xFF)});
        if (command != 0x08) EXPECT_NE(run(disk.device(), program).status.bits, 0);
      }
  disk.device().signal(channel::Signal::system_reset);
  EXPECT_EQ(disk.volume()->volser().value(), "VOL001");
}

// Random chains of valid commands with half-valid arguments on a minidisk of cylinders 2 and 3. Its tracks still read
// afterwards, and no other cylinder has changed.
TEST(Hostile, RandomProgramsStayWithinTheirMinidiskAndLeaveTracksThatRead) {
  Disk disk;
  const auto tracks = disk.volume()->geometry().tracks();
  for (TrackNumber track{15}; track.value < tracks; track = following(track)) {
    const auto at = address_of(track);
    disk.format({at.cylinder, at.head}, 5, 500);
  }
  const auto image = [&](TrackNumber track) { return octets(disk.volume()->read_track(track).value().image()); };
  std::vector<Bytes> before;
  for (TrackNumber track{0}; track.value < tracks; track = following(track)) before.push_back(image(track));

  const auto device = disk.attach({2, 2});
  std::mt19937 random{20261124};
  const auto below = [&](unsigned limit) { return static_cast<unsigned>(random() % limit); };
  constexpr std::uint8_t commands[] = {0x05, 0x85, 0x0D, 0x1D, 0x9D, 0x15, 0x11, 0x06, 0x86, 0x0E, 0x12, 0x1E, 0x5E,
                                       0x16, 0x1A, 0xDE, 0x31, 0xB1, 0x29, 0x69, 0x39, 0xB9, 0x1F, 0x13, 0x02, 0x22};
  constexpr std::uint8_t operations[] = {0x00, 0x01, 0x03, 0x06, 0x0B, 0x0C, 0x16, 0x43, 0x81, 0xC6};
  for (unsigned round = 0; round < 3000; ++round) {
    std::vector<Ccw> program;
    const unsigned cylinder = below(3), head = below(16);
    const auto record = static_cast<std::uint8_t>(below(7));
    if (below(2) == 0)
      program = {define_extent(static_cast<std::uint8_t>(below(4) << 6), {0, below(15)}, {below(3), below(15)}),
                 locate(operations[below(10)], static_cast<std::uint8_t>(below(4)), {cylinder, head}, record)};
    else
      program = {seek(cylinder, head), search_id(cylinder + 2 * below(2), head, record), tic(1)};
    for (unsigned i = below(6); i > 0; --i) {
      const auto command = commands[below(sizeof commands)];
      if (below(2) == 0)
        program.push_back(
            {command, count_field(cylinder, head, record, static_cast<std::uint8_t>(below(9)), below(3000)) +
                          Bytes(below(3000), 0x55)});
      else
        program.push_back(read(command, 1 + below(3000)));
    }
    EXPECT_NE(run(*device, program).status.bits, 0);
  }
  for (TrackNumber track{0}; track.value < tracks; track = following(track)) {
    const auto cylinder = address_of(track).cylinder;
    if (cylinder == 2 || cylinder == 3)
      EXPECT_TRUE(disk.volume()->read_track(track)) << track.value;
    else
      EXPECT_EQ(image(track), before[track.value]) << track.value;
  }
}

}  // namespace
}  // namespace dasd3390::test
