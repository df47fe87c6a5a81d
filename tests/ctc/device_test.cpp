// A pair of FCTC devices behaves the same over each of the three links.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <functional>

#include "base/fd.h"
#include "ctc/channel_path.h"
#include "ctc/fctc.h"
#include "ctc/fctc_device.h"
#include "ports.h"

namespace ctc {
namespace {

ChannelPaths paths;

using test::Program;

constexpr std::uint8_t prepare = 0xE3, read = 0x02, write = 0x01, write_eof = 0x81, sense_command = 0x14,
                       nop = 0x03, set_extended = 0xC3, sense_state = 0x04, sense_id = 0xE4, read_configuration = 0xC4;
constexpr auto ended_check = channel::ended | channel::unit_check;

using DevicePair = std::pair<std::unique_ptr<channel::Device>, std::unique_ptr<channel::Device>>;

std::unique_ptr<channel::Device> make(const std::string& arguments) {
  auto device = make_fctc(arguments, paths);
  EXPECT_TRUE(device) << device.error().text();
  return std::move(*device);
}

std::string socket_path(const std::string& name) {
  return std::filesystem::temp_directory_path() / ("ctc-" + name + "-" + std::to_string(::getpid()));
}

DevicePair through_shared_memory() {
  const auto link = "link=shm:" + socket_path("pair");
  auto first = make(link + ",listen,name=LP01,peer=LP02");
  return {std::move(first), make(link + ",name=LP02,peer=LP01")};
}

// A port that nobody listens at.
std::string free_port() {
  const z::Fd socket{::socket(AF_INET, SOCK_STREAM, 0)};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size);
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return std::to_string(::ntohs(address.sin_port));
}

DevicePair over_tcp() {
  const auto link = "link=tcp:127.0.0.1:" + free_port();
  auto first = make(link + ",listen,name=LP01,peer=LP02");
  return {std::move(first), make(link + ",name=LP02,peer=LP01")};
}

DevicePair at_channel_speed() {
  const auto link = "link=shm:" + socket_path("paced") + ",speed=16Gb/s";
  auto first = make(link + ",listen,path=50");
  return {std::move(first), make(link + ",path=51")};
}

struct LinkKind {
  const char* name;
  DevicePair (*make)();
};

// x holds the adapter, y is the proxy. Both have set extended mode.
class Devices : public testing::TestWithParam<LinkKind> {
 protected:
  Devices() : pair_(GetParam().make()), x(std::move(pair_.first)), y(std::move(pair_.second)) {
    // A side that finds the other not ready is told by device end when to try again.
    EXPECT_TRUE(x.run(nop).status.has(channel::unit_check));
    while (y.run(set_extended).status != channel::ended) EXPECT_EQ(y.await_unsolicited(), channel::device_end);
    EXPECT_EQ(x.await_unsolicited(), channel::device_end);
    EXPECT_EQ(x.run(set_extended).status, channel::ended);
  }

  static std::vector<std::byte> bytes(std::size_t size, unsigned seed = 1) {
    std::vector<std::byte> result(size);
    for (auto& b : result) b = static_cast<std::byte>((seed = seed * 1103515245 + 12345) >> 16);
    return result;
  }
  // Both ways round: what one end of the link sees the other sees too.
  void both_ways(const std::function<void(Program& mine, Program& other)>& scenario) {
    scenario(x, y);
    scenario(y, x);
  }

  DevicePair pair_;

