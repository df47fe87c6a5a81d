#include "channel/worker_pool.h"

#include <chrono>

namespace channel {
namespace {

// How often delayed work is compared with the clock, which may be virtual and tells nobody when it moves.
constexpr std::chrono::milliseconds tick{5};

}  // namespace

WorkerPool::WorkerPool(unsigned threads, const z::Clock& clock) : clock_(clock) {
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

WorkerPool::~WorkerPool() {
  {
    z::Lock lock{lock_};
    ending_ = true;
  }
  more_.notify_all();
  threads_.clear();
}

void WorkerPool::submit(std::shared_ptr<Work> work) {
  {
    z::Lock lock{lock_};
    queue_.push_back(std::move(work));
  }
  more_.notify_one();
}

void WorkerPool::submit_after(std::shared_ptr<Work> work, z::Nanoseconds delay) {
  {
    z::Lock lock{lock_};
    delayed_.push_back({clock_.now() + delay, std::move(work)});
  }
  more_.notify_one();
}

void WorkerPool::pause() {
  z::Lock lock{lock_};
  paused_ = true;
  while (busy_ != 0) quiet_.wait(lock_);
}

void WorkerPool::go_on() {
  {
    z::Lock lock{lock_};
    paused_ = false;
  }
  more_.notify_all();
}

void WorkerPool::run() {
  while (const auto work = next()) {
    work->work();
    z::Lock lock{lock_};
    if (--busy_ == 0) quiet_.notify_all();
  }
}

std::shared_ptr<Work> WorkerPool::next() {
  z::Lock lock{lock_};
  while (!ending_) {
    take_due();
    if (!paused_ && !queue_.empty()) {
      auto work = std::move(queue_.front());
      queue_.pop_front();
      ++busy_;
      return work;
    }
    wait_for_work();
  }
  return nullptr;
}

void WorkerPool::take_due() {
  if (delayed_.empty()) return;
  const auto now = clock_.now();
  std::erase_if(delayed_, [&](Delayed& delayed) Z_REQUIRES(lock_) {
    if (delayed.due > now) return false;
    queue_.push_back(std::move(delayed.work));
    return true;
  });
}

void WorkerPool::wait_for_work() {
  if (delayed_.empty()) return more_.wait(lock_);
  const std::chrono::steady_clock::time_point now{z::HostClock{}.now()};
  more_.wait_until(lock_, now + tick, [] { return false; });
}

}  // namespace channel
