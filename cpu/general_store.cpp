// Storing registers and immediates. PoP ch. 7.
#include <array>

#include "base/be.h"
#include "cpu/arithmetic.h"
#include "cpu/instruction.h"

namespace cpu {
namespace {

using std::uint16_t;
using std::uint32_t;
using std::uint64_t;
using std::uint8_t;

template <class T>
Step store_at(Cpu& cpu, uint64_t address, T value) {
  TRY(cpu.store<T>(address, value));
  return Step::next;
}

// Registers R1 to R3, wrapping from 15 to 0, as consecutive operands; nothing is stored when any byte is refused.
template <class T, class Get>
Step store_registers(Cpu& cpu, const Op& op, uint64_t address, Get get) {
  const unsigned count = ((op.r3 - op.r1) & 15U) + 1;
  std::array<std::byte, 16 * sizeof(T)> bytes;
  for (unsigned i = 0; i < count; ++i) z::Be<T>::store(&bytes[i * sizeof(T)], get((op.r1 + i) & 15U));
  TRY(cpu.store_bytes(address, std::span{bytes}.first(count * sizeof(T))));
  return Step::next;
}

// STCM, STCMY, STCMH: the selected bytes, side by side.
Step store_under_mask(Cpu& cpu, uint32_t word, unsigned mask, uint64_t address) {
  std::array<std::byte, 4> bytes;
  std::size_t count = 0;
  for (unsigned i = 0; i < 4; ++i)
    if ((mask >> (3 - i) & 1) != 0) bytes[count++] = static_cast<std::byte>(word >> (24 - 8 * i));
  if (count != 0) TRY(cpu.store_bytes(address, std::span{bytes}.first(count)));
  return Step::next;
}

}  // namespace

Z_INSTRUCTION(store_32) { return store_at(cpu, cpu.operand2(op), cpu.gr32(op.r1)); }
Z_INSTRUCTION(store_64) { return store_at<uint64_t>(cpu, cpu.operand2(op), cpu.gr(op.r1)); }
Z_INSTRUCTION(store_relative_32) { return store_at(cpu, cpu.relative(op), cpu.gr32(op.r1)); }
Z_INSTRUCTION(store_relative_64) { return store_at<uint64_t>(cpu, cpu.relative(op), cpu.gr(op.r1)); }
Z_INSTRUCTION(store_high) { return store_at(cpu, cpu.operand2(op), cpu.high32(op.r1)); }
Z_INSTRUCTION(store_halfword) { return store_at(cpu, cpu.operand2(op), static_cast<uint16_t>(cpu.gr(op.r1))); }
Z_INSTRUCTION(store_halfword_high) { return store_at(cpu, cpu.operand2(op), static_cast<uint16_t>(cpu.high32(op.r1))); }
Z_INSTRUCTION(store_halfword_relative) { return store_at(cpu, cpu.relative(op), static_cast<uint16_t>(cpu.gr(op.r1))); }
Z_INSTRUCTION(store_character) { return store_at(cpu, cpu.operand2(op), static_cast<uint8_t>(cpu.gr(op.r1))); }
Z_INSTRUCTION(store_character_high) { return store_at(cpu, cpu.operand2(op), static_cast<uint8_t>(cpu.high32(op.r1))); }
Z_INSTRUCTION(store_characters_under_mask) { return store_under_mask(cpu, cpu.gr32(op.r1), op.r3, cpu.operand2_rs(op)); }
Z_INSTRUCTION(store_characters_under_mask_high) { return store_under_mask(cpu, cpu.high32(op.r1), op.r3, cpu.operand2_rs(op)); }

Z_INSTRUCTION(store_reversed_16) { return store_at(cpu, cpu.operand2(op), std::byteswap(static_cast<uint16_t>(cpu.gr(op.r1)))); }
Z_INSTRUCTION(store_reversed_32) { return store_at(cpu, cpu.operand2(op), std::byteswap(cpu.gr32(op.r1))); }
Z_INSTRUCTION(store_reversed_64) { return store_at<uint64_t>(cpu, cpu.operand2(op), std::byteswap(cpu.gr(op.r1))); }

Z_INSTRUCTION(store_multiple_32) {
  return store_registers<uint32_t>(cpu, op, cpu.operand2_rs(op), [&](unsigned n) { return cpu.gr32(n); });
}
Z_INSTRUCTION(store_multiple_64) {
  return store_registers<uint64_t>(cpu, op, cpu.operand2_rs(op), [&](unsigned n) { return cpu.gr(n); });
}
Z_INSTRUCTION(store_multiple_high) {
  return store_registers<uint32_t>(cpu, op, cpu.operand2_rs(op), [&](unsigned n) { return cpu.high32(n); });
}
Z_INSTRUCTION(store_access_multiple) {
  const auto address = cpu.operand2_rs(op);
  if ((address & 3) != 0) return cpu.program_interruption(Pic::specification);
  return store_registers<uint32_t>(cpu, op, address, [&](unsigned n) { return cpu.ar(n); });
}

// STOC and its like: M3 selects condition codes; nothing is accessed when the code is not among them.
Z_INSTRUCTION(store_on_condition_32) { return is_selected(cpu.cc, op.r3) ? store_at(cpu, cpu.operand2_rs(op), cpu.gr32(op.r1)) : Step::next; }
Z_INSTRUCTION(store_on_condition_64) { return is_selected(cpu.cc, op.r3) ? store_at<uint64_t>(cpu, cpu.operand2_rs(op), cpu.gr(op.r1)) : Step::next; }
Z_INSTRUCTION(store_high_on_condition) { return is_selected(cpu.cc, op.r3) ? store_at(cpu, cpu.operand2_rs(op), cpu.high32(op.r1)) : Step::next; }

// STPQ: one access of sixteen bytes as others see it.
Z_INSTRUCTION(store_pair_to_quadword) {
  const auto address = cpu.operand2(op);
  if ((op.r1 & 1) != 0 || (address & 15) != 0) return cpu.program_interruption(Pic::specification);
  const auto pair = static_cast<unsigned __int128>(cpu.gr(op.r1)) << 64 | cpu.gr(op.r1 + 1);
  for (unsigned __int128 old = 0;;) {
    const auto found = TRY((cpu.compare_and_swap<unsigned __int128>(address, old, pair)));
    if (found == old) return Step::next;
    old = found;
  }
}

Z_INSTRUCTION(move_immediate_8) { return store_at(cpu, cpu.operand1(op), static_cast<uint8_t>(op.imm)); }
Z_INSTRUCTION(move_immediate_16) { return store_at(cpu, cpu.operand1(op), static_cast<uint16_t>(op.imm)); }
Z_INSTRUCTION(move_immediate_32) { return store_at(cpu, cpu.operand1(op), static_cast<uint32_t>(op.imm)); }
Z_INSTRUCTION(move_immediate_64) { return store_at(cpu, cpu.operand1(op), static_cast<uint64_t>(op.imm)); }

}  // namespace cpu
