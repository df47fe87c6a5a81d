#include "cp/guest/received_storage.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace {

using namespace z;  // units
using cp::ReceivedStorage;

constexpr std::uint64_t frames = 2048;  // four huge pages: stretches of all kinds

class ReceivedFrames : public testing::Test {
 protected:
  ReceivedFrames() { fill(0, frames, std::byte{0xA5}); }  // what another guest left

  void fill(std::uint64_t first, std::uint64_t count, std::byte value) {
    const std::vector<std::byte> bytes(count * page_size, value);
    ASSERT_EQ(storage->store(start_of(FrameIndex{first}), bytes, 0), cpu::StorageCheck::none);
  }
  bool holds(std::uint64_t first, std::uint64_t count, std::byte value) const {
    return std::ranges::all_of(storage->bytes().subspan(first * page_size, count * page_size),
                               [&](std::byte byte) { return byte == value; });
  }

  std::unique_ptr<cpu::Storage> storage = *cpu::Storage::create(Bytes{frames * page_size});
};

TEST_F(ReceivedFrames, PagesThatWereNeverNamedAreZeroInTheEnd) {
  ReceivedStorage received{*storage};
  received.write(FrameIndex{1}, std::vector<std::byte>(page_size, std::byte{7}));
  received.clear_rest();
  EXPECT_TRUE(holds(0, 1, std::byte{}));
  EXPECT_TRUE(holds(1, 1, std::byte{7}));
  EXPECT_TRUE(holds(2, frames - 2, std::byte{}));
}

TEST_F(ReceivedFrames, AClearedPageIsZeroAtOnceWhatEverWasThere) {
  ReceivedStorage received{*storage};
  received.clear(FrameIndex{3}, {1500});
  EXPECT_TRUE(holds(2, 1, std::byte{0xA5}));
  EXPECT_TRUE(holds(3, 1500, std::byte{}));
  EXPECT_TRUE(holds(1503, 1, std::byte{0xA5}));
}

TEST_F(ReceivedFrames, AWrittenPageThatBecomesZeroInALaterPassIsCleared) {
  ReceivedStorage received{*storage};
  received.write(FrameIndex{5}, std::vector<std::byte>(2 * page_size, std::byte{7}));
  received.clear_rest();
  received.clear(FrameIndex{5}, {1});
  EXPECT_TRUE(holds(5, 1, std::byte{}));
  EXPECT_TRUE(holds(6, 1, std::byte{7}));
}

TEST_F(ReceivedFrames, ClearingTheRestAgainTouchesNothingThatCameMeanwhile) {
  ReceivedStorage received{*storage};
  received.clear_rest();
  received.write(FrameIndex{9}, std::vector<std::byte>(page_size, std::byte{7}));
  received.clear_rest();
  EXPECT_TRUE(holds(9, 1, std::byte{7}));
}

}  // namespace
