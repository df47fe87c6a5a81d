#pragma once

#include <cstdint>

#include "cpu/cpu.h"

namespace cpu {

// Addresses and lengths of long operands in registers: 64 bits in the 64-bit mode, else 32, and then the high word stays
// (PoP ch. 7, "MOVE LONG EXTENDED" and its like).
inline std::uint64_t address_in(const Cpu& cpu, unsigned n) { return cpu.wrap(cpu.gr(n)); }
inline void set_address_in(Cpu& cpu, unsigned n, std::uint64_t address) {
  if (cpu.psw.amode == AddressingMode::a64) cpu.gr(n) = address;
  else cpu.set_gr32(n, static_cast<std::uint32_t>(cpu.wrap(address)));
}
inline std::uint64_t length_in(const Cpu& cpu, unsigned n) {
  return cpu.psw.amode == AddressingMode::a64 ? cpu.gr(n) : cpu.gr32(n);
}
inline void set_length_in(Cpu& cpu, unsigned n, std::uint64_t length) {
  if (cpu.psw.amode == AddressingMode::a64) cpu.gr(n) = length;
  else cpu.set_gr32(n, static_cast<std::uint32_t>(length));
}

// An even-odd pair that holds address and length of an operand, and what was processed of it.
inline void advance_pair(Cpu& cpu, unsigned even, std::uint64_t bytes) {
  set_address_in(cpu, even, address_in(cpu, even) + bytes);
  set_length_in(cpu, even + 1, length_in(cpu, even + 1) - bytes);
}

// Register 1 of TRANSLATE AND TEST and EDIT AND MARK: in the 24-bit mode its bits 32-39 stay.
inline void set_marked_address(Cpu& cpu, std::uint64_t address) {
  constexpr std::uint32_t address_24 = 0x00FF'FFFF;
  if (cpu.psw.amode == AddressingMode::a24)
    cpu.set_gr32(1, (cpu.gr32(1) & ~address_24) | static_cast<std::uint32_t>(address));
  else
    set_address_in(cpu, 1, address);
}

}  // namespace cpu
