#include "cpu/tod.h"

#include <algorithm>

namespace cpu {

z::TodClock Tod::unique(std::uint64_t instructions) {
  const std::uint64_t value = now(instructions).value;
  std::uint64_t last = last_unique_.load(std::memory_order_relaxed);
  std::uint64_t next;
  // Only forward: after SET CLOCK to an earlier time the last value is far off and does not bind.
  do {
    const bool binds = last >= value && last - value < 4096 * 1000;
    next = binds ? last + 1 : value;
  } while (!last_unique_.compare_exchange_weak(last, next, std::memory_order_relaxed));
  return {next};
}

void Tod::never_before(z::TodClock floor, std::uint64_t instructions) {
  const std::uint64_t value = now(instructions).value;
  if (value < floor.value) set_epoch(epoch() + (floor.value - value));
}

z::Nanoseconds Tod::host_time_in(std::uint64_t units) const {
  constexpr std::uint64_t year = 365ull * 86'400 * 1'000'000 * 4096;
  return clock_.now() + z::tod_duration(std::min(units, year)) + z::Nanoseconds{1};
}

std::uint64_t Tod::instructions_in(std::uint64_t units, std::uint64_t instructions) const {
  const auto wide = static_cast<unsigned __int128>(units) * instructions_per_microsecond_ / 4096 + 1 + instructions;
  return static_cast<std::uint64_t>(std::min<unsigned __int128>(wide, ~0ull));
}

}  // namespace cpu
