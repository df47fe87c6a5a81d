// A guest's two CTCs with the user-mode network behind them, the guest's driver played by the test as ctcm does it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "channel/registry.h"
#include "ports.h"
#include "usernet/block.h"
#include "usernet/device_type.h"

namespace usernet {
namespace {

using ctc::test::Program;

constexpr std::uint8_t write_command = 0x01, read_command = 0x02, set_extended = 0xC3, prepare = 0xE3;

class Guest : public testing::Test {
 protected:
  Guest() { EXPECT_TRUE(register_usernet(registry_)); }

  std::unique_ptr<channel::Device> device(const std::string& arguments) {
    auto device = registry_.create("usernet", arguments);
    EXPECT_TRUE(device) << device.error().text();
    return std::move(*device);
  }

  // The far side comes to life by itself; until then SET EXTENDED is told "not ready".
  static void set_mode(Program& program) {
    while (program.run(set_extended).status != channel::ended) program.await_unsolicited();
  }
  static void write(Program& program, const ctc::Buffer& block) {
    EXPECT_TRUE(program.run(prepare).status.has(channel::device_end));
    const auto result = program.run(write_command, {block.bytes().begin(), block.bytes().end()});
    EXPECT_EQ(result.status, channel::ended);
    EXPECT_EQ(result.residual, 0);
  }
  static std::vector<std::byte> read(Program& program) {
    EXPECT_TRUE(program.run(prepare).status.has(channel::device_end));
    auto result = program.run(read_command, std::vector<std::byte>(longest_block));
    EXPECT_EQ(result.status, channel::ended);
    return result.data;
  }

  channel::Registry registry_;
};

// An echo request from 10.0.2.15 to 10.0.2.2, its checksums worked out by hand: sums of 16-bit words, RFC 1071.
Packet echo_request() {
  constexpr unsigned char bytes[]{0x45, 0, 0, 28, 0, 1, 0, 0, 64, 1, 0x62, 0xD0, 10, 0, 2, 15, 10, 0, 2, 2,  //
                                  8, 0, 0xE5, 0xCA, 0x12, 0x34, 0, 1};
  const auto all = std::as_bytes(std::span{bytes});
  return {all.begin(), all.end()};
}

TEST_F(Guest, ThatOpensItsDirectionIsAnsweredAndItsPingComesBack) {
  Program reads{device("read,net=lan")}, writes{device("write,net=lan")};
  set_mode(reads);
  set_mode(writes);
  write(writes, opening_block());
  EXPECT_TRUE(is_opening(read(reads)));

  std::vector<Packet> packets{echo_request()};
  write(writes, block_of(take_block(packets)));
  const auto answers = packets_of(read(reads));
  ASSERT_EQ(answers.size(), 1);
  const auto& answer = answers[0];
  ASSERT_EQ(answer.size(), 28);
  EXPECT_EQ(answer[15], std::byte{2}) << "from the gateway";
  EXPECT_EQ(answer[19], std::byte{15}) << "to the guest";
  EXPECT_EQ(answer[20], std::byte{0}) << "echo reply";
  EXPECT_EQ(answer[24], std::byte{0x12}) << "with the identifier of the request";
}

TEST_F(Guest, ThatTakesItsInterfaceDownAndUpIsAnsweredAgain) {
  Program reads{device("read,net=lan")}, writes{device("write,net=lan")};
  for (int round = 0; round < 3; ++round) {
    for (auto* program : {&reads, &writes}) {
      program->device().signal(channel::Signal::halt);
      set_mode(*program);
    }
    write(writes, opening_block());
    EXPECT_TRUE(is_opening(read(reads)));
  }
}

TEST_F(Guest, CanNotHaveTheSameDeviceTwiceOnANetwork) {
  const auto first = device("read,net=lan");
  EXPECT_EQ(registry_.create("usernet", "read,net=lan").error().text(), "usernet: network lan has its read device already");
  EXPECT_TRUE(registry_.create("usernet", "read,net=other"));
}

TEST_F(Guest, IsToldWhatIsWrongWithItsArguments) {
  for (const auto* wrong : {"net=lan", "read", "read,net=", "read,net=lan,forward=22", "read,net=lan,forward=0:22", "read,net=lan,forward=99999:22",
                            "read,net=lan,forward=2222:", "read,net=lan,colour=red"})
    EXPECT_FALSE(registry_.create("usernet", wrong)) << wrong;
}

}  // namespace
}  // namespace usernet
