#pragma once

#include "cpu/dfp_format.h"

// Decimal arithmetic: exact in wide integers, then rounded once. PoP ch. 20 and ch. 9, "IEEE Exceptions".
namespace cpu::dfp {

// What an operation recognised; the left ones in the places of the data-exception code.
using Events = std::uint16_t;
inline constexpr Events invalid_operation = 0x80, division_by_zero = 0x40, overflow = 0x20, underflow = 0x10, inexact = 0x08,
                        incremented = 0x04, quantum = 0x100;

// In the order of the rounding mode in the FPC.
enum class Rounding : std::uint8_t {
  nearest_even, toward_zero, up, down, nearest_away, nearest_toward_zero, away_from_zero, prepare_for_shorter,
};

struct Mode {
  Rounding rounding = Rounding::nearest_even;
  bool traps_overflow = false, traps_underflow = false;
};

struct Outcome {
  Number value;
  Events events = 0;
};

// Results have the format's precision and the preferred quantum when they can.
Outcome add(const Format& format, const Mode& mode, const Number& a, const Number& b);
Outcome subtract(const Format& format, const Mode& mode, const Number& a, const Number& b);
Outcome multiply(const Format& format, const Mode& mode, const Number& a, const Number& b);
Outcome divide(const Format& format, const Mode& mode, const Number& a, const Number& b);
// To the quantum of `pattern`.
Outcome quantize(const Format& format, Rounding rounding, const Number& value, const Number& pattern);
// To at most so many digits; 0: as it is.
Outcome reround(const Format& format, Rounding rounding, const Number& value, unsigned significance);
Outcome round_to_integer(Rounding rounding, const Number& value);
// Into a format that is less precise.
Outcome shorten(const Format& format, const Mode& mode, const Number& value);
Outcome from_integer(const Format& format, const Mode& mode, bool negative, Uint128 magnitude);
// Of a value that need not be exact: 38 digits are kept, `rest` tells whether there is anything below them.
struct Digits {
  bool negative;
  Uint128 coefficient;
  int exponent;
  bool rest;
};
Outcome from_digits(const Format& format, const Mode& mode, const Digits& value, int preferred_exponent);

// A number as an integer of the limits; beyond them the nearer one, for a NaN the lower one, and an invalid operation.
struct Limits {
  Uint128 most_negative, most_positive;  // magnitudes
};
struct Integer {
  bool negative = false;
  Uint128 magnitude = 0;
  Events events = 0;
};
Integer to_integer(Rounding rounding, const Number& value, const Limits& limits);

// As condition codes have it: 0 equal, 1 low, 2 high, 3 unordered.
std::uint8_t compare(const Number& a, const Number& b);

// A NaN operand decides the result.
bool any_nan(const Number& a, const Number& b);
Outcome propagate(const Number& a, const Number& b);

}  // namespace cpu::dfp
