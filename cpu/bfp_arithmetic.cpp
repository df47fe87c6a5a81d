// BFP arithmetic in all formats, PoP ch. 19: "ADD", "DIVIDE", "MULTIPLY", "SUBTRACT", "SQUARE ROOT", "MULTIPLY AND ADD", "MULTIPLY
// AND SUBTRACT".
#include "cpu/bfp_operation.h"
#include "cpu/instruction.h"

namespace cpu {

using namespace bfp;

namespace {

template <class Operation, class F>
Step with_register(Cpu& cpu, const Op& op) {
  return perform<Operation, F>(cpu, op.r1, F::read(cpu, op.r1), F::read(cpu, op.r2));
}
template <class Operation, class F>
Step with_storage(Cpu& cpu, const Op& op) {
  const auto second = TRY(cpu.fetch<Bits<F>>(cpu.operand2(op)));
  return perform<Operation, F>(cpu, op.r1, F::read(cpu, op.r1), second);
}
template <class Operation>
Step with_pair(Cpu& cpu, const Op& op) {
  if (!is_pair(op.r1) || !is_pair(op.r2)) return cpu.program_interruption(Pic::specification);
  return with_register<Operation, Extended>(cpu, op);
}

// The third operand times the second, with the first.
template <class Operation, class F>
Step fused_with_register(Cpu& cpu, const Op& op) {
  return perform<Operation, F>(cpu, op.r1, F::read(cpu, op.r1), F::read(cpu, op.r2), F::read(cpu, op.r3));
}
template <class Operation, class F>
Step fused_with_storage(Cpu& cpu, const Op& op) {
  const auto second = TRY(cpu.fetch<Bits<F>>(cpu.operand2(op)));
  return perform<Operation, F>(cpu, op.r1, F::read(cpu, op.r1), second, F::read(cpu, op.r3));
}

}  // namespace

Z_INSTRUCTION(add_bfp_short) { return with_register<Add, Short>(cpu, op); }
Z_INSTRUCTION(add_bfp_short_storage) { return with_storage<Add, Short>(cpu, op); }
Z_INSTRUCTION(add_bfp_long) { return with_register<Add, Long>(cpu, op); }
Z_INSTRUCTION(add_bfp_long_storage) { return with_storage<Add, Long>(cpu, op); }
Z_INSTRUCTION(add_bfp_extended) { return with_pair<Add>(cpu, op); }

Z_INSTRUCTION(divide_bfp_short) { return with_register<Divide, Short>(cpu, op); }
Z_INSTRUCTION(divide_bfp_short_storage) { return with_storage<Divide, Short>(cpu, op); }
Z_INSTRUCTION(divide_bfp_long) { return with_register<Divide, Long>(cpu, op); }
Z_INSTRUCTION(divide_bfp_long_storage) { return with_storage<Divide, Long>(cpu, op); }
Z_INSTRUCTION(divide_bfp_extended) { return with_pair<Divide>(cpu, op); }

Z_INSTRUCTION(multiply_bfp_short) { return with_register<Multiply, Short>(cpu, op); }
Z_INSTRUCTION(multiply_bfp_short_storage) { return with_storage<Multiply, Short>(cpu, op); }
Z_INSTRUCTION(multiply_bfp_long) { return with_register<Multiply, Long>(cpu, op); }
Z_INSTRUCTION(multiply_bfp_long_storage) { return with_storage<Multiply, Long>(cpu, op); }
Z_INSTRUCTION(multiply_bfp_extended) { return with_pair<Multiply>(cpu, op); }

Z_INSTRUCTION(subtract_bfp_short) { return with_register<Subtract, Short>(cpu, op); }
Z_INSTRUCTION(subtract_bfp_short_storage) { return with_storage<Subtract, Short>(cpu, op); }
Z_INSTRUCTION(subtract_bfp_long) { return with_register<Subtract, Long>(cpu, op); }
Z_INSTRUCTION(subtract_bfp_long_storage) { return with_storage<Subtract, Long>(cpu, op); }
Z_INSTRUCTION(subtract_bfp_extended) { return with_pair<Subtract>(cpu, op); }

Z_INSTRUCTION(multiply_and_add_bfp_short) { return fused_with_register<MultiplyAndAdd, Short>(cpu, op); }
Z_INSTRUCTION(multiply_and_add_bfp_short_storage) { return fused_with_storage<MultiplyAndAdd, Short>(cpu, op); }
Z_INSTRUCTION(multiply_and_add_bfp_long) { return fused_with_register<MultiplyAndAdd, Long>(cpu, op); }
Z_INSTRUCTION(multiply_and_add_bfp_long_storage) { return fused_with_storage<MultiplyAndAdd, Long>(cpu, op); }

Z_INSTRUCTION(multiply_and_subtract_bfp_short) { return fused_with_register<MultiplyAndSubtract, Short>(cpu, op); }
Z_INSTRUCTION(multiply_and_subtract_bfp_short_storage) { return fused_with_storage<MultiplyAndSubtract, Short>(cpu, op); }
Z_INSTRUCTION(multiply_and_subtract_bfp_long) { return fused_with_register<MultiplyAndSubtract, Long>(cpu, op); }
Z_INSTRUCTION(multiply_and_subtract_bfp_long_storage) { return fused_with_storage<MultiplyAndSubtract, Long>(cpu, op); }

Z_INSTRUCTION(square_root_bfp_short) { return perform<SquareRoot, Short>(cpu, op.r1, Short::read(cpu, op.r2)); }
Z_INSTRUCTION(square_root_bfp_short_storage) {
  const auto second = TRY(cpu.fetch<Bits<Short>>(cpu.operand2(op)));
  return perform<SquareRoot, Short>(cpu, op.r1, second);
}
Z_INSTRUCTION(square_root_bfp_long) { return perform<SquareRoot, Long>(cpu, op.r1, Long::read(cpu, op.r2)); }
Z_INSTRUCTION(square_root_bfp_long_storage) {
  const auto second = TRY(cpu.fetch<Bits<Long>>(cpu.operand2(op)));
  return perform<SquareRoot, Long>(cpu, op.r1, second);
}
Z_INSTRUCTION(square_root_bfp_extended) {
  if (!is_pair(op.r1) || !is_pair(op.r2)) return cpu.program_interruption(Pic::specification);
  return perform<SquareRoot, Extended>(cpu, op.r1, Extended::read(cpu, op.r2));
}

}  // namespace cpu
