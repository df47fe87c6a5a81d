#pragma once

#include <cstdint>

#include "base/clock.h"

namespace cpu {

// Clock comparator and CPU timer of one CPU (PoP ch. 4, "Timing"). Times are TOD units; the caller gives the present.
class Timers {
 public:
  z::TodClock comparator() const { return comparator_; }
  void set_comparator(z::TodClock value) { comparator_ = value; }
  bool is_comparator_due(z::TodClock now) const { return now > comparator_; }

  std::uint64_t cpu_timer(z::TodClock now) const { return runs_ ? value_ - (now.value - since_.value) : value_; }
  void set_cpu_timer(std::uint64_t value, z::TodClock now) {
    value_ = value;
    since_ = now;
  }
  bool is_cpu_timer_due(z::TodClock now) const { return static_cast<std::int64_t>(cpu_timer(now)) < 0; }

  // The CPU timer stands still in the stopped state.
  void run(z::TodClock now) {
    since_ = now;
    runs_ = true;
  }
  void halt(z::TodClock now) {
    value_ = cpu_timer(now);
    runs_ = false;
  }
  // The epoch was changed by `difference`: the CPU timer does not notice.
  void shift(std::uint64_t difference) { since_.value += difference; }

  // The first moment at which something becomes due that is not yet; ~0 for never.
  z::TodClock next_due(z::TodClock now) const {
    std::uint64_t next = ~0ull;
    if (!is_comparator_due(now) && comparator_.value != ~0ull) next = comparator_.value + 1;
    if (runs_ && !is_cpu_timer_due(now)) {
      const std::uint64_t at = now.value + cpu_timer(now) + 1;
      if (at > now.value && at < next) next = at;
    }
    return {next};
  }

 private:
  z::TodClock comparator_{};
  std::uint64_t value_ = 0;
  z::TodClock since_{};
  bool runs_ = false;
};

}  // namespace cpu
