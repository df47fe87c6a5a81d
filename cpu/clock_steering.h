#pragma once

#include <atomic>
#include <cstdint>

#include "base/mutex.h"

namespace cpu {

// TOD-clock steering (PoP ch. 4, "TOD-Clock Steering"): the TOD clock is the physical clock and an offset, which grows by the two
// rates. A rate of 1 is 2**-44 of the time that goes by.
struct SteeringEpisode {
  std::uint64_t start = 0;        // physical clock
  std::uint64_t base_offset = 0;  // at the start
  std::int32_t fine_rate = 0, gross_rate = 0;

  std::uint64_t offset_at(std::uint64_t physical) const {
    const auto since = static_cast<__int128>(static_cast<std::int64_t>(physical - start));
    return base_offset + static_cast<std::uint64_t>(since * (std::int64_t{fine_rate} + gross_rate) >> 44);
  }
};

// The episode that is on, and the one before it. All CPUs read it, each time they look at the clock. A reader that met a change in
// the middle reads again.
class ClockSteering {
 public:
  SteeringEpisode current() const { return read(current_); }
  SteeringEpisode previous() const { return read(previous_); }
  std::uint64_t offset_at(std::uint64_t physical) const { return current().offset_at(physical); }

  // A new episode: what `change` makes of the current one.
  template <class F>
  void begin(F change) {
    const z::Lock lock{writing_};
    const SteeringEpisode last = current();
    const std::uint64_t changes = changes_.load(std::memory_order_relaxed);
    changes_.store(changes + 1, std::memory_order_relaxed);  // odd: in the middle
    previous_.set(last);
    current_.set(change(last));
    changes_.store(changes + 2, std::memory_order_release);
  }

 private:
  struct Cells {
    std::atomic<std::uint64_t> start{0}, base_offset{0}, rates{0};
    void set(const SteeringEpisode& episode) {
      // Release: who sees a new value sees the odd count too.
      start.store(episode.start, std::memory_order_release);
      base_offset.store(episode.base_offset, std::memory_order_release);
      rates.store(std::uint64_t{static_cast<std::uint32_t>(episode.fine_rate)} << 32 | static_cast<std::uint32_t>(episode.gross_rate),
                  std::memory_order_release);
    }
  };
  SteeringEpisode read(const Cells& cells) const {
    for (;;) {
      const std::uint64_t before = changes_.load(std::memory_order_acquire);
      const std::uint64_t start = cells.start.load(std::memory_order_acquire), base = cells.base_offset.load(std::memory_order_acquire);
      const std::uint64_t rates = cells.rates.load(std::memory_order_acquire);
      if ((before & 1) == 0 && changes_.load(std::memory_order_relaxed) == before)
        return {start, base, static_cast<std::int32_t>(rates >> 32), static_cast<std::int32_t>(rates)};
    }
  }

  z::Mutex writing_;
  std::atomic<std::uint64_t> changes_{0};
  Cells current_, previous_;
};

}  // namespace cpu
