#pragma once

#include <sys/mman.h>

#include <atomic>
#include <cstddef>
#include <type_traits>

#include "base/assert.h"
#include "base/fd.h"

namespace cpu {

// One atomic for each frame of storage, all zero; host memory is used only where something was written.
template <class T>
class LazyArray {
 public:
  explicit LazyArray(std::size_t count) : count_(count) {
    void* const memory = ::mmap(nullptr, count * sizeof(std::atomic<T>), PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    Z_ASSERT(memory != MAP_FAILED);
    memory_ = z::Mapping{memory, count * sizeof(std::atomic<T>)};
  }

  std::atomic<T>& operator[](std::size_t index) const { return first()[index]; }
  std::size_t size() const { return count_; }

 private:
  static_assert(std::is_trivially_destructible_v<std::atomic<T>> && std::atomic<T>::is_always_lock_free);
  std::atomic<T>* first() const { return static_cast<std::atomic<T>*>(static_cast<void*>(memory_.data())); }

  std::size_t count_;
  z::Mapping memory_;
};

}  // namespace cpu