 public:
  Program x, y;
};

INSTANTIATE_TEST_SUITE_P(Links, Devices,
                         testing::Values(LinkKind{"InProcess", [] { return make_pair_in_process(); }},
                                         LinkKind{"SharedMemory", through_shared_memory}, LinkKind{"Tcp", over_tcp},
                                         LinkKind{"Paced", at_channel_speed}),
                         [](const auto& info) { return info.param.name; });

TEST_P(Devices, AWriteMeetsThePendingReadAndBothResidualCountsAreZero) {
  both_ways([](Program& reader, Program& writer) {
    reader.start(read, bytes(100, 9));
    EXPECT_EQ(writer.await_unsolicited(), channel::attention);
    const auto written = writer.run(write, bytes(100));
    EXPECT_EQ(written.status, channel::ended);
    EXPECT_EQ(written.residual, 0u);
    const auto got = reader.finish();
    EXPECT_EQ(got.status, channel::ended);
    EXPECT_EQ(got.residual, 0u);
    EXPECT_EQ(got.data, bytes(100));
  });
}

TEST_P(Devices, AShortBlockLeavesAResidualCountAtTheReader) {
  both_ways([](Program& reader, Program& writer) {
    writer.start(write, bytes(2));
    EXPECT_EQ(reader.await_unsolicited(), channel::attention);
    const auto got = reader.run(read, bytes(65535, 9));
    EXPECT_EQ(got.residual, 65533u);
    EXPECT_FALSE(got.excess);
    EXPECT_EQ(writer.finish().residual, 0u);
  });
}

TEST_P(Devices, ALongBlockLeavesAResidualCountAtTheWriterAndExcessAtTheReader) {
  both_ways([](Program& reader, Program& writer) {
    writer.start(write, bytes(100));
    EXPECT_EQ(reader.await_unsolicited(), channel::attention);
    const auto got = reader.run(read, bytes(60, 9));
    EXPECT_TRUE(got.excess);
    EXPECT_EQ(got.data, bytes(60));
    EXPECT_EQ(writer.finish().residual, 40u);
  });
}

TEST_P(Devices, AMebibyteArrivesUnchanged) {
  both_ways([](Program& reader, Program& writer) {
    for (unsigned round = 0; round < 3; ++round) {
      writer.start(write, bytes((1 << 20) + round, round));
      EXPECT_EQ(reader.await_unsolicited(), channel::attention);
      const auto got = reader.run(read, bytes(2 << 20, 99));
      EXPECT_EQ(writer.finish().status, channel::ended);
      EXPECT_TRUE(got.data == bytes((1 << 20) + round, round));
    }
  });
}

TEST_P(Devices, APreparedReaderGetsNoAttentionAndGoesOnWithItsRead) {
  both_ways([](Program& reader, Program& writer) {
    reader.start(prepare);
    reader.await_channel_end();
    writer.start(write, bytes(10));
    EXPECT_EQ(reader.finish().status, channel::device_end);
    EXPECT_EQ(reader.run(read, bytes(10, 9)).data, bytes(10));
    EXPECT_EQ(writer.finish().status, channel::ended);
    EXPECT_FALSE(reader.has_unsolicited());
  });
}

TEST_P(Devices, TheSecondOfTwoWritesLosesAndMustReadFirst) {
  both_ways([](Program& first, Program& second) {
    first.start(write, bytes(10, 1));
    EXPECT_EQ(second.await_unsolicited(), channel::attention);
    const auto refused = second.run(write, bytes(20, 2));
    EXPECT_EQ(refused.status, channel::busy | channel::attention);
    EXPECT_EQ(second.run(read, bytes(10, 9)).data, bytes(10, 1));
    EXPECT_EQ(first.finish().status, channel::ended);
  });
}

TEST_P(Devices, OfTwoWritesAtOnceOneWinsAndTheOtherIsTold) {
  for (int round = 0; round < 50; ++round) {
    x.start(write, bytes(10, 1));
    y.start(write, bytes(20, 2));
    auto& loser = x.is_waiting() ? y : x;
    auto& winner = x.is_waiting() ? x : y;
    EXPECT_EQ(loser.finish().status, channel::busy | channel::attention);
    EXPECT_EQ(loser.run(read, bytes(30, 9)).residual, &winner == &x ? 20u : 10u);
    EXPECT_EQ(winner.finish().status, channel::ended);
    while (loser.has_unsolicited()) loser.await_unsolicited();
  }
}

TEST_P(Devices, ControlWaitsForSenseCommandByteWhichTellsItsCode) {
  both_ways([](Program& one, Program& two) {
    one.start(0x17);
    EXPECT_EQ(two.await_unsolicited(), channel::attention);
    EXPECT_EQ(two.run(sense_command, bytes(1)).data[0], std::byte{0x17});
    EXPECT_TRUE(one.finish().status.has(channel::device_end));
  });
}

TEST_P(Devices, WriteEndOfFileEndsTheReadWithUnitException) {
  both_ways([](Program& reader, Program& writer) {
    reader.start(read, bytes(10));
    EXPECT_EQ(writer.await_unsolicited(), channel::attention);
    EXPECT_EQ(writer.run(write_eof).status, channel::ended);
    EXPECT_EQ(reader.finish().status, channel::ended | channel::unit_exception);
  });
}

TEST_P(Devices, AHaltedReadIsForgotten) {
  both_ways([](Program& reader, Program& writer) {
    reader.start(read, bytes(10));
    EXPECT_EQ(writer.await_unsolicited(), channel::attention);
    reader.device().signal(channel::Signal::halt);
    EXPECT_EQ(reader.run(sense_command, bytes(1)).data[0], std::byte{0});  // in order behind the halt
    writer.start(write, bytes(10));
    EXPECT_EQ(reader.await_unsolicited(), channel::attention);
    reader.run(read, bytes(10));
    EXPECT_EQ(writer.finish().residual, 0u);
  });
}

TEST_P(Devices, AResetOfTheOtherSystemEndsAPendingPrepareWithInterfaceDisconnect) {
  both_ways([](Program& mine, Program& other) {
    mine.start(prepare);
    mine.await_channel_end();
    other.device().signal(channel::Signal::system_reset);
    const auto end = mine.finish();
    EXPECT_EQ(end.status, channel::device_end | channel::unit_check);
    EXPECT_EQ(end.sense, 0x41);
    const auto next = mine.run(nop);
    EXPECT_EQ(next.status, channel::unit_check);
    EXPECT_EQ(next.sense, 0x40);
    EXPECT_EQ(other.run(set_extended).status, channel::ended);
    EXPECT_EQ(mine.await_unsolicited(), channel::device_end);
    EXPECT_EQ(mine.run(nop).status, channel::ended);
  });
}

TEST_P(Devices, LossOfTheOtherEndIsAUnitCheckAtOnceAndAtEachLaterCommand) {
  x.start(read, bytes(10));
  EXPECT_EQ(y.await_unsolicited(), channel::attention);
  y.destroy();
  const auto end = x.finish();
  EXPECT_EQ(end.status, ended_check);
  EXPECT_EQ(end.sense, 0x41);
  const auto next = x.run(write, bytes(10));
  EXPECT_EQ(next.status, channel::unit_check);
  EXPECT_EQ(next.sense, 0x41);
}

TEST_P(Devices, AnAttentionThatTheProgramAnsweredIsNotPresented) {
  both_ways([](Program& mine, Program& other) {
    mine.device().begin_program();
    other.start(write, bytes(10));
    while (mine.run(sense_command, bytes(1)).data[0] != std::byte{write}) continue;
    EXPECT_EQ(mine.run(read, bytes(10, 9)).status, channel::ended);
    mine.device().end_program();
    EXPECT_EQ(other.finish().status, channel::ended);
    EXPECT_FALSE(mine.has_unsolicited());
  });
}

TEST_P(Devices, AnAttentionDuringAProgramComesAfterIt) {
  both_ways([](Program& mine, Program& other) {
    mine.device().begin_program();
    other.start(write, bytes(10));
    while (mine.run(sense_command, bytes(1)).data[0] != std::byte{write}) continue;
    EXPECT_FALSE(mine.has_unsolicited());
    mine.device().end_program();
    EXPECT_EQ(mine.await_unsolicited(), channel::attention);
    EXPECT_EQ(mine.run(read, bytes(10, 9)).status, channel::ended);
    EXPECT_EQ(other.finish().status, channel::ended);
  });
}

TEST_P(Devices, SenseIdNamesAFiconAdapterAndItsConfigurationData) {
  const auto id = x.run(sense_id, bytes(64)).data;
  const std::vector<std::uint8_t> expected{0xFF, 0x30, 0x88, 0x1E, 0, 0, 0, 0, 0x40, 0xC4, 0x00, 0x80};
  ASSERT_EQ(id.size(), expected.size());
  for (std::size_t i = 0; i < id.size(); ++i) EXPECT_EQ(id[i], std::byte{expected[i]}) << i;
  EXPECT_EQ(x.run(read_configuration, bytes(128)).data.size(), 128u);
}

TEST_P(Devices, AnUnknownCommandIsRejected) {
  const auto end = y.run(0x24);
  EXPECT_EQ(end.status, channel::unit_check);
  EXPECT_EQ(end.sense, channel::command_reject);
}

TEST_P(Devices, SenseAdapterStateGivesTwoBytes) { EXPECT_EQ(y.run(sense_state, bytes(32)).residual, 30u); }

}  // namespace
}  // namespace ctc
