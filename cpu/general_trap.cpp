#include "cpu/fixed_point.h"
#include "cpu/instruction.h"

// Compare and trap, load and trap (PoP ch. 7): a data exception with DXC hex FF.
namespace cpu {
namespace {

using S32 = std::int32_t;
using S64 = std::int64_t;
using U16 = std::uint16_t;
using U32 = std::uint32_t;
using U64 = std::uint64_t;

// PoP ch. 6, "Data-Exception Code (DXC)".
constexpr std::uint8_t compare_and_trap_dxc = 0xFF;

Step trap(Cpu& cpu) { return cpu.program_interruption(Pic::data, compare_and_trap_dxc); }

template <class T>
Step compare_and_trap(Cpu& cpu, const Op& op, T second) {
  return selects(op.r3, compare_cc(register_as<T>(cpu, op.r1), second)) ? trap(cpu) : Step::next;
}

// The register is loaded before the trap is recognised.
template <class T>
Step load_and_trap(Cpu& cpu, const Op& op, T value) {
  set_register(cpu, op.r1, value);
  return value == 0 ? trap(cpu) : Step::next;
}

}  // namespace

Z_INSTRUCTION(compare_and_trap_32) { return compare_and_trap(cpu, op, register_as<S32>(cpu, op.r2)); }
Z_INSTRUCTION(compare_and_trap_64) { return compare_and_trap(cpu, op, register_as<S64>(cpu, op.r2)); }
Z_INSTRUCTION(compare_immediate_and_trap_32) { return compare_and_trap(cpu, op, static_cast<S32>(op.imm)); }
Z_INSTRUCTION(compare_immediate_and_trap_64) { return compare_and_trap<S64>(cpu, op, op.imm); }
Z_INSTRUCTION(compare_logical_and_trap_32) { return compare_and_trap(cpu, op, register_as<U32>(cpu, op.r2)); }
Z_INSTRUCTION(compare_logical_and_trap_64) { return compare_and_trap(cpu, op, register_as<U64>(cpu, op.r2)); }
Z_INSTRUCTION(compare_logical_storage_and_trap_32) {
  return compare_and_trap(cpu, op, TRY(fetch_as<U32>(cpu, cpu.operand2_rs(op))));
}
Z_INSTRUCTION(compare_logical_storage_and_trap_64) {
  return compare_and_trap(cpu, op, TRY(fetch_as<U64>(cpu, cpu.operand2_rs(op))));
}
Z_INSTRUCTION(compare_logical_immediate_and_trap_32) { return compare_and_trap<U32>(cpu, op, static_cast<U16>(op.imm)); }
Z_INSTRUCTION(compare_logical_immediate_and_trap_64) { return compare_and_trap<U64>(cpu, op, static_cast<U16>(op.imm)); }

Z_INSTRUCTION(load_and_trap_32) { return load_and_trap(cpu, op, TRY(storage_operand<U32>(cpu, op))); }
Z_INSTRUCTION(load_and_trap_64) { return load_and_trap(cpu, op, TRY(storage_operand<U64>(cpu, op))); }
Z_INSTRUCTION(load_logical_and_trap) { return load_and_trap<U64>(cpu, op, TRY(storage_operand<U32>(cpu, op))); }
Z_INSTRUCTION(load_logical_thirty_one_bits_and_trap) {
  return load_and_trap<U64>(cpu, op, TRY(storage_operand<U32>(cpu, op)) & 0x7FFF'FFFF);
}
Z_INSTRUCTION(load_high_and_trap) {
  const U32 value = TRY(storage_operand<U32>(cpu, op));
  cpu.set_high32(op.r1, value);
  return value == 0 ? trap(cpu) : Step::next;
}

}  // namespace cpu
