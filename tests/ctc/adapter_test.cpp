// The pairing table of the CTC, cell by cell: rows are commands of side x, columns what side y has pending
// (ESCON and FICON Channel-to-Channel Reference, "Command Pairing").
#include "ctc/adapter.h"

#include <gmock/gmock.h>

#include <string>

namespace ctc {
namespace {

using channel::DeviceStatus;

constexpr std::uint8_t prepare = 0xE3, control = 0x07, read = 0x02, read_backward = 0x0C, write = 0x01,
                       write_eof = 0x81, sense_command = 0x14, nop = 0x03, set_extended = 0xC3, set_basic = 0x43;

Command command(std::uint8_t code, std::uint32_t count = 0) {
  Command result{.code = code, .count = count};
  if ((code & 0x03) == 0x01) result.data = Buffer{count};
  return result;
}

// "x:CE+DE" and the like; parts in the order in which they happen.
std::string text(const Adapter::Actions& actions) {
  std::string result;
  for (const auto& action : actions) {
    if (!result.empty()) result += ' ';
    result += action.side == Side::x ? "x:" : "y:";
    switch (action.kind) {
      case Action::Kind::channel_end: result += "CE,pend"; continue;
      case Action::Kind::attention: result += "ATTN"; continue;
      case Action::Kind::ready: result += "ready"; continue;
      case Action::Kind::ending: break;
    }
    const auto status = action.status;
    if (status == channel::ended) result += "CE+DE";
    else if (status == channel::device_end) result += "DE";
    else if (status == (channel::busy | channel::attention)) result += "BUSY+ATTN";
    else if (status == (channel::ended | channel::unit_exception)) result += "CE+DE+UX";
    else if (status.has(channel::unit_check)) {
      if (status.has(channel::channel_end)) result += "CE+";
      if (status.has(channel::device_end)) result += "DE+";
      char sense[8];
      std::snprintf(sense, sizeof sense, "UC%02X", action.sense);
      result += sense;
    } else result += "?";
  }
  return result;
}

// Both sides attached, available and in extended mode; y may then have a command pending.
class Pairing : public testing::Test {
 protected:
  Pairing() {
    adapter.attach(Side::x);
    adapter.attach(Side::y);
    adapter.issue(Side::x, command(set_extended));
    adapter.issue(Side::y, command(nop));
    adapter.issue(Side::x, command(set_extended));
  }
  void y_pends(std::uint8_t code, std::uint32_t count = 10) { adapter.issue(Side::y, command(code, count)); }
  std::string x(std::uint8_t code, std::uint32_t count = 10) { return text(adapter.issue(Side::x, command(code, count))); }
  std::string y(std::uint8_t code, std::uint32_t count = 10) { return text(adapter.issue(Side::y, command(code, count))); }

