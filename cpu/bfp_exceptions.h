#pragma once

#include <cstdint>

#include "cpu/cpu.h"

// IEEE exceptions and the floating-point-control register. PoP ch. 9, "IEEE Exceptions", "Floating-Point-Control (FPC) Register".
namespace cpu::bfp {

// What an operation recognised, in the places of the data-exception code.
using Events = std::uint8_t;
inline constexpr Events invalid_operation = 0x80, division_by_zero = 0x40, overflow = 0x20, underflow = 0x10, inexact = 0x08,
                        incremented = 0x04;

namespace fpc {
inline constexpr unsigned masks = 24, flags = 16;  // shifts to the bytes whose leftmost bits are in the order of `Events`
inline constexpr std::uint32_t inexact_mask = std::uint32_t{inexact} << masks, inexact_flag = std::uint32_t{inexact} << flags;
inline constexpr std::uint32_t bfp_rounding_mode = 7;
}  // namespace fpc

enum class Rounding : std::uint8_t {
  nearest_even,
  toward_zero,
  up,    // toward +infinity
  down,  // toward -infinity
  nearest_away,
  nearest_toward_zero,
  away_from_zero,
  prepare_for_shorter,  // an inexact result is made odd, so that a second rounding to fewer digits is right
};

// What the rounding of a result depends on.
struct Mode {
  Rounding rounding = Rounding::nearest_even;
  bool traps_overflow = false, traps_underflow = false;
};

// PoP ch. 9: the valid values are 0-3 and 7.
constexpr Rounding rounding_of_fpc(std::uint32_t fpc) {
  switch (fpc & fpc::bfp_rounding_mode) {
    case 1: return Rounding::toward_zero;
    case 2: return Rounding::up;
    case 3: return Rounding::down;
    case 7: return Rounding::prepare_for_shorter;
    default: return Rounding::nearest_even;
  }
}
constexpr Mode mode_of_fpc(std::uint32_t fpc) {
  const auto masks = static_cast<Events>(fpc >> fpc::masks);
  return {rounding_of_fpc(fpc), (masks & overflow) != 0, (masks & underflow) != 0};
}

// What the masks make of the events: flags, or a data exception.
struct Verdict {
  bool suppressed = false;  // there is no result
  std::uint8_t dxc = 0;     // 0: no exception
};
Verdict settle(std::uint32_t& fpc, Events events);

}  // namespace cpu::bfp
