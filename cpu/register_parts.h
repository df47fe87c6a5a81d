#pragma once

#include <cstdint>

#include "cpu/cpu.h"

// The quarters of a general register that 16-bit immediates name: in INSERT IMMEDIATE and in AND, OR and LOAD LOGICAL
// IMMEDIATE (PoP ch. 7). Halves are in cpu/arithmetic.h.
namespace cpu {

template <unsigned bits_to_the_right>
struct Quarter {
  using Unsigned = std::uint16_t;
  static constexpr unsigned shift = bits_to_the_right;
  static Unsigned get(const Cpu& cpu, unsigned n) { return static_cast<Unsigned>(cpu.gr(n) >> shift); }
  static void set(Cpu& cpu, unsigned n, Unsigned value) {
    cpu.gr(n) = (Cpu::kept(cpu.gr(n)) & ~(0xFFFFULL << shift)) | static_cast<std::uint64_t>(value) << shift;
  }
};
using HighHigh = Quarter<48>;
using HighLow = Quarter<32>;
using LowHigh = Quarter<16>;
using LowLow = Quarter<0>;

}  // namespace cpu
