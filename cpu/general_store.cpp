#include <bit>

#include "cpu/fixed_point.h"
#include "cpu/instruction.h"

// Storing registers and immediates (PoP ch. 7, "STORE" and its like).
namespace cpu {
namespace {

using U8 = std::uint8_t;
using U16 = std::uint16_t;
using U32 = std::uint32_t;
using U64 = std::uint64_t;

// Of `value` as much as `T` has.
template <class T>
Step store(Cpu& cpu, const Op& op, U64 value) {
  TRY(cpu.store<T>(cpu.operand2(op), static_cast<T>(value)));
  return Step::next;
}
template <class T>
Step store_relative(Cpu& cpu, const Op& op) {
  const U64 address = cpu.relative(op);
  if (!is_aligned<T>(address)) return cpu.program_interruption(Pic::specification);
  TRY(cpu.store<T>(address, register_as<T>(cpu, op.r1)));
  return Step::next;
}
template <class T>
Step store_reversed(Cpu& cpu, const Op& op) {
  return store<T>(cpu, op, std::byteswap(register_as<T>(cpu, op.r1)));
}
// SI and SIL.
template <class T>
Step move_immediate(Cpu& cpu, const Op& op) {
  TRY(cpu.store<T>(cpu.operand1(op), static_cast<T>(op.imm)));
  return Step::next;
}

}  // namespace

Z_INSTRUCTION(store_32) { return store<U32>(cpu, op, cpu.gr(op.r1)); }
Z_INSTRUCTION(store_64) { return store<U64>(cpu, op, cpu.gr(op.r1)); }
Z_INSTRUCTION(store_relative_32) { return store_relative<U32>(cpu, op); }
Z_INSTRUCTION(store_relative_64) { return store_relative<U64>(cpu, op); }
Z_INSTRUCTION(store_character) { return store<U8>(cpu, op, cpu.gr(op.r1)); }
Z_INSTRUCTION(store_halfword) { return store<U16>(cpu, op, cpu.gr(op.r1)); }
Z_INSTRUCTION(store_halfword_relative) { return store_relative<U16>(cpu, op); }
Z_INSTRUCTION(store_high) { return store<U32>(cpu, op, cpu.high32(op.r1)); }
Z_INSTRUCTION(store_character_high) { return store<U8>(cpu, op, cpu.high32(op.r1)); }
Z_INSTRUCTION(store_halfword_high) { return store<U16>(cpu, op, cpu.high32(op.r1)); }
Z_INSTRUCTION(store_reversed_16) { return store_reversed<U16>(cpu, op); }
Z_INSTRUCTION(store_reversed_32) { return store_reversed<U32>(cpu, op); }
Z_INSTRUCTION(store_reversed_64) { return store_reversed<U64>(cpu, op); }
Z_INSTRUCTION(move_immediate_8) { return move_immediate<U8>(cpu, op); }
Z_INSTRUCTION(move_immediate_16) { return move_immediate<U16>(cpu, op); }
Z_INSTRUCTION(move_immediate_32) { return move_immediate<U32>(cpu, op); }
Z_INSTRUCTION(move_immediate_64) { return move_immediate<U64>(cpu, op); }

}  // namespace cpu
