#include "cpu/safepoint.h"

#include <utility>

namespace cpu {

void Safepoint::post(Purge purge) {
  {
    const z::Lock lock{lock_};
    // A CPU that sleeps for long does not collect an endless list.
    if (queue_.size() >= queue_limit) queue_.assign(1, Purge{});
    else queue_.push_back(purge);
    posted_.fetch_add(1, std::memory_order_seq_cst);
  }
  // Either the CPU is seen inside here, or it sees the queue when it comes in: one that sleeps is left in peace.
  if (is_inside()) attention_.post(Attention::purge);
}

void Safepoint::wait_until_passed() const {
  const std::uint64_t wanted = posted_.load(std::memory_order_seq_cst);
  waiters_.fetch_add(1, std::memory_order_seq_cst);
  for (;;) {
    const std::uint32_t turn = turn_.load(std::memory_order_seq_cst);
    if (!inside_.load(std::memory_order_seq_cst) || done_.load(std::memory_order_seq_cst) >= wanted) break;
    turn_.wait(turn, std::memory_order_seq_cst);
  }
  waiters_.fetch_sub(1, std::memory_order_seq_cst);
}

void Safepoint::wait_until_outside() const {
  waiters_.fetch_add(1, std::memory_order_seq_cst);
  for (;;) {
    const std::uint32_t turn = turn_.load(std::memory_order_seq_cst);
    if (!inside_.load(std::memory_order_seq_cst)) break;
    turn_.wait(turn, std::memory_order_seq_cst);
  }
  waiters_.fetch_sub(1, std::memory_order_seq_cst);
}

void Safepoint::leave() {
  inside_.store(false, std::memory_order_seq_cst);
  if (waiters_.load(std::memory_order_seq_cst) == 0) return;
  turn_.fetch_add(1, std::memory_order_seq_cst);
  turn_.notify_all();
}

std::vector<Purge> Safepoint::take() {
  const z::Lock lock{lock_};
  taken_ = posted_.load(std::memory_order_relaxed);
  return std::exchange(queue_, {});
}

void Safepoint::done() {
  done_.store(taken_, std::memory_order_seq_cst);
  if (waiters_.load(std::memory_order_seq_cst) == 0) return;
  turn_.fetch_add(1, std::memory_order_seq_cst);
  turn_.notify_all();
}

}  // namespace cpu
