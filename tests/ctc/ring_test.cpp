#include "ctc/ring.h"

#include <gtest/gtest.h>

#include <cstring>
#include <new>
#include <thread>
#include <vector>

namespace ctc {
namespace {

class RingTest : public testing::Test {
 protected:
  struct alignas(64) Memory {
    std::byte bytes[Ring::size]{};
  };
  std::optional<Ring::Wake> write(std::uint32_t number, std::size_t size) {
    const std::vector<std::byte> data(size, std::byte(number & 0xFF));
    RingMessage message{.data = data};
    message.header.sequence = number;
    return writer.write(message);
  }
  void expect_next(std::uint32_t number, std::size_t size) {
    const auto got = reader.read();
    ASSERT_TRUE(got);
    ASSERT_TRUE(*got);
    EXPECT_EQ((*got)->header.sequence, number);
    EXPECT_FALSE((*got)->slot);
    ASSERT_EQ((*got)->data.size(), size);
    for (const auto b : (*got)->data) ASSERT_EQ(b, std::byte(number & 0xFF));
    reader.done();
  }

  std::unique_ptr<Memory> memory = std::make_unique<Memory>();
  Ring writer{memory->bytes}, reader{memory->bytes};
};

TEST_F(RingTest, KeepsMessagesInOrderOverManyTurns) {
  for (std::uint32_t number = 0; number < 500; ++number) {
    const std::size_t size = number * 7919 % Ring::most_data;
    ASSERT_TRUE(write(number, size));
    if (number % 2 == 0 && write(number + 1000, 100)) {
      expect_next(number, size);
      expect_next(number + 1000, 100);
    } else {
      expect_next(number, size);
    }
  }
}

TEST_F(RingTest, TheLongestMessageFitsWhereverTheRingStands) {
  for (std::uint32_t number = 0; number * 41 <= Ring::most_data; ++number) {
    ASSERT_TRUE(write(number, number * 41));
    expect_next(number, number * 41);
    ASSERT_TRUE(write(number, Ring::most_data));
    expect_next(number, Ring::most_data);
  }
}

TEST_F(RingTest, TakesNothingWhenFullAndTellsTheWriterWhenThereIsRoomAgain) {
  std::uint32_t count = 0;
  while (write(count, Ring::most_data)) ++count;
  EXPECT_EQ(count, Ring::capacity / (Ring::most_data + 32));
  writer.say_writer_sleeps();
  EXPECT_FALSE(writer.has_room(Ring::most_data));
  expect_next(0, Ring::most_data);
  EXPECT_EQ(reader.freed_room(), Ring::Wake::yes);
  EXPECT_TRUE(writer.has_room(Ring::most_data));
  EXPECT_TRUE(write(9, Ring::most_data));
}

TEST_F(RingTest, ARecordStaysUntilTheReaderIsDoneWithIt) {
  ASSERT_TRUE(write(1, 10));
  ASSERT_TRUE(reader.read());
  expect_next(1, 10);
  EXPECT_FALSE(*reader.read());
}

TEST_F(RingTest, NamesTheSlotOfDataThatLieBesideIt) {
  RingMessage message{.slot = 1};
  message.header.size = max_transfer;
  ASSERT_TRUE(writer.write(message));
  const auto got = reader.read();
  ASSERT_TRUE(got && *got);
  EXPECT_EQ((*got)->slot, 1U);
  EXPECT_EQ((*got)->header.size, max_transfer);
  reader.done();
  ASSERT_TRUE(write(2, 5));
  expect_next(2, 5);
}

TEST_F(RingTest, TheWriterLearnsThatTheReaderSleeps) {
  EXPECT_TRUE(reader.prepare_to_wait_for_data());
  EXPECT_EQ(write(1, 10), Ring::Wake::yes);
  EXPECT_EQ(write(2, 10), Ring::Wake::no);
  EXPECT_FALSE(reader.prepare_to_wait_for_data());
}

TEST_F(RingTest, ABrokenRecordIsAnError) {
  ASSERT_TRUE(write(1, 10));
  std::memset(memory->bytes + sizeof(RingControl), 0xFF, 24);
  EXPECT_FALSE(reader.read());
}

TEST_F(RingTest, AWriterAndAReaderOnTwoThreadsAgree) {
  constexpr std::uint32_t total = 20000;
  std::jthread thread{[this] {
    for (std::uint32_t number = 0; number < total;)
      if (write(number, number % 3000)) ++number;
      else std::this_thread::yield();
  }};
  for (std::uint32_t number = 0; number < total;) {
    auto got = reader.read();
    ASSERT_TRUE(got);
    if (!*got) {
      std::this_thread::yield();
      continue;
    }
    ASSERT_EQ((*got)->header.sequence, number);
    ASSERT_EQ((*got)->data.size(), number % 3000);
    reader.done();
    ++number;
  }
}

}  // namespace
}  // namespace ctc
