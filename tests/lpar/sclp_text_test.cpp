#include "lpar/sclp_text.h"

#include <gmock/gmock.h>

#include <array>

namespace lpar::sclp {
namespace {

std::vector<std::byte> bytes(std::initializer_list<unsigned> values) {
  std::vector<std::byte> result;
  for (const auto value : values) result.push_back(static_cast<std::byte>(value));
  return result;
}

// The expected values are code page 500's as iconv knows it: [ 4A, ] 5A, ! 4F, | BB, ^ 5F, A C1, 0 F0.
TEST(SclpText, BracketsLieWhereCodePage500HasThem) {
  EXPECT_EQ(to_cp500('['), 0x4A);
  EXPECT_EQ(to_cp500(']'), 0x5A);
  EXPECT_EQ(to_cp500('!'), 0x4F);
  EXPECT_EQ(to_cp500('|'), 0xBB);
  EXPECT_EQ(to_cp500('^'), 0x5F);
  EXPECT_EQ(to_cp500('A'), 0xC1);
}

TEST(SclpText, EveryCharacterComesBack) {
  for (unsigned c = 0; c < 256; ++c) EXPECT_EQ(from_cp500(to_cp500(static_cast<char>(c))), static_cast<char>(c)) << c;
}

TEST(SclpText, AMessageGivesTheTextOfItsTextObjectsALineEach) {
  const auto body = bytes({
      0x00, 0x2A, 0x00, 0x01, 0xD4, 0xC4, 0xC2, 0x40, 0x00, 0x00, 0x00, 0x01,  // message data block "MDB ", revision 1
      0x00, 0x06, 0x00, 0x01, 0x00, 0x00,                                      // a general object
      0x00, 0x0C, 0x00, 0x04, 0x10, 0x00, 0, 0, 0, 0, 0xC8, 0x89,              // "Hi"
      0x00, 0x0B, 0x00, 0x04, 0x10, 0x00, 0, 0, 0, 0, 0x4A,                    // "["
  });
  EXPECT_THAT(lines_of_message(body), testing::ElementsAre("Hi", "["));
}

// The boot loader that zipl writes ends its lines so.
TEST(SclpText, NewLineAndLineFeedEndALineAndNoneFollowsTheLast) {
  const auto body = bytes({0, 0, 0, 1, 0xD4, 0xC4, 0xC2, 0x40, 0, 0, 0, 1, 0, 0x0E, 0, 4, 0x10, 0, 0, 0, 0, 0, 0xC8, 0x15, 0xC8, 0x25});
  EXPECT_THAT(lines_of_message(body), testing::ElementsAre("H\nH"));
}

TEST(SclpText, AnObjectThatIsLongerThanTheMessageEndsIt) {
  const auto body = bytes({0, 0, 0, 1, 0xD4, 0xC4, 0xC2, 0x40, 0, 0, 0, 1, 0xFF, 0xFF, 0x00, 0x04, 0x10, 0x00});
  EXPECT_TRUE(lines_of_message(body).empty());
}

TEST(SclpText, AnObjectWithoutLengthEndsTheMessage) {
  const auto body = bytes({0, 0, 0, 1, 0xD4, 0xC4, 0xC2, 0x40, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 0});
  EXPECT_TRUE(lines_of_message(body).empty());
}

TEST(SclpText, AnOperatorCommandIsATextInAMessageUnit) {
  EXPECT_EQ(operator_command("ls"), bytes({0x00, 0x12, 0x13, 0x10, 0x00, 0x0E, 0x12, 0x12, 0x00, 0x0A, 0x13, 0x20,
                                           0x06, 0x31, 0x04, 0x30, 0x93, 0xA2}));
}

TEST(SclpText, AnOperatorCommandIsCutWhereItsOneByteLengthEnds) {
  const auto command = operator_command(std::string(1000, 'x'));
  EXPECT_EQ(command.size(), 12u + 2 + 2 + 250);
  EXPECT_EQ(command[12], std::byte{254});
}

}  // namespace
}  // namespace lpar::sclp
