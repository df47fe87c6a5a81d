#include "gdb/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gdb/hex.h"
#include "gdb/registers.h"

namespace gdb {
namespace {

// Four CPUs whose registers hold their number, and 64 KiB of storage.
class FakeTarget final : public Target {
 public:
  unsigned cpu_count() const override { return 4; }
  std::string cpu_description(unsigned cpu) override { return "CPU " + std::to_string(cpu); }
  std::string read_register(unsigned, unsigned number) override {
    return std::string(registers()[number].bits / 8, static_cast<char>(number));
  }
  bool write_register(unsigned cpu, unsigned number, std::string_view bytes) override {
    written.push_back(std::to_string(cpu) + ":" + registers()[number].name + "=" + hex(bytes));
    return true;
  }
  std::optional<std::string> read_memory(unsigned, Memory memory, std::uint64_t address, std::uint64_t length) override {
    if (address + length > 0x10000) return std::nullopt;
    return std::string(length, memory == Memory::absolute ? 'A' : 'S');
  }
  bool write_memory(unsigned, Memory, std::uint64_t address, std::string_view bytes) override {
    stored = bytes;
    return address < 0x10000;
  }
  std::string monitor(unsigned cpu, std::string_view command) override { return std::to_string(cpu) + std::string{command}; }
  void resume(const Resumption& how) override { resumed.push_back(how); }
  Stop interrupt() override { return {.cause = Stop::Cause::interrupted, .cpu = 2}; }
  std::optional<Stop> stopped() override { return std::exchange(next_stop, std::nullopt); }

  std::vector<std::string> written;
  std::string stored;
  std::vector<Resumption> resumed;
  std::optional<Stop> next_stop;
};

class SessionTest : public testing::Test {
 protected:
  SessionTest() { ask("QStartNoAckMode"); }
  std::string receive(std::string_view packet) { return session.receive(framed(packet)); }
  // The reply without its frame.
  std::string ask(std::string_view packet) { return unframed(receive(packet)); }
  static std::string unframed(const std::string& text) {
    const auto start = text.find('$');
    return start == std::string::npos ? "(none)" : text.substr(start + 1, text.size() - start - 4);
  }
  std::string stop(const Stop& stop) {
    target.next_stop = stop;
    return unframed(session.look());
  }
  using enum Action;

