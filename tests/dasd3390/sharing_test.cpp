// Several systems on one volume: devices of one process, and processes, of which some are killed.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <functional>

#include "scripted_channel.h"

namespace dasd3390::test {
namespace {

Bytes fill(std::size_t length, std::uint8_t value) { return Bytes(length, value); }

// Another process that runs `work`, tells when it is done and then holds still until it is killed.
class OtherProcess {
 public:
  explicit OtherProcess(const std::function<bool()>& work) {
    int ends[2];
    if (::pipe(ends) != 0) std::abort();
    child_ = ::fork();
    if (child_ == 0) {
      const char answer = work() ? 'y' : 'n';
      (void)!::write(ends[1], &answer, 1);
      while (true) ::pause();
    }
    ::close(ends[1]);
    char answer = 'n';
    worked_ = ::read(ends[0], &answer, 1) == 1 && answer == 'y';
    ::close(ends[0]);
  }
  ~OtherProcess() { kill(); }
  OtherProcess(const OtherProcess&) = delete;
  OtherProcess& operator=(const OtherProcess&) = delete;
  bool worked() const { return worked_; }
  void kill() {
    if (child_ <= 0) return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
    child_ = 0;
  }

 private:
  pid_t child_ = 0;
  bool worked_ = false;
};

std::uint8_t reserve_bits(Dasd3390& device) { return run(device, {read(0x34, 12)}).sent[0][0] & 0x30; }

TEST(Reserve, KeepsOthersOutUntilRelease) {
  Disk disk;
  const auto other = disk.attach_anew();
  EXPECT_EQ(run(disk.device(), {read(0xB4, 32)}).status, good);
  EXPECT_EQ(run(*other, {seek(0, 0)}).status, channel::busy);
  EXPECT_EQ(run(*other, {read(0xB4, 32)}).status, channel::busy);
  EXPECT_EQ(run(disk.device(), {seek(0, 0)}).status, good);
  EXPECT_EQ(run(disk.device(), {read(0x94, 32)}).status, good);
  EXPECT_EQ(run(*other, {seek(0, 0)}).status, good);
}

TEST(Reserve, WorksBetweenDevicesThatShareOneOpenVolume) {
  Disk disk;
  const auto other = disk.attach(disk.volume()->whole());
  EXPECT_EQ(run(disk.device(), {read(0xB4, 32)}).status, good);
  EXPECT_EQ(run(*other, {seek(0, 0)}).status, channel::busy);
}

TEST(Reserve, IsToldBySensePathGroupWhichIsNeverBusy) {
  Disk disk;
  const auto other = disk.attach_anew();
  EXPECT_EQ(reserve_bits(disk.device()), 0x00);
  run(disk.device(), {read(0xB4, 32)});
  EXPECT_EQ(reserve_bits(disk.device()), 0x30);
  EXPECT_EQ(reserve_bits(*other), 0x20);
  EXPECT_EQ(run(*other, {read(0xE4, 12)}).status, good);
}

TEST(Reserve, WaitsForARunningProgramOfAnother) {
  Disk disk;
  const auto other = disk.attach_anew();
  other->begin_program();
  execute(*other, {define_extent(reading, {1, 0}, {1, 0})});
  EXPECT_EQ(run(disk.device(), {read(0xB4, 32)}).status, channel::busy);
  other->end_program();
  EXPECT_EQ(run(disk.device(), {read(0xB4, 32)}).status, good);
}

TEST(Reserve, TwoThatTryAtOnceDoNotKeepEachOtherOut) {
  Disk disk;
  const auto other = disk.attach_anew();
  disk.device().begin_program();
  other->begin_program();
  execute(disk.device(), {{0x03}});
  execute(*other, {{0x03}});
  EXPECT_EQ(execute(disk.device(), {read(0xB4, 32)}).status, channel::busy);
  EXPECT_EQ(execute(*other, {read(0xB4, 32)}).status, good);
  disk.device().end_program();
  other->end_program();
}

TEST(Reserve, SystemResetReleases) {
  Disk disk;
  const auto other = disk.attach_anew();
  run(disk.device(), {read(0xB4, 32)});
  disk.device().signal(channel::Signal::system_reset);
  EXPECT_EQ(run(*other, {seek(0, 0)}).status, good);
}

TEST(Reserve, HeldByAnotherProcessIsGoneWhenItIsKilled) {
  Disk disk;
  OtherProcess holder{[&] { return run(*disk.attach_anew().release(), {read(0xB4, 32)}).status == good; }};
  ASSERT_TRUE(holder.worked());
  EXPECT_EQ(run(disk.device(), {seek(0, 0)}).status, channel::busy);
  EXPECT_EQ(reserve_bits(disk.device()), 0x20);
  holder.kill();
  EXPECT_EQ(run(disk.device(), {seek(0, 0)}).status, good);
  EXPECT_EQ(reserve_bits(disk.device()), 0x00);
}

TEST(UnconditionalReserve, TakesAReservationFromAProcessThatHangs) {
  Disk disk;
  OtherProcess holder{[&] { return run(*disk.attach_anew().release(), {read(0xB4, 32)}).status == good; }};
  ASSERT_TRUE(holder.worked());
  EXPECT_EQ(run(disk.device(), {read(0x14, 32)}).status, good);
  EXPECT_EQ(run(disk.device(), {seek(0, 0)}).status, good);
  EXPECT_EQ(reserve_bits(disk.device()), 0x30);
  EXPECT_EQ(run(disk.device(), {read(0x94, 32)}).status, good);
  EXPECT_EQ(run(*disk.attach_anew(), {seek(0, 0)}).status, good) << "the old reservation is worth nothing any more";
}

TEST(UnconditionalReserve, LetsTheFormerHolderFindOut) {
  Disk disk;
  const auto former = disk.attach_anew();
  run(*former, {read(0xB4, 32)});
  EXPECT_EQ(run(disk.device(), {read(0x14, 32)}).status, good);
  EXPECT_EQ(run(*former, {seek(0, 0)}).status, channel::busy);
  EXPECT_EQ(reserve_bits(*former), 0x20);
}

TEST(Extent, WritersExcludeEachOtherAndReadersUntilTheProgramEnds) {
  Disk disk;
  const auto other = disk.attach_anew();
  disk.device().begin_program();
  EXPECT_EQ(execute(disk.device(), {define_extent(updating, {1, 0}, {1, 3})}).status, good);
  EXPECT_EQ(run(*other, {define_extent(updating, {1, 3}, {2, 0})}).status, channel::busy);
  EXPECT_EQ(run(*other, {define_extent(reading, {1, 2}, {1, 2})}).status, channel::busy);
  EXPECT_EQ(run(*other, {define_extent(updating, {1, 4}, {2, 0})}).status, good);
  disk.device().end_program();
  EXPECT_EQ(run(*other, {define_extent(updating, {1, 3}, {2, 0})}).status, good);
}

TEST(Extent, ReadersShare) {
  Disk disk;
  const auto other = disk.attach_anew();
  disk.device().begin_program();
  EXPECT_EQ(execute(disk.device(), {define_extent(reading, {1, 0}, {1, 3})}).status, good);
  EXPECT_EQ(run(*other, {define_extent(reading, {1, 0}, {1, 3})}).status, good);
  EXPECT_EQ(run(*other, {define_extent(updating, {1, 0}, {1, 0})}).status, channel::busy);
  disk.device().end_program();
}

TEST(Extent, AProgramWithoutOneHoldsTheWholeDevice) {
  Disk disk;
  const auto other = disk.attach_anew();
  disk.device().begin_program();
  EXPECT_EQ(execute(disk.device(), {seek(1, 0)}).status, good);
  EXPECT_EQ(run(*other, {define_extent(reading, {4, 0}, {4, 0})}).status, channel::busy);
  disk.device().end_program();
  EXPECT_EQ(run(*other, {define_extent(reading, {4, 0}, {4, 0})}).status, good);
}

TEST(Extent, ABusyCommandMayBeExecutedAgainInTheSameProgram) {
  Disk disk;
  const auto other = disk.attach_anew();
  other->begin_program();
  execute(*other, {define_extent(updating, {1, 0}, {1, 0})});
  disk.device().begin_program();
  EXPECT_EQ(execute(disk.device(), {define_extent(updating, {1, 0}, {1, 0})}).status, channel::busy);
  other->end_program();
  EXPECT_EQ(execute(disk.device(), {define_extent(updating, {1, 0}, {1, 0})}).status, good);
  disk.device().end_program();
}

TEST(Extent, LockedByAnotherProcessIsFreeWhenItIsKilled) {
  Disk disk;
  OtherProcess holder{[&] {
    auto* device = disk.attach_anew().release();
    device->begin_program();
    return execute(*device, {define_extent(updating, {1, 0}, {1, 0})}).status == good;
  }};
  ASSERT_TRUE(holder.worked());
  EXPECT_EQ(run(disk.device(), {define_extent(updating, {1, 0}, {1, 0})}).status, channel::busy);
  holder.kill();
  EXPECT_EQ(run(disk.device(), {define_extent(updating, {1, 0}, {1, 0})}).status, good);
}

// Four processes each add one to a counter 200 times: read and write in one channel program. None is lost.
TEST(Extent, AReadAndAWriteInOneProgramAreAtomicBetweenProcesses) {
  Disk disk;
  disk.format({1, 0}, 1, 4);
  disk.edit().write_record({1, 0}, 1, {}, bytes({0, 0, 0, 0})).value();
  const auto add_one = [](Dasd3390& device) {
    device.begin_program();
    const auto before = execute(
        device, {define_extent(updating, {1, 0}, {1, 0}), seek(1, 0), search_id(1, 0, 1), tic(1), read(0x06, 4)});
    if (before.status != good) {
      device.end_program();
      return false;
    }
    const unsigned value = before.sent[0][2] * 256u + before.sent[0][3] + 1;
    const auto after = execute(device, {seek(1, 0), search_id(1, 0, 1), tic(1), {0x05, Bytes{0, 0} + halfword(value)}});
    device.end_program();
    return after.status == good;
  };
  std::vector<pid_t> children;
  for (int i = 0; i < 4; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      const auto device = disk.attach_anew();
      for (int done = 0; done < 200;) done += add_one(*device);
      ::_exit(0);
    }
    children.push_back(child);
  }
  for (const auto child : children) ::waitpid(child, nullptr, 0);
  EXPECT_EQ(octets(disk.edit().read_record({1, 0}, 1)->data), (Bytes{0, 0} + halfword(800)));
}

// Eight processes add one to the same counter: four under RESERVE with read and write in programs of their own, four in one program
// without it. One more reserves the volume again and again and is killed while it holds it. No addition is lost.
TEST(Reserve, EightProcessesThatHammerOneRecordLoseNoUpdate) {
  constexpr int processes = 8, additions = 60, kills = 10;
  Disk disk;
  disk.format({1, 0}, 1, 4);
  disk.edit().write_record({1, 0}, 1, {}, bytes({0, 0, 0, 0})).value();
  const auto until_done = [](Dasd3390& device, const std::vector<Ccw>& program) {
    while (true)
      if (auto outcome = run(device, program); outcome.status != channel::busy) return outcome;
  };
  const auto value_of = [](const Bytes& data) { return data[2] * 256u + data[3]; };
  const auto add_under_reserve = [&](Dasd3390& device) {
    if (until_done(device, {read(0xB4, 32)}).status != good) return false;
    const auto before = run(device, {seek(1, 0), search_id(1, 0, 1), tic(1), read(0x06, 4)});
    if (before.status != good) return false;
    const auto after = run(device, {seek(1, 0), search_id(1, 0, 1), tic(1), {0x05, Bytes{0, 0} + halfword(value_of(before.sent[0]) + 1)}});
    return after.status == good && run(device, {read(0x94, 32)}).status == good;
  };
  const auto add_in_one_program = [&](Dasd3390& device) {
    device.begin_program();
    Outcome before;
    do before = execute(device, {define_extent(updating, {1, 0}, {1, 0})});
    while (before.status == channel::busy);
    before = execute(device, {seek(1, 0), search_id(1, 0, 1), tic(1), read(0x06, 4)});
    const auto after = execute(device, {seek(1, 0), search_id(1, 0, 1), tic(1), {0x05, Bytes{0, 0} + halfword(value_of(before.sent[0]) + 1)}});
    device.end_program();
    return after.status == good;
  };
  std::vector<pid_t> children;
  for (int i = 0; i < processes; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      const auto device = disk.attach_anew();
      for (int done = 0; done < additions; ++done)
        if (!(i % 2 == 0 ? add_under_reserve(*device) : add_in_one_program(*device))) ::_exit(1);
      ::_exit(0);
    }
    children.push_back(child);
  }
  for (int i = 0; i < kills; ++i) {
    OtherProcess holder{[&] { return until_done(*disk.attach_anew().release(), {read(0xB4, 32)}).status == good; }};
    EXPECT_TRUE(holder.worked());
  }
  for (const auto child : children) {
    int status = 1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(octets(disk.edit().read_record({1, 0}, 1)->data), (Bytes{0, 0} + halfword(processes * additions)));
}

// A child writes record after record with rising numbers and reports each number after device end; it is killed at a
// point that changes from round to round. What was reported is on the volume, and no record is a mixture.
TEST(Durability, AnAcknowledgedWriteSurvivesTheDeathOfTheProcess) {
  constexpr std::uint8_t records = 12;
  constexpr std::size_t length = 4096;
  Disk disk;
  disk.format({1, 0}, records, length);
  for (unsigned round = 0; round < 20; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      const auto device = disk.attach_anew();
      for (std::uint32_t number = 1;; ++number) {
        const auto record = static_cast<std::uint8_t>(1 + number % records);
        const auto outcome = run(*device, {define_extent(updating, {1, 0}, {1, 0}),
                                           locate(0x01, 1, {1, 0}, record),
                                           {0x85, fill(length, static_cast<std::uint8_t>(number))}});
        if (outcome.status != good || ::write(ends[1], &number, sizeof number) != sizeof number) ::_exit(1);
      }
    }
    ::close(ends[1]);
    std::uint32_t acknowledged = 0;
    while (acknowledged < 5 + round * 37) ASSERT_EQ(::read(ends[0], &acknowledged, sizeof acknowledged), 4);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    for (std::uint32_t number; ::read(ends[0], &number, sizeof number) == 4;) acknowledged = number;
    ::close(ends[0]);
    const auto track = disk.volume()->read_track(TrackNumber{15}).value();
    ASSERT_EQ(track.record_count(), records + 1u);
    for (std::uint32_t number = acknowledged; number > acknowledged - 5; --number) {
      const auto data = octets(track.data(1 + number % records));
      EXPECT_EQ(data, fill(length, static_cast<std::uint8_t>(number))) << "round " << round;
    }
  }
}

