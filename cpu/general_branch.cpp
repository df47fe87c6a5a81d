#include <atomic>

#include "cpu/fixed_point.h"
#include "cpu/instruction.h"

// Branching (PoP ch. 7, "BRANCH ON CONDITION" and its like; ch. 5, "Branching").
namespace cpu {
namespace {

using S32 = std::int32_t;
using S64 = std::int64_t;
using U64 = std::uint64_t;

constexpr U64 mode_bit_31 = 0x8000'0000;

// What BRANCH AND SAVE and its like leave in R1. In the 24- and 31-bit modes bits 0-31 stay; bit 32 tells the mode.
void set_link(Cpu& cpu, unsigned r1, U64 address) {
  switch (cpu.psw.amode) {
    case AddressingMode::a64: cpu.gr(r1) = address; return;
    case AddressingMode::a31: cpu.set_gr32(r1, static_cast<std::uint32_t>(address | mode_bit_31)); return;
    default: cpu.set_gr32(r1, static_cast<std::uint32_t>(address)); return;
  }
}

// BRANCH AND LINK in the 24-bit mode: ILC, condition code and program mask before the address.
void set_link_information(Cpu& cpu, const Op& op) {
  const U64 next = cpu.next_instruction_address(op);
  if (cpu.psw.amode != AddressingMode::a24) return set_link(cpu, op.r1, next);
  const unsigned ilc = op.length() / 2;
  cpu.set_gr32(op.r1, static_cast<std::uint32_t>(ilc << 30 | cpu.cc << 28 | cpu.psw.program_mask << 24 | next));
}

// PoP ch. 7, "BRANCH AND SET MODE": bit 63 of the target asks for the 64-bit mode, else bit 32 chooses 31 or 24.
Step branch_setting_mode(Cpu& cpu, U64 target) {
  if (target & 1) cpu.psw.amode = AddressingMode::a64;
  else cpu.psw.amode = target & mode_bit_31 ? AddressingMode::a31 : AddressingMode::a24;
  cpu.psw_changed();
  return cpu.branch(target & ~1ull);
}

Step set_mode(Cpu& cpu, const Op& op, AddressingMode mode) {
  // The instruction itself must lie where the new mode can name it (PoP ch. 7, "SET ADDRESSING MODE").
  if (cpu.instruction_address(op) > address_mask(mode)) return cpu.program_interruption(Pic::specification);
  cpu.psw.amode = mode;
  cpu.psw_changed();
  return Step::refetch;
}

// R2 of zero in BCTR, BASR and their like: no branching.
Step branch_unless_register_0(Cpu& cpu, const Op& op, U64 target) {
  return op.r2 == 0 ? Step::next : cpu.branch(target);
}

template <class T>
bool count_down(Cpu& cpu, const Op& op) {
  const T count = static_cast<T>(register_as<T>(cpu, op.r1) - 1);
  set_register(cpu, op.r1, count);
  return count != 0;
}

// Adds the increment R3 to the index R1 and compares with R3, or R3 + 1 where R3 is even.
template <class T>
std::uint8_t step_index(Cpu& cpu, const Op& op) {
  using U = std::make_unsigned_t<T>;
  const T comparand = register_as<T>(cpu, op.r3 | 1u);
  const T sum = static_cast<T>(register_as<U>(cpu, op.r1) + register_as<U>(cpu, op.r3));
  set_register(cpu, op.r1, sum);
  return compare_cc(sum, comparand);
}
constexpr std::uint8_t high = 2;

// The order between host loads and stores that a z/Architecture serialisation gives.
void serialize() { std::atomic_thread_fence(std::memory_order_seq_cst); }

}  // namespace

Z_INSTRUCTION(branch_and_link_register) {
  const U64 target = cpu.gr(op.r2);
  set_link_information(cpu, op);
  return branch_unless_register_0(cpu, op, target);
}
Z_INSTRUCTION(branch_and_link) {
  const U64 target = cpu.operand2(op);
  set_link_information(cpu, op);
  return cpu.branch(target);
}
Z_INSTRUCTION(branch_and_save_register) {
  const U64 target = cpu.gr(op.r2);
  set_link(cpu, op.r1, cpu.next_instruction_address(op));
  return branch_unless_register_0(cpu, op, target);
}
Z_INSTRUCTION(branch_and_save) {
  const U64 target = cpu.operand2(op);
  set_link(cpu, op.r1, cpu.next_instruction_address(op));
  return cpu.branch(target);
}
Z_INSTRUCTION(branch_relative_and_save) {
  set_link(cpu, op.r1, cpu.next_instruction_address(op));
  return cpu.branch(cpu.relative(op));
}
// In the 64-bit mode bit 63 of the link says so.
Z_INSTRUCTION(branch_and_save_and_set_mode) {
  const U64 target = cpu.gr(op.r2);
  const U64 next = cpu.next_instruction_address(op);
  set_link(cpu, op.r1, cpu.psw.amode == AddressingMode::a64 ? next | 1 : next);
  return op.r2 == 0 ? Step::next : branch_setting_mode(cpu, target);
}
Z_INSTRUCTION(branch_and_set_mode) {
  const U64 target = cpu.gr(op.r2);
  if (op.r1 != 0) {
    if (cpu.psw.amode == AddressingMode::a64) cpu.gr(op.r1) |= 1;
    else if (cpu.psw.amode == AddressingMode::a31) cpu.gr(op.r1) |= mode_bit_31;
    else cpu.gr(op.r1) &= ~mode_bit_31;
  }
  return op.r2 == 0 ? Step::next : branch_setting_mode(cpu, target);
}

// BCR 14,0 and 15,0 branch nowhere: they serialise (PoP ch. 5, "CPU Serialization").
Z_INSTRUCTION(branch_on_condition_register) {
  if (op.r2 == 0) {
    if (op.r1 >= 14) serialize();
    return Step::next;
  }
  return selects(op.r1, cpu.cc) ? cpu.branch(cpu.gr(op.r2)) : Step::next;
}
Z_INSTRUCTION(branch_on_condition) { return selects(op.r1, cpu.cc) ? cpu.branch(cpu.operand2(op)) : Step::next; }
Z_INSTRUCTION(branch_relative_on_condition) {
  return selects(op.r1, cpu.cc) ? cpu.branch(cpu.relative(op)) : Step::next;
}

// The target is computed before the count changes its register.
Z_INSTRUCTION(branch_on_count_register_32) {
  const U64 target = cpu.gr(op.r2);
  return count_down<std::uint32_t>(cpu, op) ? branch_unless_register_0(cpu, op, target) : Step::next;
}
Z_INSTRUCTION(branch_on_count_register_64) {
  const U64 target = cpu.gr(op.r2);
  return count_down<U64>(cpu, op) ? branch_unless_register_0(cpu, op, target) : Step::next;
}
Z_INSTRUCTION(branch_on_count_32) {
  const U64 target = cpu.operand2(op);
  return count_down<std::uint32_t>(cpu, op) ? cpu.branch(target) : Step::next;
}
Z_INSTRUCTION(branch_on_count_64) {
  const U64 target = cpu.operand2(op);
  return count_down<U64>(cpu, op) ? cpu.branch(target) : Step::next;
}
Z_INSTRUCTION(branch_relative_on_count_32) {
  return count_down<std::uint32_t>(cpu, op) ? cpu.branch(cpu.relative(op)) : Step::next;
}
Z_INSTRUCTION(branch_relative_on_count_64) {
  return count_down<U64>(cpu, op) ? cpu.branch(cpu.relative(op)) : Step::next;
}
Z_INSTRUCTION(branch_relative_on_count_high) {
  cpu.set_high32(op.r1, cpu.high32(op.r1) - 1);
  return cpu.high32(op.r1) != 0 ? cpu.branch(cpu.relative(op)) : Step::next;
}

Z_INSTRUCTION(branch_on_index_high_32) {
  const U64 target = cpu.operand2_rs(op);
  return step_index<S32>(cpu, op) == high ? cpu.branch(target) : Step::next;
}
Z_INSTRUCTION(branch_on_index_high_64) {
  const U64 target = cpu.operand2_rs(op);
  return step_index<S64>(cpu, op) == high ? cpu.branch(target) : Step::next;
}
Z_INSTRUCTION(branch_on_index_low_or_equal_32) {
  const U64 target = cpu.operand2_rs(op);
  return step_index<S32>(cpu, op) != high ? cpu.branch(target) : Step::next;
}
Z_INSTRUCTION(branch_on_index_low_or_equal_64) {
  const U64 target = cpu.operand2_rs(op);
  return step_index<S64>(cpu, op) != high ? cpu.branch(target) : Step::next;
}
Z_INSTRUCTION(branch_relative_on_index_high_32) {
  return step_index<S32>(cpu, op) == high ? cpu.branch(cpu.relative(op)) : Step::next;
}
Z_INSTRUCTION(branch_relative_on_index_high_64) {
  return step_index<S64>(cpu, op) == high ? cpu.branch(cpu.relative(op)) : Step::next;
}
Z_INSTRUCTION(branch_relative_on_index_low_or_equal_32) {
  return step_index<S32>(cpu, op) != high ? cpu.branch(cpu.relative(op)) : Step::next;
}
Z_INSTRUCTION(branch_relative_on_index_low_or_equal_64) {
  return step_index<S64>(cpu, op) != high ? cpu.branch(cpu.relative(op)) : Step::next;
}

Z_INSTRUCTION(set_addressing_mode_24) { return set_mode(cpu, op, AddressingMode::a24); }
Z_INSTRUCTION(set_addressing_mode_31) { return set_mode(cpu, op, AddressingMode::a31); }
Z_INSTRUCTION(set_addressing_mode_64) { return set_mode(cpu, op, AddressingMode::a64); }
Z_INSTRUCTION(test_addressing_mode) {
  cpu.cc = static_cast<std::uint8_t>(cpu.psw.amode);
  return Step::next;
}

// Hints about caches and coming branches: nothing of it can be observed here.
Z_INSTRUCTION(no_operation) { return Step::next; }

}  // namespace cpu
