// The adapter under channel programs: two partitions, each with its own channel subsystem.
#include <gtest/gtest.h>

#include <cstring>
#include <utility>
#include <vector>

#include "channel/subsystem.h"
#include "cpu/storage.h"
#include "ctc/fctc_device.h"

namespace ctc {
namespace {

using namespace channel::ccw_flag;

constexpr std::uint64_t ccw(std::uint8_t command, std::uint8_t flags, std::uint16_t count, std::uint32_t address) {
  return std::uint64_t{command} << 56 | std::uint64_t{flags} << 48 | std::uint64_t{count} << 32 | address;
}

class Partition {
 public:
  explicit Partition(std::unique_ptr<channel::Device> device) {
    EXPECT_TRUE(subsystem_.attach(z::DeviceNumber{std::uint16_t{0x6000}}, std::move(device)));
    channel::Schib schib{};
    subsystem_.store(ssid, schib);
    schib.pmcw.flags = schib.pmcw.flags | channel::Pmcw::enabled | 3U << 11;
    schib.pmcw.control = schib.pmcw.control | channel::Pmcw::concurrent_sense;
    EXPECT_EQ(subsystem_.modify(ssid, schib), channel::Answer::cc0);
  }

  void put(std::uint64_t at, std::span<const std::byte> bytes) {
    EXPECT_EQ(storage_->store({at}, bytes, 0), cpu::StorageCheck::none);
  }
  std::vector<std::byte> get(std::uint64_t at, std::size_t size) const {
    std::vector<std::byte> result(size);
    EXPECT_EQ(storage_->fetch({at}, result, 0), cpu::StorageCheck::none);
    return result;
  }
  void start(const std::vector<std::uint64_t>& ccws) {
    std::uint64_t at = 0x1000;
    for (const auto word : ccws) {
      const z::be64 doubleword{word};
      put(at, std::as_bytes(std::span{&doubleword, 1}));
      at += 8;
    }
    channel::Orb orb{};
    orb.control = channel::Orb::format_1 | 0xFF00;
    orb.program_address = 0x1000;
    EXPECT_EQ(subsystem_.start(ssid, orb), channel::Answer::cc0);
  }
  channel::Irb interruption() {
    {
      const z::Lock lock{mutex_};
      while (!subsystem_.pending_interruption(0xFF)) pending_.wait(mutex_);
    }
    EXPECT_TRUE(subsystem_.take_interruption(0xFF));
    channel::Irb irb{};
    EXPECT_EQ(subsystem_.test(ssid, irb), channel::Answer::cc0);
    subsystem_.clear_status(ssid);
    return irb;
  }
  channel::Irb run(const std::vector<std::uint64_t>& ccws) {
    start(ccws);
    return interruption();
  }
  void halt() { EXPECT_EQ(subsystem_.halt(ssid), channel::Answer::cc0); }

 private:
  static constexpr std::uint32_t ssid = 0x0001'0000;

