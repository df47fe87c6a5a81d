#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "cpu/attention.h"

namespace cpu {

// Translations that a CPU must forget before it executes its next instruction.
struct Purge {
  enum class Kind : std::uint8_t {
    all,
    host_page,   // value: frame
    writes,      // every write tag
    page_index,  // value: virtual address, as IPTE takes it
  };
  Kind kind = Kind::all;
  std::uint64_t value = 0;
};

// How others make a CPU forget translations (interpreter.md, 6). A CPU that is outside of the section in which it uses its
// translations counts as done at once: it drops them when it comes in again.
class Safepoint {
 public:
  explicit Safepoint(Attention& attention) : attention_(attention) {}

  // Any thread.
  void post(Purge purge);
  void wait_until_outside() const;
  void wait_until_passed() const;  // what was posted before is done, or the CPU is outside

  // The CPU's own thread.
  void enter() {
    thread_.store(std::this_thread::get_id(), std::memory_order_relaxed);
    inside_.store(true, std::memory_order_seq_cst);
  }
  void leave();
  std::vector<Purge> take();  // what to do; call done() afterwards
  void done();
  bool is_inside() const { return inside_.load(std::memory_order_seq_cst); }
  bool is_inside_on_this_thread() const {
    return is_inside() && thread_.load(std::memory_order_relaxed) == std::this_thread::get_id();
  }

 private:
  static constexpr std::size_t queue_limit = 64;

  Attention& attention_;
  std::atomic<bool> inside_{false};
  std::atomic<std::thread::id> thread_{};  // that entered last
  mutable std::atomic<unsigned> waiters_{0};
  std::atomic<std::uint32_t> turn_{0};  // grows when `inside_` or `done_` changed and somebody waits
  z::Mutex lock_;
  std::vector<Purge> queue_ Z_GUARDED_BY(lock_);
  std::atomic<std::uint64_t> posted_{0};
  std::uint64_t taken_ = 0;  // own thread
  std::atomic<std::uint64_t> done_{0};
};

}  // namespace cpu
