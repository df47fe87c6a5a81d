#include "cpu/low_core.h"
#include "machine.h"

namespace cpu {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t microsecond = 4096;
enum Function : std::uint64_t {
  query_functions = 0x00, query_offset = 0x01, query_steering = 0x02, query_physical_clock = 0x03, adjust_offset = 0x40, set_offset = 0x41,
  set_fine_rate = 0x42, set_gross_rate = 0x43
};

// PERFORM TIMING FACILITY FUNCTION with its parameter block at 0x2000.
class ClockSteering : public testing::Test {
 protected:
  ClockSteering() {
    machine.put_stops();
    machine.put(0x1000, {0x01, 0x04});  // PTFF
  }
  void perform(Function function, std::uint64_t mask = Machine::supervisor) {
    machine.cpu().gr(0) = function;
    machine.cpu().gr(1) = 0x2000;
    machine.configuration().load_psw(0, {mask, 0x1000});
    machine.step();
  }
  void perform_with(Function function, std::uint64_t parameter) {
    machine.put_value<std::uint64_t>(0x2000, parameter);
    perform(function);
  }
  std::uint64_t tod() { return machine.cpu().tod().value; }
  std::uint64_t physical() { return machine.cpu().machine_time().value; }

  Machine machine;
};

TEST_F(ClockSteering, AnAdjustmentMovesTheTodClockAndNotThePhysicalOne) {
  const std::uint64_t tod_before = tod(), physical_before = physical();
  perform_with(adjust_offset, 3 * microsecond);
  EXPECT_EQ(machine.cpu().cc, 0);
  EXPECT_EQ(tod(), tod_before + 3 * microsecond);
  EXPECT_EQ(physical(), physical_before);
  perform_with(adjust_offset, 0 - microsecond);
  EXPECT_EQ(tod(), tod_before + 2 * microsecond);
}

TEST_F(ClockSteering, AnOffsetReplacesTheOneThatWas) {
  perform_with(adjust_offset, 3 * microsecond);
  perform_with(set_offset, 5 * microsecond);
  EXPECT_EQ(tod(), physical() + 5 * microsecond);
}

// 2**30 times 2**-44 of 16,384 microseconds is one microsecond.
TEST_F(ClockSteering, AFineRateMakesTheClockGain) {
  perform_with(set_fine_rate, 1ULL << 30 << 32);
  machine.clock.advance(16'384us);
  EXPECT_EQ(tod(), physical() + microsecond);
}

TEST_F(ClockSteering, FineAndGrossRatesAddUp) {
  perform_with(set_gross_rate, 3ULL << 30 << 32);  // -2**30
  machine.clock.advance(16'384us);
  EXPECT_EQ(tod(), physical() - microsecond);
  perform_with(set_fine_rate, 1ULL << 30 << 32);
  machine.clock.advance(16'384us);
  EXPECT_EQ(tod(), physical() - microsecond);
}

TEST_F(ClockSteering, TheOffsetIsToldWithTheEpochThatSetClockMade) {
  machine.configuration().set_tod_epoch(7 * microsecond);
  perform_with(set_offset, 5 * microsecond);
  perform(query_offset);
  EXPECT_EQ(machine.value(0x2000), physical());
  EXPECT_EQ(machine.value(0x2008), 5 * microsecond);
  EXPECT_EQ(machine.value(0x2010), 12 * microsecond);
  EXPECT_EQ(machine.value(0x2018), 7 * microsecond);
  EXPECT_EQ(tod(), physical() + 12 * microsecond);
}

TEST_F(ClockSteering, TheOldEpisodeIsToldBesideTheNew) {
  const std::uint64_t first_start = physical();
  perform_with(set_fine_rate, 1ULL << 30 << 32);
  machine.clock.advance(16'384us);
  perform_with(set_gross_rate, 2ULL << 32);
  perform(query_steering);
  EXPECT_EQ(machine.value(0x2000), physical());
  EXPECT_EQ(machine.value(0x2008), first_start);
  EXPECT_EQ(machine.value(0x2010), 0u);
  EXPECT_EQ(machine.value(0x2018), 1ULL << 62);
  EXPECT_EQ(machine.value(0x2020), first_start + 16'384 * microsecond);
  EXPECT_EQ(machine.value(0x2028), microsecond);
  EXPECT_EQ(machine.value(0x2030), 1ULL << 62 | 2);
}

TEST_F(ClockSteering, ThePhysicalClockCanBeAskedForAlone) {
  perform_with(adjust_offset, 3 * microsecond);
  perform(query_physical_clock);
  EXPECT_EQ(machine.value(0x2000), physical());
}

TEST_F(ClockSteering, SettingTheClockCountsTheOffsetIn) {
  perform_with(adjust_offset, 3 * microsecond);
  machine.put_value<std::uint64_t>(0x2000, 0xE000'0000'0000'0000);
  machine.put(0x1000, {0xB2, 0x04, 0x10, 0x00});  // SCK 0(1)
  machine.configuration().load_psw(0, {Machine::supervisor, 0x1000});
  machine.step();
  EXPECT_EQ(tod(), 0xE000'0000'0000'0000);
}

TEST_F(ClockSteering, IsNotForProblemPrograms) {
  constexpr std::uint64_t problem = Machine::supervisor | 1ULL << 48;
  perform(query_physical_clock, problem);
  EXPECT_EQ(machine.cpu().cc, 0);
  perform(set_fine_rate, problem);
  EXPECT_EQ(machine.value<std::uint16_t>(low_core::program_code + 2), 2);
}

TEST_F(ClockSteering, IsNotForVirtualMachines) {
  machine.environment.level = 3;
  perform(query_functions);
  EXPECT_EQ(machine.value(0x2000), 0xF000'0000'0000'0000u);
  EXPECT_EQ(machine.value(0x2008), 0u);
  perform(set_fine_rate);
  EXPECT_EQ(machine.cpu().cc, 3);
}

}  // namespace
}  // namespace cpu