// The same with tracks being formatted anew, one record longer each time: whatever the moment of death, the track
// reads, and each of its records is whole.
TEST(Durability, AFormatCutShortLeavesATrackThatReads) {
  Disk disk;
  for (unsigned round = 0; round < 20; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      const auto device = disk.attach_anew();
      for (std::uint32_t number = 1;; ++number) {
        const auto size = 3000 + number % 100;
        std::vector<Ccw> program{define_extent(formatting, {1, 0}, {1, 0}), locate(0x03, 10, {1, 0}, 0)};
        for (std::uint8_t n = 1; n <= 10; ++n)
          program.push_back({0x1D, count_field(1, 0, n, 0, size) + fill(size, static_cast<std::uint8_t>(n * 16))});
        if (run(*device, program).status != good || ::write(ends[1], &number, 4) != 4) ::_exit(1);
      }
    }
    ::close(ends[1]);
    for (std::uint32_t number = 0; number < 1 + round * 3;) ASSERT_EQ(::read(ends[0], &number, 4), 4);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ::close(ends[0]);
    const auto track = disk.volume()->read_track(TrackNumber{15});
    ASSERT_TRUE(track) << track.error().text();
    for (std::size_t i = 1; i < track->record_count(); ++i) {
      const auto number = track->count(i).record;
      EXPECT_EQ(octets(track->data(i)), fill(track->count(i).data_length, static_cast<std::uint8_t>(number * 16)));
    }
  }
}

}  // namespace
}  // namespace dasd3390::test
