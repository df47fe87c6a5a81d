#include "cpu/tlb.h"

#include <cstddef>

#include "base/assert.h"

namespace cpu {
namespace {

std::size_t hash_of(const ContextMeaning& meaning) {
  std::uint64_t h = meaning.asce >> 12 ^ meaning.asce ^ static_cast<std::uint64_t>(meaning.key) << 3 ^
                    static_cast<std::uint64_t>(meaning.space) << 1 ^ static_cast<std::uint64_t>(meaning.real) ^
                    static_cast<std::uint64_t>(meaning.access_register) << 7 ^ static_cast<std::uint64_t>(meaning.refused);
  h ^= h >> 17;
  return h ^ h >> 6;
}

}  // namespace

Context Tlb::intern(const ContextMeaning& meaning) {
  std::uint16_t& recent = hash_[hash_of(meaning) % hash_size];
  if (recent != 0 && meanings_[recent] == meaning) return recent;
  Z_ASSERT(next_context_ < context_limit);
  meanings_[next_context_] = meaning;
  recent = static_cast<std::uint16_t>(next_context_);
  return next_context_++;
}

// Old tags stay in the entries and match nothing, until the numbers run low.
void Tlb::purge() {
  hash_ = {};
  if (!is_nearly_exhausted()) return;
  entries_ = {};
  next_context_ = 1;
}

void Tlb::purge_host_page(const std::byte* page) {
  const auto wanted = reinterpret_cast<std::uintptr_t>(page);
  for (TlbEntry& entry : entries_) {
    const std::uint64_t address = (entry.read | entry.write | entry.checked_write) & page_mask;
    if (entry.addend + address == wanted) entry = {};
  }
}

void Tlb::purge_writes() {
  for (TlbEntry& entry : entries_) entry.write = entry.checked_write = 0;
}

void Tlb::purge_page_index(std::uint64_t address) {
  for (std::uint64_t page = address >> 12 & 0xFF; page < entry_count; page += 256) entries_[page] = {};
}

}  // namespace cpu
