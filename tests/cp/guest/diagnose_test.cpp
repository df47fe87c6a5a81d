#include <gtest/gtest.h>

#include "base/ebcdic.h"
#include "cpu/configuration.h"
#include "cpu/cpu.h"
#include "test_guest.h"

// What CP answers a virtual machine (z/VM CP Programming Services).
namespace cp {
namespace {

constexpr unsigned specification = 6, addressing = 5;

void answer(GuestMachine&, const std::string& text, const ReplyPtr& reply) {
  reply->line("YOU SAID");
  reply->line(text);
  reply->end(7);
}

TEST(Diagnose08, TheResponseComesIntoTheBufferInLines) {
  TestGuest guest{answer};
  guest.put(0x20000, ebcdic("query me"));
  guest.run({0x83, 0x24, 0x00, 0x08}, {{2, 0x20000}, {3, 0x21000}, {4, 0x4000'0008}, {5, 0x100}});
  auto expected = ebcdic("YOU SAID");
  expected.push_back(0x15);
  const auto second = ebcdic("query me");
  expected.insert(expected.end(), second.begin(), second.end());
  expected.push_back(0x15);
  EXPECT_EQ(guest.bytes(0x21000, 18), expected);
  EXPECT_EQ(guest.gr(4), 7U);
  EXPECT_EQ(guest.gr(5), 18U);
  EXPECT_EQ(guest.cc(), 0U);
}

TEST(Diagnose08, AResponseThatDoesNotFitIsCutOffWithCc1AndTheRestCounted) {
  TestGuest guest{answer};
  guest.put(0x20000, ebcdic("query me"));
  guest.run({0x83, 0x24, 0x00, 0x08}, {{2, 0x20000}, {3, 0x21000}, {4, 0x4000'0008}, {5, 3}});
  EXPECT_EQ(guest.bytes(0x21000, 4), (std::vector<std::uint8_t>{0xE8, 0xD6, 0xE4, 0}));
  EXPECT_EQ(guest.gr(5), 15U);
  EXPECT_EQ(guest.cc(), 1U);
}

TEST(Diagnose08, WithoutABufferTheResponseGoesToTheConsole) {
  TestGuest guest{answer};
  guest.put(0x20000, ebcdic("query me"));
  guest.run({0x83, 0x24, 0x00, 0x08}, {{2, 0x20000}, {4, 8}});
  EXPECT_EQ(guest.console(), (std::vector<std::string>{"YOU SAID", "query me"}));
  EXPECT_EQ(guest.gr(4), 7U);
}

// A guest whose command is under way can be stopped for a relocation, and goes on when the answer has come.
TEST(Diagnose08, ACommandUnderWayHoldsNoQuiesceUp) {
  ReplyPtr waiting;
  TestGuest guest{[&](GuestMachine&, const std::string&, ReplyPtr reply) { waiting = std::move(reply); }};
  guest.put(0x20000, ebcdic("sleep"));
  guest.load({0x83, 0x24, 0x00, 0x08}, {{2, 0x20000}, {4, 5}});
  guest.start();
  guest.serve_until([&] { return waiting != nullptr; });
  bool drained = false;
  guest->quiesce([] {}, [&] { drained = true; });
  guest.serve_until([&] { return drained; });
  EXPECT_EQ(guest.gr(4), 5U);
  guest->unquiesce();
  waiting->end(0);
  guest.serve_until([&] { return guest->machine().is_idle_for_good(); });
  EXPECT_EQ(guest.gr(4), 0U);
}

TEST(Diagnose08, AGuestMayLogItselfOff) {
  bool is_gone = false;
  TestGuest* here = nullptr;
  TestGuest guest{[&](GuestMachine&, const std::string&, const ReplyPtr& reply) {
    here->log_off();
    is_gone = true;
    reply->end(0);
  }};
  here = &guest;
  guest.put(0x20000, ebcdic("logoff"));
  guest.load({0x83, 0x24, 0x00, 0x08}, {{2, 0x20000}, {4, 6}});
  guest.start();
  guest.serve_until([&] { return is_gone; });
}

TEST(Diagnose08, ACommandOf241CharactersIsASpecificationException) {
  TestGuest guest{answer};
  guest.run({0x83, 0x24, 0x00, 0x08}, {{2, 0x20000}, {4, 241}});
  EXPECT_EQ(guest.program_interruption(), specification);
}

TEST(Diagnose08, ABufferBeyondStorageIsAnAddressingException) {
  TestGuest guest{answer};
  guest.run({0x83, 0x24, 0x00, 0x08}, {{2, 0x20000}, {3, 16 << 20}, {4, 0x4000'0001}, {5, 1}});
  EXPECT_EQ(guest.program_interruption(), addressing);
}

TEST(Diagnose08, AnAnswerThatTheCpuHasNotSeenMovesWithTheGuest) {
  ReplyPtr waiting;
  TestGuest here{[&](GuestMachine&, const std::string&, ReplyPtr reply) { waiting = std::move(reply); }}, there;
  here.put(0x20000, ebcdic("query"));
  here.load({0x83, 0x24, 0x00, 0x08}, {{2, 0x20000}, {4, 5}});
  here.start();
  here.serve_until([&] { return waiting != nullptr; });
  bool drained = false;
  here->quiesce([] {}, [&] { drained = true; });
  here.serve_until([&] { return drained; });
  waiting->end(9);
  there.put(0x20000, ebcdic("query"));
  there.load({0x83, 0x24, 0x00, 0x08}, {});
  there->expect_state();
  ASSERT_TRUE(there->restore_state(*here->save_state()));
  there->activate();
  there.serve_until([&] { return there->machine().is_idle_for_good(); });
  EXPECT_EQ(there.gr(4), 9U);
}

TEST(Diagnose00, StoresWhoCpAndTheUserAreAndLeavesTheRoomThatRemains) {
  TestGuest guest;
  guest.run({0x83, 0x24, 0x00, 0x00}, {{2, 0x20000}, {4, 48}});
  const auto id = guest.bytes(0x20000, 40);
  EXPECT_EQ(std::vector(id.begin(), id.begin() + 8), ebcdic("z/VM    "));
  EXPECT_EQ(std::vector(id.begin() + 16, id.begin() + 24), ebcdic("TESTER  "));
  EXPECT_EQ(guest.gr(4), 8U);
}

TEST(Diagnose10, ReleasedPagesAreZeros) {
  TestGuest guest;
  guest.put(0x20000, {1});
  guest.put(0x21FFF, {1});
  guest.put(0x22000, {1});
  guest.run({0x83, 0x24, 0x00, 0x10}, {{2, 0x20000}, {4, 0x21000}});
  EXPECT_EQ(guest.bytes(0x20000, 1), std::vector<std::uint8_t>{0});
  EXPECT_EQ(guest.bytes(0x21FFF, 1), std::vector<std::uint8_t>{0});
  EXPECT_EQ(guest.bytes(0x22000, 1), std::vector<std::uint8_t>{1});
}

TEST(Diagnose260, TheExtentsAreOneFromZeroToTheLastByte) {
  TestGuest guest;
  guest.run({0x83, 0x24, 0x02, 0x60}, {{2, 0x20000}, {3, 128}, {4, 0x10}});
  EXPECT_EQ(guest.bytes(0x20000, 16), (std::vector<std::uint8_t>{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF}));
  EXPECT_EQ(guest.gr(4), 1U);
  EXPECT_EQ(guest.cc(), 0U);
}

// The block as Linux reads it: flag and length of the parameter behind the device, the parameter behind the name of a saved system.
TEST(Diagnose308, TheProgramReadsWhatItWasLoadedFromAndTheParameterOfTheIpl) {
  TestGuest guest;
  guest->ipl({.target = "0100", .load_parameter = "2", .parameter = "hello", .clears = true}, [](const Answer<>&) {});
  guest.run({0x83, 0x24, 0x03, 0x08}, {{2, 0x20000}, {4, 6}});
  EXPECT_EQ(guest.gr(3), 1U);
  EXPECT_EQ(guest.bytes(0x20000 + 16, 2), ebcdic("2 "));
  EXPECT_EQ(guest.bytes(0x20000 + 110, 3), (std::vector<std::uint8_t>{0x01, 0x00, 0x40}));
  EXPECT_EQ(guest.bytes(0x20000 + 116, 4), (std::vector<std::uint8_t>{0, 0, 0, 5}));
  EXPECT_EQ(guest.bytes(0x20000 + 128, 6), ebcdic("hello "));
}

TEST(Diagnose64, NoSegmentExists) {
  TestGuest guest;
  guest.run({0x83, 0x24, 0x00, 0x64}, {{2, 0x20000}, {4, 0}});
  EXPECT_EQ(guest.cc(), 2U);
  EXPECT_EQ(guest.gr(4), 44U);
}

TEST(Diagnose, ACodeThatCpDoesNotKnowIsASpecificationException) {
  TestGuest guest;
  guest.run({0x83, 0x24, 0x05, 0x00}, {});
  EXPECT_EQ(guest.program_interruption(), specification);
}

TEST(Iucv, QueryGivesTheSizeOfTheBufferAndTheMostConnections) {
  TestGuest guest;
  guest.run({0xB2, 0xF0, 0x10, 0x00}, {{0, 0}, {1, 0x20000}});
  EXPECT_EQ(guest.gr(0), 40U);
  EXPECT_EQ(guest.gr(1), 64U);
  EXPECT_EQ(guest.cc(), 0U);
}

TEST(Iucv, AConnectFindsNobodyLoggedOn) {
  TestGuest guest;
  guest.put(0x20008, ebcdic("SOMEBODY"));
  // DECLARE BUFFER, then LHI 0,11: CONNECT.
  guest.run({0xB2, 0xF0, 0x10, 0x00, 0xA7, 0x08, 0x00, 0x0B, 0xB2, 0xF0, 0x10, 0x00}, {{0, 12}, {1, 0x20000}});
  EXPECT_EQ(guest.cc(), 1U);
  EXPECT_EQ(guest.bytes(0x20003, 1), std::vector<std::uint8_t>{11});
}

TEST(Iucv, WithoutADeclaredBufferItIsAnOperationException) {
  TestGuest guest;
  guest.run({0xB2, 0xF0, 0x10, 0x00}, {{0, 11}, {1, 0x20000}});
  EXPECT_EQ(guest.program_interruption(), 1U);
}

TEST(VirtualMachine, StsiNamesTheControlProgramAsZvm) {
  TestGuest guest;
  guest.run({0xB2, 0x7D, 0x20, 0x00}, {{0, 0x3000'0002}, {1, 2}, {2, 0x20000}});  // STSI 0(2)
  EXPECT_EQ(guest.cc(), 0U);
  EXPECT_EQ(guest.bytes(0x20038, 4), ebcdic("z/VM"));
  EXPECT_EQ(guest.bytes(0x2002C, 8), ebcdic("TESTER  "));
}

}  // namespace
}  // namespace cp
