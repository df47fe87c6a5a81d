#pragma once

#include <condition_variable>
#include <mutex>

// Names for clang's thread-safety analysis (-Wthread-safety).
#define Z_CAPABILITY(name) __attribute__((capability(name)))
#define Z_SCOPED_CAPABILITY __attribute__((scoped_lockable))
#define Z_GUARDED_BY(mutex) __attribute__((guarded_by(mutex)))
#define Z_REQUIRES(...) __attribute__((requires_capability(__VA_ARGS__)))
#define Z_EXCLUDES(...) __attribute__((locks_excluded(__VA_ARGS__)))
#define Z_ACQUIRE(...) __attribute__((acquire_capability(__VA_ARGS__)))
#define Z_RELEASE(...) __attribute__((release_capability(__VA_ARGS__)))
#define Z_NO_THREAD_SAFETY_ANALYSIS __attribute__((no_thread_safety_analysis))

namespace z {

// std::mutex that clang's analysis knows.
class Z_CAPABILITY("mutex") Mutex {
 public:
  void lock() Z_ACQUIRE() { mutex_.lock(); }
  void unlock() Z_RELEASE() { mutex_.unlock(); }
  bool try_lock() __attribute__((try_acquire_capability(true))) { return mutex_.try_lock(); }

 private:
  std::mutex mutex_;
};

class Z_SCOPED_CAPABILITY Lock {
 public:
  explicit Lock(Mutex& mutex) Z_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~Lock() Z_RELEASE() { mutex_.unlock(); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  Mutex& mutex_;
};

// Condition variable that waits on a Mutex the caller holds.
class Condition {
 public:
  void notify_one() { condition_.notify_one(); }
  void notify_all() { condition_.notify_all(); }
  void wait(Mutex& mutex) Z_REQUIRES(mutex) { condition_.wait(mutex); }
  template <class Predicate>
  void wait(Mutex& mutex, Predicate ready) Z_REQUIRES(mutex) {
    while (!ready()) condition_.wait(mutex);
  }
  // Returns when notified, at the deadline, or for no reason.
  template <class TimePoint>
  void wait_until(Mutex& mutex, TimePoint deadline) Z_REQUIRES(mutex) { condition_.wait_until(mutex, deadline); }
  // True when `ready` held before `deadline`.
  template <class TimePoint, class Predicate>
  bool wait_until(Mutex& mutex, TimePoint deadline, Predicate ready) Z_REQUIRES(mutex) {
    while (!ready())
      if (condition_.wait_until(mutex, deadline) == std::cv_status::timeout) return ready();
    return true;
  }

 private:
  std::condition_variable_any condition_;
};

}  // namespace z
