#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"

namespace channel {

// Work that a thread of the pool does a slice of; it is never in two threads at once (its owner sees to that).
class Work {
 public:
  virtual ~Work() = default;
  virtual void work() = 0;
};

// The threads on which channel programs run.
class WorkerPool {
 public:
  WorkerPool(unsigned threads, const z::Clock& clock);
  ~WorkerPool();

  void submit(std::shared_ptr<Work> work) Z_EXCLUDES(lock_);
  // Not before `delay` has passed on the clock.
  void submit_after(std::shared_ptr<Work> work, z::Nanoseconds delay) Z_EXCLUDES(lock_);

  // Between `pause` and `go_on` no work starts; `pause` returns when none is in progress. Work in progress looks at
  // `is_paused` and stops where it can.
  void pause() Z_EXCLUDES(lock_);
  void go_on() Z_EXCLUDES(lock_);
  bool is_paused() const { return paused_.load(std::memory_order_relaxed); }

 private:
  struct Delayed {
    z::Nanoseconds due;
    std::shared_ptr<Work> work;
  };
  void run();
  std::shared_ptr<Work> next() Z_EXCLUDES(lock_);
  void take_due() Z_REQUIRES(lock_);
  void wait_for_work() Z_REQUIRES(lock_);

  const z::Clock& clock_;
  z::Mutex lock_;
  z::Condition more_;
  z::Condition quiet_;
  std::deque<std::shared_ptr<Work>> queue_ Z_GUARDED_BY(lock_);
  std::vector<Delayed> delayed_ Z_GUARDED_BY(lock_);
  unsigned busy_ Z_GUARDED_BY(lock_) = 0;
  bool ending_ Z_GUARDED_BY(lock_) = false;
  std::atomic<bool> paused_{false};  // written under lock_; a hint to work in progress, publishes nothing
  std::vector<std::jthread> threads_;
};

}  // namespace channel
