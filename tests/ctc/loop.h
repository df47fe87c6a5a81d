#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <thread>

namespace ctc::test {

// One thread that carries out what is posted, as CP's event loop does.
class Loop {
 public:
  ~Loop() {
    {
      const std::lock_guard lock{mutex_};
      is_ending_ = true;
    }
    changed_.notify_one();
  }
  void post(std::function<void()> work) {
    {
      const std::lock_guard lock{mutex_};
      posted_.push_back(std::move(work));
    }
    changed_.notify_one();
  }
  // Done on that thread, behind all that was posted before, when this returns.
  void run(const std::function<void()>& work) {
    std::promise<void> done;
    post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }

 private:
  void serve() {
    while (true) {
      std::function<void()> work;
      {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [this] { return is_ending_ || !posted_.empty(); });
        if (posted_.empty()) return;
        work = std::move(posted_.front());
        posted_.pop_front();
      }
      work();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> posted_;
  bool is_ending_ = false;
  std::jthread thread_{[this] { serve(); }};  // last: it uses all of the above
};

}  // namespace ctc::test
