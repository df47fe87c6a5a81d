#pragma once

#include <cstdint>
#include <vector>

#include "base/address.h"
#include "cpu/lazy_array.h"

namespace cpu {

// Which frames were written, in two sheets that take turns (interpreter.md, 8). A writer marks the current sheet before it
// writes; whoever turned the sheet reads the other one once every writer has let go of what it marked there.
class DirtyMarks {
 public:
  explicit DirtyMarks(std::uint64_t frames)
      : sheets_{LazyArray<std::uint64_t>{(frames + 63) / 64}, LazyArray<std::uint64_t>{(frames + 63) / 64}} {}

  void mark(std::uint64_t frame) {
    auto& word = sheets_[current_.load(std::memory_order_seq_cst)][frame / 64];
    const std::uint64_t bit = 1ull << frame % 64;
    if ((word.load(std::memory_order_relaxed) & bit) == 0) word.fetch_or(bit, std::memory_order_seq_cst);
  }
  void turn() { current_.store(current_.load() ^ 1, std::memory_order_seq_cst); }
  std::vector<z::FrameIndex> take_other() {
    std::vector<z::FrameIndex> frames;
    LazyArray<std::uint64_t>& other = sheets_[current_.load() ^ 1];
    for (std::size_t i = 0; i < other.size(); ++i) {
      if (other[i].load(std::memory_order_relaxed) == 0) continue;
      for (std::uint64_t word = other[i].exchange(0); word != 0; word &= word - 1)
        frames.emplace_back(i * 64 + static_cast<unsigned>(__builtin_ctzll(word)));
    }
    return frames;
  }

 private:
  LazyArray<std::uint64_t> sheets_[2];
  std::atomic<unsigned> current_{0};
};

}  // namespace cpu