  Adapter adapter;
};

struct Cell {
  std::uint8_t command;
  std::uint8_t pending;  // 0: y is available
  const char* expected;
};
class PairingTable : public Pairing, public testing::WithParamInterface<Cell> {};

TEST_P(PairingTable, GivesTheAnswerOfTheManual) {
  if (GetParam().pending != 0) y_pends(GetParam().pending);
  EXPECT_EQ(x(GetParam().command), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(Prepare, PairingTable, testing::Values(
    Cell{prepare, prepare, "y:DE x:CE+DE"}, Cell{prepare, control, "x:CE+DE"}, Cell{prepare, read, "x:CE+DE"},
    Cell{prepare, write, "x:CE+DE"}, Cell{prepare, 0, "x:CE,pend"}));
INSTANTIATE_TEST_SUITE_P(Control, PairingTable, testing::Values(
    Cell{control, prepare, "x:CE,pend y:DE"}, Cell{control, control, "x:BUSY+ATTN"}, Cell{control, read, "x:BUSY+ATTN"},
    Cell{control, write, "x:BUSY+ATTN"}, Cell{control, 0, "x:CE,pend y:ATTN"}));
INSTANTIATE_TEST_SUITE_P(Read, PairingTable, testing::Values(
    Cell{read, prepare, "y:DE"}, Cell{read, control, "x:BUSY+ATTN"}, Cell{read, read, "x:BUSY+ATTN"},
    Cell{read, read_backward, "x:BUSY+ATTN"}, Cell{read, write, "y:CE+DE x:CE+DE"}, Cell{read, 0, "y:ATTN"}));
INSTANTIATE_TEST_SUITE_P(ReadBackward, PairingTable, testing::Values(
    Cell{read_backward, prepare, "y:DE"}, Cell{read_backward, control, "x:BUSY+ATTN"},
    Cell{read_backward, read, "x:BUSY+ATTN"}, Cell{read_backward, write, "y:CE+DE x:CE+DE"},
    Cell{read_backward, 0, "y:ATTN"}));
INSTANTIATE_TEST_SUITE_P(Write, PairingTable, testing::Values(
    Cell{write, prepare, "y:DE"}, Cell{write, control, "x:BUSY+ATTN"}, Cell{write, read, "x:CE+DE y:CE+DE"},
    Cell{write, read_backward, "x:CE+DE y:CE+DE"}, Cell{write, write, "x:BUSY+ATTN"}, Cell{write, 0, "y:ATTN"}));
INSTANTIATE_TEST_SUITE_P(SenseCommandByte, PairingTable, testing::Values(
    Cell{sense_command, prepare, "x:CE+DE"}, Cell{sense_command, control, "y:DE x:CE+DE"},
    Cell{sense_command, read, "x:CE+DE"}, Cell{sense_command, write, "x:CE+DE"}, Cell{sense_command, 0, "x:CE+DE"}));
INSTANTIATE_TEST_SUITE_P(WriteEndOfFile, PairingTable, testing::Values(
    Cell{write_eof, prepare, "y:DE x:CE+DE"}, Cell{write_eof, control, "x:BUSY+ATTN"},
    Cell{write_eof, read, "y:CE+DE+UX x:CE+DE"}, Cell{write_eof, write, "x:BUSY+ATTN"}, Cell{write_eof, 0, "x:CE+DE"}));
INSTANTIATE_TEST_SUITE_P(Immediate, PairingTable, testing::Values(
    Cell{nop, prepare, "x:CE+DE"}, Cell{nop, control, "x:BUSY+ATTN"}, Cell{nop, read, "x:BUSY+ATTN"},
    Cell{nop, write, "x:BUSY+ATTN"}, Cell{nop, 0, "x:CE+DE"}, Cell{set_extended, prepare, "x:CE+DE"},
    Cell{set_extended, control, "x:BUSY+ATTN"}, Cell{set_extended, read, "x:BUSY+ATTN"},
    Cell{set_extended, write, "x:BUSY+ATTN"}, Cell{set_extended, 0, "x:CE+DE"}, Cell{set_basic, prepare, "x:CE+DE"},
    Cell{set_basic, control, "x:BUSY+ATTN"}, Cell{set_basic, read, "x:BUSY+ATTN"}, Cell{set_basic, write, "x:BUSY+ATTN"},
    Cell{set_basic, 0, "x:CE+DE"}));
INSTANTIATE_TEST_SUITE_P(Invalid, PairingTable, testing::Values(
    Cell{0x00, 0, "x:UC80"}, Cell{0x00, prepare, "x:UC80"}, Cell{0x24, write, "x:UC80"}));

class NotReadyColumn : public Pairing, public testing::WithParamInterface<std::uint8_t> {};

TEST_P(NotReadyColumn, IsInterventionRequiredForEveryCommandThatNeedsTheOtherSide) {
  adapter.reset(Side::y);
  EXPECT_EQ(x(GetParam()), "x:UC40");
}
TEST_P(NotReadyColumn, IsInterfaceDisconnectWhenTheOtherSystemIsGone) {
  adapter.detach(Side::y);
  EXPECT_EQ(x(GetParam()), "x:UC41");
}

INSTANTIATE_TEST_SUITE_P(Commands, NotReadyColumn, testing::Values(prepare, control, read, read_backward, write, write_eof,
                                                                   sense_command, nop, set_extended, set_basic));

TEST_F(Pairing, ThePreparedReaderGetsTheDataOfTheWriter) {
  EXPECT_EQ(y(prepare), "y:CE,pend");
  EXPECT_EQ(x(write, 100), "y:DE");
  EXPECT_EQ(y(read, 100), "x:CE+DE y:CE+DE");
}

TEST_F(Pairing, TheLesserCountGovernsAndTheReaderLearnsOfTheExcess) {
  y_pends(read, 60);
  const auto actions = adapter.issue(Side::x, command(write, 100));
  ASSERT_EQ(text(actions), "x:CE+DE y:CE+DE");
  EXPECT_EQ(actions[0].count, 60u);
  EXPECT_EQ(actions[1].data.size(), 60u);
  EXPECT_TRUE(actions[1].excess);
}

TEST_F(Pairing, AShortBlockLeavesTheReaderAResidualCount) {
  y_pends(write, 5);
  const auto actions = adapter.issue(Side::x, command(read, 100));
  ASSERT_EQ(text(actions), "y:CE+DE x:CE+DE");
  EXPECT_EQ(actions[0].count, 5u);
  EXPECT_EQ(actions[1].data.size(), 5u);
  EXPECT_FALSE(actions[1].excess);
}

TEST_F(Pairing, SenseCommandByteTellsTheCommandThatIsPending) {
  y_pends(0x17);
  const auto actions = adapter.issue(Side::x, command(sense_command));
  EXPECT_EQ(actions.back().data.bytes()[0], std::byte{0x17});
}

TEST_F(Pairing, SenseCommandByteIsZeroWhenNothingIsPending) {
  const auto actions = adapter.issue(Side::x, command(sense_command));
  EXPECT_EQ(actions.back().data.bytes()[0], std::byte{0});
}

TEST_F(Pairing, EndOfFileIsKeptForTheNextReadOnly) {
  x(write_eof);
  EXPECT_EQ(y(read), "y:CE+DE+UX");
  EXPECT_EQ(y(read), "x:ATTN");
}

TEST_F(Pairing, InBasicModeWriteEndOfFileIsAWrite) {
  x(set_basic);
  y_pends(read, 10);
  EXPECT_EQ(x(write_eof, 10), "x:CE+DE y:CE+DE");
}

TEST_F(Pairing, TheAdapterIsExtendedWhileEitherSideHasSetIt) {
  x(set_basic);
  EXPECT_FALSE(adapter.is_extended());
  y(set_extended);
  EXPECT_TRUE(adapter.is_extended());
}

TEST_F(Pairing, OfTwoWritesTheFirstIsPendingAndTheSecondMustRead) {
  EXPECT_EQ(y(write, 10), "x:ATTN");
  EXPECT_EQ(x(write, 20), "x:BUSY+ATTN");
  EXPECT_EQ(x(read, 10), "y:CE+DE x:CE+DE");
}

TEST_F(Pairing, HaltTakesTheCommandBackWithoutAWordToTheOtherSide) {
  y_pends(write);
  EXPECT_EQ(text(adapter.halt(Side::y)), "");
  EXPECT_EQ(x(write), "y:ATTN");
}

TEST_F(Pairing, ResetOfASideEndsTheCommandThatWaitsForIt) {
  y_pends(read);
  EXPECT_EQ(text(adapter.reset(Side::x)), "y:CE+DE+UC41");
}

TEST_F(Pairing, APrepareThatWaitsGetsOnlyDeviceEndAndUnitCheckByAReset) {
  y_pends(prepare);
  EXPECT_EQ(text(adapter.reset(Side::x)), "y:DE+UC41");
}

TEST_F(Pairing, LossOfASystemEndsTheCommandThatWaitsForIt) {
  y_pends(control);
  EXPECT_EQ(text(adapter.detach(Side::x)), "y:DE+UC41");
}

TEST_F(Pairing, TheFirstCommandAfterAResetMakesTheSideReady) {
  adapter.reset(Side::y);
  EXPECT_EQ(y(nop), "x:ready y:CE+DE");
  EXPECT_EQ(x(nop), "x:CE+DE");
}

TEST_F(Pairing, AnAttachedSystemIsNotReadyUntilItsFirstCommandAndLearnsWhetherTheOtherIs) {
  adapter.detach(Side::y);
  EXPECT_EQ(text(adapter.attach(Side::y)), "y:ready");
  EXPECT_EQ(x(nop), "x:UC40");
  EXPECT_EQ(y(nop), "x:ready y:CE+DE");
}

TEST_F(Pairing, AResetTakesBackModeAndEndOfFileOfTheSide) {
  x(write_eof);
  adapter.reset(Side::x);
  EXPECT_FALSE(adapter.is_extended());
  x(nop);
  EXPECT_EQ(y(read), "x:ATTN");
}

}  // namespace
}  // namespace ctc
