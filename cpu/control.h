#pragma once

#include <cstdint>

#include "cpu/cpu.h"

// What several control instructions ask.
namespace cpu {

namespace cr0 {
inline constexpr unsigned ssm_suppression = 33, extraction_authority = 36, secondary_space = 37, edat = 40;
}

// PoP ch. 3, "PSW-Key Mask": a problem-state program may use the keys whose bit in CR3 is one.
inline bool may_use_key(const Cpu& cpu, std::uint8_t key) {
  return !cpu.psw.problem_state || (cpu.cr(3) >> (31 - key) & 1) != 0;
}

inline bool has_extraction_authority(const Cpu& cpu) {
  return !cpu.psw.problem_state || cpu.has_cr0_bit(cr0::extraction_authority);
}

// A length or count in a general register: 32 bits of it in the 24- and 31-bit addressing modes.
inline std::uint64_t register_length(const Cpu& cpu, unsigned n) {
  return cpu.psw.amode == AddressingMode::a64 ? cpu.gr(n) : cpu.gr32(n);
}

// An address goes back to its register: all of it in the 64-bit mode, the low word otherwise.
inline void set_address_register(Cpu& cpu, unsigned n, std::uint64_t address) {
  if (cpu.psw.amode == AddressingMode::a64) cpu.gr(n) = address;
  else cpu.set_gr32(n, static_cast<std::uint32_t>(address));
}

}  // namespace cpu
