#pragma once

#include <cstdint>

#include "cpu/cpu.h"
#include "cpu/op.h"

namespace cpu {

// The operand of a relative-long instruction, which must lie on the boundary of its length (PoP ch. 5, "Relative-Long
// Formats").
template <class T>
Access<T> fetch_relative(Cpu& cpu, const Op& op) {
  const std::uint64_t address = cpu.relative(op);
  if (address % sizeof(T) != 0) {
    cpu.program_interruption(Pic::specification);
    return Access<T>::refused();
  }
  return cpu.fetch<T>(address);
}

}  // namespace cpu
