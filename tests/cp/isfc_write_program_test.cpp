#include "cp/isfc/write_program.h"

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <vector>

#include "channel/data_area.h"

namespace {

using namespace z;  // units
using cp::isfc::WriteProgram;

constexpr std::size_t largest = 196 * page_size;
constexpr AbsoluteAddress area_origin{1 << 20}, guest_origin{2 << 20};

class Silent final : public channel::PciListener {
 public:
  void program_controlled_interruption(std::uint32_t) override {}
};

class IsfcWriteProgram : public testing::Test {
 protected:
  IsfcWriteProgram() {
    std::vector<std::byte> guest(size_t{2} << 20);
    for (std::size_t i = 0; i < guest.size(); ++i) guest[i] = static_cast<std::byte>(i / 4096 * 31 + i);
    EXPECT_EQ(storage->store(guest_origin, guest, 0), cpu::StorageCheck::none);
  }
  std::span<const std::byte> guest(std::size_t offset, std::size_t length) const {
    return storage->bytes().subspan(guest_origin.value + offset, length);
  }
  std::span<const std::byte> elsewhere(std::size_t length) {
    other.emplace_back(length, static_cast<std::byte>(other.size() + 1));
    return other.back();
  }
  std::vector<std::byte> taken(const std::vector<std::span<const std::byte>>& pieces) {
    program.compose(0x01, pieces);
    return execute();
  }
  // What the channel takes from storage when it executes the program.
  std::vector<std::byte> execute() {
    channel::Orb orb{};
    orb.control = channel::Orb::format_1 | channel::Orb::prefetch | channel::Orb::format_2_idaw;
    const auto ccw = channel::CcwReader{*storage, orb}.read(area_origin.value, channel::CcwReader::Place::first);
    EXPECT_TRUE(ccw);
    Silent silent;
    channel::DataArea area{*storage, orb, *ccw, silent, 0x80};
    std::vector<std::byte> bytes(largest + page_size);
    bytes.resize(area.receive(bytes));
    EXPECT_EQ(area.check(), 0);
    EXPECT_EQ(area.count(), bytes.size());
    return bytes;
  }
  static std::vector<std::byte> joined(const std::vector<std::span<const std::byte>>& pieces) {
    std::vector<std::byte> all;
    for (const auto piece : pieces) all.insert(all.end(), piece.begin(), piece.end());
    return all;
  }

  std::unique_ptr<cpu::Storage> storage = *cpu::Storage::create(4_MiB);
  WriteProgram program{{*storage, area_origin, WriteProgram::area_size(largest)}, largest};
  std::deque<std::vector<std::byte>> other;
};

TEST_F(IsfcWriteProgram, MovesPiecesFromWhereverTheyLie) {
  const std::vector pieces{elsewhere(40), elsewhere(1700), guest(0, 100 * page_size), elsewhere(40), guest(200 * page_size, 3 * page_size)};
  EXPECT_EQ(taken(pieces), joined(pieces));
}

TEST_F(IsfcWriteProgram, PagesOfAGuestAreNotCopied) {
  const std::vector pieces{elsewhere(40), guest(0, 2 * page_size)};
  program.compose(0x01, pieces);
  std::vector<std::byte> changed(page_size, std::byte{0xEE});
  ASSERT_EQ(storage->store(guest_origin, changed, 0), cpu::StorageCheck::none);
  EXPECT_EQ(execute(), joined(pieces));
}

TEST_F(IsfcWriteProgram, AFrameMayBeginAndEndInTheMiddleOfAPage) {
  const std::vector pieces{elsewhere(40), guest(100, 70'000), elsewhere(40), guest(page_size - 1, 4 * page_size)};
  EXPECT_EQ(taken(pieces), joined(pieces));
}

TEST_F(IsfcWriteProgram, ScatteredPagesFillABlock) {
  std::vector pieces{elsewhere(40), elsewhere(2000)};
  for (std::size_t page = 0; page < 192; ++page) pieces.push_back(guest(page * 2 * page_size % (2 << 20), page_size));
  EXPECT_EQ(taken(pieces), joined(pieces));
}

TEST_F(IsfcWriteProgram, TheWorstMixtureOfPiecesFits) {
  std::vector<std::span<const std::byte>> pieces;
  for (std::size_t piece = 0, length = 0; length + page_size + 2 <= largest; ++piece, length += page_size + 2) {
    pieces.push_back(guest(piece * 5000 + 1, page_size + 1));
    pieces.push_back(elsewhere(1));
  }
  EXPECT_EQ(taken(pieces), joined(pieces));
}

TEST_F(IsfcWriteProgram, ALongPieceFromElsewhereIsCutIntoSeveralCcws) {
  const std::vector pieces{elsewhere(largest)};
  EXPECT_EQ(taken(pieces), joined(pieces));
}

}  // namespace
