#include <gtest/gtest.h>

#include <numeric>

#include "lgr/memory_image.h"
#include "lgr/memory_move.h"

namespace lgr {
namespace {

using namespace std::chrono_literals;

class Skeleton final : public cp::api::SkeletonPort {
 public:
  explicit Skeleton(std::size_t pages) : bytes(pages * z::page_size) {}
  z::Pages storage_size() const override { return {bytes.size() / z::page_size}; }
  void write_pages(z::FrameIndex first, std::span<const std::byte> pages) override {
    std::ranges::copy(pages, bytes.begin() + static_cast<std::ptrdiff_t>(first.value * z::page_size));
  }
  void clear_pages(z::FrameIndex first, z::Pages count) override {
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(first.value * z::page_size), count.bytes().value,
                std::byte{});
  }
  void clear_rest() override { ++rests_cleared; }
  z::Result<> restore_state(std::span<const std::byte>) override { return {}; }
  void activate() override {}
  std::vector<std::byte> bytes;
  unsigned rests_cleared = 0;
};

struct Pair {
  explicit Pair(std::size_t pages, Window window = {})
      : storage(pages * z::page_size), move(storage, window), skeleton(pages), image(skeleton) {}

  void fill(std::uint64_t page, std::uint8_t value) {
    std::fill_n(storage.begin() + static_cast<std::ptrdiff_t>(page * z::page_size), z::page_size, std::byte{value});
  }
  static std::vector<std::byte> whole(const cp::api::OutgoingMessage& message) {
    auto bytes = message.head;
    for (const auto part : message.parts) bytes.insert(bytes.end(), part.begin(), part.end());
    return bytes;
  }
  // A pass to its end, acknowledged; what the source reports of it.
  z::Result<PassReport> pass(unsigned number, std::vector<std::uint64_t> pages) {
    std::vector<z::FrameIndex> frames;
    for (const auto page : pages) frames.emplace_back(page);
    move.begin_pass(number, frames, 0ns);
    wire::PassCount count{};
    while (!move.is_issued()) {
      const auto bytes = whole(move.next({}, 0ns));
      const auto message = wire::decode(bytes);
      EXPECT_TRUE(message.has_value());
      if (message->type == wire::Type::burst) {
        Z_CHECK(image.store(message->body));
        ++bursts;
      } else {
        count = wire::split<wire::PassCount>(message->body)->body;
        Z_CHECK(image.end_pass(count));
      }
      wire::Progress progress;
      progress.bursts = image.bursts();
      Z_CHECK(move.progress(progress));
    }
    return move.pass_complete(count, 1s);
  }
  wire::Complete complete() const {
    wire::Complete complete{};
    complete.digest = move.digest();
    complete.frames = move.frames_sent();
    complete.bursts = move.bursts_sent();
    return complete;
  }

