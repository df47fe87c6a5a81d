#include "cp/terminal/line_screen.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/ebcdic.h"

namespace cp {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string readable(const LineScreen::Write& write) { return z::from_ebcdic(write.data); }

class LineScreenTest : public testing::Test {
 protected:
  // What the terminal gets; empty: nothing.
  std::string update(LineScreen::Keyboard keyboard = LineScreen::Keyboard::as_it_is) {
    const auto write = screen.update(keyboard);
    return write ? readable(*write) : "";
  }
  void fill() {
    for (unsigned row = 1; row <= 22; ++row) screen.write(fmt::format("line {}", row));
  }

  LineScreen screen{{24, 80}, "MEMBER1"};
};

TEST_F(LineScreenTest, ErasesTheTerminalAtFirst) {
  screen.write("hello");
  const auto write = screen.update(LineScreen::Keyboard::as_it_is);
  ASSERT_TRUE(write.has_value());
  EXPECT_TRUE(write->erases);
  EXPECT_THAT(readable(*write), HasSubstr("hello"));
  EXPECT_THAT(readable(*write), HasSubstr("CP READ    MEMBER1"));
}

TEST_F(LineScreenTest, WritesOnlyWhatIsNewSoThatTypedInputStays) {
  screen.write("first");
  update();
  screen.write("second");
  const auto write = screen.update(LineScreen::Keyboard::as_it_is);
  ASSERT_TRUE(write.has_value());
  EXPECT_FALSE(write->erases);
  EXPECT_THAT(readable(*write), Not(HasSubstr("first")));
  constexpr std::byte insert_cursor{0x13};
  EXPECT_THAT(write->data, Not(testing::Contains(insert_cursor)));
}

TEST_F(LineScreenTest, WritesNothingWhenNothingChanged) {
  update();
  EXPECT_EQ(update(), "");
  screen.set_state(LineScreen::State::running);
  EXPECT_THAT(update(), HasSubstr("RUNNING    MEMBER1"));
}

TEST_F(LineScreenTest, TheLineThatDoesNotFitWaitsUntilTheUserGoesOn) {
  fill();
  EXPECT_FALSE(screen.is_full());
  screen.write("line 23");
  EXPECT_TRUE(screen.is_full());
  auto shown = update();
  EXPECT_THAT(shown, HasSubstr("line 22"));
  EXPECT_THAT(shown, Not(HasSubstr("line 23")));
  EXPECT_THAT(shown, HasSubstr("MORE..."));
  screen.go_on();
  EXPECT_THAT(update(), HasSubstr("line 23"));
}

TEST_F(LineScreenTest, AHeldScreenDoesNotGoOnByItself) {
  fill();
  screen.write("line 23");
  EXPECT_TRUE(screen.goes_on_by_itself());
  screen.hold();
  EXPECT_FALSE(screen.goes_on_by_itself());
  EXPECT_THAT(update(), HasSubstr("HOLDING"));
}

TEST_F(LineScreenTest, BreaksALongLine) {
  screen.write(std::string(80, 'a') + "b");
  for (unsigned row = 3; row <= 22; ++row) screen.write("x");
  EXPECT_FALSE(screen.is_full());
  screen.write("x");
  EXPECT_TRUE(screen.is_full());
}

TEST_F(LineScreenTest, TellsOfLinesThatAreTooManyToKeep) {
  fill();
  for (unsigned i = 0; i < 10'005; ++i) screen.write("more");
  screen.go_on();
  EXPECT_THAT(update(), HasSubstr("(5 lines were lost here)"));
}

TEST(EnteredTest, FindsFieldsByTheirPosition) {
  // ENTER, cursor, then SBA to row 23 column 2 (1761 = X'06E1': graphic 5B 61) and "Q T" in EBCDIC.
  const std::vector<std::byte> record{std::byte{0x7D}, std::byte{0x5B}, std::byte{0xE4}, std::byte{0x11}, std::byte{0x5B},
                                      std::byte{0x61}, std::byte{0xD8}, std::byte{0x40}, std::byte{0xE3}};
  const auto entered = Entered::parse(record);
  EXPECT_TRUE(entered.is(Entered::Key::enter));
  EXPECT_EQ(entered.field(1761), "Q T");
  EXPECT_EQ(entered.field(80), "");
}

TEST(ScreenSizeTest, FollowsFromTheModel) {
  EXPECT_EQ(ScreenSize::of("IBM-3278-5-E").columns, 132U);
  EXPECT_EQ(ScreenSize::of("IBM-3279-4").rows, 43U);
  EXPECT_EQ(ScreenSize::of("IBM-DYNAMIC").positions(), 1920U);
}

}  // namespace
}  // namespace cp
