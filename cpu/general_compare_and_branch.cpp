#include "cpu/fixed_point.h"
#include "cpu/instruction.h"

// COMPARE AND BRANCH and its like (PoP ch. 7): the condition code does not change.
namespace cpu {
namespace {

using S32 = std::int32_t;
using S64 = std::int64_t;
using U8 = std::uint8_t;
using U32 = std::uint32_t;
using U64 = std::uint64_t;

template <class T>
bool is_selected(const Cpu& cpu, const Op& op, T second) {
  return selects(op.r3, compare_cc(register_as<T>(cpu, op.r1), second));
}

template <class T>
Step to_relative(Cpu& cpu, const Op& op, T second) {
  return is_selected(cpu, op, second) ? cpu.branch(cpu.relative(op)) : Step::next;
}
template <class T>
Step to_address(Cpu& cpu, const Op& op, T second) {
  return is_selected(cpu, op, second) ? cpu.branch(cpu.operand2_rs(op)) : Step::next;
}

}  // namespace

Z_INSTRUCTION(compare_and_branch_relative_32) { return to_relative(cpu, op, register_as<S32>(cpu, op.r2)); }
Z_INSTRUCTION(compare_and_branch_relative_64) { return to_relative(cpu, op, register_as<S64>(cpu, op.r2)); }
Z_INSTRUCTION(compare_logical_and_branch_relative_32) { return to_relative(cpu, op, register_as<U32>(cpu, op.r2)); }
Z_INSTRUCTION(compare_logical_and_branch_relative_64) { return to_relative(cpu, op, register_as<U64>(cpu, op.r2)); }
Z_INSTRUCTION(compare_immediate_and_branch_relative_32) { return to_relative<S32>(cpu, op, op.d1); }
Z_INSTRUCTION(compare_immediate_and_branch_relative_64) { return to_relative<S64>(cpu, op, op.d1); }
Z_INSTRUCTION(compare_logical_immediate_and_branch_relative_32) {
  return to_relative<U32>(cpu, op, static_cast<U8>(op.d1));
}
Z_INSTRUCTION(compare_logical_immediate_and_branch_relative_64) {
  return to_relative<U64>(cpu, op, static_cast<U8>(op.d1));
}

Z_INSTRUCTION(compare_and_branch_32) { return to_address(cpu, op, register_as<S32>(cpu, op.r2)); }
Z_INSTRUCTION(compare_and_branch_64) { return to_address(cpu, op, register_as<S64>(cpu, op.r2)); }
Z_INSTRUCTION(compare_logical_and_branch_32) { return to_address(cpu, op, register_as<U32>(cpu, op.r2)); }
Z_INSTRUCTION(compare_logical_and_branch_64) { return to_address(cpu, op, register_as<U64>(cpu, op.r2)); }
Z_INSTRUCTION(compare_immediate_and_branch_32) { return to_address(cpu, op, static_cast<S32>(op.imm)); }
Z_INSTRUCTION(compare_immediate_and_branch_64) { return to_address<S64>(cpu, op, op.imm); }
Z_INSTRUCTION(compare_logical_immediate_and_branch_32) { return to_address<U32>(cpu, op, static_cast<U8>(op.imm)); }
Z_INSTRUCTION(compare_logical_immediate_and_branch_64) { return to_address<U64>(cpu, op, static_cast<U8>(op.imm)); }

}  // namespace cpu
