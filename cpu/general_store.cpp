// Storing registers and immediates. PoP ch. 7.
#include <algorithm>
#include <array>
#include <bit>
#include <span>

#include "base/address.h"
#include "base/be.h"
#include "cpu/arithmetic.h"
#include "cpu/host_access.h"
#include "cpu/instruction.h"

namespace cpu {

using std::uint16_t;
using std::uint32_t;
using std::uint64_t;
using std::uint8_t;

namespace {

template <class T>
Step store_at(Cpu& cpu, uint64_t address, uint64_t value) {
  TRY(cpu.store<T>(address, static_cast<T>(value)));
  return Step::next;
}

// PoP ch. 7, "Relative-Immediate Formats": relative operands of 4 and 8 bytes must lie on their boundary.
template <class T>
Step store_relative(Cpu& cpu, const Op& op) {
  const uint64_t address = cpu.relative(op);
  if (address % sizeof(T) != 0) return cpu.program_interruption(Pic::specification);
  return store_at<T>(cpu, address, cpu.gr(op.r1));
}

template <class T>
Step store_on_condition(Cpu& cpu, const Op& op, uint64_t value) {
  return is_selected(cpu.cc, op.r3) ? store_at<T>(cpu, cpu.operand2_rs(op), value) : Step::next;
}

// Registers R1 to R3, wrapping from 15 to 0; `value_of` gives the part stored of one. Nearly always in one page.
template <class T, class F>
Step store_registers(Cpu& cpu, const Op& op, F value_of) {
  const uint64_t address = cpu.operand2_rs(op);
  const unsigned count = ((op.r3 - op.r1) & 0xFU) + 1, length = count * sizeof(T);
  if (address % z::page_size + length <= z::page_size) [[likely]] {
    std::byte* to = TRY(cpu.host_store(address, length));
    const unsigned up_to_15 = std::min(count, 16U - op.r1);
    for (unsigned i = 0; i < up_to_15; ++i) host_store<T>(to + i * sizeof(T), value_of(op.r1 + i));
    for (unsigned i = up_to_15; i < count; ++i) host_store<T>(to + i * sizeof(T), value_of(op.r1 + i - 16));
    return Step::next;
  }
  std::array<std::byte, 16 * sizeof(T)> image;
  for (unsigned i = 0; i < count; ++i) z::Be<T>::store(&image[i * sizeof(T)], value_of((op.r1 + i) & 0xF));
  TRY(cpu.store_bytes(address, std::span{image}.first(length)));
  return Step::next;
}

// The bytes of `value` that the mask M3 selects, side by side. No byte selected: nothing is accessed.
Step store_under_mask(Cpu& cpu, const Op& op, uint32_t value) {
  std::array<std::byte, 4> selected;
  unsigned count = 0;
  for (unsigned i = 0; i < 4; ++i)
    if (op.r3 & 8U >> i) selected[count++] = static_cast<std::byte>(value >> (24 - 8 * i));
  TRY(cpu.store_bytes(cpu.operand2_rs(op), std::span{selected}.first(count)));
  return Step::next;
}

}  // namespace

Z_PAIRED_INSTRUCTION(move_immediate_8) { return store_at<uint8_t>(cpu, cpu.operand1(op), static_cast<uint64_t>(op.imm)); }
Z_INSTRUCTION(move_immediate_16) { return store_at<uint16_t>(cpu, cpu.operand1(op), static_cast<uint64_t>(op.imm)); }
Z_INSTRUCTION(move_immediate_32) { return store_at<uint32_t>(cpu, cpu.operand1(op), static_cast<uint64_t>(op.imm)); }
Z_INSTRUCTION(move_immediate_64) { return store_at<uint64_t>(cpu, cpu.operand1(op), static_cast<uint64_t>(op.imm)); }

Z_PAIRED_INSTRUCTION(store_32) { return store_at<uint32_t>(cpu, cpu.operand2(op), cpu.gr(op.r1)); }
Z_PAIRED_INSTRUCTION(store_64) { return store_at<uint64_t>(cpu, cpu.operand2(op), cpu.gr(op.r1)); }
Z_PAIRED_INSTRUCTION(store_character) { return store_at<uint8_t>(cpu, cpu.operand2(op), cpu.gr(op.r1)); }
Z_PAIRED_INSTRUCTION(store_halfword) { return store_at<uint16_t>(cpu, cpu.operand2(op), cpu.gr(op.r1)); }
Z_INSTRUCTION(store_high) { return store_at<uint32_t>(cpu, cpu.operand2(op), cpu.high32(op.r1)); }
Z_INSTRUCTION(store_character_high) { return store_at<uint8_t>(cpu, cpu.operand2(op), cpu.high32(op.r1)); }
Z_INSTRUCTION(store_halfword_high) { return store_at<uint16_t>(cpu, cpu.operand2(op), cpu.high32(op.r1)); }

Z_INSTRUCTION(store_relative_32) { return store_relative<uint32_t>(cpu, op); }
Z_INSTRUCTION(store_relative_64) { return store_relative<uint64_t>(cpu, op); }
Z_INSTRUCTION(store_halfword_relative) { return store_relative<uint16_t>(cpu, op); }

Z_INSTRUCTION(store_reversed_16) {
  return store_at<uint16_t>(cpu, cpu.operand2(op), std::byteswap(static_cast<uint16_t>(cpu.gr(op.r1))));
}
Z_INSTRUCTION(store_reversed_32) { return store_at<uint32_t>(cpu, cpu.operand2(op), std::byteswap(cpu.gr32(op.r1))); }
Z_INSTRUCTION(store_reversed_64) { return store_at<uint64_t>(cpu, cpu.operand2(op), std::byteswap(cpu.gr(op.r1))); }

Z_INSTRUCTION(store_on_condition_32) { return store_on_condition<uint32_t>(cpu, op, cpu.gr(op.r1)); }
Z_INSTRUCTION(store_on_condition_64) { return store_on_condition<uint64_t>(cpu, op, cpu.gr(op.r1)); }
Z_INSTRUCTION(store_high_on_condition) { return store_on_condition<uint32_t>(cpu, op, cpu.high32(op.r1)); }

Z_INSTRUCTION(store_characters_under_mask) { return store_under_mask(cpu, op, cpu.gr32(op.r1)); }
Z_INSTRUCTION(store_characters_under_mask_high) { return store_under_mask(cpu, op, cpu.high32(op.r1)); }

Z_INSTRUCTION(store_multiple_32) {
  return store_registers<uint32_t>(cpu, op, [&](unsigned n) { return cpu.gr32(n); });
}
Z_PAIRED_INSTRUCTION(store_multiple_64) {
  return store_registers<uint64_t>(cpu, op, [&](unsigned n) { return cpu.gr(n); });
}
Z_INSTRUCTION(store_multiple_high) {
  return store_registers<uint32_t>(cpu, op, [&](unsigned n) { return cpu.high32(n); });
}
Z_INSTRUCTION(store_access_multiple) {
  if (cpu.operand2_rs(op) % 4 != 0) return cpu.program_interruption(Pic::specification);
  return store_registers<uint32_t>(cpu, op, [&](unsigned n) { return cpu.ar(n); });
}

// Both doublewords at once (PoP ch. 5, "Storage-Operand Consistency").
Z_INSTRUCTION(store_pair_to_quadword) {
  const uint64_t address = cpu.operand2(op);
  if (op.r1 % 2 != 0 || address % 16 != 0) return cpu.program_interruption(Pic::specification);
  std::byte* to = TRY(cpu.host_store(address, 16));
  host_store_quadword(to, static_cast<Uint128>(cpu.gr(op.r1)) << 64 | cpu.gr(op.r1 + 1U));
  return Step::next;
}

}  // namespace cpu