  std::vector<std::byte> storage;
  MemoryMove move;
  Skeleton skeleton;
  MemoryImage image;
  unsigned bursts = 0;
};

std::vector<std::uint64_t> all(std::size_t pages) {
  std::vector<std::uint64_t> result(pages);
  std::iota(result.begin(), result.end(), 0);
  return result;
}

TEST(MemoryMove, ZeroPagesTravelAsMarks) {
  Pair pair{1000};
  pair.fill(500, 7);
  const auto report = pair.pass(1, all(1000));
  ASSERT_TRUE(report.has_value()) << report.error().text();
  EXPECT_EQ(report->frames.value, 1000U);
  EXPECT_EQ(report->zero.value, 999U);
  // Header, burst, three runs (zero, data, zero) and one page.
  EXPECT_EQ(report->bytes.value, 32U + 8 + 3 * 8 + 4096);
  EXPECT_EQ(pair.skeleton.bytes, pair.storage);
}

TEST(MemoryMove, APageThatBecameZeroIsClearedAtTheDestination) {
  Pair pair{8};
  pair.fill(3, 1);
  ASSERT_TRUE(pair.pass(1, all(8)).has_value());
  pair.fill(3, 0);
  ASSERT_TRUE(pair.pass(2, {3}).has_value());
  EXPECT_EQ(pair.skeleton.bytes, pair.storage);
  EXPECT_TRUE(pair.image.verify(pair.complete()).has_value());
}

TEST(MemoryMove, BurstsHoldAtMost192Pages) {
  Pair pair{400};
  for (unsigned page = 0; page < 400; ++page) pair.fill(page, static_cast<std::uint8_t>(page % 255 + 1));
  ASSERT_TRUE(pair.pass(1, all(400)).has_value());
  EXPECT_EQ(pair.bursts, 3U);  // 192 + 192 + 16
  EXPECT_EQ(pair.skeleton.bytes, pair.storage);
}

TEST(MemoryMove, PagesAreReferredToAndNotCopied) {
  Pair pair{4};
  pair.fill(1, 1);
  pair.fill(2, 2);
  pair.move.begin_pass(1, {z::FrameIndex{1}, z::FrameIndex{2}}, 0ns);
  const auto burst = pair.move.next({}, 0ns);
  ASSERT_EQ(burst.parts.size(), 1U);
  EXPECT_EQ(burst.parts[0].data(), pair.storage.data() + z::page_size);
  EXPECT_EQ(burst.parts[0].size(), 2 * z::page_size);
}

TEST(MemoryMove, TheWindowBoundsWhatIsUnderWay) {
  Pair pair{40, {.bursts = 2, .pages_per_burst = 4, .frames_per_burst = 4}};
  std::vector<z::FrameIndex> frames;
  for (const auto page : all(40)) frames.emplace_back(page);
  pair.move.begin_pass(1, frames, 0ns);
  pair.move.next({}, 0ns);
  EXPECT_TRUE(pair.move.can_send());
  pair.move.next({}, 0ns);
  EXPECT_FALSE(pair.move.can_send());
  wire::Progress progress;
  progress.bursts = 1;
  ASSERT_TRUE(pair.move.progress(progress).has_value());
  EXPECT_TRUE(pair.move.can_send());
}

TEST(MemoryMove, AProgressReportBeyondWhatWasSentIsRefused) {
  Pair pair{4};
  wire::Progress progress;
  progress.bursts = 1;
  EXPECT_FALSE(pair.move.progress(progress).has_value());
}

TEST(MemoryMove, CountsThatDoNotMatchAreAnError) {
  Pair pair{4};
  ASSERT_TRUE(pair.pass(1, all(4)).has_value());
  pair.move.begin_pass(2, {}, 0ns);
  static_cast<void>(pair.move.next({}, 0ns));
  wire::PassCount count{};
  count.pass = 2;
  count.frames = 1;
  const auto report = pair.move.pass_complete(count, 1s);
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().text(), "counts of pass 2 do not match: 0 frames sent, 1 stored");
}

TEST(MemoryImage, ADamagedPageShowsInTheDigest) {
  Pair pair{8};
  pair.fill(2, 9);
  pair.move.begin_pass(1, {z::FrameIndex{2}}, 0ns);
  auto bytes = Pair::whole(pair.move.next({}, 0ns));
  bytes.back() ^= std::byte{1};
  ASSERT_TRUE(pair.image.store(wire::decode(bytes)->body).has_value());
  EXPECT_FALSE(pair.image.verify(pair.complete()).has_value());
}

TEST(MemoryImage, TwoExchangedPagesShowInTheDigest) {
  FrameDigest one{4}, two{4};
  one.set(z::FrameIndex{0}, 5), one.set(z::FrameIndex{1}, 6);
  two.set(z::FrameIndex{0}, 6), two.set(z::FrameIndex{1}, 5);
  EXPECT_NE(one.value(), two.value());
  two.set(z::FrameIndex{0}, 5), two.set(z::FrameIndex{1}, 6);
  EXPECT_EQ(one.value(), two.value());
}

// ---- Bursts as a hostile or foreign member might send them

