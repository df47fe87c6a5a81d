#include "cp/pdr/guest_block.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace cp::pdr;
using cp::api::GuestRecord;
using cp::api::GuestState;
using cp::api::MemberSlot;

// The two copies of a bucket as they lie on the volume.
struct Bucket {
  std::array<std::vector<std::byte>, 2> copies{std::vector<std::byte>(4096), std::vector<std::byte>(4096)};

  z::Result<GuestBlock> read() const { return GuestBlock::decode({copies[0], copies[1]}); }
  void write(const GuestBlock& block) { copies[block.stale_copy()] = block.encode_next(); }
  void set(std::string_view userid, GuestRecord record) {
    auto block = *read();
    ASSERT_TRUE(block.set(userid, record, {}));
    write(block);
  }
};

constexpr GuestRecord running{GuestState::running, MemberSlot{1}, MemberSlot{0}, 4};
constexpr GuestRecord committed{GuestState::committed, MemberSlot{2}, MemberSlot{1}, 6};

TEST(GuestBlock, NeverWrittenHoldsNobody) { EXPECT_EQ(Bucket{}.read()->find("LINUX01"), GuestRecord{}); }

TEST(GuestBlock, RemembersTheLastOfSeveralChanges) {
  Bucket bucket;
  bucket.set("LINUX01", running);
  bucket.set("LINUX02", running);
  bucket.set("LINUX01", committed);
  EXPECT_EQ(bucket.read()->find("LINUX01"), committed);
  EXPECT_EQ(bucket.read()->find("LINUX02"), running);
}

TEST(GuestBlock, ATornWriteLeavesTheFormerState) {
  Bucket bucket;
  bucket.set("LINUX01", running);
  auto block = *bucket.read();
  const auto target = block.stale_copy();
  ASSERT_TRUE(block.set("LINUX01", committed, {}));
  const auto next = block.encode_next();
  std::copy_n(next.begin(), 80, bucket.copies[target].begin());
  EXPECT_EQ(bucket.read()->find("LINUX01"), running);
}

TEST(GuestBlock, ATornFirstWriteLeavesItEmpty) {
  Bucket bucket;
  auto block = *bucket.read();
  ASSERT_TRUE(block.set("LINUX01", running, {}));
  const auto next = block.encode_next();
  std::copy_n(next.begin(), 80, bucket.copies[block.stale_copy()].begin());
  EXPECT_EQ(bucket.read()->find("LINUX01"), GuestRecord{});
}

TEST(GuestBlock, BothCopiesDamagedIsAnError) {
  Bucket bucket;
  bucket.copies[0][9] = bucket.copies[1][9] = std::byte{1};
  EXPECT_FALSE(bucket.read());
}

TEST(GuestBlock, ARecordOfNobodyGivesTheEntryBack) {
  Bucket bucket;
  bucket.set("LINUX01", running);
  bucket.set("LINUX01", GuestRecord{});
  EXPECT_TRUE(bucket.read()->all().empty());
}

TEST(GuestBlock, HoldsSixtyThreeGuestsAndRefusesAnother) {
  auto block = *Bucket{}.read();
  for (int i = 0; i < 63; ++i) ASSERT_TRUE(block.set("G" + std::to_string(i), running, {}));
  EXPECT_FALSE(block.set("ONEMORE", running, {}));
}

TEST(GuestBlock, BucketsLieInPairsOfRecordsOnTracks2To13) {
  EXPECT_EQ(place_of_bucket(0).head, 2);
  EXPECT_THAT(place_of_bucket(0).records, testing::ElementsAre(1, 2));
  EXPECT_EQ(place_of_bucket(bucket_count - 1).head, 13);
  EXPECT_THAT(place_of_bucket(bucket_count - 1).records, testing::ElementsAre(11, 12));
}

}  // namespace
