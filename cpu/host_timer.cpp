#include "cpu/host_timer.h"

#include <algorithm>

#include "cpu/configuration.h"

namespace cpu {

HostTimer::HostTimer(Configuration& configuration, unsigned cpus)
    : configuration_(configuration), deadlines_(cpus, z::Nanoseconds::max()) {}

void HostTimer::stop() {
  {
    const z::Lock lock{lock_};
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void HostTimer::run() {
  thread_ = std::thread{[this] { serve(); }};
}

void HostTimer::arm(unsigned cpu, z::Nanoseconds at) {
  const z::Lock lock{lock_};
  deadlines_[cpu] = at;
  if (at < sleeping_until_) changed_.notify_one();
}

void HostTimer::serve() {
  const z::Lock lock{lock_};
  while (!stopping_) {
    const auto next = std::min_element(deadlines_.begin(), deadlines_.end());
    sleeping_until_ = *next;
    // The monotonic clock of the host is the one that condition variables wait by. An hour is as good as never.
    constexpr z::Nanoseconds never = std::chrono::hours{1};
    const z::Nanoseconds now = configuration_.clock().now();
    if (*next > now) {
      const std::chrono::steady_clock::time_point wake{now + std::min(*next - now, never)};
      const z::Nanoseconds earliest = sleeping_until_;
      changed_.wait_until(lock_, wake, [&]() Z_NO_THREAD_SAFETY_ANALYSIS {  // called with the lock held
        return stopping_ || *std::min_element(deadlines_.begin(), deadlines_.end()) < earliest;
      });
      continue;
    }
    *next = z::Nanoseconds::max();
    configuration_.cpu(static_cast<unsigned>(next - deadlines_.begin())).attention().post(Attention::timer);
  }
}

}  // namespace cpu
