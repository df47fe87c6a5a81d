#pragma once

#include <atomic>
#include <cstdint>

namespace cpu {

// Reasons for a CPU to look up at the end of a block; one word, the only asynchronous door (interpreter.md, 5).
// Setting a bit publishes what was posted before it and wakes a CPU that sleeps in the wait or stopped state.
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
    word_.notify_one();
  }
  bool any() const { return word_.load(std::memory_order_relaxed) != 0; }
  bool has(Reason reason) const { return (word_.load(std::memory_order_seq_cst) & reason) != 0; }
  std::uint32_t take() { return word_.exchange(0, std::memory_order_seq_cst); }
  void sleep() { word_.wait(0, std::memory_order_seq_cst); }

 private:
  std::atomic<std::uint32_t> word_{0};
};

}  // namespace cpu