  z::HostClock clock_;
  std::unique_ptr<cpu::Storage> storage_ = cpu::Storage::create(z::Bytes{0x40'0000}).value();
  z::Mutex mutex_;
  z::Condition pending_;
  channel::Subsystem subsystem_{*storage_, clock_,
                                {.threads = 1,
                                 .interruption_pending =
                                     [this](std::uint8_t) {
                                       const z::Lock lock{mutex_};
                                       pending_.notify_all();
                                     },
                                 .channel_report_pending = {}}};
};

class ChannelPrograms : public testing::Test {
 protected:
  ChannelPrograms() : pair(make_pair_in_process()), x(std::move(pair.first)), y(std::move(pair.second)) {
    EXPECT_TRUE(x.run({ccw(0xC3, suppress_length, 1, 0)}).scsw.device_status & 0x02);  // y has issued nothing yet
    while (y.run({ccw(0xC3, suppress_length, 1, 0)}).scsw.device_status != 0x0C) EXPECT_EQ(y.interruption().scsw.device_status, 0x04);
    EXPECT_EQ(x.interruption().scsw.device_status, 0x04);  // y is ready now
    EXPECT_EQ(x.run({ccw(0xC3, suppress_length, 1, 0)}).scsw.device_status, 0x0C);
  }
  static std::vector<std::byte> pattern(std::size_t size) {
    std::vector<std::byte> result(size);
    for (std::size_t i = 0; i < size; ++i) result[i] = static_cast<std::byte>(i * 7 + i / 251);
    return result;
  }
  static constexpr std::uint8_t prepare = 0xE3, read = 0x02, write = 0x01, nop = 0x03;

  std::pair<std::unique_ptr<channel::Device>, std::unique_ptr<channel::Device>> pair;
  Partition x, y;
};

// The programs of Linux' ctcm driver.
TEST_F(ChannelPrograms, APreparedReadTakesTheBlockOfAPreparedWriteInBothDirections) {
  const auto both = [](Partition& reader, Partition& writer) {
    for (int round = 0; round < 20; ++round) {
      writer.put(0x10000, pattern(1000));
      reader.start({ccw(prepare, chain_command | suppress_length, 0, 0), ccw(read, suppress_length, 32768, 0x20000)});
      writer.start({ccw(prepare, chain_command | suppress_length, 0, 0),
                    ccw(write, chain_command | suppress_length, 1000, 0x10000), ccw(nop, suppress_length, 0, 0)});
      const auto got = reader.interruption();
      EXPECT_EQ(got.scsw.device_status, 0x0C);
      EXPECT_EQ(got.scsw.subchannel_status, 0);
      EXPECT_EQ(got.scsw.count, 32768 - 1000);
      EXPECT_EQ(reader.get(0x20000, 1000), pattern(1000));
      const auto written = writer.interruption();
      EXPECT_EQ(written.scsw.device_status, 0x0C);
      EXPECT_EQ(written.scsw.subchannel_status, 0);
    }
  };
  both(x, y);
  both(y, x);
}

TEST_F(ChannelPrograms, DataChainsOnBothSidesMoveTheirWholeLength) {
  const auto both = [](Partition& reader, Partition& writer) {
    writer.put(0x10000, pattern(150000));
    reader.start({ccw(read, chain_data, 60001, 0x80000), ccw(0, chain_data, 29999, 0x80000 + 60001),
                  ccw(0, 0, 60000, 0x80000 + 90000)});
    EXPECT_EQ(writer.interruption().scsw.device_status, 0x80);
    const auto written = writer.run({ccw(write, chain_data, 50000, 0x10000), ccw(0, chain_data, 50000, 0x10000 + 50000),
                                     ccw(0, 0, 50000, 0x10000 + 100000)});
    EXPECT_EQ(written.scsw.device_status, 0x0C);
    EXPECT_EQ(written.scsw.subchannel_status, 0);
    EXPECT_EQ(reader.interruption().scsw.subchannel_status, 0);
    EXPECT_TRUE(reader.get(0x80000, 150000) == pattern(150000));
  };
  both(x, y);
  both(y, x);
}

TEST_F(ChannelPrograms, ALongBlockIsIncorrectLengthAtBothEnds) {
  x.start({ccw(read, 0, 60, 0x20000)});
  EXPECT_EQ(y.interruption().scsw.device_status, 0x80);
  const auto written = y.run({ccw(write, 0, 100, 0x10000)});
  EXPECT_EQ(written.scsw.subchannel_status, channel::subchannel_status::incorrect_length);
  EXPECT_EQ(written.scsw.count, 40);
  const auto got = x.interruption();
  EXPECT_EQ(got.scsw.subchannel_status, channel::subchannel_status::incorrect_length);
  EXPECT_EQ(got.scsw.count, 0);
}

TEST_F(ChannelPrograms, HaltEndsAPrepareAndTheOtherSideFindsNothingPending) {
  x.start({ccw(prepare, chain_command | suppress_length, 1, 0), ccw(read, suppress_length, 100, 0x20000)});
  x.halt();
  x.interruption();
  EXPECT_EQ(y.run({ccw(0x14, 0, 1, 0x20000)}).scsw.device_status, 0x0C);
  EXPECT_EQ(y.get(0x20000, 1)[0], std::byte{0});
}

TEST_F(ChannelPrograms, ACollisionIsBusyAndAttention) {
  x.start({ccw(write, 0, 10, 0x10000)});
  EXPECT_EQ(y.interruption().scsw.device_status, 0x80);
  EXPECT_EQ(y.run({ccw(write, 0, 10, 0x10000)}).scsw.device_status, 0x90);
}

}  // namespace
}  // namespace ctc
