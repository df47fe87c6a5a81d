#include "cpu/fixed_point.h"
#include "cpu/instruction.h"

// Load and store on condition (PoP ch. 7): where the condition does not hold, storage is not touched.
namespace cpu {
namespace {

using U32 = std::uint32_t;
using U64 = std::uint64_t;

bool holds(const Cpu& cpu, const Op& op) { return selects(op.r3, cpu.cc); }

template <class T>
Step load(Cpu& cpu, const Op& op, T value) {
  if (holds(cpu, op)) set_register(cpu, op.r1, value);
  return Step::next;
}
Step load_high_word(Cpu& cpu, const Op& op, U32 value) {
  if (holds(cpu, op)) cpu.set_high32(op.r1, value);
  return Step::next;
}
template <class T>
Step load_storage(Cpu& cpu, const Op& op) {
  if (holds(cpu, op)) set_register(cpu, op.r1, TRY(fetch_as<T>(cpu, cpu.operand2_rs(op))));
  return Step::next;
}
template <class T>
Step store(Cpu& cpu, const Op& op, T value) {
  if (holds(cpu, op)) TRY(cpu.store<T>(cpu.operand2_rs(op), value));
  return Step::next;
}

}  // namespace

Z_INSTRUCTION(load_on_condition_register_32) { return load(cpu, op, cpu.gr32(op.r2)); }
Z_INSTRUCTION(load_on_condition_register_64) { return load(cpu, op, cpu.gr(op.r2)); }
Z_INSTRUCTION(load_on_condition_32) { return load_storage<U32>(cpu, op); }
Z_INSTRUCTION(load_on_condition_64) { return load_storage<U64>(cpu, op); }
Z_INSTRUCTION(load_immediate_on_condition_32) { return load(cpu, op, static_cast<U32>(op.imm)); }
Z_INSTRUCTION(load_immediate_on_condition_64) { return load(cpu, op, static_cast<U64>(op.imm)); }
Z_INSTRUCTION(load_immediate_high_on_condition) { return load_high_word(cpu, op, static_cast<U32>(op.imm)); }
Z_INSTRUCTION(load_high_on_condition_register) { return load_high_word(cpu, op, cpu.high32(op.r2)); }
Z_INSTRUCTION(load_high_on_condition) {
  if (holds(cpu, op)) cpu.set_high32(op.r1, TRY(cpu.fetch<U32>(cpu.operand2_rs(op))));
  return Step::next;
}
Z_INSTRUCTION(store_on_condition_32) { return store(cpu, op, cpu.gr32(op.r1)); }
Z_INSTRUCTION(store_on_condition_64) { return store(cpu, op, cpu.gr(op.r1)); }
Z_INSTRUCTION(store_high_on_condition) { return store(cpu, op, cpu.high32(op.r1)); }

}  // namespace cpu
