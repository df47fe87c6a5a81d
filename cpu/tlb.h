#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "cpu/interruption_codes.h"
#include "cpu/psw.h"

namespace cpu {

inline constexpr std::uint64_t page_mask = ~0xFFFull;

// Names an address space together with the access key that reaches it: 1-4095, 0 names none. A tag is
// `page address | context`, so changing the space or the key is one store and not a purge.
using Context = std::uint64_t;

// What a context stands for.
struct ContextMeaning {
  std::uint64_t asce = 0;
  AddressSpace space = AddressSpace::primary;
  bool real = false;  // DAT off: real addresses
  std::uint8_t key = 0;
  std::uint8_t access_register = 0;  // in the access-register mode
  bool fetch_only = false;           // the access-list entry allows no store
  bool for_instructions = false;     // while instruction-execution protection is on
  bool watched = false;              // each store is looked at: there is never a write tag
  bool counted = false;              // each access is looked at (constrained transaction): there is never a tag
  Pic refused = Pic::none;           // access-register translation failed, which the first access finds out
  bool operator==(const ContextMeaning&) const = default;
};

// One translated page. The write tag exists only for a page whose change bit and dirty mark are set, that holds no
// decoded code and whose every byte may be stored into; everything else takes the slow path (interpreter.md, 3).
struct TlbEntry {
  std::uint64_t read = 0;
  std::uint64_t write = 0;
  std::uint64_t checked_write = 0;  // as `write`, but each store looks for decoded code and low-address protection
  std::uintptr_t addend = 0;     // host address - guest address

  std::byte* host(std::uint64_t address) const { return reinterpret_cast<std::byte*>(addend + address); }
};

// Translations of one CPU; used by its thread only.
class Tlb {
 public:
  static constexpr unsigned entry_count = 512;

  TlbEntry& entry(std::uint64_t address) { return entries_[address >> 12 & (entry_count - 1)]; }
  // Single fields of that entry, for the hit path: the host reaches each by one address from the start of the table, where
  // a reference to the entry costs two instructions more.
  std::uint64_t read_tag(std::uint64_t address) const { return field<offsetof(TlbEntry, read)>(address); }
  std::uint64_t write_tag(std::uint64_t address) const { return field<offsetof(TlbEntry, write)>(address); }
  std::byte* host(std::uint64_t address) const {
    return reinterpret_cast<std::byte*>(field<offsetof(TlbEntry, addend)>(address) + address);
  }

  // A context keeps its meaning until the next purge() or forget. The owner looks at `is_nearly_exhausted` between two
  // blocks, and purges then; a block cannot use up what is left.
  Context intern(const ContextMeaning& meaning);
  const ContextMeaning& meaning(Context context) const { return meanings_[context]; }
  bool is_nearly_exhausted() const { return next_context_ > context_limit - reserve; }

  void purge();
  void purge_host_page(const std::byte* page);
  void purge_writes();
  void purge_page_index(std::uint64_t address);  // every page with these bits 44-51, in any space (IPTE)

 private:
  template <std::size_t offset>
  std::uint64_t field(std::uint64_t address) const {
    const auto* const table = reinterpret_cast<const std::byte*>(entries_.data());
    return *reinterpret_cast<const std::uint64_t*>(table + offset + (address >> 12) % entry_count * sizeof(TlbEntry));
  }

  static constexpr unsigned context_limit = 4096, reserve = 512;
  static constexpr unsigned hash_size = 64;

  std::array<TlbEntry, entry_count> entries_{};
  std::array<ContextMeaning, context_limit> meanings_{};
  std::array<std::uint16_t, hash_size> hash_{};  // recently used contexts by hash of their meaning
  unsigned next_context_ = 1;
};

}  // namespace cpu
