// Transport mode (zHPF), with control blocks as Linux' dasd_eckd builds them.

#include "channel/transport_blocks.h"
#include "channel_system.h"

namespace dasd3390::test {
namespace {

using channel::TransportStatus;

constexpr std::uint64_t tcw_at = 0x1000, block_at = 0x2000, status_at = 0x3000, list_at = 0x4000, data_at = 0x10000;
constexpr std::uint8_t track_data_read = 0xA6, track_data_write = 0xA5, read_counts = 0x92;

struct Request {
  std::uint8_t imbedded;
  At first, last;
  std::uint8_t record;    // search argument
  std::uint8_t count;     // tracks, or records for counts
  unsigned last_length;   // transfer length of the last track
  std::uint32_t length;   // of all data
};

// PREFIX with DEFINE EXTENT and LOCATE RECORD EXTENDED that imbeds the command.
Bytes prefix(const Request& request) {
  const bool writes = request.imbedded == track_data_write;
  const bool counts = request.imbedded == read_counts;
  const std::uint8_t operation = writes ? 0x3F : counts ? 0x96 : 0x0C;
  Bytes extent = define_extent(writes ? updating : reading, request.first, request.last).data + Bytes(16, 0);
  extent[7] = 0x42;
  return Bytes{1, 0x80} + Bytes(10, 0) + extent +
         Bytes{operation, static_cast<std::uint8_t>(counts ? 0x28 : writes ? 0xF0 : 0xE8), request.imbedded, request.count} +
         cchh(request.first.cylinder, request.first.head) +
         cchhr(request.first.cylinder, request.first.head, request.record) + Bytes{0xFF} + halfword(request.last_length) +
         Bytes{0, static_cast<std::uint8_t>(writes ? 0x23 : 0)} + halfword(0);
}

class TransportMode : public ::testing::Test {
 protected:
  TransportMode() {
    for (const unsigned head : {0u, 1u}) disk_.format({1, head}, 12, 4096);
  }

  template <class Block>
  void put(std::uint64_t at, const Block& block) {
    system_.store(at, std::as_bytes(std::span{&block, 1}));
  }
  void put_bytes(std::uint64_t at, const Bytes& bytes) { system_.store(at, std::as_bytes(std::span{bytes})); }

  // Control word and command block; the data lie at `data`, through a list if it says so.
  channel::Irb run(const Request& request, std::uint64_t data, std::uint32_t data_flags = 0) {
    const bool writes = request.imbedded == track_data_write;
    const Bytes control = prefix(request);
    channel::TransportHeader header{};
    header.format = 0x7F;
    header.area_length = static_cast<std::uint8_t>(12 + sizeof(channel::DeviceCommandWord) + control.size());
    header.service_action = std::uint16_t{0x1FFE};
    channel::DeviceCommandWord word{};
    word.command = writes ? 0xE7 : 0xEA;
    word.control_count = static_cast<std::uint8_t>(control.size());
    word.count = request.length;
    put(block_at, header);
    put(block_at + 16, word);
    put_bytes(block_at + 24, control);
    channel::Tcw tcw{};
    const std::uint32_t block_length = 16 + 8 + 64 + 8;
    tcw.flags = data_flags;
    tcw.lengths = (block_length - 20) / 4 << 18 | (writes ? channel::Tcw::writes : channel::Tcw::reads);
    tcw.status_block = status_at;
    tcw.command_block = block_at;
    (writes ? tcw.output : tcw.input) = data;
    (writes ? tcw.output_count : tcw.input_count) = request.length;
    put(tcw_at, tcw);
    return system_.run_transport(tcw_at);
  }
  TransportStatus status() {
    TransportStatus result;
    const auto bytes = system_.fetch(status_at, sizeof result);
    std::memcpy(&result, bytes.data(), sizeof result);
    return result;
  }

