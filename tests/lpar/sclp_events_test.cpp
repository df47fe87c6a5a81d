#include "lpar/sclp_events.h"

#include <gmock/gmock.h>

namespace lpar::sclp {
namespace {

class SclpEvents : public testing::Test {
 protected:
  // Masks as Linux writes them: two reserved bytes, length 4, then receive, send and the machine's two.
  Response write_mask(std::uint32_t receive) {
    mask_sccb_.assign(8 + 4 + 16, std::byte{0});
    z::be16::store(mask_sccb_.data() + 10, 4);
    z::be32::store(mask_sccb_.data() + 12, receive);
    return events_.write_mask(mask_sccb_);
  }
  static std::vector<std::byte> event(std::uint8_t type, std::string_view body) {
    std::vector<std::byte> sccb(8 + 6 + body.size());
    z::be16::store(sccb.data() + 8, static_cast<std::uint16_t>(6 + body.size()));
    sccb[10] = std::byte{type};
    std::memcpy(sccb.data() + 14, body.data(), body.size());
    return sccb;
  }
  std::string read(Response expected = Response::normal) {
    std::vector<std::byte> sccb(4096);
    EXPECT_EQ(events_.read(sccb), expected);
    if (expected != Response::normal) return {};
    return {reinterpret_cast<const char*>(sccb.data()) + 8, sccb.size() - 8};
  }

