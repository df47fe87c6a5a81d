#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <shared_mutex>
#include <span>
#include <vector>

#include "base/address.h"
#include "base/mutex.h"
#include "cpu/block_mode.h"
#include "cpu/debug.h"
#include "cpu/lazy_array.h"
#include "cpu/op.h"

namespace cpu {

class Storage;

// Straight-line code decoded from one frame: it ends at the page's end, at an instruction that always leaves, or at 64
// instructions. The operation after the last one leaves to the next sequential instruction.
struct Block {
  static constexpr unsigned limit = 64;

  std::uint64_t start = 0;  // absolute
  std::uint16_t bytes = 0;
  std::uint16_t count = 0;
  BlockMode mode;
  std::atomic<bool> retired{false};  // its bytes were stored into: every handler is leave_stale
  std::atomic<Block*> next{nullptr};  // another mode at the same address; changed under the lock of the page
  std::unique_ptr<Op[]> ops;         // count + 1
  std::vector<std::uint8_t> branches;  // which of them are relative branches to places in the page

  bool contains(const Op& op) const { return &op >= ops.get() && &op < ops.get() + count; }
};

// The blocks of one frame. `lines` has a bit for each 64 bytes that some block was decoded from: a bit is set before the
// bytes are read, and whoever stores looks at it after the store, so that one of the two sees the other.
struct CodePage {
  std::atomic<std::uint64_t> lines{0};
  std::atomic<bool> ready{false};  // no CPU has a write tag for the frame any more
  z::Mutex lock;
  bool dropped Z_GUARDED_BY(lock) = false;
  unsigned idle_stores Z_GUARDED_BY(lock) = 0;
  std::array<std::atomic<Block*>, 2048> slots{};  // by start; release publishes the block
};

constexpr std::uint64_t lines_of(std::uint64_t offset, std::uint64_t length) {
  const std::uint64_t first = offset / 64, last = (offset + length - 1) / 64;
  return (~0ull << first) & (~0ull >> (63 - last));
}

// Decoded blocks of a configuration, by absolute address; shared by its CPUs.
class BlockCache {
 public:
  explicit BlockCache(Storage& storage);
  ~BlockCache();

  CodePage* page(std::uint64_t frame) const { return pages_[frame].load(std::memory_order_seq_cst); }
  // CPUs (by bit) that may hold write tags of a frame.
  std::atomic<std::uint64_t>& writers(std::uint64_t frame) const { return writers_[frame]; }

  // Makes the frame a code frame. The caller revokes write tags before it decodes, unless the page is `ready`.
  CodePage& open_page(std::uint64_t frame);
  // Null when the page was dropped meanwhile.
  Block* find_or_decode(CodePage& page, std::uint64_t absolute, BlockMode mode);
  // Lets a relative branch of the frame go straight to the block at `target`, an offset in the frame, if there is one.
  void link(std::uint64_t frame, const Op& branch, std::uint64_t target);

  // Bytes of the frame have changed or are about to: blocks decoded from them end now.
  void stored(std::uint64_t frame, std::uint64_t offset, std::uint64_t length);
  // The same from a thread that is no CPU of the configuration.
  void stored_from_outside(std::uint64_t frame, std::uint64_t offset, std::uint64_t length);

  // Where blocks end for the sake of breakpoints; all CPUs are paused.
  void set_cuts(const BlockCuts& cuts);
  // Whether two instructions may be one operation (pairs.h); off while each access may have to stop the CPU.
  enum class Pairing : std::uint8_t { on, off };
  void set_pairing(Pairing pairing);
  bool is_cut(std::uint64_t address) const { return cuts_[address % z::page_size / 2]; }

  // What was retired waits until no CPU can be in it or remember it. `generation` grows when there is something to forget;
  // `free_up_to` frees what was retired before that generation.
  std::uint64_t generation() const { return generation_.load(std::memory_order_seq_cst); }
  bool wants_reclaim() const { return retired_bytes_.load(std::memory_order_relaxed) > reclaim_threshold; }
  std::uint64_t close_generation();
  void free_up_to(std::uint64_t generation);

  std::uint64_t decoded_blocks() const { return decoded_.load(std::memory_order_relaxed); }
  std::uint64_t retired_blocks() const { return retired_count_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::uint64_t reclaim_threshold = 4 << 20;
  struct Retired {
    std::uint64_t generation;
    std::unique_ptr<Block> block;
    std::unique_ptr<CodePage> page;
  };

  Block* decode(CodePage& page, std::uint64_t absolute, BlockMode mode) Z_REQUIRES(page.lock);
  void retire_overlapping(CodePage& page, std::uint64_t offset, std::uint64_t length) Z_REQUIRES(page.lock);
  void unlink_from_stale(CodePage& page) Z_REQUIRES(page.lock);
  void drop(CodePage& page, std::uint64_t frame) Z_REQUIRES(page.lock);
  void bury(std::unique_ptr<Block> block, std::unique_ptr<CodePage> page);

  Storage& storage_;
  BlockCuts cuts_;
  Pairing pairing_ = Pairing::on;
  LazyArray<CodePage*> pages_;
  LazyArray<std::uint64_t> writers_;
  std::shared_mutex outsiders_;  // shared: a thread that is no CPU looks at a page
  z::Mutex retired_lock_;        // after a page's lock
  std::deque<Retired> retired_ Z_GUARDED_BY(retired_lock_);
  std::atomic<std::uint64_t> retired_bytes_{0};
  std::atomic<std::uint64_t> generation_{1};
  std::atomic<std::uint64_t> decoded_{0}, retired_count_{0};
};

}  // namespace cpu
