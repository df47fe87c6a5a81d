#include <array>

#include "base/units.h"
#include "cpu/fixed_point.h"
#include "cpu/instruction.h"

// Load and store multiple, insert and store characters under mask, quadword pairs (PoP ch. 7).
namespace cpu {
namespace {

using U8 = std::uint8_t;
using U32 = std::uint32_t;
using U64 = std::uint64_t;

// R1 to R3, around from 15 to 0.
unsigned register_count(const Op& op) { return ((op.r3 - op.r1) & 15u) + 1; }

bool is_in_one_page(U64 address, U64 length) { return ((address ^ (address + length - 1)) & page_mask) == 0; }

// Hands `count` consecutive operands to set(register, value). All have been fetched before the first is set.
template <class T, class Set>
Step load_multiple(Cpu& cpu, const Op& op, U64 address, Set set) {
  const unsigned count = register_count(op);
  std::array<std::byte, 16 * sizeof(T)> crossing;
  const std::byte* from = crossing.data();
  if (is_in_one_page(address, count * sizeof(T))) from = TRY(cpu.host_fetch(address, count * sizeof(T)));
  else TRY(cpu.fetch_bytes(address, std::span{crossing}.first(count * sizeof(T))));
  for (unsigned i = 0; i < count; ++i) set((op.r1 + i) & 15, host_load<T>(from + i * sizeof(T)));
  return Step::next;
}

// Stores get(register) for each of them.
template <class T, class Get>
Step store_multiple(Cpu& cpu, const Op& op, Get get) {
  const U64 address = cpu.operand2_rs(op);
  const unsigned count = register_count(op);
  const bool in_one_page = is_in_one_page(address, count * sizeof(T));
  std::array<std::byte, 16 * sizeof(T)> crossing;
  std::byte* const to = in_one_page ? TRY(cpu.host_store(address, count * sizeof(T))) : crossing.data();
  for (unsigned i = 0; i < count; ++i) host_store<T>(to + i * sizeof(T), static_cast<T>(get((op.r1 + i) & 15)));
  if (!in_one_page) TRY(cpu.store_bytes(address, std::span{crossing}.first(count * sizeof(T))));
  return Step::next;
}

// The bytes of a word that a mask selects, leftmost first.
struct SelectedBytes {
  std::array<U8, 4> shift;
  unsigned count;
};
SelectedBytes selected_bytes(unsigned mask) {
  SelectedBytes result{};
  for (unsigned byte = 0; byte < 4; ++byte)
    if (mask & 8u >> byte) result.shift[result.count++] = static_cast<U8>(24 - 8 * byte);
  return result;
}

struct Inserted {
  U32 word;
  U8 cc;
};
Access<Inserted> insert_under_mask(Cpu& cpu, const Op& op, U32 word) {
  const auto bytes = selected_bytes(op.r3);
  std::array<std::byte, 4> fetched{};
  if (bytes.count != 0 && !cpu.fetch_bytes(cpu.operand2_rs(op), std::span{fetched}.first(bytes.count)))
    return Access<Inserted>::refused();
  U32 all = 0;
  for (unsigned i = 0; i < bytes.count; ++i) {
    const auto byte = std::to_integer<U32>(fetched[i]);
    word = (word & ~(0xFFu << bytes.shift[i])) | byte << bytes.shift[i];
    all |= byte;
  }
  const bool leftmost_is_one = std::to_integer<U8>(fetched[0]) & 0x80;
  return Inserted{word, static_cast<U8>(all == 0 ? 0 : leftmost_is_one ? 1 : 2)};
}

Step store_under_mask(Cpu& cpu, const Op& op, U32 word) {
  const auto bytes = selected_bytes(op.r3);
  std::array<std::byte, 4> selected{};
  for (unsigned i = 0; i < bytes.count; ++i) selected[i] = static_cast<std::byte>(word >> bytes.shift[i]);
  if (bytes.count != 0) TRY(cpu.store_bytes(cpu.operand2_rs(op), std::span{selected}.first(bytes.count)));
  return Step::next;
}

constexpr unsigned quadword = 16;
bool is_quadword_operand(const Op& op, U64 address) { return op.r1 % 2 == 0 && address % quadword == 0; }

}  // namespace

Z_INSTRUCTION(load_multiple_32) {
  return load_multiple<U32>(cpu, op, cpu.operand2_rs(op), [&](unsigned n, U32 value) { cpu.set_gr32(n, value); });
}
Z_INSTRUCTION(load_multiple_64) {
  return load_multiple<U64>(cpu, op, cpu.operand2_rs(op), [&](unsigned n, U64 value) { cpu.gr(n) = value; });
}
Z_INSTRUCTION(load_multiple_high) {
  return load_multiple<U32>(cpu, op, cpu.operand2_rs(op), [&](unsigned n, U32 value) { cpu.set_high32(n, value); });
}
Z_INSTRUCTION(load_access_multiple) {
  const U64 address = cpu.operand2_rs(op);
  if (!is_aligned<U32>(address)) return cpu.program_interruption(Pic::specification);
  return load_multiple<U32>(cpu, op, address, [&](unsigned n, U32 value) { cpu.ar(n) = value; });
}
// The high words from the second operand, the low words from the fourth.
Z_INSTRUCTION(load_multiple_disjoint) {
  const U64 low = cpu.operand2_rs(op);
  std::array<std::byte, 64> low_words;
  const unsigned length = register_count(op) * sizeof(U32);
  TRY(cpu.fetch_bytes(low, std::span{low_words}.first(length)));
  return load_multiple<U32>(cpu, op, cpu.operand1(op), [&](unsigned n, U32 value) {
    const unsigned index = (n - op.r1) & 15;
    cpu.gr(n) = static_cast<U64>(value) << 32 | host_load<U32>(&low_words[index * sizeof(U32)]);
  });
}

Z_INSTRUCTION(store_multiple_32) {
  return store_multiple<U32>(cpu, op, [&](unsigned n) { return cpu.gr32(n); });
}
Z_INSTRUCTION(store_multiple_64) {
  return store_multiple<U64>(cpu, op, [&](unsigned n) { return cpu.gr(n); });
}
Z_INSTRUCTION(store_multiple_high) {
  return store_multiple<U32>(cpu, op, [&](unsigned n) { return cpu.high32(n); });
}
Z_INSTRUCTION(store_access_multiple) {
  if (!is_aligned<U32>(cpu.operand2_rs(op))) return cpu.program_interruption(Pic::specification);
  return store_multiple<U32>(cpu, op, [&](unsigned n) { return cpu.ar(n); });
}

Z_INSTRUCTION(insert_characters_under_mask) {
  const auto [word, cc] = TRY(insert_under_mask(cpu, op, cpu.gr32(op.r1)));
  cpu.set_gr32(op.r1, word);
  cpu.cc = cc;
  return Step::next;
}
Z_INSTRUCTION(insert_characters_under_mask_high) {
  const auto [word, cc] = TRY(insert_under_mask(cpu, op, cpu.high32(op.r1)));
  cpu.set_high32(op.r1, word);
  cpu.cc = cc;
  return Step::next;
}
Z_INSTRUCTION(store_characters_under_mask) { return store_under_mask(cpu, op, cpu.gr32(op.r1)); }
Z_INSTRUCTION(store_characters_under_mask_high) { return store_under_mask(cpu, op, cpu.high32(op.r1)); }

// PoP ch. 7: quadword consistent. The host's only such fetch is a compare-and-swap that changes nothing.
Z_INSTRUCTION(load_pair_from_quadword) {
  const U64 address = cpu.operand2(op);
  if (!is_quadword_operand(op, address)) return cpu.program_interruption(Pic::specification);
  const Uint128 pair = host_compare_and_swap<Uint128>(TRY(cpu.host_fetch(address, quadword)), 0, 0);
  cpu.gr(op.r1) = static_cast<U64>(pair >> 64);
  cpu.gr(op.r1 + 1u) = static_cast<U64>(pair);
  return Step::next;
}
Z_INSTRUCTION(store_pair_to_quadword) {
  const U64 address = cpu.operand2(op);
  if (!is_quadword_operand(op, address)) return cpu.program_interruption(Pic::specification);
  std::byte* const to = TRY(cpu.host_store(address, quadword));
  const Uint128 pair = static_cast<Uint128>(cpu.gr(op.r1)) << 64 | cpu.gr(op.r1 + 1u);
  for (Uint128 found = 0, expected = 1; found != expected;) {
    expected = found;
    found = host_compare_and_swap<Uint128>(to, expected, pair);
  }
  return Step::next;
}

}  // namespace cpu
