#pragma once

#include <atomic>
#include <cstdint>

#include "base/clock.h"
#include "cpu/clock_steering.h"

namespace cpu {

// What drives the clocks of a configuration.
enum class Timing : std::uint8_t {
  host,          // the clock runs by itself; a host timer wakes CPUs
  driven,        // somebody moves the clock and calls Configuration::time_changed
  instructions,  // time is the count of executed instructions of CPU 0: a run repeats exactly
};

// The TOD clock of a configuration (PoP ch. 4, "Time-of-Day Clock"): 64 bits of it, that is 1/4096 µs.
class Tod {
 public:
  Tod(const z::Clock& clock, Timing timing, unsigned instructions_per_microsecond)
      : clock_(clock),
        timing_(timing),
        instructions_per_microsecond_(instructions_per_microsecond),
        start_(clock.now()),
        base_(z::tod_of_utc(clock.utc()).value) {}

  Timing timing() const { return timing_; }
  // `instructions` is the count of the asking CPU; only the `instructions` timing looks at it.
  z::TodClock now(std::uint64_t instructions) const {
    const std::uint64_t physical = physical_clock(instructions);
    return {physical + steering_.offset_at(physical) + epoch_.load(std::memory_order_relaxed)};
  }
  // The clock as it would be without epoch difference and steering.
  std::uint64_t physical_clock(std::uint64_t instructions) const { return base_ + elapsed(instructions); }
  // For STORE CLOCK: never the same value twice in the configuration.
  z::TodClock unique(std::uint64_t instructions);

  // TOD epoch difference: what the guest's clock is ahead of the machine's.
  std::uint64_t epoch() const { return epoch_.load(std::memory_order_relaxed); }
  void set_epoch(std::uint64_t epoch) { epoch_.store(epoch, std::memory_order_relaxed); }
  // The epoch is raised as far as needed for the clock to be no earlier than `floor`.
  void never_before(z::TodClock floor, std::uint64_t instructions);

  ClockSteering& steering() { return steering_; }
  const ClockSteering& steering() const { return steering_; }

  // When so many units will have gone by: in host time, and in instructions.
  z::Nanoseconds host_time_in(std::uint64_t units) const;
  std::uint64_t instructions_in(std::uint64_t units, std::uint64_t instructions) const;
  // Timing::instructions: the CPU waits, and nothing happens for so long.
  void skip(std::uint64_t units) { skipped_.fetch_add(units, std::memory_order_relaxed); }

 private:
  std::uint64_t elapsed(std::uint64_t instructions) const {
    if (timing_ == Timing::instructions)
      return instructions * 4096 / instructions_per_microsecond_ + skipped_.load(std::memory_order_relaxed);
    return z::tod_units(clock_.now() - start_);
  }

  const z::Clock& clock_;
  const Timing timing_;
  const unsigned instructions_per_microsecond_;
  const z::Nanoseconds start_;
  const std::uint64_t base_;
  std::atomic<std::uint64_t> epoch_{0};
  ClockSteering steering_;
  std::atomic<std::uint64_t> skipped_{0};
  std::atomic<std::uint64_t> last_unique_{0};
};

}  // namespace cpu
