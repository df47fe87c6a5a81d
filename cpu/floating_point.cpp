#include "cpu/fixed_point.h"
#include "cpu/instruction.h"

// Floating-point support instructions that move data, and the floating-point control register (PoP ch. 9).
namespace cpu {
namespace {

using U32 = std::uint32_t;
using U64 = std::uint64_t;

// PoP ch. 6, "Data-Exception Code (DXC)".
constexpr std::uint8_t afp_register_dxc = 1, bfp_instruction_dxc = 2;
constexpr unsigned afp_register_control = 45;  // bit of control register 0
constexpr U64 sign = 1ull << 63;

// Without the AFP-register control only registers 0, 2, 4 and 6 are there.
bool is_usable(const Cpu& cpu, unsigned n) { return (n & 9) == 0 || cpu.has_cr0_bit(afp_register_control); }
Step refuse_register(Cpu& cpu) { return cpu.program_interruption(Pic::data, afp_register_dxc); }
Step refuse_control(Cpu& cpu) { return cpu.program_interruption(Pic::data, bfp_instruction_dxc); }

// A short operand is the left half of a register; the right half stays.
U32 short_operand(Cpu& cpu, unsigned n) { return static_cast<U32>(cpu.fpr(n) >> 32); }
void set_short(Cpu& cpu, unsigned n, U32 value) { cpu.fpr(n) = static_cast<U64>(value) << 32 | static_cast<U32>(cpu.fpr(n)); }

Step load(Cpu& cpu, const Op& op, U64 value) {
  cpu.fpr(op.r1) = value;
  return Step::next;
}
// Extended operands are the pairs n and n + 2.
bool is_pair(unsigned n) { return (n & 2) == 0; }

// FPC bits that are not assigned, or belong to facilities that are absent (PoP ch. 9, "Floating-Point-Control Register").
constexpr U32 reserved_fpc_bits = 0x0707'008C;

}  // namespace

Z_INSTRUCTION(load_fpr_32) {
  if (!is_usable(cpu, op.r1) || !is_usable(cpu, op.r2)) return refuse_register(cpu);
  set_short(cpu, op.r1, short_operand(cpu, op.r2));
  return Step::next;
}
Z_INSTRUCTION(load_fpr_64) {
  if (!is_usable(cpu, op.r1) || !is_usable(cpu, op.r2)) return refuse_register(cpu);
  return load(cpu, op, cpu.fpr(op.r2));
}
Z_INSTRUCTION(load_fpr_extended) {
  if (!is_pair(op.r1) || !is_pair(op.r2)) return cpu.program_interruption(Pic::specification);
  if (!is_usable(cpu, op.r1) || !is_usable(cpu, op.r2)) return refuse_register(cpu);
  cpu.fpr(op.r1 + 2u) = cpu.fpr(op.r2 + 2u);
  return load(cpu, op, cpu.fpr(op.r2));
}
Z_INSTRUCTION(load_fpr_storage_32) {
  if (!is_usable(cpu, op.r1)) return refuse_register(cpu);
  set_short(cpu, op.r1, TRY(storage_operand<U32>(cpu, op)));
  return Step::next;
}
Z_INSTRUCTION(load_fpr_storage_64) {
  if (!is_usable(cpu, op.r1)) return refuse_register(cpu);
  return load(cpu, op, TRY(storage_operand<U64>(cpu, op)));
}
Z_INSTRUCTION(load_fpr_from_gr) {
  if (!is_usable(cpu, op.r1)) return refuse_register(cpu);
  return load(cpu, op, cpu.gr(op.r2));
}
Z_INSTRUCTION(load_gr_from_fpr) {
  if (!is_usable(cpu, op.r2)) return refuse_register(cpu);
  cpu.gr(op.r1) = cpu.fpr(op.r2);
  return Step::next;
}
Z_INSTRUCTION(load_zero_32) {
  if (!is_usable(cpu, op.r1)) return refuse_register(cpu);
  set_short(cpu, op.r1, 0);
  return Step::next;
}
Z_INSTRUCTION(load_zero_64) {
  if (!is_usable(cpu, op.r1)) return refuse_register(cpu);
  return load(cpu, op, 0);
}
Z_INSTRUCTION(load_zero_extended) {
  if (!is_pair(op.r1)) return cpu.program_interruption(Pic::specification);
  if (!is_usable(cpu, op.r1)) return refuse_register(cpu);
  cpu.fpr(op.r1 + 2u) = 0;
  return load(cpu, op, 0);
}
Z_INSTRUCTION(store_fpr_32) {
  if (!is_usable(cpu, op.r1)) return refuse_register(cpu);
  TRY(cpu.store<U32>(cpu.operand2(op), short_operand(cpu, op.r1)));
  return Step::next;
}
Z_INSTRUCTION(store_fpr_64) {
  if (!is_usable(cpu, op.r1)) return refuse_register(cpu);
  TRY(cpu.store<U64>(cpu.operand2(op), cpu.fpr(op.r1)));
  return Step::next;
}

// The sign of the third operand on the second.
Z_INSTRUCTION(copy_sign) {
  if (!is_usable(cpu, op.r1) || !is_usable(cpu, op.r2) || !is_usable(cpu, op.r3)) return refuse_register(cpu);
  return load(cpu, op, (cpu.fpr(op.r2) & ~sign) | (cpu.fpr(op.r3) & sign));
}
Z_INSTRUCTION(load_complement_fpr) {
  if (!is_usable(cpu, op.r1) || !is_usable(cpu, op.r2)) return refuse_register(cpu);
  return load(cpu, op, cpu.fpr(op.r2) ^ sign);
}
Z_INSTRUCTION(load_negative_fpr) {
  if (!is_usable(cpu, op.r1) || !is_usable(cpu, op.r2)) return refuse_register(cpu);
  return load(cpu, op, cpu.fpr(op.r2) | sign);
}
Z_INSTRUCTION(load_positive_fpr) {
  if (!is_usable(cpu, op.r1) || !is_usable(cpu, op.r2)) return refuse_register(cpu);
  return load(cpu, op, cpu.fpr(op.r2) & ~sign);
}

Z_INSTRUCTION(extract_fpc) {
  if (!cpu.has_cr0_bit(afp_register_control)) return refuse_control(cpu);
  cpu.set_gr32(op.r1, cpu.fpc);
  return Step::next;
}
Z_INSTRUCTION(store_fpc) {
  if (!cpu.has_cr0_bit(afp_register_control)) return refuse_control(cpu);
  TRY(cpu.store<U32>(cpu.operand2_rs(op), cpu.fpc));
  return Step::next;
}
Z_INSTRUCTION(load_fpc) {
  if (!cpu.has_cr0_bit(afp_register_control)) return refuse_control(cpu);
  const U32 value = TRY(cpu.fetch<U32>(cpu.operand2_rs(op)));
  if (value & reserved_fpc_bits) return cpu.program_interruption(Pic::specification);
  cpu.fpc = value;
  return Step::next;
}
Z_INSTRUCTION(set_fpc) {
  if (!cpu.has_cr0_bit(afp_register_control)) return refuse_control(cpu);
  if (cpu.gr32(op.r1) & reserved_fpc_bits) return cpu.program_interruption(Pic::specification);
  cpu.fpc = cpu.gr32(op.r1);
  return Step::next;
}
// The rounding mode is the rightmost two bits of the second operand address.
Z_INSTRUCTION(set_bfp_rounding_mode) {
  if (!cpu.has_cr0_bit(afp_register_control)) return refuse_control(cpu);
  cpu.fpc = (cpu.fpc & ~3u) | (cpu.operand2_rs(op) & 3);
  return Step::next;
}

}  // namespace cpu
