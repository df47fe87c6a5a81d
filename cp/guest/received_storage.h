#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/address.h"
#include "base/units.h"
#include "cpu/storage.h"

namespace cp {

// Storage of a virtual machine that is being filled with the pages of one that moves here. Frames that other guests used before keep
// their host memory, since fresh memory costs several times what it costs to move a page: what they hold is overwritten, or
// cleared at the latest by `clear_rest`.
class ReceivedStorage {
 public:
  explicit ReceivedStorage(cpu::Storage& storage);

  void write(z::FrameIndex first, std::span<const std::byte> pages);
  void clear(z::FrameIndex first, z::Pages count);
  void clear_rest();

 private:
  enum class Frame : std::uint8_t { zero, left_over, written };
  template <class Predicate>
  void zero_where(std::uint64_t from, std::uint64_t to, Predicate is_wanted);

  cpu::Storage& storage_;
  std::vector<Frame> frames_;
  std::uint64_t left_over_;
};

}  // namespace cp
