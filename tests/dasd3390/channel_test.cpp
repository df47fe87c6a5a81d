// Volumes behind a real channel subsystem, as guests and CP use them.

#include <gtest/gtest.h>

#include <thread>

#include "channel/subsystem.h"
#include "scripted_channel.h"

namespace dasd3390::test {
namespace {

using z::AbsoluteAddress;
namespace flag = channel::ccw_flag;

// A system with one 3390 at device number 0200: storage, channel, and a place for a channel program.
class System {
 public:
  explicit System(std::unique_ptr<Dasd3390> device) {
    subsystem_.attach(z::DeviceNumber{std::uint16_t{0x200}}, std::move(device)).value();
    channel::Schib schib;
    subsystem_.store(ssid, schib);
    schib.pmcw.flags = static_cast<std::uint16_t>(schib.pmcw.flags | channel::Pmcw::enabled);
    schib.pmcw.control = schib.pmcw.control | channel::Pmcw::concurrent_sense;
    EXPECT_EQ(subsystem_.modify(ssid, schib), channel::Answer::cc0);
  }

  // Lays the program down from 1000 on and its data areas, a page each, from 10000 on.
  void start(const std::vector<Ccw>& program) {
    for (std::size_t i = 0; i < program.size(); ++i) {
      const auto& ccw = program[i];
      const bool is_tic = ccw.command == 0x08;
      const auto area = is_tic ? program_at + (i - static_cast<std::size_t>(ccw.back)) * 8 : area_at(i);
      const auto chain = i + 1 < program.size() && !is_tic ? flag::chain_command : std::uint8_t{0};
      channel::Ccw1 word{ccw.command, chain, static_cast<std::uint16_t>(std::max(ccw.room, ccw.data.size())),
                         static_cast<std::uint32_t>(area)};
      if (is_tic) word.count = std::uint16_t{0};
      store(program_at + i * 8, std::as_bytes(std::span{&word, 1}));
      if (!is_tic) store(area_at(i), std::as_bytes(std::span{ccw.data}));
    }
    channel::Orb orb{};
    orb.control = channel::Orb::format_1 | 0xFF00u;
    orb.program_address = static_cast<std::uint32_t>(program_at);
    ASSERT_EQ(subsystem_.start(ssid, orb), channel::Answer::cc0);
  }

  channel::Irb wait() {
    const z::Lock lock{mutex_};
    condition_.wait(mutex_, [&] { return subsystem_.take_interruption(0xFF).has_value(); });
    channel::Irb irb;
    subsystem_.test(ssid, irb);
    subsystem_.clear_status(ssid);
    return irb;
  }
  bool is_running() const {
    channel::Schib schib;
    subsystem_.store(ssid, schib);
    return !schib.scsw.has(channel::Scsw::status_pending);
  }
  channel::Irb run(const std::vector<Ccw>& program) {
    start(program);
    return wait();
  }
  // What the i-th command of the last program put into storage.
  Bytes area(std::size_t i, std::size_t length) {
    Bytes result(length);
    storage_->fetch(AbsoluteAddress{area_at(i)}, std::as_writable_bytes(std::span{result}), 0);
    return result;
  }

 private:
  static constexpr std::uint32_t ssid = 0x0001'0000;
  static constexpr std::uint64_t program_at = 0x1000, first_area = 0x10000;
  static std::uint64_t area_at(std::size_t i) { return first_area + i * 4096; }
  void store(std::uint64_t at, std::span<const std::byte> bytes) { storage_->store(AbsoluteAddress{at}, bytes, 0); }
  void notify() {
    const z::Lock lock{mutex_};
    condition_.notify_all();
  }

