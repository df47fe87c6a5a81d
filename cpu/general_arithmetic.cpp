#include "cpu/fixed_point.h"
#include "cpu/instruction.h"

// Signed addition and subtraction (PoP ch. 7, "ADD", "SUBTRACT" and their like).
namespace cpu {
namespace {

using S32 = std::int32_t;
using S64 = std::int64_t;
using S16 = std::int16_t;

// The sum is stored even when overflow is then recognised.
template <class T>
Step add(Cpu& cpu, unsigned target, T first, T second) {
  const auto [sum, cc] = add_signed(first, second);
  set_register(cpu, target, sum);
  return conclude(cpu, cc);
}
template <class T>
Step add(Cpu& cpu, const Op& op, T second) { return add<T>(cpu, op.r1, register_as<T>(cpu, op.r1), second); }

template <class T>
Step subtract(Cpu& cpu, unsigned target, T first, T second) {
  const auto [difference, cc] = subtract_signed(first, second);
  set_register(cpu, target, difference);
  return conclude(cpu, cc);
}
template <class T>
Step subtract(Cpu& cpu, const Op& op, T second) { return subtract<T>(cpu, op.r1, register_as<T>(cpu, op.r1), second); }

// ADD IMMEDIATE to storage: interlocked when aligned (PoP ch. 5, "Interlocked-Update References").
template <class T>
Step add_to_storage(Cpu& cpu, const Op& op) {
  using U = std::make_unsigned_t<T>;
  const T immediate = static_cast<std::int8_t>(op.imm);
  const U old = TRY(cpu.interlocked_update<U>(cpu.operand1(op), [=](U v) { return static_cast<U>(v + static_cast<U>(immediate)); }));
  return conclude(cpu, add_signed(static_cast<T>(old), immediate).cc);
}

Step set_high(Cpu& cpu, const Op& op, Result<S32> result) {
  cpu.set_high32(op.r1, static_cast<std::uint32_t>(result.value));
  return conclude(cpu, result.cc);
}

}  // namespace

Z_INSTRUCTION(add_32) { return add(cpu, op, register_as<S32>(cpu, op.r2)); }
Z_INSTRUCTION(add_64) { return add(cpu, op, register_as<S64>(cpu, op.r2)); }
Z_INSTRUCTION(add_64_from_32) { return add<S64>(cpu, op, register_as<S32>(cpu, op.r2)); }
Z_INSTRUCTION(add_distinct_32) {
  return add(cpu, op.r1, register_as<S32>(cpu, op.r2), register_as<S32>(cpu, op.r3));
}
Z_INSTRUCTION(add_distinct_64) {
  return add(cpu, op.r1, register_as<S64>(cpu, op.r2), register_as<S64>(cpu, op.r3));
}
Z_INSTRUCTION(add_storage_32) { return add(cpu, op, TRY(storage_operand<S32>(cpu, op))); }
Z_INSTRUCTION(add_storage_64) { return add(cpu, op, TRY(storage_operand<S64>(cpu, op))); }
Z_INSTRUCTION(add_storage_64_from_32) { return add<S64>(cpu, op, TRY(storage_operand<S32>(cpu, op))); }
Z_INSTRUCTION(add_halfword) { return add<S32>(cpu, op, TRY(storage_operand<S16>(cpu, op))); }
Z_INSTRUCTION(add_immediate_32) { return add(cpu, op, static_cast<S32>(op.imm)); }
Z_INSTRUCTION(add_immediate_64) { return add<S64>(cpu, op, op.imm); }
Z_INSTRUCTION(add_immediate_distinct_32) {
  return add(cpu, op.r1, register_as<S32>(cpu, op.r3), static_cast<S32>(op.imm));
}
Z_INSTRUCTION(add_immediate_distinct_64) { return add<S64>(cpu, op.r1, register_as<S64>(cpu, op.r3), op.imm); }
Z_INSTRUCTION(add_immediate_to_storage_32) { return add_to_storage<S32>(cpu, op); }
Z_INSTRUCTION(add_immediate_to_storage_64) { return add_to_storage<S64>(cpu, op); }

Z_INSTRUCTION(add_high_high) {
  return set_high(cpu, op, add_signed(high_as<S32>(cpu, op.r2), high_as<S32>(cpu, op.r3)));
}
Z_INSTRUCTION(add_high_low) {
  return set_high(cpu, op, add_signed(high_as<S32>(cpu, op.r2), register_as<S32>(cpu, op.r3)));
}
Z_INSTRUCTION(add_immediate_high) {
  return set_high(cpu, op, add_signed(high_as<S32>(cpu, op.r1), static_cast<S32>(op.imm)));
}

Z_INSTRUCTION(subtract_32) { return subtract(cpu, op, register_as<S32>(cpu, op.r2)); }
Z_INSTRUCTION(subtract_64) { return subtract(cpu, op, register_as<S64>(cpu, op.r2)); }
Z_INSTRUCTION(subtract_64_from_32) { return subtract<S64>(cpu, op, register_as<S32>(cpu, op.r2)); }
Z_INSTRUCTION(subtract_distinct_32) {
  return subtract(cpu, op.r1, register_as<S32>(cpu, op.r2), register_as<S32>(cpu, op.r3));
}
Z_INSTRUCTION(subtract_distinct_64) {
  return subtract(cpu, op.r1, register_as<S64>(cpu, op.r2), register_as<S64>(cpu, op.r3));
}
Z_INSTRUCTION(subtract_storage_32) { return subtract(cpu, op, TRY(storage_operand<S32>(cpu, op))); }
Z_INSTRUCTION(subtract_storage_64) { return subtract(cpu, op, TRY(storage_operand<S64>(cpu, op))); }
Z_INSTRUCTION(subtract_storage_64_from_32) { return subtract<S64>(cpu, op, TRY(storage_operand<S32>(cpu, op))); }
Z_INSTRUCTION(subtract_halfword) { return subtract<S32>(cpu, op, TRY(storage_operand<S16>(cpu, op))); }
Z_INSTRUCTION(subtract_high_high) {
  return set_high(cpu, op, subtract_signed(high_as<S32>(cpu, op.r2), high_as<S32>(cpu, op.r3)));
}
Z_INSTRUCTION(subtract_high_low) {
  return set_high(cpu, op, subtract_signed(high_as<S32>(cpu, op.r2), register_as<S32>(cpu, op.r3)));
}

}  // namespace cpu
