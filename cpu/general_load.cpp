// Loading and inserting. PoP ch. 7.
#include <array>
#include <bit>

#include "base/be.h"
#include "cpu/arithmetic.h"
#include "cpu/instruction.h"

namespace cpu {
namespace {

using std::int16_t;
using std::int32_t;
using std::int8_t;
using std::uint16_t;
using std::uint32_t;
using std::uint64_t;
using std::uint8_t;

template <class R>
Step load(Cpu& cpu, const Op& op, typename R::Unsigned value) {
  R::set(cpu, op.r1, value);
  return Step::next;
}

// From storage, extended with zeros, or by the sign of `Signed`.
template <class R, class T>
Step load_zero_extended(Cpu& cpu, const Op& op, uint64_t address) {
  return load<R>(cpu, op, TRY(cpu.fetch<T>(address)));
}
template <class R, class Signed>
Step load_sign_extended(Cpu& cpu, const Op& op, uint64_t address) {
  const auto value = extend<Signed>(TRY(cpu.fetch<std::make_unsigned_t<Signed>>(address)));
  return load<R>(cpu, op, static_cast<typename R::Unsigned>(value));
}

constexpr uint8_t compare_and_trap = 0xFF;

template <class R, class T>
Step load_and_trap(Cpu& cpu, const Op& op, T mask = static_cast<T>(~T{0})) {
  const auto value = static_cast<T>(TRY(cpu.fetch<T>(cpu.operand2(op))) & mask);
  R::set(cpu, op.r1, value);
  return value == 0 ? cpu.program_interruption(Pic::data, compare_and_trap) : Step::next;
}

// LM, LMG, LMH, LAM: R1 to R3, wrapping from 15 to 0.
template <class T, class Set>
Step load_registers(Cpu& cpu, const Op& op, uint64_t address, Set set) {
  const unsigned count = ((op.r3 - op.r1) & 15U) + 1;
  std::array<std::byte, 16 * sizeof(T)> bytes;
  TRY(cpu.fetch_bytes(address, std::span{bytes}.first(count * sizeof(T))));
  for (unsigned i = 0; i < count; ++i) set((op.r1 + i) & 15U, z::Be<T>::load(&bytes[i * sizeof(T)]));
  return Step::next;
}

// ICM, ICMY, ICMH. cc 0: all inserted bits zero or mask zero, 1: the leftmost is one, 2: it is zero and another is one.
template <class R>
Step insert_under_mask(Cpu& cpu, const Op& op, uint64_t address) {
  const unsigned mask = op.r3;
  const auto count = static_cast<unsigned>(std::popcount(mask));
  std::array<std::byte, 4> bytes{};
  TRY(cpu.fetch_bytes(address, std::span{bytes}.first(count == 0 ? 1 : count)));
  auto word = R::get(cpu, op.r1);
  uint32_t inserted = 0;
  for (unsigned i = 0, next = 0; i < 4; ++i) {
    if ((mask >> (3 - i) & 1) == 0) continue;
    const unsigned shift = 24 - 8 * i;
    const auto byte = static_cast<uint32_t>(bytes[next++]);
    word = (word & ~(0xFFU << shift)) | byte << shift;
    inserted = inserted << 8 | byte;
  }
  R::set(cpu, op.r1, word);
  cpu.cc = inserted == 0 ? 0 : (inserted >> (count * 8 - 1) & 1) != 0 ? 1 : 2;
  return Step::next;
}

Step insert_halfword(Cpu& cpu, const Op& op, unsigned shift) {
  cpu.gr(op.r1) = (cpu.gr(op.r1) & ~(0xFFFFULL << shift)) | static_cast<uint64_t>(static_cast<uint16_t>(op.imm)) << shift;
  return Step::next;
}
Step load_halfword_at(Cpu& cpu, const Op& op, unsigned shift) {
  return load<Whole>(cpu, op, static_cast<uint64_t>(static_cast<uint16_t>(op.imm)) << shift);
}

}  // namespace

Z_INSTRUCTION(load_32) { return load<Low>(cpu, op, cpu.gr32(op.r2)); }
Z_INSTRUCTION(load_64) { return load<Whole>(cpu, op, cpu.gr(op.r2)); }
Z_INSTRUCTION(load_64_from_32) { return load<Whole>(cpu, op, extend<int32_t>(cpu.gr32(op.r2))); }
Z_INSTRUCTION(load_storage_32) { return load_zero_extended<Low, uint32_t>(cpu, op, cpu.operand2(op)); }
Z_INSTRUCTION(load_storage_64) { return load_zero_extended<Whole, uint64_t>(cpu, op, cpu.operand2(op)); }
Z_INSTRUCTION(load_storage_64_from_32) { return load_sign_extended<Whole, int32_t>(cpu, op, cpu.operand2(op)); }
Z_INSTRUCTION(load_relative_32) { return load_zero_extended<Low, uint32_t>(cpu, op, cpu.relative(op)); }
Z_INSTRUCTION(load_relative_64) { return load_zero_extended<Whole, uint64_t>(cpu, op, cpu.relative(op)); }
Z_INSTRUCTION(load_relative_64_from_32) { return load_sign_extended<Whole, int32_t>(cpu, op, cpu.relative(op)); }
Z_INSTRUCTION(load_immediate_32) { return load<Low>(cpu, op, static_cast<uint32_t>(op.imm)); }
Z_INSTRUCTION(load_immediate_64) { return load<Whole>(cpu, op, static_cast<uint64_t>(op.imm)); }
Z_INSTRUCTION(load_high) { return load_zero_extended<High, uint32_t>(cpu, op, cpu.operand2(op)); }

Z_INSTRUCTION(load_byte_32) { return load<Low>(cpu, op, static_cast<uint32_t>(extend<int8_t>(static_cast<uint8_t>(cpu.gr(op.r2))))); }
Z_INSTRUCTION(load_byte_64) { return load<Whole>(cpu, op, extend<int8_t>(static_cast<uint8_t>(cpu.gr(op.r2)))); }
Z_INSTRUCTION(load_storage_byte_32) { return load_sign_extended<Low, int8_t>(cpu, op, cpu.operand2(op)); }
Z_INSTRUCTION(load_storage_byte_64) { return load_sign_extended<Whole, int8_t>(cpu, op, cpu.operand2(op)); }
Z_INSTRUCTION(load_byte_high) { return load_sign_extended<High, int8_t>(cpu, op, cpu.operand2(op)); }
Z_INSTRUCTION(load_halfword_32) { return load<Low>(cpu, op, static_cast<uint32_t>(extend<int16_t>(static_cast<uint16_t>(cpu.gr(op.r2))))); }
Z_INSTRUCTION(load_halfword_64) { return load<Whole>(cpu, op, extend<int16_t>(static_cast<uint16_t>(cpu.gr(op.r2)))); }
Z_INSTRUCTION(load_storage_halfword_32) { return load_sign_extended<Low, int16_t>(cpu, op, cpu.operand2(op)); }
Z_INSTRUCTION(load_storage_halfword_64) { return load_sign_extended<Whole, int16_t>(cpu, op, cpu.operand2(op)); }
Z_INSTRUCTION(load_halfword_high) { return load_sign_extended<High, int16_t>(cpu, op, cpu.operand2(op)); }
Z_INSTRUCTION(load_relative_halfword_32) { return load_sign_extended<Low, int16_t>(cpu, op, cpu.relative(op)); }
Z_INSTRUCTION(load_relative_halfword_64) { return load_sign_extended<Whole, int16_t>(cpu, op, cpu.relative(op)); }

Z_INSTRUCTION(load_logical_64_from_32) { return load<Whole>(cpu, op, cpu.gr32(op.r2)); }
Z_INSTRUCTION(load_logical_storage_64_from_32) { return load_zero_extended<Whole, uint32_t>(cpu, op, cpu.operand2(op)); }
Z_INSTRUCTION(load_logical_relative_64_from_32) { return load_zero_extended<Whole, uint32_t>(cpu, op, cpu.relative(op)); }
Z_INSTRUCTION(load_logical_character_32) { return load<Low>(cpu, op, static_cast<uint8_t>(cpu.gr(op.r2))); }
Z_INSTRUCTION(load_logical_character_64) { return load<Whole>(cpu, op, static_cast<uint8_t>(cpu.gr(op.r2))); }
Z_INSTRUCTION(load_logical_storage_character_32) { return load_zero_extended<Low, uint8_t>(cpu, op, cpu.operand2(op)); }
Z_INSTRUCTION(load_logical_storage_character_64) { return load_zero_extended<Whole, uint8_t>(cpu, op, cpu.operand2(op)); }
Z_INSTRUCTION(load_logical_character_high) { return load_zero_extended<High, uint8_t>(cpu, op, cpu.operand2(op)); }
Z_INSTRUCTION(load_logical_halfword_32) { return load<Low>(cpu, op, static_cast<uint16_t>(cpu.gr(op.r2))); }
Z_INSTRUCTION(load_logical_halfword_64) { return load<Whole>(cpu, op, static_cast<uint16_t>(cpu.gr(op.r2))); }
Z_INSTRUCTION(load_logical_storage_halfword_32) { return load_zero_extended<Low, uint16_t>(cpu, op, cpu.operand2(op)); }
Z_INSTRUCTION(load_logical_storage_halfword_64) { return load_zero_extended<Whole, uint16_t>(cpu, op, cpu.operand2(op)); }
Z_INSTRUCTION(load_logical_halfword_high) { return load_zero_extended<High, uint16_t>(cpu, op, cpu.operand2(op)); }
Z_INSTRUCTION(load_logical_relative_halfword_32) { return load_zero_extended<Low, uint16_t>(cpu, op, cpu.relative(op)); }
Z_INSTRUCTION(load_logical_relative_halfword_64) { return load_zero_extended<Whole, uint16_t>(cpu, op, cpu.relative(op)); }
Z_INSTRUCTION(load_logical_immediate_high_high) { return load_halfword_at(cpu, op, 48); }
Z_INSTRUCTION(load_logical_immediate_high_low) { return load_halfword_at(cpu, op, 32); }
Z_INSTRUCTION(load_logical_immediate_low_high) { return load_halfword_at(cpu, op, 16); }
Z_INSTRUCTION(load_logical_immediate_low_low) { return load_halfword_at(cpu, op, 0); }
Z_INSTRUCTION(load_logical_immediate_high) { return load<Whole>(cpu, op, static_cast<uint64_t>(op.imm) << 32); }
Z_INSTRUCTION(load_logical_immediate_low) { return load<Whole>(cpu, op, static_cast<uint32_t>(op.imm)); }
Z_INSTRUCTION(load_logical_thirty_one_bits) { return load<Whole>(cpu, op, cpu.gr(op.r2) & 0x7FFF'FFFF); }
Z_INSTRUCTION(load_logical_thirty_one_bits_storage) {
  return load<Whole>(cpu, op, TRY(cpu.fetch<uint32_t>(cpu.operand2(op))) & 0x7FFF'FFFF);
}

Z_INSTRUCTION(load_and_trap_32) { return load_and_trap<Low, uint32_t>(cpu, op); }
Z_INSTRUCTION(load_and_trap_64) { return load_and_trap<Whole, uint64_t>(cpu, op); }
Z_INSTRUCTION(load_high_and_trap) { return load_and_trap<High, uint32_t>(cpu, op); }
Z_INSTRUCTION(load_logical_and_trap) { return load_and_trap<Whole, uint32_t>(cpu, op); }
Z_INSTRUCTION(load_logical_thirty_one_bits_and_trap) { return load_and_trap<Whole, uint32_t>(cpu, op, 0x7FFF'FFFF); }
Z_INSTRUCTION(load_and_zero_rightmost_byte_32) { return load<Low>(cpu, op, TRY(cpu.fetch<uint32_t>(cpu.operand2(op))) & ~0xFFU); }
Z_INSTRUCTION(load_and_zero_rightmost_byte_64) { return load<Whole>(cpu, op, TRY(cpu.fetch<uint64_t>(cpu.operand2(op))) & ~0xFFULL); }
Z_INSTRUCTION(load_logical_and_zero_rightmost_byte) {
  return load<Whole>(cpu, op, TRY(cpu.fetch<uint32_t>(cpu.operand2(op))) & ~0xFFU);
}

Z_INSTRUCTION(load_reversed_register_32) { return load<Low>(cpu, op, std::byteswap(cpu.gr32(op.r2))); }
Z_INSTRUCTION(load_reversed_register_64) { return load<Whole>(cpu, op, std::byteswap(cpu.gr(op.r2))); }
Z_INSTRUCTION(load_reversed_16) {
  const auto value = std::byteswap(TRY(cpu.fetch<uint16_t>(cpu.operand2(op))));
  cpu.set_gr32(op.r1, (cpu.gr32(op.r1) & 0xFFFF'0000) | value);
  return Step::next;
}
Z_INSTRUCTION(load_reversed_32) { return load<Low>(cpu, op, std::byteswap(TRY(cpu.fetch<uint32_t>(cpu.operand2(op))))); }
Z_INSTRUCTION(load_reversed_64) { return load<Whole>(cpu, op, std::byteswap(TRY(cpu.fetch<uint64_t>(cpu.operand2(op))))); }

// In the 24- and 31-bit modes the address takes bits 32-63; bits 0-31 stay.
Z_INSTRUCTION(load_address) {
  const auto address = cpu.operand2(op);
  if (cpu.psw.amode == AddressingMode::a64) cpu.gr(op.r1) = address;
  else cpu.set_gr32(op.r1, static_cast<uint32_t>(address));
  return Step::next;
}
Z_INSTRUCTION(load_address_relative_long) {
  const auto address = cpu.relative(op);
  if (cpu.psw.amode == AddressingMode::a64) cpu.gr(op.r1) = address;
  else cpu.set_gr32(op.r1, static_cast<uint32_t>(address));
  return Step::next;
}
// LAE: the access register as the address-space control says: 0 primary, 1 secondary, 2 home, else that of the base.
Z_INSTRUCTION(load_address_extended) {
  const auto address = cpu.operand2(op);
  if (cpu.psw.amode == AddressingMode::a64) cpu.gr(op.r1) = address;
  else cpu.set_gr32(op.r1, static_cast<uint32_t>(address));
  switch (cpu.psw.as) {
    case AddressSpace::primary: cpu.ar(op.r1) = 0; break;
    case AddressSpace::secondary: cpu.ar(op.r1) = 1; break;
    case AddressSpace::home: cpu.ar(op.r1) = 2; break;
    case AddressSpace::access_register: cpu.ar(op.r1) = op.b2 == 16 ? 0 : cpu.ar(op.b2); break;
  }
  return Step::next;
}

Z_INSTRUCTION(load_multiple_32) {
  return load_registers<uint32_t>(cpu, op, cpu.operand2_rs(op), [&](unsigned n, uint32_t value) { cpu.set_gr32(n, value); });
}
Z_INSTRUCTION(load_multiple_64) {
  return load_registers<uint64_t>(cpu, op, cpu.operand2_rs(op), [&](unsigned n, uint64_t value) { cpu.gr(n) = value; });
}
Z_INSTRUCTION(load_multiple_high) {
  return load_registers<uint32_t>(cpu, op, cpu.operand2_rs(op), [&](unsigned n, uint32_t value) { cpu.set_high32(n, value); });
}
Z_INSTRUCTION(load_access_multiple) {
  const auto address = cpu.operand2_rs(op);
  if ((address & 3) != 0) return cpu.program_interruption(Pic::specification);
  return load_registers<uint32_t>(cpu, op, address, [&](unsigned n, uint32_t value) { cpu.ar(n) = value; });
}
// LMD: high halves from the second operand, low halves from the fourth.
Z_INSTRUCTION(load_multiple_disjoint) {
  const unsigned count = ((op.r3 - op.r1) & 15U) + 1;
  std::array<std::byte, 64> high, low;
  TRY(cpu.fetch_bytes(cpu.operand1(op), std::span{high}.first(count * 4)));
  TRY(cpu.fetch_bytes(cpu.operand2_rs(op), std::span{low}.first(count * 4)));
  for (unsigned i = 0; i < count; ++i)
    cpu.gr((op.r1 + i) & 15U) = static_cast<uint64_t>(z::be32::load(&high[i * 4])) << 32 | z::be32::load(&low[i * 4]);
  return Step::next;
}
// LPQ: one access of sixteen bytes as others see it. The host's only one is an update, so the page must allow stores.
Z_INSTRUCTION(load_pair_from_quadword) {
  const auto address = cpu.operand2(op);
  if ((op.r1 & 1) != 0 || (address & 15) != 0) return cpu.program_interruption(Pic::specification);
  const auto pair = TRY((cpu.compare_and_swap<unsigned __int128>(address, 0, 0)));
  cpu.gr(op.r1) = static_cast<uint64_t>(pair >> 64);
  cpu.gr(op.r1 + 1) = static_cast<uint64_t>(pair);
  return Step::next;
}

// LOC and its like: nothing is accessed when M3 does not select the condition code.
Z_INSTRUCTION(load_on_condition_register_32) { return is_selected(cpu.cc, op.r3) ? load<Low>(cpu, op, cpu.gr32(op.r2)) : Step::next; }
Z_INSTRUCTION(load_on_condition_register_64) { return is_selected(cpu.cc, op.r3) ? load<Whole>(cpu, op, cpu.gr(op.r2)) : Step::next; }
Z_INSTRUCTION(load_high_on_condition_register) { return is_selected(cpu.cc, op.r3) ? load<High>(cpu, op, cpu.high32(op.r2)) : Step::next; }
Z_INSTRUCTION(load_on_condition_32) {
  return is_selected(cpu.cc, op.r3) ? load_zero_extended<Low, uint32_t>(cpu, op, cpu.operand2_rs(op)) : Step::next;
}
Z_INSTRUCTION(load_on_condition_64) {
  return is_selected(cpu.cc, op.r3) ? load_zero_extended<Whole, uint64_t>(cpu, op, cpu.operand2_rs(op)) : Step::next;
}
Z_INSTRUCTION(load_high_on_condition) {
  return is_selected(cpu.cc, op.r3) ? load_zero_extended<High, uint32_t>(cpu, op, cpu.operand2_rs(op)) : Step::next;
}
Z_INSTRUCTION(load_immediate_on_condition_32) { return is_selected(cpu.cc, op.r3) ? load<Low>(cpu, op, static_cast<uint32_t>(op.imm)) : Step::next; }
Z_INSTRUCTION(load_immediate_on_condition_64) { return is_selected(cpu.cc, op.r3) ? load<Whole>(cpu, op, static_cast<uint64_t>(op.imm)) : Step::next; }
Z_INSTRUCTION(load_immediate_high_on_condition) { return is_selected(cpu.cc, op.r3) ? load<High>(cpu, op, static_cast<uint32_t>(op.imm)) : Step::next; }

Z_INSTRUCTION(insert_character) {
  const auto byte = TRY(cpu.fetch<uint8_t>(cpu.operand2(op)));
  cpu.gr(op.r1) = (cpu.gr(op.r1) & ~0xFFULL) | byte;
  return Step::next;
}
Z_INSTRUCTION(insert_characters_under_mask) { return insert_under_mask<Low>(cpu, op, cpu.operand2_rs(op)); }
Z_INSTRUCTION(insert_characters_under_mask_high) { return insert_under_mask<High>(cpu, op, cpu.operand2_rs(op)); }
Z_INSTRUCTION(insert_immediate_high_high) { return insert_halfword(cpu, op, 48); }
Z_INSTRUCTION(insert_immediate_high_low) { return insert_halfword(cpu, op, 32); }
Z_INSTRUCTION(insert_immediate_low_high) { return insert_halfword(cpu, op, 16); }
Z_INSTRUCTION(insert_immediate_low_low) { return insert_halfword(cpu, op, 0); }
Z_INSTRUCTION(insert_immediate_high) { return load<High>(cpu, op, static_cast<uint32_t>(op.imm)); }
Z_INSTRUCTION(insert_immediate_low) { return load<Low>(cpu, op, static_cast<uint32_t>(op.imm)); }

Z_INSTRUCTION(insert_program_mask) {
  const uint32_t byte = static_cast<uint32_t>(cpu.cc) << 4 | cpu.psw.program_mask;
  cpu.set_gr32(op.r1, (cpu.gr32(op.r1) & 0x00FF'FFFF) | byte << 24);
  return Step::next;
}
Z_INSTRUCTION(set_program_mask) {
  cpu.cc = cpu.gr32(op.r1) >> 28 & 3;
  cpu.psw.program_mask = cpu.gr32(op.r1) >> 24 & 0xF;
  return Step::next;
}
Z_INSTRUCTION(extract_access) { return load<Low>(cpu, op, cpu.ar(op.r2)); }
Z_INSTRUCTION(set_access) {
  cpu.ar(op.r1) = cpu.gr32(op.r2);
  return Step::next;
}
Z_INSTRUCTION(copy_access) {
  cpu.ar(op.r1) = cpu.ar(op.r2);
  return Step::next;
}

}  // namespace cpu
