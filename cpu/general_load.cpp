// Loading general and access registers from registers, immediates and storage. PoP ch. 7.
#include <algorithm>
#include <array>
#include <bit>
#include <span>

#include "base/address.h"
#include "base/be.h"
#include "cpu/arithmetic.h"
#include "cpu/control.h"
#include "cpu/host_access.h"
#include "cpu/instruction.h"
#include "cpu/register_parts.h"
#include "cpu/relative_operand.h"

namespace cpu {

using std::int16_t;
using std::int32_t;
using std::int8_t;
using std::uint16_t;
using std::uint32_t;
using std::uint64_t;
using std::uint8_t;

namespace {

// Throughout, `From` is the type of the second operand, signed where it is extended with its sign, and R the part of
// the register that it goes to.
template <class R, class From>
void set_extended(Cpu& cpu, unsigned n, From value) {
  R::set(cpu, n, static_cast<typename R::Unsigned>(value));
}

template <class From>
Access<From> fetch_as(Cpu& cpu, uint64_t address) {
  const auto value = cpu.fetch<std::make_unsigned_t<From>>(address);
  if (!value) return Access<From>::refused();
  return static_cast<From>(value.value());
}

template <class R, class From>
Step load_register(Cpu& cpu, const Op& op) {
  set_extended<R>(cpu, op.r1, static_cast<From>(cpu.gr(op.r2)));
  return Step::next;
}

template <class R, class From>
Step load_storage(Cpu& cpu, const Op& op) {
  set_extended<R>(cpu, op.r1, TRY(fetch_as<From>(cpu, cpu.operand2(op))));
  return Step::next;
}

template <class R, class From>
Step load_relative(Cpu& cpu, const Op& op) {
  set_extended<R>(cpu, op.r1, static_cast<From>(TRY(fetch_relative<std::make_unsigned_t<From>>(cpu, op))));
  return Step::next;
}

template <class R>
Step load_on_condition(Cpu& cpu, const Op& op) {
  if (!is_selected(cpu.cc, op.r3)) return Step::next;
  R::set(cpu, op.r1, TRY(cpu.fetch<typename R::Unsigned>(cpu.operand2_rs(op))));
  return Step::next;
}

template <class R>
Step load_register_on_condition(Cpu& cpu, const Op& op) {
  if (is_selected(cpu.cc, op.r3)) R::set(cpu, op.r1, R::get(cpu, op.r2));
  return Step::next;
}

template <class R>
Step select(Cpu& cpu, const Op& op) {
  R::set(cpu, op.r1, R::get(cpu, is_selected(cpu.cc, op.m4()) ? op.r2 : op.r3));
  return Step::next;
}

template <class R>
Step load_immediate(Cpu& cpu, const Op& op) {
  set_extended<R>(cpu, op.r1, op.imm);
  return Step::next;
}

template <class R>
Step load_immediate_on_condition(Cpu& cpu, const Op& op) {
  return is_selected(cpu.cc, op.r3) ? load_immediate<R>(cpu, op) : Step::next;
}

// LLIHH and its like: the rest of the register becomes zero.
template <class R>
Step load_logical_immediate(Cpu& cpu, const Op& op) {
  cpu.gr(op.r1) = 0;
  return load_immediate<R>(cpu, op);
}

// LAT and its like: zero is loaded, too, before it traps (PoP ch. 6, "Data-Exception Codes": compare and trap).
template <class R>
Step load_and_trap(Cpu& cpu, const Op& op, uint32_t mask = ~0U) {
  constexpr uint8_t compare_and_trap = 0xFF;
  auto value = TRY(cpu.fetch<typename R::Unsigned>(cpu.operand2(op)));
  if constexpr (sizeof(value) == 4) value &= mask;
  R::set(cpu, op.r1, value);
  return value == 0 ? cpu.program_interruption(Pic::data, compare_and_trap) : Step::next;
}

// A word that is extended with zeros to the whole register.
struct WordToWhole {
  using Unsigned = uint32_t;
  static void set(Cpu& cpu, unsigned n, Unsigned value) { cpu.gr(n) = value; }
};

template <class R>
Step load_and_zero_rightmost_byte(Cpu& cpu, const Op& op) {
  using Unsigned = typename R::Unsigned;
  R::set(cpu, op.r1, TRY(cpu.fetch<Unsigned>(cpu.operand2(op))) & ~Unsigned{0xFF});
  return Step::next;
}

template <class R>
Step load_reversed(Cpu& cpu, const Op& op) {
  R::set(cpu, op.r1, std::byteswap(TRY(cpu.fetch<typename R::Unsigned>(cpu.operand2(op)))));
  return Step::next;
}

// Registers R1 to R3, wrapping from 15 to 0; `set` puts a value into one. Nearly always in one page.
template <class T, class F>
Step load_registers(Cpu& cpu, const Op& op, Context space, uint64_t address, F set) {
  const unsigned count = ((op.r3 - op.r1) & 0xFU) + 1, length = count * sizeof(T);
  if (address % z::page_size + length <= z::page_size) [[likely]] {
    const std::byte* from = TRY(cpu.host_fetch_in(space, address, length));
    const unsigned up_to_15 = std::min(count, 16U - op.r1);
    for (unsigned i = 0; i < up_to_15; ++i) set(op.r1 + i, host_load<T>(from + i * sizeof(T)));
    for (unsigned i = up_to_15; i < count; ++i) set(op.r1 + i - 16, host_load<T>(from + i * sizeof(T)));
    return Step::next;
  }
  std::array<std::byte, 16 * sizeof(T)> image;
  TRY(cpu.fetch_bytes_in(space, address, std::span{image}.first(length)));
  for (unsigned i = 0; i < count; ++i) set((op.r1 + i) & 0xF, z::Be<T>::load(&image[i * sizeof(T)]));
  return Step::next;
}

// The bytes in storage replace, side by side, those of the register part that M3 selects. A mask of zero still has one
// byte looked at for access exceptions.
template <class R>
Step insert_under_mask(Cpu& cpu, const Op& op) {
  const unsigned count = static_cast<unsigned>(std::popcount(op.r3));
  std::array<std::byte, 4> bytes{};
  TRY(cpu.fetch_bytes(cpu.operand2_rs(op), std::span{bytes}.first(count == 0 ? 1 : count)));
  uint32_t inserted = 0, replaced = 0;
  for (unsigned i = 0, taken = 0; i < 4; ++i) {
    if ((op.r3 & 8U >> i) == 0) continue;
    replaced |= 0xFF000000U >> 8 * i;
    inserted |= static_cast<uint32_t>(bytes[taken++]) << (24 - 8 * i);
  }
  R::set(cpu, op.r1, (R::get(cpu, op.r1) & ~replaced) | inserted);
  const bool leftmost = count != 0 && (bytes[0] & std::byte{0x80}) != std::byte{};
  cpu.cc = inserted == 0 ? 0 : leftmost ? 1 : 2;
  return Step::next;
}

}  // namespace

Z_PAIRED_INSTRUCTION(load_32) { return load_register<Low, uint32_t>(cpu, op); }
Z_PAIRED_INSTRUCTION(load_64) { return load_register<Whole, uint64_t>(cpu, op); }
Z_PAIRED_INSTRUCTION(load_64_from_32) { return load_register<Whole, int32_t>(cpu, op); }
Z_INSTRUCTION(load_byte_32) { return load_register<Low, int8_t>(cpu, op); }
Z_INSTRUCTION(load_byte_64) { return load_register<Whole, int8_t>(cpu, op); }
Z_INSTRUCTION(load_halfword_32) { return load_register<Low, int16_t>(cpu, op); }
Z_INSTRUCTION(load_halfword_64) { return load_register<Whole, int16_t>(cpu, op); }
Z_PAIRED_INSTRUCTION(load_logical_64_from_32) { return load_register<Whole, uint32_t>(cpu, op); }
Z_INSTRUCTION(load_logical_character_32) { return load_register<Low, uint8_t>(cpu, op); }
Z_INSTRUCTION(load_logical_character_64) { return load_register<Whole, uint8_t>(cpu, op); }
Z_PAIRED_INSTRUCTION(load_logical_halfword_32) { return load_register<Low, uint16_t>(cpu, op); }
Z_INSTRUCTION(load_logical_halfword_64) { return load_register<Whole, uint16_t>(cpu, op); }

Z_PAIRED_INSTRUCTION(load_storage_32) { return load_storage<Low, uint32_t>(cpu, op); }
Z_PAIRED_INSTRUCTION(load_storage_64) { return load_storage<Whole, uint64_t>(cpu, op); }
Z_INSTRUCTION(load_storage_64_from_32) { return load_storage<Whole, int32_t>(cpu, op); }
Z_INSTRUCTION(load_storage_byte_32) { return load_storage<Low, int8_t>(cpu, op); }
Z_INSTRUCTION(load_storage_byte_64) { return load_storage<Whole, int8_t>(cpu, op); }
Z_PAIRED_INSTRUCTION(load_storage_halfword_32) { return load_storage<Low, int16_t>(cpu, op); }
Z_INSTRUCTION(load_storage_halfword_64) { return load_storage<Whole, int16_t>(cpu, op); }
Z_INSTRUCTION(load_logical_storage_64_from_32) { return load_storage<Whole, uint32_t>(cpu, op); }
Z_PAIRED_INSTRUCTION(load_logical_storage_character_32) { return load_storage<Low, uint8_t>(cpu, op); }
Z_PAIRED_INSTRUCTION(load_logical_storage_character_64) { return load_storage<Whole, uint8_t>(cpu, op); }
Z_INSTRUCTION(load_logical_storage_halfword_32) { return load_storage<Low, uint16_t>(cpu, op); }
Z_INSTRUCTION(load_logical_storage_halfword_64) { return load_storage<Whole, uint16_t>(cpu, op); }
Z_INSTRUCTION(load_high) { return load_storage<High, uint32_t>(cpu, op); }
Z_INSTRUCTION(load_byte_high) { return load_storage<High, int8_t>(cpu, op); }
Z_INSTRUCTION(load_halfword_high) { return load_storage<High, int16_t>(cpu, op); }
Z_INSTRUCTION(load_logical_character_high) { return load_storage<High, uint8_t>(cpu, op); }
Z_INSTRUCTION(load_logical_halfword_high) { return load_storage<High, uint16_t>(cpu, op); }

Z_INSTRUCTION(load_relative_32) { return load_relative<Low, uint32_t>(cpu, op); }
Z_INSTRUCTION(load_relative_64) { return load_relative<Whole, uint64_t>(cpu, op); }
Z_INSTRUCTION(load_relative_64_from_32) { return load_relative<Whole, int32_t>(cpu, op); }
Z_INSTRUCTION(load_relative_halfword_32) { return load_relative<Low, int16_t>(cpu, op); }
Z_INSTRUCTION(load_relative_halfword_64) { return load_relative<Whole, int16_t>(cpu, op); }
Z_INSTRUCTION(load_logical_relative_halfword_32) { return load_relative<Low, uint16_t>(cpu, op); }
Z_INSTRUCTION(load_logical_relative_halfword_64) { return load_relative<Whole, uint16_t>(cpu, op); }
Z_INSTRUCTION(load_logical_relative_64_from_32) { return load_relative<Whole, uint32_t>(cpu, op); }

Z_PAIRED_INSTRUCTION(load_immediate_32) { return load_immediate<Low>(cpu, op); }
Z_PAIRED_INSTRUCTION(load_immediate_64) { return load_immediate<Whole>(cpu, op); }
Z_INSTRUCTION(load_logical_immediate_high) { return load_logical_immediate<High>(cpu, op); }
Z_INSTRUCTION(load_logical_immediate_low) { return load_logical_immediate<Low>(cpu, op); }
Z_INSTRUCTION(load_logical_immediate_high_high) { return load_logical_immediate<HighHigh>(cpu, op); }
Z_INSTRUCTION(load_logical_immediate_high_low) { return load_logical_immediate<HighLow>(cpu, op); }
Z_INSTRUCTION(load_logical_immediate_low_high) { return load_logical_immediate<LowHigh>(cpu, op); }
Z_INSTRUCTION(load_logical_immediate_low_low) { return load_logical_immediate<LowLow>(cpu, op); }
Z_INSTRUCTION(insert_immediate_high) { return load_immediate<High>(cpu, op); }
Z_PAIRED_INSTRUCTION(insert_immediate_low) { return load_immediate<Low>(cpu, op); }
Z_INSTRUCTION(insert_immediate_high_high) { return load_immediate<HighHigh>(cpu, op); }
Z_INSTRUCTION(insert_immediate_high_low) { return load_immediate<HighLow>(cpu, op); }
Z_INSTRUCTION(insert_immediate_low_high) { return load_immediate<LowHigh>(cpu, op); }
Z_INSTRUCTION(insert_immediate_low_low) { return load_immediate<LowLow>(cpu, op); }

Z_INSTRUCTION(load_on_condition_32) { return load_on_condition<Low>(cpu, op); }
Z_INSTRUCTION(load_on_condition_64) { return load_on_condition<Whole>(cpu, op); }
Z_INSTRUCTION(load_high_on_condition) { return load_on_condition<High>(cpu, op); }
Z_INSTRUCTION(load_on_condition_register_32) { return load_register_on_condition<Low>(cpu, op); }
Z_INSTRUCTION(load_on_condition_register_64) { return load_register_on_condition<Whole>(cpu, op); }
Z_INSTRUCTION(load_high_on_condition_register) { return load_register_on_condition<High>(cpu, op); }
Z_INSTRUCTION(load_immediate_on_condition_32) { return load_immediate_on_condition<Low>(cpu, op); }
Z_INSTRUCTION(load_immediate_on_condition_64) { return load_immediate_on_condition<Whole>(cpu, op); }
Z_INSTRUCTION(load_immediate_high_on_condition) { return load_immediate_on_condition<High>(cpu, op); }

Z_INSTRUCTION(select_32) { return select<Low>(cpu, op); }
Z_INSTRUCTION(select_64) { return select<Whole>(cpu, op); }
Z_INSTRUCTION(select_high) { return select<High>(cpu, op); }

Z_INSTRUCTION(load_and_trap_32) { return load_and_trap<Low>(cpu, op); }
Z_INSTRUCTION(load_and_trap_64) { return load_and_trap<Whole>(cpu, op); }
Z_INSTRUCTION(load_high_and_trap) { return load_and_trap<High>(cpu, op); }
Z_INSTRUCTION(load_logical_and_trap) { return load_and_trap<WordToWhole>(cpu, op); }
Z_INSTRUCTION(load_logical_thirty_one_bits_and_trap) { return load_and_trap<WordToWhole>(cpu, op, 0x7FFF'FFFF); }
Z_INSTRUCTION(load_and_zero_rightmost_byte_32) { return load_and_zero_rightmost_byte<Low>(cpu, op); }
Z_INSTRUCTION(load_and_zero_rightmost_byte_64) { return load_and_zero_rightmost_byte<Whole>(cpu, op); }
Z_INSTRUCTION(load_logical_and_zero_rightmost_byte) { return load_and_zero_rightmost_byte<WordToWhole>(cpu, op); }

Z_INSTRUCTION(load_logical_thirty_one_bits) {
  cpu.gr(op.r1) = cpu.gr(op.r2) & 0x7FFF'FFFF;
  return Step::next;
}
Z_INSTRUCTION(load_logical_thirty_one_bits_storage) {
  cpu.gr(op.r1) = TRY(cpu.fetch<uint32_t>(cpu.operand2(op))) & 0x7FFF'FFFF;
  return Step::next;
}

Z_INSTRUCTION(load_reversed_16) { return load_reversed<LowLow>(cpu, op); }
Z_INSTRUCTION(load_reversed_32) { return load_reversed<Low>(cpu, op); }
Z_INSTRUCTION(load_reversed_64) { return load_reversed<Whole>(cpu, op); }
Z_INSTRUCTION(load_reversed_register_32) {
  cpu.set_gr32(op.r1, std::byteswap(cpu.gr32(op.r2)));
  return Step::next;
}
Z_INSTRUCTION(load_reversed_register_64) {
  cpu.gr(op.r1) = std::byteswap(cpu.gr(op.r2));
  return Step::next;
}

Z_PAIRED_INSTRUCTION(insert_character) {
  const uint8_t character = TRY(cpu.fetch<uint8_t>(cpu.operand2(op)));
  cpu.gr(op.r1) = (Cpu::kept(cpu.gr(op.r1)) & ~0xFFULL) | character;
  return Step::next;
}
Z_INSTRUCTION(insert_characters_under_mask) { return insert_under_mask<Low>(cpu, op); }
Z_INSTRUCTION(insert_characters_under_mask_high) { return insert_under_mask<High>(cpu, op); }

Z_INSTRUCTION(load_multiple_32) {
  return load_registers<uint32_t>(cpu, op, cpu.context(), cpu.operand2_rs(op), [&](unsigned n, uint32_t v) { cpu.set_gr32(n, v); });
}
Z_PAIRED_INSTRUCTION(load_multiple_64) {
  return load_registers<uint64_t>(cpu, op, cpu.context(), cpu.operand2_rs(op), [&](unsigned n, uint64_t v) { cpu.gr(n) = v; });
}
Z_INSTRUCTION(load_multiple_high) {
  return load_registers<uint32_t>(cpu, op, cpu.context(), cpu.operand2_rs(op), [&](unsigned n, uint32_t v) { cpu.set_high32(n, v); });
}
Z_INSTRUCTION(load_access_multiple) {
  const uint64_t address = cpu.operand2_rs(op);
  if (address % 4 != 0) return cpu.program_interruption(Pic::specification);
  return load_registers<uint32_t>(cpu, op, cpu.context(), address, [&](unsigned n, uint32_t v) { cpu.ar(n) = v; });
}
// LMD: the second operand (B2, D2) is in the place of the first of other formats, the fourth in that of the second.
Z_INSTRUCTION(load_multiple_disjoint) {
  const uint64_t high_at = cpu.operand1(op), low_at = cpu.operand2_rs(op);
  const Context high_space = cpu.space_of(op.b1), low_space = cpu.space_of(op.b2);
  TRY(cpu.probe_fetch_in(low_space, low_at, (((op.r3 - op.r1) & 0xFU) + 1) * 4));
  const auto set_high = [&](unsigned n, uint32_t value) { cpu.set_high32(n, value); };
  if (const Step step = load_registers<uint32_t>(cpu, op, high_space, high_at, set_high); step != Step::next) return step;
  return load_registers<uint32_t>(cpu, op, low_space, low_at, [&](unsigned n, uint32_t value) { cpu.set_gr32(n, value); });
}
Z_INSTRUCTION(load_pair_from_quadword) {
  const uint64_t address = cpu.operand2(op);
  if (op.r1 % 2 != 0 || address % 16 != 0) return cpu.program_interruption(Pic::specification);
  const Uint128 pair = host_load_quadword(TRY(cpu.host_fetch(address, 16)));
  cpu.gr(op.r1) = static_cast<uint64_t>(pair >> 64);
  cpu.gr(op.r1 + 1U) = static_cast<uint64_t>(pair);
  return Step::next;
}

Z_PAIRED_INSTRUCTION(load_address) {
  set_address_register(cpu, op.r1, cpu.operand2(op));
  return Step::next;
}
Z_INSTRUCTION(load_address_relative_long) {
  set_address_register(cpu, op.r1, cpu.relative(op));
  return Step::next;
}
// The access register tells the space in which the PSW has the address mean what it means.
Z_INSTRUCTION(load_address_extended) {
  constexpr unsigned no_register = 16;
  set_address_register(cpu, op.r1, cpu.operand2(op));
  switch (cpu.psw.as) {
    case AddressSpace::primary: cpu.ar(op.r1) = 0; break;
    case AddressSpace::access_register: cpu.ar(op.r1) = op.b2 == no_register ? 0 : cpu.ar(op.b2); break;
    case AddressSpace::secondary: cpu.ar(op.r1) = 1; break;
    case AddressSpace::home: cpu.ar(op.r1) = 2; break;
  }
  return Step::next;
}

Z_INSTRUCTION(extract_access) {
  cpu.set_gr32(op.r1, cpu.ar(op.r2));
  return Step::next;
}
Z_INSTRUCTION(set_access) {
  cpu.ar(op.r1) = cpu.gr32(op.r2);
  return Step::next;
}
Z_INSTRUCTION(copy_access) {
  cpu.ar(op.r1) = cpu.ar(op.r2);
  return Step::next;
}

// Bits 34-35: condition code, 36-39: program mask.
Z_INSTRUCTION(insert_program_mask) {
  const uint32_t inserted = static_cast<uint32_t>(cpu.cc << 4 | cpu.psw.program_mask) << 24;
  cpu.set_gr32(op.r1, (cpu.gr32(op.r1) & 0x00FF'FFFF) | inserted);
  return Step::next;
}
Z_INSTRUCTION(set_program_mask) {
  const uint32_t image = cpu.gr32(op.r1);
  cpu.cc = image >> 28 & 3;
  cpu.psw.program_mask = image >> 24 & 0xF;
  return Step::next;
}

}  // namespace cpu
