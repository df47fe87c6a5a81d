#include "cpu/fixed_point.h"
#include "cpu/instruction.h"

// Access registers and the program mask (PoP ch. 7).
namespace cpu {

Z_INSTRUCTION(extract_access) {
  cpu.set_gr32(op.r1, cpu.ar(op.r2));
  return Step::next;
}
Z_INSTRUCTION(set_access) {
  cpu.ar(op.r1) = cpu.gr32(op.r2);
  return Step::next;
}
Z_INSTRUCTION(copy_access) {
  cpu.ar(op.r1) = cpu.ar(op.r2);
  return Step::next;
}

// The access register gets the ALET of the space that the address is in (PoP ch. 7, "LOAD ADDRESS EXTENDED").
Z_INSTRUCTION(load_address_extended) {
  const std::uint64_t address = cpu.operand2(op);
  if (cpu.psw.amode == AddressingMode::a64) cpu.gr(op.r1) = address;
  else cpu.set_gr32(op.r1, static_cast<std::uint32_t>(address));
  switch (cpu.psw.as) {
    case AddressSpace::primary: cpu.ar(op.r1) = 0; break;
    case AddressSpace::secondary: cpu.ar(op.r1) = 1; break;
    case AddressSpace::home: cpu.ar(op.r1) = 2; break;
    case AddressSpace::access_register: cpu.ar(op.r1) = op.b2 < 16 ? cpu.ar(op.b2) : 0; break;
  }
  return Step::next;
}

// Bits 32-39 of R1: two zeros, the condition code, the program mask.
Z_INSTRUCTION(insert_program_mask) {
  const std::uint32_t mask = static_cast<std::uint32_t>(cpu.cc << 28 | cpu.psw.program_mask << 24);
  cpu.set_gr32(op.r1, (cpu.gr32(op.r1) & 0x00FF'FFFF) | mask);
  return Step::next;
}
Z_INSTRUCTION(set_program_mask) {
  cpu.cc = cpu.gr32(op.r1) >> 28 & 3;
  cpu.psw.program_mask = cpu.gr32(op.r1) >> 24 & 15;
  return Step::next;
}

}  // namespace cpu
