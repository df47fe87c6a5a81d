#include "cp/guest/frames.h"

#include <gtest/gtest.h>

namespace {

using namespace z;  // units
using cp::Frames;

constexpr AbsoluteAddress first{16 << 20};

TEST(Frames, AreReservedInWholeMebibytesFromTheLowestHole) {
  Frames frames{first, 64_MiB};
  const auto range = frames.reserve(Bytes{1});
  ASSERT_TRUE(range);
  EXPECT_EQ(range->origin(), first);
  EXPECT_EQ(range->size(), 1_MiB);
  EXPECT_EQ(frames.available(), 63_MiB);
}

TEST(Frames, GoBackWhenTheirOwnerEndsAndNeighboursMerge) {
  Frames frames{first, 48_MiB};
  auto a = frames.reserve(16_MiB);
  {
    auto b = frames.reserve(16_MiB);
    auto c = frames.reserve(16_MiB);
    EXPECT_EQ(frames.available(), Bytes{0});
  }
  EXPECT_EQ(frames.largest(), 32_MiB);
  a = z::failure("given up");
  EXPECT_EQ(frames.largest(), 48_MiB);
}

TEST(Frames, SayWhatIsLeftWhenARangeDoesNotFit) {
  Frames frames{first, 48_MiB};
  auto a = frames.reserve(16_MiB), b = frames.reserve(16_MiB);
  a = z::failure("given up");
  const auto refused = frames.reserve(20_MiB);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().text(),
            "20 MiB of contiguous storage are not available (32 MiB are free, the largest range has 16 MiB)");
}

}  // namespace
