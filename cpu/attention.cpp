#include "cpu/attention.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>

namespace cpu {
namespace {

// The host's futex looks at four bytes; libstdc++'s wait() and notify_one() spin first and know no time limit.
static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t) && std::atomic<std::uint32_t>::is_always_lock_free);

}  // namespace

void Attention::sleep(z::Nanoseconds at_most) {
  constexpr z::Nanoseconds longest = std::chrono::hours{1};  // who calls sleeps again
  if (at_most <= z::Nanoseconds::zero()) return;
  const auto nanoseconds = std::min(at_most, longest).count();
  const timespec limit{static_cast<std::time_t>(nanoseconds / 1'000'000'000), static_cast<long>(nanoseconds % 1'000'000'000)};
  sleeps_.store(true, std::memory_order_seq_cst);
  syscall(SYS_futex, &word_, FUTEX_WAIT_PRIVATE, 0, &limit, nullptr, 0);  // whatever ends it, the caller looks around
  sleeps_.store(false, std::memory_order_relaxed);
}

void Attention::wake() { syscall(SYS_futex, &word_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0); }

}  // namespace cpu
