// Floating-point-support instructions: they move data and look at no value. PoP ch. 9, "Floating-Point-Support
// Instructions". Whether the AFP registers are there was decided at decoding.
#include <bit>

#include "cpu/instruction.h"

namespace cpu {

using std::uint32_t;
using std::uint64_t;

namespace {

// The leftmost half of a register, where short operands are.
uint32_t short_fpr(Cpu& cpu, unsigned n) { return static_cast<uint32_t>(cpu.fpr(n) >> 32); }
void set_short_fpr(Cpu& cpu, unsigned n, uint32_t value) {
  cpu.fpr(n) = (cpu.fpr(n) & 0xFFFF'FFFF) | static_cast<uint64_t>(value) << 32;
}

// Extended operands are in registers n and n + 2.
constexpr bool is_pair(unsigned n) { return (n & 2) == 0; }

constexpr uint64_t sign_bit = 1ULL << 63;

// The sign alone changes: `f` gives the new doubleword of R1 from that of R2.
template <class F>
Step load_with_sign(Cpu& cpu, const Op& op, F f) {
  cpu.fpr(op.r1) = f(cpu.fpr(op.r2));
  return Step::next;
}

}  // namespace

Z_INSTRUCTION(load_fpr_32) {
  set_short_fpr(cpu, op.r1, short_fpr(cpu, op.r2));
  return Step::next;
}
Z_INSTRUCTION(load_fpr_64) {
  return load_with_sign(cpu, op, [](uint64_t value) { return value; });
}
Z_INSTRUCTION(load_fpr_extended) {
  if (!is_pair(op.r1) || !is_pair(op.r2)) return cpu.program_interruption(Pic::specification);
  cpu.fpr(op.r1) = cpu.fpr(op.r2);
  cpu.fpr(op.r1 + 2U) = cpu.fpr(op.r2 + 2U);
  return Step::next;
}
Z_INSTRUCTION(load_fpr_storage_32) {
  set_short_fpr(cpu, op.r1, TRY(cpu.fetch<uint32_t>(cpu.operand2(op))));
  return Step::next;
}
Z_INSTRUCTION(load_fpr_storage_64) {
  cpu.fpr(op.r1) = TRY(cpu.fetch<uint64_t>(cpu.operand2(op)));
  return Step::next;
}
Z_INSTRUCTION(load_fpr_from_gr) {
  cpu.fpr(op.r1) = cpu.gr(op.r2);
  return Step::next;
}
Z_INSTRUCTION(load_gr_from_fpr) {
  cpu.gr(op.r1) = cpu.fpr(op.r2);
  return Step::next;
}

Z_INSTRUCTION(load_zero_32) {
  set_short_fpr(cpu, op.r1, 0);
  return Step::next;
}
Z_INSTRUCTION(load_zero_64) {
  cpu.fpr(op.r1) = 0;
  return Step::next;
}
Z_INSTRUCTION(load_zero_extended) {
  if (!is_pair(op.r1)) return cpu.program_interruption(Pic::specification);
  cpu.fpr(op.r1) = cpu.fpr(op.r1 + 2U) = 0;
  return Step::next;
}

Z_INSTRUCTION(store_fpr_32) {
  TRY(cpu.store<uint32_t>(cpu.operand2(op), short_fpr(cpu, op.r1)));
  return Step::next;
}
Z_INSTRUCTION(store_fpr_64) {
  TRY(cpu.store<uint64_t>(cpu.operand2(op), cpu.fpr(op.r1)));
  return Step::next;
}

// The sign of the third operand, the rest of the second.
Z_INSTRUCTION(copy_sign) {
  cpu.fpr(op.r1) = (cpu.fpr(op.r3) & sign_bit) | (cpu.fpr(op.r2) & ~sign_bit);
  return Step::next;
}
Z_INSTRUCTION(load_complement_fpr) {
  return load_with_sign(cpu, op, [](uint64_t value) { return value ^ sign_bit; });
}
Z_INSTRUCTION(load_negative_fpr) {
  return load_with_sign(cpu, op, [](uint64_t value) { return value | sign_bit; });
}
Z_INSTRUCTION(load_positive_fpr) {
  return load_with_sign(cpu, op, [](uint64_t value) { return value & ~sign_bit; });
}

}  // namespace cpu
