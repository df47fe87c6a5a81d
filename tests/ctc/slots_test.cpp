#include "ctc/slots.h"

#include <gtest/gtest.h>

#include <cstring>

namespace ctc {
namespace {

class SlotsTest : public testing::Test {
 protected:
  std::shared_ptr<SlotMemory> memory = std::make_shared<SlotMemory>();
  unsigned freed = 0;
  std::shared_ptr<Slots> writer = std::make_shared<Slots>(*memory, memory, [] {});
  std::shared_ptr<Slots> reader = std::make_shared<Slots>(*memory, memory, [this] { ++freed; });
};

TEST_F(SlotsTest, WhatTheWriterPutsThereTheReaderSeesInPlace) {
  auto buffer = writer->take(5000);
  ASSERT_TRUE(buffer);
  std::memset(buffer->bytes().data(), 0x5A, 5000);
  const auto slot = writer->slot_of(*buffer);
  ASSERT_TRUE(slot);
  buffer->forget();
  const auto received = reader->received(*slot, 5000);
  ASSERT_TRUE(received);
  EXPECT_EQ(received->bytes().front(), std::byte{0x5A});
  EXPECT_EQ(received->bytes().back(), std::byte{0x5A});
}

TEST_F(SlotsTest, AreTakenUntilTheReaderIsDone) {
  for (std::uint32_t slot = 0; slot < SlotMemory::count; ++slot) writer->take(1)->forget();
  EXPECT_FALSE(writer->take(1));
  EXPECT_FALSE(writer->has_free());
  { const auto received = reader->received(1, 1); }
  EXPECT_EQ(freed, 1U);
  const auto again = writer->take(1);
  ASSERT_TRUE(again);
  EXPECT_EQ(writer->slot_of(*again), 1U);
}

TEST_F(SlotsTest, ABufferThatIsNeverSentGivesItsSlotBack) {
  { const auto buffer = writer->take(1); }
  const auto again = writer->take(1);
  ASSERT_TRUE(again);
  EXPECT_EQ(writer->slot_of(*again), 0U);
}

TEST_F(SlotsTest, ASlotOrALengthThatDoesNotExistIsRefused) {
  EXPECT_FALSE(reader->received(SlotMemory::count, 1));
  EXPECT_FALSE(reader->received(0, max_transfer + 1));
}

TEST_F(SlotsTest, OtherMemoryIsNoSlot) {
  EXPECT_FALSE(writer->slot_of(Buffer{10}));
}

}  // namespace
}  // namespace ctc
