#include "lpar/instruction_trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "base/clock.h"
#include "lpar/bare_partition.h"

namespace lpar {
namespace {

using testing::HasSubstr;

// LGHI 2,7; LGHI 2,7; BRC 15,1010; ... 1010: LPSWE E00, a disabled wait.
class ObservedProgram : public testing::Test {
 protected:
  void run(cpu::InstructionObserver& observer) {
    std::promise<void> ended;
    const auto partition = *BarePartition::create(
        {.memory = {1 << 20}, .devices = {}, .plugins = {}}, clock_,
        {.console_output = [](std::string_view) {}, .trace_line = [](std::string_view) {}, .ended = [&] { ended.set_value(); }});
    Machine& machine = partition->machine();
    put(machine, 0x1000, {0xA7, 0x29, 0, 7, 0xA7, 0x29, 0, 7, 0xA7, 0xF4, 0, 4});
    put(machine, 0x1010, {0xB2, 0xB2, 0x0E, 0});
    put(machine, 0xE00, {0, 2, 0, 1, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xDE, 0xAD});
    machine.cpus().pause();
    machine.cpus().observe_instructions(observer);
    machine.cpus().unpause();
    machine.start({.psw_mask = 0x0000'0001'8000'0000, .entry = 0x1000});
    ended.get_future().wait();
  }
  static void put(Machine& machine, std::uint64_t at, const std::vector<std::uint8_t>& bytes) {
    ASSERT_EQ(machine.storage().store({at}, std::as_bytes(std::span{bytes}), 0), cpu::StorageCheck::none);
  }
  z::HostClock clock_;
};

TEST_F(ObservedProgram, TraceHasALineForEachInstructionWithWhatItChanged) {
  std::vector<std::string> lines;
  InstructionTrace trace{1, [&](std::string_view line) { lines.emplace_back(line); }};
  run(trace);
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_THAT(lines[0], testing::StartsWith(" 0 0000000000001000 a7290007     lghi %r2,7 "));
  EXPECT_THAT(lines[0], testing::EndsWith(" r2=0000000000000007"));
  EXPECT_THAT(lines[1], testing::EndsWith(" lghi %r2,7"));  // it changed nothing
  EXPECT_THAT(lines[2], HasSubstr("0x1010"));
  EXPECT_THAT(lines[2], testing::EndsWith(" -> 1010"));
  EXPECT_THAT(lines[3], testing::EndsWith(" -> dead"));
}

TEST_F(ObservedProgram, ProfileCountsByMnemonicTheMostFrequentFirst) {
  InstructionProfile profile{1};
  run(profile);
  const auto lines = profile.report();
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_THAT(lines[0], HasSubstr("2  50.00% LGHI     LOAD HALFWORD IMMEDIATE"));
  EXPECT_THAT(lines[1], HasSubstr("1  25.00% "));
}

}  // namespace
}  // namespace lpar
