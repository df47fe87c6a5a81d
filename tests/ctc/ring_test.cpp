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
  static Message message(std::uint32_t number, std::size_t size) {
    Message result;
    result.header.sequence = number;
    result.data = Buffer{size};
    std::memset(result.data.bytes().data(), static_cast<int>(number & 0xFF), size);
    return result;
  }
  void expect_next(std::uint32_t number, std::size_t size) {
    auto got = reader.read();
    ASSERT_TRUE(got);
    ASSERT_TRUE(*got);
    EXPECT_EQ((*got)->header.sequence, number);
    ASSERT_EQ((*got)->data.size(), size);
    for (const auto b : (*got)->data.bytes()) ASSERT_EQ(b, std::byte(number & 0xFF));
  }

  std::unique_ptr<Memory> memory = std::make_unique<Memory>();
  Ring writer{memory->bytes}, reader{memory->bytes};
};

TEST_F(RingTest, KeepsMessagesInOrderOverManyTurns) {
  for (std::uint32_t number = 0; number < 500; ++number) {
    const std::size_t size = number * 7919 % max_transfer;
    ASSERT_TRUE(writer.write(message(number, size)));
    if (number % 2 == 0 && writer.write(message(number + 1000, 100))) {
      expect_next(number, size);
      expect_next(number + 1000, 100);
    } else {
      expect_next(number, size);
    }
  }
}

TEST_F(RingTest, TheLongestMessageFitsWhereverTheRingStands) {
  for (std::uint32_t number = 0; number < 200; ++number) {
    ASSERT_TRUE(writer.write(message(number, number * 21001)) || number * 21001 > max_transfer);
    expect_next(number, number * 21001);
    ASSERT_TRUE(writer.write(message(number, max_transfer)));
    expect_next(number, max_transfer);
    if (number * 21001 > max_transfer - 21001) break;
  }
}

TEST_F(RingTest, TakesNothingWhenFullAndTellsTheWriterWhenThereIsRoomAgain) {
  std::uint32_t count = 0;
  while (writer.write(message(count, 1 << 20))) ++count;
  EXPECT_EQ(count, 4u);
  EXPECT_TRUE(writer.prepare_to_wait_for_room(1 << 20));
  expect_next(0, 1 << 20);
  EXPECT_EQ(reader.freed_room(), Ring::Wake::yes);
  EXPECT_TRUE(writer.write(message(9, 1 << 20)));
}

TEST_F(RingTest, TheWriterLearnsThatTheReaderSleeps) {
  EXPECT_TRUE(reader.prepare_to_wait_for_data());
  EXPECT_EQ(writer.write(message(1, 10)), Ring::Wake::yes);
  EXPECT_EQ(writer.write(message(2, 10)), Ring::Wake::no);
  EXPECT_FALSE(reader.prepare_to_wait_for_data());
}

TEST_F(RingTest, ABrokenRecordIsAnError) {
  ASSERT_TRUE(writer.write(message(1, 10)));
  std::memset(memory->bytes + sizeof(RingControl), 0xFF, 24);
  EXPECT_FALSE(reader.read());
}

TEST_F(RingTest, AWriterAndAReaderOnTwoThreadsAgree) {
  constexpr std::uint32_t total = 20000;
  std::jthread thread{[this] {
    for (std::uint32_t number = 0; number < total;)
      if (writer.write(message(number, number % 3000))) ++number;
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
    ++number;
  }
}

}  // namespace
}  // namespace ctc
