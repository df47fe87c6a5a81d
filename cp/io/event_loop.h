#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <thread>

#include "base/clock.h"
#include "base/mutex.h"
#include "cp/api/timers.h"

namespace cp {

// CP's one thread: protocol machines, commands and books run here and need no locks. Work comes by `post`, from any thread,
// and by timers, which belong to the loop's own thread.
class EventLoop final : public api::Timers {
 public:
  explicit EventLoop(const z::Clock& clock) : clock_(clock) {}
  ~EventLoop() override { stop(); }

  const z::Clock& clock() const { return clock_; }
  void post(std::function<void()> work);  // thread-safe
  Id at(z::Nanoseconds deadline, std::function<void()> expired) override;
  Id after(z::Nanoseconds delay, std::function<void()> expired) { return at(clock_.now() + delay, std::move(expired)); }
  void cancel(Id id) override;

  void start();  // runs on a thread of its own, sleeping until there is work or a timer
  void stop();   // after the work under way; what is still queued is dropped
  // For tests: everything that is due now, on the caller's thread. False when there was nothing.
  bool run_due();

 private:
  void run();
  std::function<void()> take_due() Z_REQUIRES(mutex_);  // timers first; nothing when nothing is due
  void wait_for_change() Z_REQUIRES(mutex_);

  const z::Clock& clock_;
  z::Mutex mutex_;
  z::Condition changed_;
  bool stopping_ Z_GUARDED_BY(mutex_) = false;
  std::deque<std::function<void()>> posted_ Z_GUARDED_BY(mutex_);
  Id last_id_ Z_GUARDED_BY(mutex_) = 0;
  std::map<std::pair<z::Nanoseconds, Id>, std::function<void()>> timers_ Z_GUARDED_BY(mutex_);
  std::map<Id, z::Nanoseconds> deadlines_ Z_GUARDED_BY(mutex_);
  std::jthread thread_;
};

}  // namespace cp
