// Volumes behind a real channel subsystem, as guests and CP use them.

#include <gtest/gtest.h>

#include <thread>

#include "channel_system.h"

namespace dasd3390::test {
namespace {

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
  EXPECT_EQ(irb.scsw.control & 0x1F, 0x17u) << "alert status with it";
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
