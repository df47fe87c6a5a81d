#pragma once

#include <optional>

#include "cpu/bfp_operation.h"

// The M3 and M4 fields of conversions. PoP ch. 19, "Rounding Methods", "IEEE-Inexact-Exception Control (XxC)".
namespace cpu::bfp {

struct Modifiers {
  Mode mode;
  Events suppressed;  // never recognised

  template <class F>
  Outcome<F> apply(Outcome<F> outcome) const {
    outcome.events &= static_cast<Events>(~suppressed);
    return outcome;
  }
};

// What the fields were before the floating-point extension facility of the z196.
enum class Formerly : std::uint8_t { no_fields, rounding_only };

// None: the rounding method is not valid, a specification exception.
std::optional<Modifiers> modifiers(Cpu& cpu, const Op& op, Formerly formerly);

// A method of the M3 field, or of the M4 field of DIVIDE TO INTEGER; 0 is the FPC's.
std::optional<Rounding> rounding_method(Cpu& cpu, unsigned field);

}  // namespace cpu::bfp
