#pragma once

#include <atomic>
#include <cstdint>

#include "base/clock.h"

namespace cpu {

// Reasons for a CPU to look up at the end of a block; one word, the only asynchronous door (interpreter.md, 5).
// Setting a bit publishes what was posted before it and wakes a CPU that sleeps in the wait or stopped state.
//
// What the end of a block compares is the horizon: the instruction count at which the CPU looks up. It is the deadline of the
// CPU's own thread, or 0 while a bit is set. Who posts sets the bit before the horizon; the CPU sets the horizon before it
// looks at the bits: one of the two sees the other.
class Attention {
 public:
  enum Reason : std::uint32_t {
    interruption = 1,  // an external, I/O, machine-check or restart condition may have become pending
    timer = 2,         // the clock comparator or the CPU timer is due
    purge = 4,         // translations to drop
    control = 8,       // an order of SIGP, the operator or the configuration; or a pause
    stored = 16,       // stored into decoded code through a host pointer
    reclaim = 32,      // decoded blocks wait to be freed
  };

  void post(Reason reason) {
    word_.fetch_or(reason, std::memory_order_seq_cst);
    horizon_.store(0, std::memory_order_seq_cst);
    if (sleeps_.load(std::memory_order_seq_cst)) wake();
  }
  bool any() const { return word_.load(std::memory_order_relaxed) != 0; }
  bool has(Reason reason) const { return (word_.load(std::memory_order_seq_cst) & reason) != 0; }
  std::uint32_t take() { return word_.exchange(0, std::memory_order_seq_cst); }

  // The CPU's own thread.
  // Until a bit is set or so much time has passed; without spinning, since who idles mostly idles long.
  void sleep(z::Nanoseconds at_most = z::Nanoseconds::max());
  bool is_reached(std::uint64_t instruction_count) const { return instruction_count >= horizon_.load(std::memory_order_relaxed); }
  std::uint64_t deadline() const { return deadline_; }
  void set_deadline(std::uint64_t instruction_count) {
    deadline_ = instruction_count;
    renew_horizon();
  }
  // Before blocks are entered: bits may have been taken since, or their horizon come late.
  void renew_horizon() {
    if (horizon_.load(std::memory_order_relaxed) == deadline_) return;
    horizon_.store(deadline_, std::memory_order_seq_cst);
    if (word_.load(std::memory_order_seq_cst) != 0) horizon_.store(0, std::memory_order_seq_cst);
  }

 private:
  void wake();

  std::atomic<std::uint32_t> word_{0};  // what the host's futex compares
  std::atomic<bool> sleeps_{false};     // set before `word_` is looked at the last time
  std::atomic<std::uint64_t> horizon_{~0ull};
  std::uint64_t deadline_ = ~0ull;
};

}  // namespace cpu
