// ADD, SUBTRACT and their logical forms. PoP ch. 7.
#include "cpu/arithmetic.h"
#include "cpu/instruction.h"

namespace cpu {

using std::int16_t;
using std::int32_t;
using std::uint16_t;
using std::uint32_t;
using std::uint64_t;

Z_PAIRED_INSTRUCTION(add_32) { return add<Low>(cpu, op.r1, cpu.gr32(op.r1), cpu.gr32(op.r2)); }
Z_PAIRED_INSTRUCTION(add_64) { return add<Whole>(cpu, op.r1, cpu.gr(op.r1), cpu.gr(op.r2)); }
Z_INSTRUCTION(add_64_from_32) { return add<Whole>(cpu, op.r1, cpu.gr(op.r1), extend<int32_t>(cpu.gr32(op.r2))); }
Z_INSTRUCTION(add_distinct_32) { return add<Low>(cpu, op.r1, cpu.gr32(op.r2), cpu.gr32(op.r3)); }
Z_INSTRUCTION(add_distinct_64) { return add<Whole>(cpu, op.r1, cpu.gr(op.r2), cpu.gr(op.r3)); }
Z_INSTRUCTION(add_storage_32) { return add<Low>(cpu, op.r1, cpu.gr32(op.r1), TRY(cpu.fetch<uint32_t>(cpu.operand2(op)))); }
Z_PAIRED_INSTRUCTION(add_storage_64) { return add<Whole>(cpu, op.r1, cpu.gr(op.r1), TRY(cpu.fetch<uint64_t>(cpu.operand2(op)))); }
Z_INSTRUCTION(add_storage_64_from_32) {
  return add<Whole>(cpu, op.r1, cpu.gr(op.r1), extend<int32_t>(TRY(cpu.fetch<uint32_t>(cpu.operand2(op)))));
}
Z_INSTRUCTION(add_halfword) {
  const auto second = extend<int16_t>(TRY(cpu.fetch<uint16_t>(cpu.operand2(op))));
  return add<Low>(cpu, op.r1, cpu.gr32(op.r1), static_cast<uint32_t>(second));
}
Z_INSTRUCTION(add_halfword_64) {
  return add<Whole>(cpu, op.r1, cpu.gr(op.r1), extend<int16_t>(TRY(cpu.fetch<uint16_t>(cpu.operand2(op)))));
}
Z_INSTRUCTION(subtract_halfword_64) {
  return subtract<Whole>(cpu, op.r1, cpu.gr(op.r1), extend<int16_t>(TRY(cpu.fetch<uint16_t>(cpu.operand2(op)))));
}
Z_PAIRED_INSTRUCTION(add_immediate_32) { return add<Low>(cpu, op.r1, cpu.gr32(op.r1), static_cast<uint32_t>(op.imm)); }
Z_PAIRED_INSTRUCTION(add_immediate_64) { return add<Whole>(cpu, op.r1, cpu.gr(op.r1), static_cast<uint64_t>(op.imm)); }
Z_INSTRUCTION(add_immediate_distinct_32) { return add<Low>(cpu, op.r1, cpu.gr32(op.r3), static_cast<uint32_t>(op.imm)); }
Z_INSTRUCTION(add_immediate_distinct_64) { return add<Whole>(cpu, op.r1, cpu.gr(op.r3), static_cast<uint64_t>(op.imm)); }
Z_INSTRUCTION(add_high_high) { return add<High>(cpu, op.r1, cpu.high32(op.r2), cpu.high32(op.r3)); }
Z_INSTRUCTION(add_high_low) { return add<High>(cpu, op.r1, cpu.high32(op.r2), cpu.gr32(op.r3)); }
Z_INSTRUCTION(add_immediate_high) { return add<High>(cpu, op.r1, cpu.high32(op.r1), static_cast<uint32_t>(op.imm)); }

namespace {

// ASI, AGSI, ALSI, ALGSI: the update is interlocked when the operand is aligned (interlocked-access facility 1). The
// immediate is eight bits, signed.
template <class R>
Step add_to_storage(Cpu& cpu, const Op& op) {
  using Unsigned = typename R::Unsigned;
  using Signed = typename R::Signed;
  const auto addend = static_cast<Unsigned>(static_cast<std::int8_t>(op.imm));
  const auto old = TRY((cpu.interlocked_update<Unsigned>(cpu.operand1(op), [=](Unsigned v) -> Unsigned { return v + addend; })));
  Signed sum;
  const bool overflow = __builtin_add_overflow(static_cast<Signed>(old), static_cast<Signed>(addend), &sum);
  return end_signed<R>(cpu, sum, overflow);
}

template <class R>
Step add_logical_to_storage(Cpu& cpu, const Op& op) {
  using Unsigned = typename R::Unsigned;
  const auto addend = static_cast<Unsigned>(static_cast<std::int8_t>(op.imm));
  const auto old = TRY((cpu.interlocked_update<Unsigned>(cpu.operand1(op), [=](Unsigned v) -> Unsigned { return v + addend; })));
  cpu.cc = add_logical<Unsigned>(old, addend).cc;
  return Step::next;
}

}  // namespace

Z_INSTRUCTION(add_immediate_to_storage_32) { return add_to_storage<Low>(cpu, op); }
Z_INSTRUCTION(add_immediate_to_storage_64) { return add_to_storage<Whole>(cpu, op); }
Z_INSTRUCTION(add_logical_immediate_to_storage_32) { return add_logical_to_storage<Low>(cpu, op); }
Z_INSTRUCTION(add_logical_immediate_to_storage_64) { return add_logical_to_storage<Whole>(cpu, op); }

Z_PAIRED_INSTRUCTION(subtract_32) { return subtract<Low>(cpu, op.r1, cpu.gr32(op.r1), cpu.gr32(op.r2)); }
Z_PAIRED_INSTRUCTION(subtract_64) { return subtract<Whole>(cpu, op.r1, cpu.gr(op.r1), cpu.gr(op.r2)); }
Z_INSTRUCTION(subtract_64_from_32) { return subtract<Whole>(cpu, op.r1, cpu.gr(op.r1), extend<int32_t>(cpu.gr32(op.r2))); }
Z_INSTRUCTION(subtract_distinct_32) { return subtract<Low>(cpu, op.r1, cpu.gr32(op.r2), cpu.gr32(op.r3)); }
Z_INSTRUCTION(subtract_distinct_64) { return subtract<Whole>(cpu, op.r1, cpu.gr(op.r2), cpu.gr(op.r3)); }
Z_INSTRUCTION(subtract_storage_32) {
  return subtract<Low>(cpu, op.r1, cpu.gr32(op.r1), TRY(cpu.fetch<uint32_t>(cpu.operand2(op))));
}
Z_PAIRED_INSTRUCTION(subtract_storage_64) {
  return subtract<Whole>(cpu, op.r1, cpu.gr(op.r1), TRY(cpu.fetch<uint64_t>(cpu.operand2(op))));
}
Z_INSTRUCTION(subtract_storage_64_from_32) {
  return subtract<Whole>(cpu, op.r1, cpu.gr(op.r1), extend<int32_t>(TRY(cpu.fetch<uint32_t>(cpu.operand2(op)))));
}
Z_INSTRUCTION(subtract_halfword) {
  const auto second = extend<int16_t>(TRY(cpu.fetch<uint16_t>(cpu.operand2(op))));
  return subtract<Low>(cpu, op.r1, cpu.gr32(op.r1), static_cast<uint32_t>(second));
}
Z_INSTRUCTION(subtract_high_high) { return subtract<High>(cpu, op.r1, cpu.high32(op.r2), cpu.high32(op.r3)); }
Z_INSTRUCTION(subtract_high_low) { return subtract<High>(cpu, op.r1, cpu.high32(op.r2), cpu.gr32(op.r3)); }

Z_INSTRUCTION(add_logical_32) { return set_sum<Low>(cpu, op.r1, add_logical(cpu.gr32(op.r1), cpu.gr32(op.r2))); }
Z_INSTRUCTION(add_logical_64) { return set_sum<Whole>(cpu, op.r1, add_logical<uint64_t>(cpu.gr(op.r1), cpu.gr(op.r2))); }
Z_PAIRED_INSTRUCTION(add_logical_64_from_32) { return set_sum<Whole>(cpu, op.r1, add_logical<uint64_t>(cpu.gr(op.r1), cpu.gr32(op.r2))); }
Z_INSTRUCTION(add_logical_distinct_32) { return set_sum<Low>(cpu, op.r1, add_logical(cpu.gr32(op.r2), cpu.gr32(op.r3))); }
Z_INSTRUCTION(add_logical_distinct_64) { return set_sum<Whole>(cpu, op.r1, add_logical<uint64_t>(cpu.gr(op.r2), cpu.gr(op.r3))); }
Z_INSTRUCTION(add_logical_storage_32) {
  return set_sum<Low>(cpu, op.r1, add_logical(cpu.gr32(op.r1), TRY(cpu.fetch<uint32_t>(cpu.operand2(op)))));
}
Z_INSTRUCTION(add_logical_storage_64) {
  return set_sum<Whole>(cpu, op.r1, add_logical<uint64_t>(cpu.gr(op.r1), TRY(cpu.fetch<uint64_t>(cpu.operand2(op)))));
}
Z_INSTRUCTION(add_logical_storage_64_from_32) {
  return set_sum<Whole>(cpu, op.r1, add_logical<uint64_t>(cpu.gr(op.r1), TRY(cpu.fetch<uint32_t>(cpu.operand2(op)))));
}
Z_INSTRUCTION(add_logical_immediate_32) {
  return set_sum<Low>(cpu, op.r1, add_logical(cpu.gr32(op.r1), static_cast<uint32_t>(op.imm)));
}
Z_INSTRUCTION(add_logical_immediate_64) {
  return set_sum<Whole>(cpu, op.r1, add_logical<uint64_t>(cpu.gr(op.r1), static_cast<uint32_t>(op.imm)));
}
// ALHSIK, ALGHSIK: the immediate is signed.
Z_INSTRUCTION(add_logical_immediate_distinct_32) {
  return set_sum<Low>(cpu, op.r1, add_logical(cpu.gr32(op.r3), static_cast<uint32_t>(op.imm)));
}
Z_INSTRUCTION(add_logical_immediate_distinct_64) {
  return set_sum<Whole>(cpu, op.r1, add_logical<uint64_t>(cpu.gr(op.r3), static_cast<uint64_t>(op.imm)));
}
Z_INSTRUCTION(add_logical_high_high) { return set_sum<High>(cpu, op.r1, add_logical(cpu.high32(op.r2), cpu.high32(op.r3))); }
Z_INSTRUCTION(add_logical_high_low) { return set_sum<High>(cpu, op.r1, add_logical(cpu.high32(op.r2), cpu.gr32(op.r3))); }
Z_INSTRUCTION(add_logical_immediate_high) {
  return set_sum<High>(cpu, op.r1, add_logical(cpu.high32(op.r1), static_cast<uint32_t>(op.imm)));
}
Z_INSTRUCTION(add_logical_immediate_high_no_cc) {
  cpu.set_high32(op.r1, cpu.high32(op.r1) + static_cast<uint32_t>(op.imm));
  return Step::next;
}

// The carry of a multiple-precision sum is bit 0 of the condition code that the part before it left.
Z_INSTRUCTION(add_logical_with_carry_32) {
  return set_sum<Low>(cpu, op.r1, add_logical(cpu.gr32(op.r1), cpu.gr32(op.r2), (cpu.cc & 2) != 0));
}
Z_PAIRED_INSTRUCTION(add_logical_with_carry_64) {
  return set_sum<Whole>(cpu, op.r1, add_logical<uint64_t>(cpu.gr(op.r1), cpu.gr(op.r2), (cpu.cc & 2) != 0));
}
Z_INSTRUCTION(add_logical_with_carry_storage_32) {
  return set_sum<Low>(cpu, op.r1, add_logical(cpu.gr32(op.r1), TRY(cpu.fetch<uint32_t>(cpu.operand2(op))), (cpu.cc & 2) != 0));
}
Z_INSTRUCTION(add_logical_with_carry_storage_64) {
  return set_sum<Whole>(cpu, op.r1, add_logical<uint64_t>(cpu.gr(op.r1), TRY(cpu.fetch<uint64_t>(cpu.operand2(op))), (cpu.cc & 2) != 0));
}
Z_INSTRUCTION(subtract_logical_with_borrow_32) {
  return set_sum<Low>(cpu, op.r1, subtract_logical(cpu.gr32(op.r1), cpu.gr32(op.r2), (cpu.cc & 2) != 0));
}
Z_INSTRUCTION(subtract_logical_with_borrow_64) {
  return set_sum<Whole>(cpu, op.r1, subtract_logical<uint64_t>(cpu.gr(op.r1), cpu.gr(op.r2), (cpu.cc & 2) != 0));
}
Z_INSTRUCTION(subtract_logical_with_borrow_storage_32) {
  return set_sum<Low>(cpu, op.r1, subtract_logical(cpu.gr32(op.r1), TRY(cpu.fetch<uint32_t>(cpu.operand2(op))), (cpu.cc & 2) != 0));
}
Z_INSTRUCTION(subtract_logical_with_borrow_storage_64) {
  return set_sum<Whole>(cpu, op.r1, subtract_logical<uint64_t>(cpu.gr(op.r1), TRY(cpu.fetch<uint64_t>(cpu.operand2(op))), (cpu.cc & 2) != 0));
}

Z_INSTRUCTION(subtract_logical_32) { return set_sum<Low>(cpu, op.r1, subtract_logical(cpu.gr32(op.r1), cpu.gr32(op.r2))); }
Z_INSTRUCTION(subtract_logical_64) { return set_sum<Whole>(cpu, op.r1, subtract_logical<uint64_t>(cpu.gr(op.r1), cpu.gr(op.r2))); }
Z_INSTRUCTION(subtract_logical_64_from_32) {
  return set_sum<Whole>(cpu, op.r1, subtract_logical<uint64_t>(cpu.gr(op.r1), cpu.gr32(op.r2)));
}
Z_INSTRUCTION(subtract_logical_distinct_32) { return set_sum<Low>(cpu, op.r1, subtract_logical(cpu.gr32(op.r2), cpu.gr32(op.r3))); }
Z_INSTRUCTION(subtract_logical_distinct_64) {
  return set_sum<Whole>(cpu, op.r1, subtract_logical<uint64_t>(cpu.gr(op.r2), cpu.gr(op.r3)));
}
Z_INSTRUCTION(subtract_logical_storage_32) {
  return set_sum<Low>(cpu, op.r1, subtract_logical(cpu.gr32(op.r1), TRY(cpu.fetch<uint32_t>(cpu.operand2(op)))));
}
Z_INSTRUCTION(subtract_logical_storage_64) {
  return set_sum<Whole>(cpu, op.r1, subtract_logical<uint64_t>(cpu.gr(op.r1), TRY(cpu.fetch<uint64_t>(cpu.operand2(op)))));
}
Z_INSTRUCTION(subtract_logical_storage_64_from_32) {
  return set_sum<Whole>(cpu, op.r1, subtract_logical<uint64_t>(cpu.gr(op.r1), TRY(cpu.fetch<uint32_t>(cpu.operand2(op)))));
}
Z_INSTRUCTION(subtract_logical_immediate_32) {
  return set_sum<Low>(cpu, op.r1, subtract_logical(cpu.gr32(op.r1), static_cast<uint32_t>(op.imm)));
}
Z_INSTRUCTION(subtract_logical_immediate_64) {
  return set_sum<Whole>(cpu, op.r1, subtract_logical<uint64_t>(cpu.gr(op.r1), static_cast<uint32_t>(op.imm)));
}
Z_INSTRUCTION(subtract_logical_high_high) { return set_sum<High>(cpu, op.r1, subtract_logical(cpu.high32(op.r2), cpu.high32(op.r3))); }
Z_INSTRUCTION(subtract_logical_high_low) { return set_sum<High>(cpu, op.r1, subtract_logical(cpu.high32(op.r2), cpu.gr32(op.r3))); }

}  // namespace cpu
