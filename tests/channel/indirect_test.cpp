// Indirect addressing: IDAWs of both formats, MIDAWs (PoP ch. 15).
#include <numeric>

#include "channel_fixture.h"

namespace channel::test {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint8_t program_check = subchannel_status::program_check;
constexpr std::uint32_t list_at = 0x2000;

Bytes counting(std::size_t size) {
  Bytes bytes(size);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{1});
  return bytes;
}

class IndirectData : public ChannelTest {
 protected:
  void midaw(std::uint32_t index, std::uint8_t flags, std::uint16_t count, std::uint64_t address) {
    put(list_at + 16 * index, std::uint64_t{flags} << 16 | count);
    put(list_at + 16 * index + 8, address);
  }
  std::uint8_t read(std::size_t size, std::uint8_t flag, std::uint32_t orb_bits, std::uint16_t count, std::uint32_t list = list_at) {
    device->on(0x02, ScriptedDevice::sends(counting(size)));
    return run({ccw1(0x02, flag, count, list)}, Orb::format_1 | orb_bits).scsw.subchannel_status;
  }
};

TEST_F(IndirectData, Format1WordsCover2KilobyteBlocks) {
  put_word(list_at, 0x8000 + 2046);
  put_word(list_at + 4, 0xA000);
  EXPECT_EQ(read(5, IDA, 0, 5), 0);
  EXPECT_EQ(bytes(0x8000 + 2046, 3), (Bytes{1, 2, 0}));
  EXPECT_EQ(bytes(0xA000, 3), (Bytes{3, 4, 5}));
}

TEST_F(IndirectData, Format2WordsCover4KilobyteBlocks) {
  put(list_at, 0x8000 + 4095);
  put(list_at + 8, 0xA000);
  EXPECT_EQ(read(4, IDA, Orb::format_2_idaw, 4), 0);
  EXPECT_EQ(bytes(0x8000 + 4095, 1), (Bytes{1}));
  EXPECT_EQ(bytes(0xA000, 3), (Bytes{2, 3, 4}));
}

TEST_F(IndirectData, Format2WordsCover2KilobyteBlocksWhenTheRequestSaysSo) {
  put(list_at, 0x8000);
  put(list_at + 8, 0xA800);
  EXPECT_EQ(read(2050, IDA, Orb::format_2_idaw | Orb::idaw_2k, 2050), 0);
  EXPECT_EQ(bytes(0xA800, 2), (Bytes{1, 2}));  // 2049 and 2050, modulo 256
}

TEST_F(IndirectData, LaterWordsMustPointToABlockBoundary) {
  put(list_at, 0x8000 + 4095);
  put(list_at + 8, 0xA010);
  EXPECT_EQ(read(4, IDA, Orb::format_2_idaw, 4), program_check);
}

TEST_F(IndirectData, Format1WordWithItsHighBitOnIsAProgramCheck) {
  put_word(list_at, 0x8000'8000);
  EXPECT_EQ(read(1, IDA, 0, 1), program_check);
}

TEST_F(IndirectData, ListOffItsBoundaryIsAProgramCheck) {
  EXPECT_EQ(read(1, IDA, 0, 1, list_at + 2), program_check);
  EXPECT_EQ(read(1, IDA, Orb::format_2_idaw, 1, list_at + 4), program_check);
}

TEST_F(IndirectData, WordOutsideStorageIsAProgramCheck) {
  put(list_at, 0x1'0000'0000);
  EXPECT_EQ(read(1, IDA, Orb::format_2_idaw, 1), program_check);
}

TEST_F(IndirectData, ReadBackwardGoesDownThroughTheBlocks) {
  put_word(list_at, 0x8001);      // two bytes down to 8000
  put_word(list_at + 4, 0xA7FF);  // last byte of a block
  device->on(0x0C, ScriptedDevice::sends({1, 2, 3}));
  EXPECT_EQ(run({ccw1(0x0C, IDA, 3, list_at)}).scsw.subchannel_status, 0);
  EXPECT_EQ(bytes(0x8000, 2), (Bytes{2, 1}));
  EXPECT_EQ(bytes(0xA7FF, 1), (Bytes{3}));
}

TEST_F(IndirectData, SkippedInputLooksAtNoWord) { EXPECT_EQ(read(4, IDA | SKIP, 0, 4, 0x7000'0001), 0); }

TEST_F(IndirectData, WordsAreReadWithTheKeyOfTheRequest) {
  put(list_at, 0x8000);
  storage->set_key(z::frame_of({list_at}), 0x58);
  EXPECT_EQ(read(1, IDA, Orb::format_2_idaw | 0x4000'0000, 1), subchannel_status::protection_check);
}

TEST_F(IndirectData, ModifiedWordsScatterWithCountsOfTheirOwn) {
  midaw(0, 0, 3, 0x8001);
  midaw(1, Midaw::skip, 2, 0);
  midaw(2, Midaw::last, 2, 0x9000);
  EXPECT_EQ(read(7, MIDA, Orb::modified_indirect, 7), 0);
  EXPECT_EQ(bytes(0x8001, 4), (Bytes{1, 2, 3, 0}));
  EXPECT_EQ(bytes(0x9000, 2), (Bytes{6, 7}));
}

TEST_F(IndirectData, ModifiedWordMayNotCrossAPage) {
  midaw(0, Midaw::last, 2, 0x8FFF);
  EXPECT_EQ(read(2, MIDA, Orb::modified_indirect, 2), program_check);
}

TEST_F(IndirectData, ModifiedWordsMustAddUpToTheCount) {
  midaw(0, Midaw::last, 2, 0x8000);
  EXPECT_EQ(read(3, MIDA, Orb::modified_indirect, 3), program_check);
  midaw(0, 0, 3, 0x8000);
  EXPECT_EQ(read(3, MIDA, Orb::modified_indirect, 3), program_check);
  midaw(0, Midaw::last, 4, 0x8000);
  EXPECT_EQ(read(3, MIDA, Orb::modified_indirect, 3), program_check);
}

TEST_F(IndirectData, ModifiedWordWithReservedBitsIsAProgramCheck) {
  midaw(0, Midaw::last | 0x01, 2, 0x8000);
  EXPECT_EQ(read(2, MIDA, Orb::modified_indirect, 2), program_check);
}

TEST_F(IndirectData, ModifiedListOffItsQuadwordIsAProgramCheck) {
  EXPECT_EQ(read(2, MIDA, Orb::modified_indirect, 2, list_at + 8), program_check);
}

TEST_F(IndirectData, ModifiedListMayNotLeaveItsPage) {
  const std::uint32_t last_place = list_at + 0xFF0;
  put(last_place, 1);
  put(last_place + 8, 0x8000);
  put(last_place + 16, std::uint64_t{Midaw::last} << 16 | 1);
  put(last_place + 24, 0x9000);
  EXPECT_EQ(read(2, MIDA, Orb::modified_indirect, 2, last_place), program_check);
}

TEST_F(IndirectData, WritesGatherFromWords) {
  put(list_at, 0x8000 + 4094);
  put(list_at + 8, 0xA000);
  put_bytes(0x8000 + 4094, {1, 2});
  put_bytes(0xA000, {3});
  device->on(0x01, device->receives(10));
  run({ccw1(0x01, IDA, 3, list_at)}, Orb::format_1 | Orb::format_2_idaw);
  EXPECT_EQ(device->received(), (std::vector{std::byte{1}, std::byte{2}, std::byte{3}}));
}

}  // namespace
}  // namespace channel::test
