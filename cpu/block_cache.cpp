#include "cpu/block_cache.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "base/guest_bytes.h"
#include "cpu/decoding.h"
#include "cpu/pairs.h"
#include "cpu/storage.h"

namespace cpu {

BlockCache::BlockCache(Storage& storage)
    : storage_(storage), pages_(storage.size() / z::page_size), writers_(storage.size() / z::page_size) {}

BlockCache::~BlockCache() {
  for (std::size_t frame = 0; frame < pages_.size(); ++frame) {
    const std::unique_ptr<CodePage> page{pages_[frame].load()};
    if (page == nullptr) continue;
    for (auto& slot : page->slots)
      for (std::unique_ptr<Block> block{slot.load()}; block != nullptr;) block.reset(block->next.load());
  }
}

CodePage& BlockCache::open_page(std::uint64_t frame) {
  CodePage* found = page(frame);
  if (found != nullptr) return *found;
  auto fresh = std::make_unique<CodePage>();
  if (pages_[frame].compare_exchange_strong(found, fresh.get())) return *fresh.release();
  return *found;
}

namespace {

// Relative branches that stay in their block go straight to the target's operation; the others seek it in their page.
void link_in_block(std::span<Op> ops, std::span<const std::uint8_t> branches) {
  for (const std::uint8_t branch : branches) {
    Op& op = ops[branch];
    const auto target = std::ranges::find(ops, op.page_offset + op.imm, &Op::page_offset);
    if (target != ops.end()) op.set_jump(static_cast<std::int32_t>(&*target - &op));
    else op.set_seeks_link(true);
  }
}

void join_pairs(std::span<Op> ops) {
  for (std::size_t i = 0; i + 1 < ops.size(); ++i)
    if (const Handler both = pair_of(ops[i].handler, ops[i + 1].handler); both != nullptr) ops[i].handler = both;
}

// The live block of this mode that begins here; null: there is none.
Block* block_at(CodePage& page, std::uint64_t offset, BlockMode mode) {
  for (Block* block = page.slots[offset / 2].load(std::memory_order_acquire); block != nullptr; block = block->next.load(std::memory_order_acquire))
    if (block->mode == mode && !block->retired.load(std::memory_order_acquire)) return block;
  return nullptr;
}

// The live block that the operation is in; null: it is none of this page.
Block* block_around(CodePage& page, const Op& op) {
  constexpr unsigned longest = Block::limit * 6 / 2;
  const unsigned last = op.page_offset / 2;
  for (unsigned slot = last > longest ? last - longest : 0; slot <= last; ++slot)
    for (Block* block = page.slots[slot].load(std::memory_order_relaxed); block != nullptr; block = block->next.load(std::memory_order_relaxed))
      if (block->contains(op)) return block;
  return nullptr;
}

}  // namespace

Block* BlockCache::find_or_decode(CodePage& page, std::uint64_t absolute, BlockMode mode) {
  const std::uint64_t offset = absolute % z::page_size;
  if (Block* const block = block_at(page, offset, mode)) return block;
  const z::Lock lock{page.lock};
  if (page.dropped) return nullptr;
  if (Block* const block = block_at(page, offset, mode)) return block;
  return decode(page, absolute, mode);
}

Block* BlockCache::decode(CodePage& page, std::uint64_t absolute, BlockMode mode) {
  std::array<Op, Block::limit + 2> ops;
  const std::uint64_t start = absolute % z::page_size;
  std::uint64_t offset = start;
  unsigned count = 0;
  std::vector<std::uint8_t> branches;
  for (bool ends = false; !ends && count < Block::limit && offset < z::page_size;) {
    if (count > 0 && is_cut(offset)) break;
    page.lines.fetch_or(lines_of(offset, 2), std::memory_order_seq_cst);
    std::array<std::uint8_t, 6> text{};
    const std::byte* const at = storage_.host({absolute - start + offset});
    z::copy_guest_bytes(std::as_writable_bytes(std::span{text}).data(), at, 2);
    const unsigned length = instruction_length(text[0]);
    if (offset + length > z::page_size) break;  // crosses the page: executed on its own
    page.lines.fetch_or(lines_of(offset, length), std::memory_order_seq_cst);
    z::copy_guest_bytes(std::as_writable_bytes(std::span{text}).data(), at, length);
    if (mode.access_registers) ops[count++] = select_space(text, static_cast<std::uint16_t>(offset));
    const Flowing flowing = decode_instruction(text, mode, ops[count]);
    ends = flowing.ends;
    // A cut is a breakpoint: who comes there must look it up.
    const std::uint64_t target = offset + static_cast<std::uint64_t>(ops[count].imm);
    if (flowing.jumps && target < z::page_size && !is_cut(target)) branches.push_back(static_cast<std::uint8_t>(count));
    ops[count++].page_offset = static_cast<std::uint16_t>(offset);
    offset += length;
  }
  link_in_block(std::span{ops}.first(count), branches);
  if (pairing_ == Pairing::on) join_pairs(std::span{ops}.first(count));
  ops[count] = fall_through(static_cast<std::uint16_t>(offset));
  auto block = std::make_unique<Block>();
  block->start = absolute;
  block->bytes = static_cast<std::uint16_t>(offset - start);
  block->count = static_cast<std::uint16_t>(count);
  block->mode = mode;
  block->ops = std::make_unique_for_overwrite<Op[]>(count + 1);
  std::copy_n(ops.begin(), count + 1, block->ops.get());
  block->branches = std::move(branches);
  auto& slot = page.slots[start / 2];
  block->next.store(slot.load(std::memory_order_relaxed), std::memory_order_relaxed);
  slot.store(block.get(), std::memory_order_release);
  decoded_.fetch_add(1, std::memory_order_relaxed);
  return block.release();
}

void BlockCache::link(std::uint64_t frame, const Op& branch, std::uint64_t target) {
  CodePage* const found = page(frame);
  if (found == nullptr) return;
  const z::Lock lock{found->lock};
  Block* const from = block_around(*found, branch);
  if (from == nullptr) return;
  Op& op = from->ops[&branch - from->ops.get()];
  if (is_cut(target)) return op.set_seeks_link(false);
  Block* const to = block_at(*found, target, from->mode);
  if (to == nullptr) return;  // not yet
  op.set_seeks_link(false);
  if (to->count == 0) return;
  const std::intptr_t distance = (reinterpret_cast<std::intptr_t>(to->ops.get()) - reinterpret_cast<std::intptr_t>(&op)) / static_cast<std::intptr_t>(sizeof(Op));
  if (std::in_range<std::int32_t>(distance)) op.set_jump(static_cast<std::int32_t>(distance));
}

// Branches to blocks that were retired look for their target again.
void BlockCache::unlink_from_stale(CodePage& page) {
  for (auto& slot : page.slots) {
    for (Block* block = slot.load(std::memory_order_relaxed); block != nullptr; block = block->next.load(std::memory_order_relaxed)) {
      for (const std::uint8_t branch : block->branches) {
        Op& op = block->ops[branch];
        if (op.jump() == 0 || !is_stale(*(&op + op.jump()))) continue;
        op.set_jump(0);
        op.set_seeks_link(true);
      }
    }
  }
}

void BlockCache::retire_overlapping(CodePage& page, std::uint64_t offset, std::uint64_t length) {
  constexpr std::uint64_t longest = Block::limit * 6;
  const std::uint64_t first = offset > longest ? offset - longest : 0;
  for (std::uint64_t slot = first / 2; slot <= (offset + length - 1) / 2; ++slot) {
    Block* previous = nullptr;
    for (Block* block = page.slots[slot].load(std::memory_order_relaxed); block != nullptr;) {
      Block* const following = block->next.load(std::memory_order_relaxed);
      // A block of no instruction (one that crosses the page) still stands for the first halfword it looked at.
      const std::uint64_t end = slot * 2 + std::max<std::uint64_t>(block->bytes, 2);
      if (end <= offset) {
        previous = block;
      } else {
        if (previous == nullptr) page.slots[slot].store(following, std::memory_order_release);
        else previous->next.store(following, std::memory_order_release);
        block->retired.store(true, std::memory_order_release);
        for (unsigned i = 0; i <= block->count; ++i) make_stale(block->ops[i]);
        bury(std::unique_ptr<Block>{block}, nullptr);
      }
      block = following;
    }
  }
  std::uint64_t lines = 0;
  for (std::uint64_t slot = 0; slot < page.slots.size(); ++slot)
    for (Block* block = page.slots[slot].load(std::memory_order_relaxed); block != nullptr; block = block->next.load(std::memory_order_acquire))
      lines |= lines_of(slot * 2, std::max<std::uint64_t>(block->bytes, 2));
  page.lines.store(lines, std::memory_order_seq_cst);
  unlink_from_stale(page);
}

void BlockCache::stored(std::uint64_t frame, std::uint64_t offset, std::uint64_t length) {
  constexpr unsigned idle_limit = 16;
  CodePage* const found = page(frame);
  if (found == nullptr) return;
  const std::uint64_t lines = found->lines.load(std::memory_order_seq_cst);
  if (lines != 0 && (lines & lines_of(offset, length)) == 0) return;
  const z::Lock lock{found->lock};
  if (found->dropped) return;
  if (found->lines.load(std::memory_order_relaxed) != 0) retire_overlapping(*found, offset, length);
  // A frame that is stored into and no longer executed becomes an ordinary one again.
  if (found->lines.load(std::memory_order_relaxed) == 0 && ++found->idle_stores > idle_limit) drop(*found, frame);
}

void BlockCache::stored_from_outside(std::uint64_t frame, std::uint64_t offset, std::uint64_t length) {
  const std::shared_lock outside{outsiders_};
  stored(frame, offset, length);
}

// Blocks over a new cut end. One that was cut and need not be any more stays as it is: it is only shorter than it could be.
void BlockCache::set_cuts(const BlockCuts& cuts) {
  const BlockCuts fresh = cuts & ~cuts_;
  cuts_ = cuts;
  if (fresh.none()) return;
  for (std::size_t frame = 0; frame < pages_.size(); ++frame) {
    if (page(frame) == nullptr) continue;
    for (std::size_t slot = 0; slot < fresh.size(); ++slot)
      if (fresh[slot]) stored_from_outside(frame, slot * 2, 2);
  }
}

void BlockCache::set_pairing(Pairing pairing) {
  if (std::exchange(pairing_, pairing) == pairing) return;
  for (std::size_t frame = 0; frame < pages_.size(); ++frame)
    if (page(frame) != nullptr) stored_from_outside(frame, 0, z::page_size);
}

void BlockCache::drop(CodePage& page, std::uint64_t frame) {
  page.dropped = true;
  pages_[frame].store(nullptr, std::memory_order_seq_cst);
  bury(nullptr, std::unique_ptr<CodePage>{&page});
}

void BlockCache::bury(std::unique_ptr<Block> block, std::unique_ptr<CodePage> page) {
  const std::uint64_t bytes = page != nullptr ? sizeof(CodePage) : sizeof(Block) + (block->count + 1) * sizeof(Op);
  if (block != nullptr) retired_count_.fetch_add(1, std::memory_order_relaxed);
  const z::Lock lock{retired_lock_};
  retired_.push_back({generation_.load(std::memory_order_relaxed), std::move(block), std::move(page)});
  retired_bytes_.fetch_add(bytes, std::memory_order_relaxed);
}

std::uint64_t BlockCache::close_generation() {
  const z::Lock lock{retired_lock_};
  retired_bytes_.store(0, std::memory_order_relaxed);
  return generation_.fetch_add(1, std::memory_order_seq_cst) + 1;
}

void BlockCache::free_up_to(std::uint64_t generation) {
  std::deque<Retired> dead;
  const std::unique_lock no_outsider{outsiders_};
  const z::Lock lock{retired_lock_};
  while (!retired_.empty() && retired_.front().generation < generation) {
    dead.push_back(std::move(retired_.front()));
    retired_.pop_front();
  }
}

}  // namespace cpu
