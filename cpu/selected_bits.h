#pragma once

#include <bit>
#include <concepts>
#include <cstdint>

#include "cpu/op.h"

namespace cpu {

// I3, I4 and I5 of the instructions that rotate and select (PoP ch. 7, "ROTATE THEN INSERT SELECTED BITS"). A range whose end
// lies before its start wraps around.
template <std::unsigned_integral U>
constexpr U selected_bits(unsigned start, unsigned end) {
  constexpr unsigned width = sizeof(U) * 8;
  const unsigned length = (end - start) % width + 1;
  return std::rotr(static_cast<U>(~U{} << (width - length)), static_cast<int>(start % width));
}

// The decoder has them side by side in d1 and the bits that they select of a whole register in imm.
struct Selection {
  explicit Selection(const Op& op)
      : start(op.d1 & 0x7F), end(op.d1 >> 8 & 0x7F), amount(op.d1 >> 16 & 63), flag_3(op.d1 & 0x80), flag_4(op.d1 >> 8 & 0x80),
        whole(static_cast<std::uint64_t>(op.imm)) {}

  template <class U>
  U mask() const {
    if constexpr (sizeof(U) == sizeof whole) return whole;
    else return selected_bits<U>(start, end);
  }

  unsigned start, end, amount;
  bool flag_3, flag_4;  // bit 0 of I3 (T) and of I4 (Z)
  std::uint64_t whole;
};

}  // namespace cpu
