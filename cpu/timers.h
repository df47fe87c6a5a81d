#pragma once

#include <algorithm>
#include <cstdint>

#include "base/clock.h"

namespace cpu {

// The physical clock, without epoch difference and steering: it runs evenly whatever is done to the TOD clock.
struct MachineTime {
  std::uint64_t value = 0;
};

// Clock comparator and CPU timer of one CPU (PoP ch. 4, "Timing"). Times are TOD units; the caller gives the present.
class Timers {
 public:
  z::TodClock comparator() const { return comparator_; }
  void set_comparator(z::TodClock value) { comparator_ = value; }
  bool is_comparator_due(z::TodClock now) const { return now > comparator_; }

  std::uint64_t cpu_timer(MachineTime now) const { return runs_ ? value_ - (now.value - since_.value) : value_; }
  void set_cpu_timer(std::uint64_t value, MachineTime now) {
    value_ = value;
    since_ = now;
  }
  bool is_cpu_timer_due(MachineTime now) const { return static_cast<std::int64_t>(cpu_timer(now)) < 0; }

  // The CPU timer stands still in the stopped state.
  void run(MachineTime now) {
    since_ = now;
    runs_ = true;
  }
  void halt(MachineTime now) {
    value_ = cpu_timer(now);
    runs_ = false;
  }

  // How long until something becomes due that is not yet; ~0 for never.
  std::uint64_t until_next_due(z::TodClock tod, MachineTime now) const {
    std::uint64_t next = ~0ull;
    if (!is_comparator_due(tod) && comparator_.value != ~0ull) next = comparator_.value - tod.value + 1;
    if (runs_ && !is_cpu_timer_due(now)) next = std::min(next, cpu_timer(now) + 1);
    return next;
  }

 private:
  z::TodClock comparator_{};
  std::uint64_t value_ = 0;
  MachineTime since_{};
  bool runs_ = false;
};

}  // namespace cpu