  Disk disk_;
  System system_{disk_.attach(disk_.volume()->whole())};
};

TEST_F(TransportMode, TrackDataOfTwoTracksAreReadAtOnce) {
  const auto irb = run({track_data_read, {1, 0}, {1, 1}, 11, 2, 8192, 4 * 4096}, data_at);
  EXPECT_EQ(irb.scsw.device_status, channel::ended.bits);
  EXPECT_EQ(irb.scsw.subchannel_status, 0);
  EXPECT_EQ(std::uint32_t{irb.scsw.control} & 0x00F0'0000, 0x0010'0000u) << "the status word is one of transport mode";
  EXPECT_EQ(system_.fetch(data_at, 4 * 4096),
            Bytes(4096, 11) + Bytes(4096, 12) + Bytes(4096, 1) + Bytes(4096, 2));
  EXPECT_EQ(status().length, 64);
  EXPECT_EQ(status().residual_count, 0u);
}

TEST_F(TransportMode, TrackDataAreWrittenThroughAList) {
  const channel::Tidaw first{0x08, {}, std::uint32_t{4096}, std::uint64_t{0x20000}};
  const channel::Tidaw second{0x80, {}, std::uint32_t{8192}, std::uint64_t{0x30000}};
  put(list_at, first);
  put(list_at + 16, second);
  put_bytes(0x20000, Bytes(4096, 0xB1));
  put_bytes(0x30000, Bytes(4096, 0xB2) + Bytes(4096, 0xB3));
  const auto irb = run({track_data_write, {1, 0}, {1, 1}, 12, 2, 4096, 3 * 4096}, list_at, channel::Tcw::output_indirect);
  EXPECT_EQ(irb.scsw.device_status, channel::ended.bits);
  EXPECT_EQ(octets(disk_.edit().read_record({1, 0}, 11)->data), Bytes(4096, 11));
  EXPECT_EQ(octets(disk_.edit().read_record({1, 0}, 12)->data), Bytes(4096, 0xB1));
  EXPECT_EQ(octets(disk_.edit().read_record({1, 1}, 1)->data), Bytes(4096, 0xB2));
  EXPECT_EQ(octets(disk_.edit().read_record({1, 1}, 2)->data), Bytes(4096, 0xB3));
  EXPECT_EQ(octets(disk_.edit().read_record({1, 1}, 3)->data), Bytes(4096, 3));
}

TEST_F(TransportMode, CountsAreReadAcrossTracksAsTheFormatCheckDoes) {
  const auto irb = run({read_counts, {1, 0}, {1, 1}, 0, 24, 0, 24 * 8}, data_at);
  EXPECT_EQ(irb.scsw.device_status, channel::ended.bits);
  const auto counts = system_.fetch(data_at, 24 * 8);
  EXPECT_EQ((Bytes{counts.begin(), counts.begin() + 8}), count_field(1, 0, 1, 0, 4096));
  EXPECT_EQ((Bytes{counts.end() - 8, counts.end()}), count_field(1, 1, 12, 0, 4096));
}

TEST_F(TransportMode, AMissingRecordIsToldInTheStatusBlock) {
  const auto irb = run({track_data_read, {1, 2}, {1, 2}, 1, 1, 4096, 4096}, data_at);
  EXPECT_EQ(irb.scsw.device_status, (channel::ended | channel::unit_check).bits);
  EXPECT_EQ(irb.scsw.count >> 8, 0x01) << "FCX status: the status block is stored";
  EXPECT_FALSE(irb.scsw.has(channel::Scsw::extended_control));
  EXPECT_EQ(status().flags & 0x07, 1);
  EXPECT_EQ(status().sense[1], 0x08);
}

TEST_F(TransportMode, ACommandBlockThatMakesNoSenseIsAProgramCheck) {
  put_bytes(block_at, Bytes(256, 0xFF));
  channel::Tcw tcw{};
  tcw.command_block = block_at;
  tcw.status_block = status_at;
  put(tcw_at, tcw);
  const auto irb = system_.run_transport(tcw_at);
  EXPECT_EQ(irb.scsw.subchannel_status, channel::subchannel_status::program_check);
  EXPECT_EQ(irb.scsw.device_status, 0);
}

}  // namespace
}  // namespace dasd3390::test
