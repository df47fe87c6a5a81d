// Branches. PoP ch. 7.
#include <atomic>

#include "cpu/arithmetic.h"
#include "cpu/instruction.h"
#include "cpu/trace_table.h"

namespace cpu {
namespace {

using std::int32_t;
using std::int64_t;
using std::uint32_t;
using std::uint64_t;

// Link information of BAS, BASR, BRAS, BASSM: the updated instruction address; in the 24- and 31-bit modes only bits 32-63 are
// set, and bit 32 tells 31 from 24.
void save_link(Cpu& cpu, unsigned target, uint64_t address) {
  switch (cpu.psw.amode) {
    case AddressingMode::a64: cpu.gr(target) = address; break;
    case AddressingMode::a31: cpu.set_gr32(target, 0x8000'0000U | static_cast<uint32_t>(address)); break;
    default: cpu.set_gr32(target, static_cast<uint32_t>(address)); break;
  }
}

// BAL and BALR in the 24-bit mode also save ILC, condition code and program mask.
void save_link_and_masks(Cpu& cpu, const Op& op, uint64_t address) {
  if (cpu.psw.amode != AddressingMode::a24) return save_link(cpu, op.r1, address);
  const uint32_t masks = op.length() / 2 << 6 | static_cast<uint32_t>(cpu.cc) << 4 | cpu.psw.program_mask;
  cpu.set_gr32(op.r1, masks << 24 | static_cast<uint32_t>(address));
}

Step branch_if(Cpu& cpu, bool taken, uint64_t target) { return taken ? cpu.branch(target) : Step::next; }

// BALR and BASR; nothing is traced where nothing branches.
Access<> trace_link(Cpu& cpu, const Op& op, uint64_t target) {
  if (op.r2 == 0 || !is_traced(cpu, tracing::branches)) [[likely]] return {};
  return trace_branch_to(cpu, cpu.psw.amode, cpu.wrap(target));
}

// The addressing mode and the address of BSM and BASSM: bit 63 asks for 64 bits, else bit 32 for 31.
AddressingMode mode_of(uint64_t target) {
  if ((target & 1) != 0) return AddressingMode::a64;
  return (target & 0x8000'0000) != 0 ? AddressingMode::a31 : AddressingMode::a24;
}
Step branch_and_set_mode_to(Cpu& cpu, uint64_t target) {
  cpu.psw.amode = mode_of(target);
  cpu.psw_changed();
  cpu.branch(target & ~1ULL);
  return Step::branched;
}

template <class R>
bool branch_on_count(Cpu& cpu, unsigned r1) {
  R::set(cpu, r1, R::get(cpu, r1) - 1);
  return R::get(cpu, r1) != 0;
}

// BXH, BXLE and relatives: the increment is in R3; the comparand in R3 too when that is odd, else in R3+1. All are taken before
// the sum replaces R1.
enum class Index { high, low_or_equal };
template <class R>
bool branch_on_index(Cpu& cpu, const Op& op, Index wanted) {
  using Signed = typename R::Signed;
  const auto comparand = static_cast<Signed>(R::get(cpu, op.r3 | 1));
  const auto sum = static_cast<typename R::Unsigned>(R::get(cpu, op.r1) + R::get(cpu, op.r3));
  R::set(cpu, op.r1, sum);
  const bool is_high = static_cast<Signed>(sum) > comparand;
  return is_high == (wanted == Index::high);
}

bool compares(uint32_t a, uint32_t b, unsigned mask) { return is_comparison_selected(static_cast<int32_t>(a), static_cast<int32_t>(b), mask); }
bool compares(uint64_t a, uint64_t b, unsigned mask) { return is_comparison_selected(static_cast<int64_t>(a), static_cast<int64_t>(b), mask); }

}  // namespace

Z_INSTRUCTION(branch_and_link_register) {
  const auto target = cpu.gr(op.r2);
  TRY(trace_link(cpu, op, target));
  save_link_and_masks(cpu, op, cpu.next_instruction_address(op));
  return branch_if(cpu, op.r2 != 0, target);
}
Z_INSTRUCTION(branch_and_link) {
  const auto target = cpu.operand2(op);
  save_link_and_masks(cpu, op, cpu.next_instruction_address(op));
  return cpu.branch(target);
}
Z_INSTRUCTION(branch_and_save_register) {
  const auto target = cpu.gr(op.r2);
  TRY(trace_link(cpu, op, target));
  save_link(cpu, op.r1, cpu.next_instruction_address(op));
  return branch_if(cpu, op.r2 != 0, target);
}
Z_INSTRUCTION(branch_and_save) {
  const auto target = cpu.operand2(op);
  save_link(cpu, op.r1, cpu.next_instruction_address(op));
  return cpu.branch(target);
}
Z_INSTRUCTION(branch_and_save_and_set_mode) {
  const auto target = cpu.gr(op.r2);
  if (op.r2 != 0) {
    const auto mode = mode_of(target);
    TRY(trace_branch_and_mode_to(cpu, mode, target & address_mask(mode) & ~1ULL, cpu.next_instruction_address(op)));
  }
  // In the 64-bit mode bit 63 of the link is one, so that BSM finds its way back.
  save_link(cpu, op.r1, cpu.next_instruction_address(op) | (cpu.psw.amode == AddressingMode::a64 ? 1 : 0));
  return op.r2 == 0 ? Step::next : branch_and_set_mode_to(cpu, target);
}
Z_INSTRUCTION(branch_and_set_mode) {
  const auto target = cpu.gr(op.r2);
  if (op.r2 != 0) TRY(trace_mode_to(cpu, mode_of(target), cpu.next_instruction_address(op)));
  if (op.r1 != 0) {
    if (cpu.psw.amode == AddressingMode::a64) cpu.gr(op.r1) |= 1;
    else cpu.set_gr32(op.r1, (cpu.gr32(op.r1) & 0x7FFF'FFFF) | (cpu.psw.amode == AddressingMode::a31 ? 0x8000'0000 : 0));
  }
  return op.r2 == 0 ? Step::next : branch_and_set_mode_to(cpu, target);
}

// BCR 14,0 and 15,0 serialise (PoP ch. 5, "CPU Serialization").
Z_PAIRED_INSTRUCTION(branch_on_condition_register) {
  if (op.r2 == 0) {
    if (op.r1 >= 14) std::atomic_thread_fence(std::memory_order_seq_cst);
    return Step::next;
  }
  return branch_if(cpu, is_selected(cpu.cc, op.r1), cpu.gr(op.r2));
}
Z_INSTRUCTION(branch_on_condition) { return branch_if(cpu, is_selected(cpu.cc, op.r1), cpu.operand2(op)); }
Z_INSTRUCTION(branch_indirect_on_condition) {
  if (!is_selected(cpu.cc, op.r1)) return Step::next;
  return cpu.branch(TRY(cpu.fetch<uint64_t>(cpu.operand2(op))));
}
Z_PAIRED_RELATIVE_BRANCH(branch_relative_on_condition) { return is_selected(cpu.cc, op.r1); }
Z_PAIRED_RELATIVE_BRANCH(branch_relative_and_save) {
  save_link(cpu, op.r1, cpu.next_instruction_address(op));
  return true;
}

// BCTR with R2 zero counts without branching.
Z_INSTRUCTION(branch_on_count_register_32) {
  const auto target = cpu.gr(op.r2);
  cpu.set_gr32(op.r1, cpu.gr32(op.r1) - 1);
  return branch_if(cpu, op.r2 != 0 && cpu.gr32(op.r1) != 0, target);
}
Z_INSTRUCTION(branch_on_count_register_64) {
  const auto target = cpu.gr(op.r2);
  --cpu.gr(op.r1);
  return branch_if(cpu, op.r2 != 0 && cpu.gr(op.r1) != 0, target);
}
Z_INSTRUCTION(branch_on_count_32) {
  const auto target = cpu.operand2(op);
  return branch_if(cpu, branch_on_count<Low>(cpu, op.r1), target);
}
Z_INSTRUCTION(branch_on_count_64) {
  const auto target = cpu.operand2(op);
  return branch_if(cpu, branch_on_count<Whole>(cpu, op.r1), target);
}
Z_PAIRED_RELATIVE_BRANCH(branch_relative_on_count_32) { return branch_on_count<Low>(cpu, op.r1); }
Z_PAIRED_RELATIVE_BRANCH(branch_relative_on_count_64) { return branch_on_count<Whole>(cpu, op.r1); }
Z_RELATIVE_BRANCH(branch_relative_on_count_high) { return branch_on_count<High>(cpu, op.r1); }

Z_INSTRUCTION(branch_on_index_high_32) {
  const auto target = cpu.operand2_rs(op);
  return branch_if(cpu, branch_on_index<Low>(cpu, op, Index::high), target);
}
Z_INSTRUCTION(branch_on_index_high_64) {
  const auto target = cpu.operand2_rs(op);
  return branch_if(cpu, branch_on_index<Whole>(cpu, op, Index::high), target);
}
Z_INSTRUCTION(branch_on_index_low_or_equal_32) {
  const auto target = cpu.operand2_rs(op);
  return branch_if(cpu, branch_on_index<Low>(cpu, op, Index::low_or_equal), target);
}
Z_INSTRUCTION(branch_on_index_low_or_equal_64) {
  const auto target = cpu.operand2_rs(op);
  return branch_if(cpu, branch_on_index<Whole>(cpu, op, Index::low_or_equal), target);
}
Z_RELATIVE_BRANCH(branch_relative_on_index_high_32) { return branch_on_index<Low>(cpu, op, Index::high); }
Z_RELATIVE_BRANCH(branch_relative_on_index_high_64) { return branch_on_index<Whole>(cpu, op, Index::high); }
Z_RELATIVE_BRANCH(branch_relative_on_index_low_or_equal_32) { return branch_on_index<Low>(cpu, op, Index::low_or_equal); }
Z_RELATIVE_BRANCH(branch_relative_on_index_low_or_equal_64) { return branch_on_index<Whole>(cpu, op, Index::low_or_equal); }

Z_INSTRUCTION(compare_and_branch_32) { return branch_if(cpu, compares(cpu.gr32(op.r1), cpu.gr32(op.r2), op.r3), cpu.operand2_rs(op)); }
Z_INSTRUCTION(compare_and_branch_64) { return branch_if(cpu, compares(cpu.gr(op.r1), cpu.gr(op.r2), op.r3), cpu.operand2_rs(op)); }
Z_RELATIVE_BRANCH(compare_and_branch_relative_32) {
  return compares(cpu.gr32(op.r1), cpu.gr32(op.r2), op.r3);
}
Z_PAIRED_RELATIVE_BRANCH(compare_and_branch_relative_64) {
  return compares(cpu.gr(op.r1), cpu.gr(op.r2), op.r3);
}
Z_INSTRUCTION(compare_immediate_and_branch_32) {
  return branch_if(cpu, compares(cpu.gr32(op.r1), static_cast<uint32_t>(op.imm), op.r3), cpu.operand2_rs(op));
}
Z_INSTRUCTION(compare_immediate_and_branch_64) {
  return branch_if(cpu, compares(cpu.gr(op.r1), static_cast<uint64_t>(op.imm), op.r3), cpu.operand2_rs(op));
}
Z_PAIRED_RELATIVE_BRANCH(compare_immediate_and_branch_relative_32) {
  return compares(cpu.gr32(op.r1), static_cast<uint32_t>(op.d1), op.r3);
}
Z_PAIRED_RELATIVE_BRANCH(compare_immediate_and_branch_relative_64) {
  return compares(cpu.gr(op.r1), extend<int32_t>(static_cast<uint32_t>(op.d1)), op.r3);
}
Z_INSTRUCTION(compare_logical_and_branch_32) {
  return branch_if(cpu, is_comparison_selected(cpu.gr32(op.r1), cpu.gr32(op.r2), op.r3), cpu.operand2_rs(op));
}
Z_INSTRUCTION(compare_logical_and_branch_64) {
  return branch_if(cpu, is_comparison_selected(cpu.gr(op.r1), cpu.gr(op.r2), op.r3), cpu.operand2_rs(op));
}
Z_PAIRED_RELATIVE_BRANCH(compare_logical_and_branch_relative_32) {
  return is_comparison_selected(cpu.gr32(op.r1), cpu.gr32(op.r2), op.r3);
}
Z_PAIRED_RELATIVE_BRANCH(compare_logical_and_branch_relative_64) {
  return is_comparison_selected(cpu.gr(op.r1), cpu.gr(op.r2), op.r3);
}
// The immediate of the logical forms has eight bits and is extended with zeros.
Z_INSTRUCTION(compare_logical_immediate_and_branch_32) {
  return branch_if(cpu, is_comparison_selected<uint32_t>(cpu.gr32(op.r1), static_cast<std::uint8_t>(op.imm), op.r3), cpu.operand2_rs(op));
}
Z_INSTRUCTION(compare_logical_immediate_and_branch_64) {
  return branch_if(cpu, is_comparison_selected<uint64_t>(cpu.gr(op.r1), static_cast<std::uint8_t>(op.imm), op.r3), cpu.operand2_rs(op));
}
Z_PAIRED_RELATIVE_BRANCH(compare_logical_immediate_and_branch_relative_32) {
  return is_comparison_selected<uint32_t>(cpu.gr32(op.r1), static_cast<std::uint8_t>(op.d1), op.r3);
}
Z_PAIRED_RELATIVE_BRANCH(compare_logical_immediate_and_branch_relative_64) {
  return is_comparison_selected<uint64_t>(cpu.gr(op.r1), static_cast<std::uint8_t>(op.d1), op.r3);
}

namespace {

// SAM24, SAM31: an instruction that lies where the new mode cannot reach is a specification exception.
Step set_addressing_mode(Cpu& cpu, const Op& op, AddressingMode mode) {
  if ((cpu.instruction_address(op) & ~address_mask(mode)) != 0) return cpu.program_interruption(Pic::specification);
  TRY(trace_mode_to(cpu, mode, cpu.next_instruction_address(op)));
  cpu.psw.amode = mode;
  cpu.psw_changed();
  return Step::refetch;
}

}  // namespace

Z_INSTRUCTION(set_addressing_mode_24) { return set_addressing_mode(cpu, op, AddressingMode::a24); }
Z_INSTRUCTION(set_addressing_mode_31) { return set_addressing_mode(cpu, op, AddressingMode::a31); }
Z_INSTRUCTION(set_addressing_mode_64) { return set_addressing_mode(cpu, op, AddressingMode::a64); }
Z_INSTRUCTION(test_addressing_mode) {
  cpu.cc = cpu.psw.amode == AddressingMode::a64 ? 3 : cpu.psw.amode == AddressingMode::a31 ? 1 : 0;
  return Step::next;
}

// Hints about branches and storage that this machine has no use for.
Z_INSTRUCTION(no_operation) { return Step::next; }

}  // namespace cpu