  static constexpr std::uint32_t operator_commands = 0x8000'0000, terminal = 0x0000'0040, quiesce = 0x0000'0008;
  std::string output_;
  int pending_ = 0;
  std::vector<std::byte> mask_sccb_;
  Events events_{Console::both, {.output = [this](std::string_view text) { output_ += text; }, .pending = [this] { ++pending_; }}};
};

TEST_F(SclpEvents, TheMachineTakesMessagesAndTerminalTextAndSendsCommandsTerminalTextAndQuiesce) {
  ASSERT_EQ(write_mask(0), Response::normal);
  EXPECT_EQ(z::be32::load(mask_sccb_.data() + 20), 0x4020'0040u);
  EXPECT_EQ(z::be32::load(mask_sccb_.data() + 24), 0x8080'0048u);
}

TEST_F(SclpEvents, WhatTheGuestWantsAndWhatWaitsForItMovesWithIt) {
  write_mask(operator_commands);
  events_.input_line("uname");
  Events there{Console::both, {.output = [](std::string_view) {}, .pending = [] {}}};
  ASSERT_TRUE(there.restore(events_.save()));
  EXPECT_TRUE(there.is_pending());
  std::vector<std::byte> sccb(4096);
  EXPECT_EQ(there.read(sccb), Response::normal);
  EXPECT_EQ(sccb[10], std::byte{0x01});
}

TEST_F(SclpEvents, AStateCutShortAnywhereIsRefused) {
  write_mask(operator_commands);
  events_.input_line("uname");
  const auto state = events_.save();
  for (std::size_t length = 0; length < state.size(); ++length)
    EXPECT_FALSE(events_.restore(std::span{state}.first(length))) << length;
}

TEST_F(SclpEvents, AMaskWithoutLengthIsRefused) {
  std::vector<std::byte> sccb(28);
  EXPECT_EQ(events_.write_mask(sccb), Response::invalid_mask_length);
}

TEST_F(SclpEvents, AMaskThatDoesNotFitTheSccbIsRefused) {
  std::vector<std::byte> sccb(28);
  z::be16::store(sccb.data() + 10, 5);
  EXPECT_EQ(events_.write_mask(sccb), Response::insufficient_length);
}

TEST_F(SclpEvents, TerminalTextGoesOutAsItIsAndIsMarkedAccepted) {
  auto sccb = event(0x1A, "login: ");
  EXPECT_EQ(events_.write(sccb), Response::normal);
  EXPECT_EQ(output_, "login: ");
  EXPECT_EQ(sccb[11], std::byte{0x80});
}

TEST_F(SclpEvents, AnEventOfAnUnknownTypeIsASyntaxErrorAndNotMarked) {
  auto sccb = event(0x19, "data");
  EXPECT_EQ(events_.write(sccb), Response::event_syntax);
  EXPECT_EQ(sccb[11], std::byte{0});
}

TEST_F(SclpEvents, AnEventThatIsLongerThanTheSccbIsRefused) {
  auto sccb = event(0x1A, "x");
  z::be16::store(sccb.data() + 8, 8);
  EXPECT_EQ(events_.write(sccb), Response::inconsistent_lengths);
  z::be16::store(sccb.data() + 8, 0);
  EXPECT_EQ(events_.write(sccb), Response::inconsistent_lengths);
}

TEST_F(SclpEvents, ALineForAGuestThatWritesMessagesIsAnOperatorCommand) {
  write_mask(operator_commands | terminal);
  events_.input_line("a");
  EXPECT_EQ(pending_, 1);
  EXPECT_EQ(read(), std::string("\x00\x17\x01\x00\x00\x00\x00\x11\x13\x10\x00\x0D\x12\x12\x00\x09\x13\x20\x05\x31\x03\x30\x81", 23));
}

TEST_F(SclpEvents, ALineForAGuestThatWroteToTheTerminalIsTypedThere) {
  write_mask(operator_commands | terminal);
  auto text = event(0x1A, "$ ");
  events_.write(text);
  events_.input_line("ls");
  EXPECT_EQ(read(), std::string("\x00\x0A\x1A\x00\x00\x00\x00ls\r", 10));
}

TEST_F(SclpEvents, InputThatTheGuestDoesNotWantYetWaits) {
  events_.input_line("a");
  EXPECT_EQ(pending_, 0);
  EXPECT_FALSE(events_.is_pending());
  read(Response::no_events);
  write_mask(operator_commands);
  EXPECT_TRUE(events_.is_pending());
  EXPECT_EQ(read().size(), 23u);
}

TEST_F(SclpEvents, EventsThatDoNotFitStayForTheNextRead) {
  write_mask(operator_commands);
  events_.input_line("a");
  events_.input_line("b");
  std::vector<std::byte> sccb(8 + 23 + 22);
  EXPECT_EQ(events_.read(sccb), Response::normal);
  EXPECT_EQ(sccb.size(), 8u + 23);
  EXPECT_TRUE(events_.is_pending());
  read();
  EXPECT_FALSE(events_.is_pending());
}

TEST_F(SclpEvents, AQuiesceReachesOnlyAGuestThatListens) {
  EXPECT_FALSE(events_.signal_quiesce());
  write_mask(quiesce);
  EXPECT_TRUE(events_.signal_quiesce());
  EXPECT_EQ(read(), std::string("\x00\x09\x1D\x00\x00\x00\x00\x00\x00", 9));
}

TEST_F(SclpEvents, WithoutConsoleOnlyIdentificationAndQuiesceAreLeft) {
  Events silent{Console::none, {.output = [](std::string_view) { FAIL(); }, .pending = [] {}}};
  std::vector<std::byte> sccb(28);
  z::be16::store(sccb.data() + 10, 4);
  EXPECT_EQ(silent.write_mask(sccb), Response::normal);
  EXPECT_EQ(z::be32::load(sccb.data() + 20), 0x0020'0000u);
  EXPECT_EQ(z::be32::load(sccb.data() + 24), 0x0000'0008u);
  auto text = event(0x1A, "x");
  EXPECT_EQ(silent.write(text), Response::event_syntax);
}

TEST_F(SclpEvents, AResetForgetsMaskAndInput) {
  write_mask(operator_commands);
  events_.input_line("a");
  events_.reset();
  write_mask(operator_commands);
  read(Response::no_events);
}

}  // namespace
}  // namespace lpar::sclp
