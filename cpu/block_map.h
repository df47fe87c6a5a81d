#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace cpu {

struct Op;

// What one CPU remembers of its blocks: instruction address and circumstances to the first operation. Own thread only.
class BlockMap {
 public:
  struct Entry {
    std::uint64_t address = 1;  // odd: none
    std::uint64_t circumstances = 0;
    const Op* first = nullptr;
  };

  const Op* find(std::uint64_t address, std::uint64_t circumstances) const {
    const Entry& entry = entries_[index_of(address)];
    if (((entry.address ^ address) | (entry.circumstances ^ circumstances)) != 0) [[unlikely]] return nullptr;
    [[assume(entry.first != nullptr)]];  // who tests the answer for null need not do it a second time
    return entry.first;
  }
  void remember(std::uint64_t address, std::uint64_t circumstances, const Op* first) {
    entries_[index_of(address)] = {address, circumstances, first};
  }
  void forget(std::uint64_t address) { entries_[index_of(address)] = {}; }
  void clear() { entries_.fill({}); }

 private:
  static constexpr std::size_t size = 4096;
  static std::size_t index_of(std::uint64_t address) { return (address >> 1 ^ address >> 13) & (size - 1); }

  std::array<Entry, size> entries_{};
};

}  // namespace cpu
