#include "cp/io/event_loop.h"

#include <utility>

namespace cp {

void EventLoop::post(std::function<void()> work) {
  z::Lock lock{mutex_};
  posted_.push_back(std::move(work));
  changed_.notify_one();
}

EventLoop::Id EventLoop::at(z::Nanoseconds deadline, std::function<void()> expired) {
  z::Lock lock{mutex_};
  const Id id = ++last_id_;
  timers_.emplace(std::pair{deadline, id}, std::move(expired));
  deadlines_.emplace(id, deadline);
  changed_.notify_one();
  return id;
}

void EventLoop::cancel(Id id) {
  z::Lock lock{mutex_};
  const auto found = deadlines_.find(id);
  if (found == deadlines_.end()) return;
  timers_.erase({found->second, id});
  deadlines_.erase(found);
}

// One timer at a time, so that what it does can still cancel the next one.
std::function<void()> EventLoop::take_due() {
  if (!timers_.empty() && timers_.begin()->first.first <= clock_.now()) {
    auto timer = timers_.extract(timers_.begin());
    deadlines_.erase(timer.key().second);
    return std::move(timer.mapped());
  }
  if (posted_.empty()) return nullptr;
  auto work = std::move(posted_.front());
  posted_.pop_front();
  return work;
}

void EventLoop::start() {
  thread_ = std::jthread{[this] { run(); }};
}

void EventLoop::run() {
  for (;;) {
    std::function<void()> work;
    {
      z::Lock lock{mutex_};
      while (!stopping_ && !(work = take_due())) wait_for_change();
      if (stopping_) return;
    }
    work();
  }
}

void EventLoop::wait_for_change() {
  if (timers_.empty()) return changed_.wait(mutex_);
  const auto delay = timers_.begin()->first.first - clock_.now();
  changed_.wait_until(mutex_, std::chrono::steady_clock::now() + delay);
}

void EventLoop::stop() {
  {
    z::Lock lock{mutex_};
    stopping_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

bool EventLoop::run_due() {
  bool any = false;
  for (;;) {
    std::function<void()> work;
    {
      z::Lock lock{mutex_};
      work = take_due();
    }
    if (!work) return any;
    work();
    any = true;
  }
}

}  // namespace cp