  z::Mutex mutex_;
  z::Condition condition_;
  z::HostClock clock_;
  std::unique_ptr<cpu::Storage> storage_ = cpu::Storage::create(z::Bytes{1 << 20}).value();
  channel::Subsystem subsystem_{
      *storage_,
      clock_,
      {.threads = 1, .interruption_pending = [this](std::uint8_t) { notify(); }, .channel_report_pending = [] {}}};
};

constexpr std::uint8_t ended_well = channel::ended.bits, ended_badly = (channel::ended | channel::unit_check).bits;

TEST(ThroughTheChannel, ARecordIsSearchedAndRead) {
  Disk disk;
  disk.format({1, 2}, 12, 4096);
  System system{disk.attach(disk.volume()->whole())};
  const auto irb = system.run({seek(1, 2), search_id(1, 2, 7), tic(1), read(0x06, 4096)});
  EXPECT_EQ(irb.scsw.device_status, ended_well);
  EXPECT_EQ(irb.scsw.subchannel_status, 0);
  EXPECT_EQ(irb.scsw.count, 0);
  EXPECT_EQ(system.area(3, 4096), Bytes(4096, 7));
}

TEST(ThroughTheChannel, ADomainIsWrittenAndReadBack) {
  Disk disk;
  disk.format({1, 0}, 12, 4096);
  System system{disk.attach(disk.volume()->whole())};
  EXPECT_EQ(system
                .run({define_extent(updating, {1, 0}, {1, 0}),
                      locate(0x01, 2, {1, 0}, 3),
                      {0x85, Bytes(4096, 0xA3)},
                      {0x85, Bytes(4096, 0xA4)}})
                .scsw.device_status,
            ended_well);
  EXPECT_EQ(
      system
          .run({define_extent(reading, {1, 0}, {1, 0}), locate(0x06, 2, {1, 0}, 3), read(0x86, 4096), read(0x86, 4096)})
          .scsw.device_status,
      ended_well);
  EXPECT_EQ(system.area(2, 4096), Bytes(4096, 0xA3));
  EXPECT_EQ(system.area(3, 4096), Bytes(4096, 0xA4));
}

TEST(ThroughTheChannel, ASmallAreaGetsIncorrectLength) {
  Disk disk;
  disk.format({1, 0}, 1, 100);
  System system{disk.attach(disk.volume()->whole())};
  const auto irb = system.run({seek(1, 0), search_id(1, 0, 1), tic(1), read(0x06, 40)});
  EXPECT_EQ(irb.scsw.device_status, ended_well);
  EXPECT_EQ(irb.scsw.subchannel_status, channel::subchannel_status::incorrect_length);
}

TEST(ThroughTheChannel, SenseComesWithTheInterruption) {
  Disk disk;
  System system{disk.attach(disk.volume()->whole())};
  const auto irb = system.run({seek(1, 0), search_id(1, 0, 1), tic(1), read(0x06, 40)});
  EXPECT_EQ(irb.scsw.device_status, ended_badly);
  EXPECT_EQ(irb.ecw[1], 0x08) << "no record found";
  EXPECT_EQ(irb.ecw[27], 0xA0);
}

TEST(ThroughTheChannel, AProgramThatFindsItsTracksLockedRunsWhenTheyAreFree) {
  Disk disk;
  disk.format({1, 0}, 1, 100);
  disk.device().begin_program();
  ASSERT_EQ(execute(disk.device(), {define_extent(updating, {1, 0}, {1, 0})}).status, good);
  System system{disk.attach_anew()};
  system.start(
      {define_extent(updating, {1, 0}, {1, 0}), seek(1, 0), search_id(1, 0, 1), tic(1), {0x05, Bytes(100, 9)}});
  EXPECT_EQ(execute(disk.device(), {locate(0x01, 1, {1, 0}, 1), {0x85, Bytes(100, 8)}}).status, good);
  EXPECT_TRUE(system.is_running());
  disk.device().end_program();
  EXPECT_EQ(system.wait().scsw.device_status, ended_well);
  EXPECT_EQ(octets(disk.edit().read_record({1, 0}, 1)->data), Bytes(100, 9));
}

// How CP takes the lock of its persistent data record: search for the free key, write the own one, in one program. Two
// systems try at once, again and again: one gets it, the other finds no such key.
TEST(ThroughTheChannel, SearchAndWriteAreOneStepForTwoSystems) {
  constexpr std::uint8_t free_key = 0x40;
  Disk disk;
  disk.edit().format_track({1, 0}, std::vector<NewRecord>{{1, 1, 1, bytes({free_key})}}).value();
  std::atomic<unsigned> won = 0, lost = 0;
  const auto contend = [&](std::uint8_t name) {
    System system{disk.attach_anew()};
    for (unsigned round = 0; round < 20; ++round) {
      const auto exchange = [&](std::uint8_t from, std::uint8_t to) {
        return system
            .run({define_extent(updating, {1, 0}, {1, 0}),
                  seek(1, 0),
                  {0x29, {from}},
                  tic(1),
                  {0x05, {name}},
                  seek(1, 0),
                  search_id(1, 0, 1),
                  tic(1),
                  {0x0D, {to, name}}})
            .scsw.device_status;
      };
      if (exchange(free_key, name) != ended_well) {
        ++lost;
        continue;
      }
      ++won;
      EXPECT_EQ(exchange(name, free_key), ended_well) << "nobody took it away";
    }
  };
  std::thread first{contend, std::uint8_t{1}}, second{contend, std::uint8_t{2}};
  first.join();
  second.join();
  EXPECT_EQ(won + lost, 40u);
  EXPECT_GE(won, 1u);
  EXPECT_EQ(octets(disk.edit().read_record({1, 0}, 1)->key), Bytes{free_key});
}

}  // namespace
}  // namespace dasd3390::test
