#include "usernet/block.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace usernet {
namespace {

std::vector<std::byte> bytes(std::initializer_list<int> values) {
  std::vector<std::byte> result;
  for (const auto value : values) result.push_back(static_cast<std::byte>(value));
  return result;
}
std::vector<std::byte> copy(const ctc::Buffer& buffer) { return {buffer.bytes().begin(), buffer.bytes().end()}; }

TEST(Block, OfOnePacketHasBothLengthsAndTheEthertype) {
  std::vector<Packet> packets{bytes({0x45, 0, 0, 3})};
  EXPECT_EQ(copy(block_of(take_block(packets))), bytes({0, 12, 0, 10, 8, 0, 0, 0, 0x45, 0, 0, 3}));
  EXPECT_TRUE(packets.empty());
}

TEST(Block, TakesAsManyPacketsAsFitAndLeavesTheRest) {
  std::vector<Packet> packets(3, Packet(16000));
  EXPECT_EQ(block_of(take_block(packets)).size(), 2 + 2 * 16006);
  EXPECT_EQ(packets.size(), 1);
}

TEST(Block, HoldsTheLongestPacket) {
  std::vector<Packet> packets{Packet(longest_packet)};
  EXPECT_EQ(block_of(take_block(packets)).size(), longest_block);
}

TEST(Block, GivesItsPacketsBackInOrder) {
  EXPECT_THAT(packets_of(bytes({0, 16, 0, 7, 8, 0, 0, 0, 0xAA, 0, 7, 8, 0, 0, 0, 0xBB})),
              testing::ElementsAre(bytes({0xAA}), bytes({0xBB})));
}

TEST(Block, LeavesOutWhatIsNotIpv4) {
  EXPECT_THAT(packets_of(bytes({0, 16, 0, 7, 0x86, 0xDD, 0, 0, 0xAA, 0, 7, 8, 0, 0, 0, 0xBB})), testing::ElementsAre(bytes({0xBB})));
}

TEST(Block, WithLengthsThatMakeNoSenseEndsThere) {
  EXPECT_TRUE(packets_of(bytes({0, 9, 0, 5, 8, 0, 0, 0, 0xAA})).empty());       // shorter than its header
  EXPECT_TRUE(packets_of(bytes({0, 9, 0, 99, 8, 0, 0, 0, 0xAA})).empty());      // beyond the block
  EXPECT_TRUE(packets_of(bytes({0xFF, 0xFF, 0, 6})).empty());
  EXPECT_TRUE(packets_of(bytes({0, 1, 0, 7, 8, 0, 0, 0, 0xAA})).empty());       // a block of one byte
  EXPECT_TRUE(packets_of({}).empty());
}

TEST(Block, ThatOpensADirectionIsItsLengthAlone) {
  EXPECT_EQ(copy(opening_block()), bytes({0, 2}));
  EXPECT_TRUE(is_opening(opening_block().bytes()));
}

}  // namespace
}  // namespace usernet