  FakeTarget target;
  Session session{target, {.cause = Stop::Cause::interrupted, .cpu = 0}};
};

TEST(SessionStart, PacketsAreAcknowledgedUntilToldOtherwise) {
  FakeTarget target;
  Session session{target, {}};
  EXPECT_EQ(session.receive("$?#3f"), "+" + framed("T05thread:01;"));
  EXPECT_EQ(session.receive("$?#00"), "-");
  EXPECT_EQ(session.receive("-"), framed("T05thread:01;"));
  EXPECT_EQ(session.receive(framed("QStartNoAckMode")), "+" + framed("OK"));
  EXPECT_EQ(session.receive("$?#3f"), framed("T05thread:01;"));
}

TEST_F(SessionTest, PacketSizeIsAtLeast4KiB) {
  EXPECT_THAT(ask("qSupported:multiprocess+;swbreak+"), testing::StartsWith("PacketSize=4000;"));
}

TEST_F(SessionTest, UnknownPacketsGetAnEmptyReply) {
  for (const auto* packet : {"", "qBogus", "QBogus", "vBogus", "vMustReplyEmpty", "!", "b", "R00", "Z5,0,0", "_x"})
    EXPECT_EQ(ask(packet), "") << packet;
}

TEST_F(SessionTest, MalformedPacketsGetAnError) {
  for (const auto* packet :
       {"m", "m1", "m,", "mx,4", "m0,x", "m0,4,5", "m0,ffffff", "M", "M0", "M0,1", "M0,1:", "M0,1:0", "M0,1:0g", "M0,2:00", "X", "X0,1",
        "X0,1:ab", "p", "px", "P", "P0", "P0=", "P0=00", "Px=0000000000000000", "G", "G0", "G00", "Gxx", "g0", "H", "Hx1", "Hg", "Hg5", "Hgx",
        "Hg-2", "T", "T9", "Z", "Z0", "Z0,", "Z0,0", "Z0,1,2", "Z2,0,0", "Z2,ffffffffffffffff,2", "Zx,0,0", "vCont", "vCont;", "vContx",
        "vCont;x", "vCont;c:9", "vCont;c:x", "vCont;C", "vCont;cc", "C", "Cx", "cx", "qRcmd,0", "qRcmd,xx", "qThreadExtraInfo,",
        "qThreadExtraInfo,9", "qXfer:features:read:target.xml", "qXfer:features:read:target.xml:0", "qXfer:features:read:target.xml:x,1",
        "Qqemu.PhyMemMode:", "Qqemu.PhyMemMode:2"})
    EXPECT_EQ(ask(packet).substr(0, 1), "E") << packet;
  EXPECT_TRUE(target.resumed.empty());
}

TEST_F(SessionTest, DescriptionComesInParts) {
  EXPECT_EQ(ask("qXfer:features:read:target.xml:0,5"), "m<?xml");
  EXPECT_EQ(ask("qXfer:features:read:target.xml:1000,5"), "l");
  EXPECT_EQ(ask("qXfer:features:read:none.xml:0,5"), "E00");
}

// "pswm" is number 0 and so on in the order of the files, as QEMU counts.
TEST_F(SessionTest, RegistersAreNumberedInTheOrderOfTheDescription) {
  const std::vector<std::pair<unsigned, std::string>> expected{{0, "pswm"},  {1, "pswa"}, {2, "r0"},   {17, "r15"},  {18, "acr0"},
                                                               {33, "acr15"}, {34, "fpc"}, {35, "f0"},  {50, "f15"},  {51, "v0l"},
                                                               {67, "v16"},  {82, "v31"}, {83, "cr0"}, {98, "cr15"}, {99, "ckc"},
                                                               {102, "prefix"}, {103, "pp"}};
  for (const auto& [number, name] : expected) EXPECT_EQ(registers()[number].name, name);
  EXPECT_EQ(ask("p43").size(), 32U);  // v16
  EXPECT_EQ(ask("p12"), "12121212");  // acr0
  EXPECT_EQ(ask("p6b"), "E14");
}

TEST_F(SessionTest, RegisterWritesGoToTheSelectedCpu) {
  EXPECT_EQ(ask("Hg3"), "OK");
  EXPECT_EQ(ask("P1=0000000000012345"), "OK");
  EXPECT_EQ(ask("G" + std::string(16, '1') + std::string(16, '2')), "OK");
  EXPECT_THAT(target.written, testing::ElementsAre("2:pswa=0000000000012345", "2:pswm=1111111111111111", "2:pswa=2222222222222222"));
}

TEST_F(SessionTest, MemoryIsThatOfTheCpuOrAbsoluteOnRequest) {
  EXPECT_EQ(ask("qqemu.PhyMemMode"), "0");
  EXPECT_EQ(ask("m0,2"), "5353");
  EXPECT_EQ(ask("Qqemu.PhyMemMode:1"), "OK");
  EXPECT_EQ(ask("qqemu.PhyMemMode"), "1");
  EXPECT_EQ(ask("m0,2"), "4141");
  EXPECT_EQ(ask("mffff,2"), "E14");
  EXPECT_EQ(ask("X0,3:a#b"), "OK");
  EXPECT_EQ(target.stored, "a#b");
}

TEST_F(SessionTest, ContinueLetsEveryCpuGoAndNamesNone) {
  EXPECT_EQ(receive("c"), "");
  ASSERT_EQ(target.resumed.size(), 1U);
  EXPECT_THAT(target.resumed[0].actions, testing::ElementsAre(go, go, go, go));
  EXPECT_EQ(target.resumed[0].start, 0U);
}

TEST_F(SessionTest, TheThreadOfHcIsContinuedByName) {
  ask("Hc2");
  receive("c");
  EXPECT_EQ(target.resumed[0].start, 2U);
}

TEST_F(SessionTest, LeftmostActionCountsForACpu) {
  EXPECT_EQ(receive("vCont;s:2;c:3;c:2"), "");
  EXPECT_THAT(target.resumed[0].actions, testing::ElementsAre(stay, step, go, stay));
  EXPECT_EQ(target.resumed[0].start, 6U);
  stop({});
  receive("vCont;S05:p1.1;C05");
  EXPECT_THAT(target.resumed[1].actions, testing::ElementsAre(step, go, go, go));
}

TEST_F(SessionTest, StopRepliesTellCauseAndThread) {
  receive("c");
  EXPECT_EQ(stop({.cause = Stop::Cause::step, .cpu = 1}), "T05thread:02;");
  receive("c");
  EXPECT_EQ(stop({.cause = Stop::Cause::watchpoint, .cpu = 0, .kind = cpu::WatchKind::fetch, .address = 0xAB8}), "T05rwatch:ab8;thread:01;");
  EXPECT_EQ(ask("?"), "T05rwatch:ab8;thread:01;");
  ask("qSupported:swbreak+");
  receive("c");
  EXPECT_EQ(stop({.cause = Stop::Cause::breakpoint, .cpu = 3}), "T05swbreak:;thread:04;");
  EXPECT_EQ(ask("qC"), "QC04");
}

TEST_F(SessionTest, InterruptStopsWhatRuns) {
  EXPECT_EQ(session.receive("\x03"), "");
  receive("c");
  EXPECT_EQ(unframed(session.receive("\x03")), "T02thread:03;");
  EXPECT_EQ(session.receive("\x03"), "");
}

TEST_F(SessionTest, PacketsWaitWhileTheTargetRuns) {
  receive("c");
  EXPECT_EQ(receive("qC"), "");
  target.next_stop = Stop{.cause = Stop::Cause::step, .cpu = 1};
  EXPECT_EQ(session.look(), framed("T05thread:02;") + framed("QC02"));
}

TEST_F(SessionTest, StopPointsAreGivenWithTheNextResumption) {
  for (const auto* packet : {"Z0,1000,2", "Z0,1000,2", "Z1,2000,4", "Z2,3000,8", "Z3,4000,1", "Z4,5000,2", "z1,2000,4"})
    EXPECT_EQ(ask(packet), "OK");
  receive("c");
  using cpu::WatchKind;
  EXPECT_THAT(target.resumed[0].points.breakpoints, testing::ElementsAre(0x1000));
  EXPECT_THAT(target.resumed[0].points.watches,
              testing::ElementsAre(cpu::Watch{0x3000, 8, WatchKind::store}, cpu::Watch{0x4000, 1, WatchKind::fetch},
                                   cpu::Watch{0x5000, 2, WatchKind::access}));
}

TEST_F(SessionTest, DetachRemovesStopPointsAndRuns) {
  ask("Z0,1000,2");
  EXPECT_EQ(ask("D"), "OK");
  EXPECT_TRUE(target.resumed[0].points.breakpoints.empty());
  EXPECT_EQ(session.state(), Session::State::detached);
}

TEST_F(SessionTest, MonitorAnswersInTextAndThenOk) {
  EXPECT_EQ(receive("qRcmd," + hex("hi")), framed("O" + hex("0hi")) + framed("OK"));
}

TEST_F(SessionTest, ThreadsAreCpusCountedFromOne) {
  EXPECT_EQ(ask("qfThreadInfo"), "m01,02,03,04");
  EXPECT_EQ(ask("qsThreadInfo"), "l");
  EXPECT_EQ(ask("T4"), "OK");
  EXPECT_EQ(ask("qThreadExtraInfo,2"), hex("CPU 1"));
}

}  // namespace
}  // namespace gdb