std::vector<std::byte> burst(std::uint32_t pass, std::vector<wire::Run> runs, std::size_t data,
                             std::uint32_t claimed_runs) {
  wire::Burst body;
  body.pass = pass;
  body.runs = claimed_runs;
  std::vector<std::byte> bytes;
  const auto append = [&](std::span<const std::byte> part) { bytes.insert(bytes.end(), part.begin(), part.end()); };
  append(wire::bytes_of(body));
  append(std::as_bytes(std::span{runs}));
  bytes.resize(bytes.size() + data, std::byte{1});
  return bytes;
}

TEST(MemoryImage, RefusesBurstsThatDoNotFit) {
  Skeleton skeleton{8};
  MemoryImage image{skeleton};
  EXPECT_FALSE(image.store({}).has_value()) << "no header";
  EXPECT_FALSE(image.store(burst(1, {}, 0, 1000)).has_value()) << "runs that are not there";
  EXPECT_FALSE(image.store(burst(1, {{7, 2}}, 2 * z::page_size, 1)).has_value()) << "beyond the end of storage";
  EXPECT_FALSE(image.store(burst(1, {{0xFFFF'FFFF, 0x7FFF'FFFF}}, 0, 1)).has_value()) << "overflow";
  EXPECT_FALSE(image.store(burst(1, {{0, 0}}, 0, 1)).has_value()) << "empty run";
  EXPECT_FALSE(image.store(burst(1, {{0, 2}}, z::page_size, 1)).has_value()) << "a page too few";
  EXPECT_FALSE(image.store(burst(1, {{0, 1}}, z::page_size + 1, 1)).has_value()) << "a byte too many";
  EXPECT_FALSE(image.store(burst(0, {{0, 1}}, z::page_size, 1)).has_value()) << "no pass";
  EXPECT_FALSE(image.store(burst(256, {{0, 1}}, z::page_size, 1)).has_value()) << "pass beyond all limits";
  EXPECT_EQ(skeleton.bytes, std::vector<std::byte>(8 * z::page_size)) << "nothing of them was stored";
}

TEST(MemoryImage, AnOlderPassNeverOverwritesANewerOne) {
  Skeleton skeleton{8};
  MemoryImage image{skeleton};
  ASSERT_TRUE(image.store(burst(2, {{0, 1}}, z::page_size, 1)).has_value());
  const auto late = image.store(burst(1, {{0, 1 | wire::Run::zero_flag}}, 0, 1));
  ASSERT_FALSE(late.has_value());
  EXPECT_EQ(late.error().text(), "burst of pass 1 after pass 2");
  EXPECT_EQ(skeleton.bytes[0], std::byte{1});
}

TEST(Checksum, IsTheCrc32cOfIscsi) {
  const std::string text = "123456789";
  EXPECT_EQ(crc32c(std::as_bytes(std::span{text})), 0xE3069283U);  // check value of CRC-32C
}

TEST(Checksum, ZeroPagesAreFoundWhereverTheByteIs) {
  std::vector<std::byte> page(z::page_size);
  const std::span<const std::byte, z::page_size> view{page.data(), z::page_size};
  EXPECT_TRUE(is_zero(view));
  for (std::size_t at = 0; at < z::page_size; ++at) {
    page[at] = std::byte{1};
    EXPECT_FALSE(is_zero(view)) << at;
    page[at] = std::byte{0};
  }
}

TEST(Checksum, EveryBitOfAPageCounts) {
  std::vector<std::byte> page(z::page_size);
  const std::span<const std::byte, z::page_size> view{page.data(), z::page_size};
  const auto before = page_checksum(view);
  for (std::size_t at = 0; at < z::page_size; at += 13) {
    page[at] ^= std::byte{0x10};
    EXPECT_NE(page_checksum(view), before) << at;
    page[at] ^= std::byte{0x10};
  }
}

TEST(MemoryImage, ClearsWhatWasNotNamedWhenAPassEndsSoThatNothingIsLeftForTheStop) {
  Pair pair{8};
  pair.fill(1, 1);
  EXPECT_EQ(pair.skeleton.rests_cleared, 0U);
  ASSERT_TRUE(pair.pass(1, {1}));
  EXPECT_EQ(pair.skeleton.rests_cleared, 1U);
}

}  // namespace
}  // namespace lgr
