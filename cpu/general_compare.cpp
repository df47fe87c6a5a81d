#include "cpu/fixed_point.h"
#include "cpu/instruction.h"

// Comparison of registers, storage and immediates (PoP ch. 7, "COMPARE", "COMPARE LOGICAL" and their like).
namespace cpu {
namespace {

using S16 = std::int16_t;
using S32 = std::int32_t;
using S64 = std::int64_t;
using U8 = std::uint8_t;
using U16 = std::uint16_t;
using U32 = std::uint32_t;
using U64 = std::uint64_t;

template <class T>
Step compare(Cpu& cpu, T first, T second) {
  cpu.cc = compare_cc(first, second);
  return Step::next;
}
template <class T>
Step compare(Cpu& cpu, const Op& op, T second) { return compare<T>(cpu, register_as<T>(cpu, op.r1), second); }

// With the relative operand as it lies in storage, extended to the width of the comparison.
template <class T, class Stored>
Step compare_relative(Cpu& cpu, const Op& op) {
  if (!is_aligned<Stored>(cpu.relative(op))) return cpu.program_interruption(Pic::specification);
  return compare<T>(cpu, op, TRY(relative_operand<Stored>(cpu, op)));
}

// SIL: storage first, the halfword immediate second. `T` extends it.
template <class T>
Step compare_storage(Cpu& cpu, const Op& op, T immediate) {
  return compare<T>(cpu, TRY(fetch_as<T>(cpu, cpu.operand1(op))), immediate);
}

}  // namespace

Z_INSTRUCTION(compare_32) { return compare(cpu, op, register_as<S32>(cpu, op.r2)); }
Z_INSTRUCTION(compare_64) { return compare(cpu, op, register_as<S64>(cpu, op.r2)); }
Z_INSTRUCTION(compare_64_from_32) { return compare<S64>(cpu, op, register_as<S32>(cpu, op.r2)); }
Z_INSTRUCTION(compare_storage_32) { return compare(cpu, op, TRY(storage_operand<S32>(cpu, op))); }
Z_INSTRUCTION(compare_storage_64) { return compare(cpu, op, TRY(storage_operand<S64>(cpu, op))); }
Z_INSTRUCTION(compare_storage_64_from_32) { return compare<S64>(cpu, op, TRY(storage_operand<S32>(cpu, op))); }
Z_INSTRUCTION(compare_storage_halfword_32) { return compare<S32>(cpu, op, TRY(storage_operand<S16>(cpu, op))); }
Z_INSTRUCTION(compare_storage_halfword_64) { return compare<S64>(cpu, op, TRY(storage_operand<S16>(cpu, op))); }
Z_INSTRUCTION(compare_immediate_32) { return compare(cpu, op, static_cast<S32>(op.imm)); }
Z_INSTRUCTION(compare_immediate_64) { return compare<S64>(cpu, op, op.imm); }
Z_INSTRUCTION(compare_storage_with_immediate_16) { return compare_storage(cpu, op, static_cast<S16>(op.imm)); }
Z_INSTRUCTION(compare_storage_with_immediate_32) { return compare_storage(cpu, op, static_cast<S32>(op.imm)); }
Z_INSTRUCTION(compare_storage_with_immediate_64) { return compare_storage<S64>(cpu, op, op.imm); }
Z_INSTRUCTION(compare_relative_32) { return compare_relative<S32, S32>(cpu, op); }
Z_INSTRUCTION(compare_relative_64) { return compare_relative<S64, S64>(cpu, op); }
Z_INSTRUCTION(compare_relative_64_from_32) { return compare_relative<S64, S32>(cpu, op); }
Z_INSTRUCTION(compare_relative_halfword_32) { return compare_relative<S32, S16>(cpu, op); }
Z_INSTRUCTION(compare_relative_halfword_64) { return compare_relative<S64, S16>(cpu, op); }

Z_INSTRUCTION(compare_high_high) { return compare(cpu, high_as<S32>(cpu, op.r1), high_as<S32>(cpu, op.r2)); }
Z_INSTRUCTION(compare_high_low) { return compare(cpu, high_as<S32>(cpu, op.r1), register_as<S32>(cpu, op.r2)); }
Z_INSTRUCTION(compare_high_storage) {
  return compare(cpu, high_as<S32>(cpu, op.r1), TRY(storage_operand<S32>(cpu, op)));
}
Z_INSTRUCTION(compare_immediate_high) { return compare(cpu, high_as<S32>(cpu, op.r1), static_cast<S32>(op.imm)); }

Z_INSTRUCTION(compare_logical_32) { return compare(cpu, op, register_as<U32>(cpu, op.r2)); }
Z_INSTRUCTION(compare_logical_64) { return compare(cpu, op, register_as<U64>(cpu, op.r2)); }
Z_INSTRUCTION(compare_logical_64_from_32) { return compare<U64>(cpu, op, register_as<U32>(cpu, op.r2)); }
Z_INSTRUCTION(compare_logical_storage_32) { return compare(cpu, op, TRY(storage_operand<U32>(cpu, op))); }
Z_INSTRUCTION(compare_logical_storage_64) { return compare(cpu, op, TRY(storage_operand<U64>(cpu, op))); }
Z_INSTRUCTION(compare_logical_storage_64_from_32) { return compare<U64>(cpu, op, TRY(storage_operand<U32>(cpu, op))); }
Z_INSTRUCTION(compare_logical_immediate_8) { return compare_storage(cpu, op, static_cast<U8>(op.imm)); }
Z_INSTRUCTION(compare_logical_immediate_32) { return compare(cpu, op, static_cast<U32>(op.imm)); }
Z_INSTRUCTION(compare_logical_immediate_64) { return compare<U64>(cpu, op, static_cast<U32>(op.imm)); }
Z_INSTRUCTION(compare_logical_storage_with_immediate_16) { return compare_storage(cpu, op, static_cast<U16>(op.imm)); }
Z_INSTRUCTION(compare_logical_storage_with_immediate_32) {
  return compare_storage<U32>(cpu, op, static_cast<U16>(op.imm));
}
Z_INSTRUCTION(compare_logical_storage_with_immediate_64) {
  return compare_storage<U64>(cpu, op, static_cast<U16>(op.imm));
}
Z_INSTRUCTION(compare_logical_relative_32) { return compare_relative<U32, U32>(cpu, op); }
Z_INSTRUCTION(compare_logical_relative_64) { return compare_relative<U64, U64>(cpu, op); }
Z_INSTRUCTION(compare_logical_relative_64_from_32) { return compare_relative<U64, U32>(cpu, op); }
Z_INSTRUCTION(compare_logical_relative_32_from_16) { return compare_relative<U32, U16>(cpu, op); }
Z_INSTRUCTION(compare_logical_relative_64_from_16) { return compare_relative<U64, U16>(cpu, op); }

Z_INSTRUCTION(compare_logical_high_high) { return compare(cpu, high_as<U32>(cpu, op.r1), high_as<U32>(cpu, op.r2)); }
Z_INSTRUCTION(compare_logical_high_low) { return compare(cpu, high_as<U32>(cpu, op.r1), register_as<U32>(cpu, op.r2)); }
Z_INSTRUCTION(compare_logical_high_storage) {
  return compare(cpu, high_as<U32>(cpu, op.r1), TRY(storage_operand<U32>(cpu, op)));
}
Z_INSTRUCTION(compare_logical_immediate_high) { return compare(cpu, high_as<U32>(cpu, op.r1), static_cast<U32>(op.imm)); }

}  // namespace cpu
