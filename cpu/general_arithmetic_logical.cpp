#include "cpu/fixed_point.h"
#include "cpu/instruction.h"

// Logical addition and subtraction (PoP ch. 7, "ADD LOGICAL", "SUBTRACT LOGICAL" and their like).
namespace cpu {
namespace {

using U32 = std::uint32_t;
using U64 = std::uint64_t;

template <class T>
Step set_result(Cpu& cpu, const Op& op, Result<T> result) {
  set_register(cpu, op.r1, result.value);
  cpu.cc = result.cc;
  return Step::next;
}

Step set_high(Cpu& cpu, const Op& op, Result<U32> result) {
  cpu.set_high32(op.r1, result.value);
  cpu.cc = result.cc;
  return Step::next;
}

template <class T>
Step add(Cpu& cpu, const Op& op, T second) {
  return set_result(cpu, op, add_logical(register_as<T>(cpu, op.r1), second));
}
template <class T>
Step subtract(Cpu& cpu, const Op& op, T second) {
  return set_result(cpu, op, subtract_logical(register_as<T>(cpu, op.r1), second));
}

// The carry of the instruction before is bit 0 of its condition code; no carry is a borrow.
template <class T>
Step add_with_carry(Cpu& cpu, const Op& op, T second) {
  return set_result(cpu, op, add_logical(register_as<T>(cpu, op.r1), second, cpu.cc >> 1));
}
template <class T>
Step subtract_with_borrow(Cpu& cpu, const Op& op, T second) {
  return set_result(cpu, op, subtract_logical(register_as<T>(cpu, op.r1), second, ~cpu.cc >> 1 & 1));
}

template <class T>
Step add_to_storage(Cpu& cpu, const Op& op) {
  const T immediate = static_cast<T>(static_cast<std::int8_t>(op.imm));
  const T old = TRY(cpu.interlocked_update<T>(cpu.operand1(op), [=](T v) { return static_cast<T>(v + immediate); }));
  cpu.cc = add_logical(old, immediate).cc;
  return Step::next;
}

// RIL-a unsigned: the immediate was extended with its sign.
U64 zero_extended(const Op& op) { return static_cast<U32>(op.imm); }

}  // namespace

Z_INSTRUCTION(add_logical_32) { return add(cpu, op, register_as<U32>(cpu, op.r2)); }
Z_INSTRUCTION(add_logical_64) { return add(cpu, op, register_as<U64>(cpu, op.r2)); }
Z_INSTRUCTION(add_logical_64_from_32) { return add<U64>(cpu, op, register_as<U32>(cpu, op.r2)); }
Z_INSTRUCTION(add_logical_distinct_32) {
  return set_result(cpu, op, add_logical(register_as<U32>(cpu, op.r2), register_as<U32>(cpu, op.r3)));
}
Z_INSTRUCTION(add_logical_distinct_64) {
  return set_result(cpu, op, add_logical(register_as<U64>(cpu, op.r2), register_as<U64>(cpu, op.r3)));
}
Z_INSTRUCTION(add_logical_storage_32) { return add(cpu, op, TRY(storage_operand<U32>(cpu, op))); }
Z_INSTRUCTION(add_logical_storage_64) { return add(cpu, op, TRY(storage_operand<U64>(cpu, op))); }
Z_INSTRUCTION(add_logical_storage_64_from_32) { return add<U64>(cpu, op, TRY(storage_operand<U32>(cpu, op))); }
Z_INSTRUCTION(add_logical_immediate_32) { return add(cpu, op, static_cast<U32>(op.imm)); }
Z_INSTRUCTION(add_logical_immediate_64) { return add(cpu, op, zero_extended(op)); }

Z_INSTRUCTION(add_logical_immediate_to_storage_32) { return add_to_storage<U32>(cpu, op); }
Z_INSTRUCTION(add_logical_immediate_to_storage_64) { return add_to_storage<U64>(cpu, op); }
Z_INSTRUCTION(add_logical_immediate_distinct_32) {
  return set_result(cpu, op, add_logical(register_as<U32>(cpu, op.r3), static_cast<U32>(op.imm)));
}
Z_INSTRUCTION(add_logical_immediate_distinct_64) {
  return set_result(cpu, op, add_logical(register_as<U64>(cpu, op.r3), static_cast<U64>(op.imm)));
}

Z_INSTRUCTION(add_logical_high_high) {
  return set_high(cpu, op, add_logical(high_as<U32>(cpu, op.r2), high_as<U32>(cpu, op.r3)));
}
Z_INSTRUCTION(add_logical_high_low) {
  return set_high(cpu, op, add_logical(high_as<U32>(cpu, op.r2), register_as<U32>(cpu, op.r3)));
}
Z_INSTRUCTION(add_logical_immediate_high) {
  return set_high(cpu, op, add_logical(high_as<U32>(cpu, op.r1), static_cast<U32>(op.imm)));
}
Z_INSTRUCTION(add_logical_immediate_high_no_cc) {
  cpu.set_high32(op.r1, cpu.high32(op.r1) + static_cast<U32>(op.imm));
  return Step::next;
}

Z_INSTRUCTION(add_logical_with_carry_32) { return add_with_carry(cpu, op, register_as<U32>(cpu, op.r2)); }
Z_INSTRUCTION(add_logical_with_carry_64) { return add_with_carry(cpu, op, register_as<U64>(cpu, op.r2)); }
Z_INSTRUCTION(add_logical_with_carry_storage_32) { return add_with_carry(cpu, op, TRY(storage_operand<U32>(cpu, op))); }
Z_INSTRUCTION(add_logical_with_carry_storage_64) { return add_with_carry(cpu, op, TRY(storage_operand<U64>(cpu, op))); }

Z_INSTRUCTION(subtract_logical_32) { return subtract(cpu, op, register_as<U32>(cpu, op.r2)); }
Z_INSTRUCTION(subtract_logical_64) { return subtract(cpu, op, register_as<U64>(cpu, op.r2)); }
Z_INSTRUCTION(subtract_logical_64_from_32) { return subtract<U64>(cpu, op, register_as<U32>(cpu, op.r2)); }
Z_INSTRUCTION(subtract_logical_distinct_32) {
  return set_result(cpu, op, subtract_logical(register_as<U32>(cpu, op.r2), register_as<U32>(cpu, op.r3)));
}
Z_INSTRUCTION(subtract_logical_distinct_64) {
  return set_result(cpu, op, subtract_logical(register_as<U64>(cpu, op.r2), register_as<U64>(cpu, op.r3)));
}
Z_INSTRUCTION(subtract_logical_storage_32) { return subtract(cpu, op, TRY(storage_operand<U32>(cpu, op))); }
Z_INSTRUCTION(subtract_logical_storage_64) { return subtract(cpu, op, TRY(storage_operand<U64>(cpu, op))); }
Z_INSTRUCTION(subtract_logical_storage_64_from_32) { return subtract<U64>(cpu, op, TRY(storage_operand<U32>(cpu, op))); }
Z_INSTRUCTION(subtract_logical_immediate_32) { return subtract(cpu, op, static_cast<U32>(op.imm)); }
Z_INSTRUCTION(subtract_logical_immediate_64) { return subtract(cpu, op, zero_extended(op)); }

Z_INSTRUCTION(subtract_logical_high_high) {
  return set_high(cpu, op, subtract_logical(high_as<U32>(cpu, op.r2), high_as<U32>(cpu, op.r3)));
}
Z_INSTRUCTION(subtract_logical_high_low) {
  return set_high(cpu, op, subtract_logical(high_as<U32>(cpu, op.r2), register_as<U32>(cpu, op.r3)));
}

Z_INSTRUCTION(subtract_logical_with_borrow_32) { return subtract_with_borrow(cpu, op, register_as<U32>(cpu, op.r2)); }
Z_INSTRUCTION(subtract_logical_with_borrow_64) { return subtract_with_borrow(cpu, op, register_as<U64>(cpu, op.r2)); }
Z_INSTRUCTION(subtract_logical_with_borrow_storage_32) {
  return subtract_with_borrow(cpu, op, TRY(storage_operand<U32>(cpu, op)));
}
Z_INSTRUCTION(subtract_logical_with_borrow_storage_64) {
  return subtract_with_borrow(cpu, op, TRY(storage_operand<U64>(cpu, op)));
}

}  // namespace cpu
