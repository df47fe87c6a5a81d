#include "lgr/wire.h"

#include <gtest/gtest.h>

#include "lgr/checksum.h"

namespace lgr::wire {
namespace {

const Sender sender{0x1122334455667788, Stage::memory_move, 3};

std::string error_of(std::vector<std::byte> bytes) {
  const auto message = decode(bytes);
  return message ? "accepted" : message.error().text();
}

// With `change` done to the header and the checksum put right again, as another release might send it.
template <class Change>
std::vector<std::byte> changed(Change change) {
  auto bytes = encode(Type::ready, sender);
  Header header;
  std::memcpy(&header, bytes.data(), sizeof header);
  change(header);
  header.checksum = 0;
  std::memcpy(bytes.data(), &header, sizeof header);
  z::be32::store(bytes.data() + offsetof(Header, checksum), crc32c(bytes));
  return bytes;
}

TEST(RelocationMessage, SaysWhoseItIs) {
  const auto bytes = encode(Type::ready, sender);
  const auto message = decode(bytes);
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(message->type, Type::ready);
  EXPECT_EQ(message->sender.relocation, sender.relocation);
  EXPECT_EQ(message->sender.stage, Stage::memory_move);
  EXPECT_EQ(message->sender.pass, 3U);
  EXPECT_TRUE(message->body.empty());
}

TEST(RelocationMessage, EndingCarriesItsReasons) {
  const auto bytes = encode_ending(Type::cancel, sender, EndCode::not_eligible, {"HCP1982I one", "HCP1981I two"});
  const auto ending = decode_ending(decode(bytes)->body);
  ASSERT_TRUE(ending.has_value());
  EXPECT_EQ(ending->code, EndCode::not_eligible);
  EXPECT_EQ(ending->lines, (std::vector<std::string>{"HCP1982I one", "HCP1981I two"}));
}

TEST(RelocationMessage, ForeignOnesAreRefusedWithTheReason) {
  EXPECT_EQ(error_of({}), "message body of 0 bytes, at least 32 expected");
  EXPECT_EQ(error_of(changed([](Header& h) { h.magic = 0; })), "not a relocation message: first word 00000000");
  EXPECT_EQ(error_of(changed([](Header& h) { h.version = 2; })),
            "relocation message of version 2, this member knows 1");
  EXPECT_EQ(error_of(changed([](Header& h) { h.length = 99; })), "relocation message of 32 bytes says it has 99");
  EXPECT_EQ(error_of(changed([](Header& h) { h.checked = 4; })), "relocation message checksummed over 4 of 32 bytes");
  EXPECT_EQ(error_of(changed([](Header& h) { h.type = 99; })), "relocation message of unknown type 99");
  EXPECT_EQ(error_of(changed([](Header& h) { h.stage = 99; })), "relocation message of unknown stage 99");
}

TEST(RelocationMessage, EveryDamagedBitIsNoticed) {
  const auto good = encode_ending(Type::cancel, sender, EndCode::cancelled, {"why"});
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    auto bytes = good;
    bytes[bit / 8] ^= std::byte{static_cast<std::uint8_t>(1U << bit % 8)};
    EXPECT_NE(error_of(bytes), "accepted") << bit;
  }
}

TEST(RelocationMessage, UnknownEndCodeIsRefused) {
  const std::vector<std::byte> body{std::byte{10}, {}, {}, {}};
  EXPECT_FALSE(decode_ending(body).has_value());
}

}  // namespace
}  // namespace lgr::wire
