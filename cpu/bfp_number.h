#pragma once

#include <bit>
#include <cstdint>
#include <utility>

#include "cpu/bfp_exceptions.h"
#include "cpu/bfp_format.h"

// Exact values and their rounding, which every BFP operation shares that the host does not do.
namespace cpu::bfp {

// (-1)^negative * significand * 2^exponent. The rightmost bit may stand for any number of ones and zeros below it, not all
// zero, when there are at least two bits more than the result will have.
template <class W>
struct Exact {
  bool negative;
  int exponent;
  W significand;
};

template <class W>
inline constexpr int width = 0;
template <unsigned n>
inline constexpr int width<unsigned _BitInt(n)> = n;

// Number of digits without leading zeros.
template <class W>
constexpr int length_of(W value) {
  int digits = 0;
  while (value >> 63 >> 1 != 0) {
    value = value >> 63 >> 1;
    digits += 64;
  }
  return digits + std::bit_width(static_cast<std::uint64_t>(value));
}

template <class W>
constexpr W shift_right_jamming(W value, int by) {
  if (by == 0) return value;
  if (by >= width<W>) return value != 0 ? 1 : 0;
  const W lost = value & ((static_cast<W>(1) << by) - 1);
  return (value >> by) | (lost != 0 ? 1 : 0);
}

// The value of a finite datum.
template <class F, class W = typename F::Narrow>
constexpr Exact<W> exact(Bits<F> value) {
  const int field = exponent_field<F>(value);
  const auto fraction = static_cast<W>(value & fraction_mask<F>);
  const bool normal = field != 0;
  return {is_negative<F>(value), (normal ? field : 1) - bias<F> - fraction_bits<F>,
          normal ? fraction | static_cast<W>(1) << fraction_bits<F> : fraction};
}

// Result and what was recognised on the way.
template <class F>
struct Outcome {
  Bits<F> value;
  Events events = 0;
};

// Is the magnitude to be made greater by one in the last place, given what is dropped?
template <class W>
constexpr bool rounds_away(Rounding rounding, bool negative, bool odd, W dropped, W half) {
  switch (rounding) {
    case Rounding::nearest_even: return dropped > half || (dropped == half && odd);
    case Rounding::nearest_away: return dropped >= half;
    case Rounding::nearest_toward_zero: return dropped > half;
    case Rounding::away_from_zero: return dropped != 0;
    case Rounding::up: return !negative && dropped != 0;
    case Rounding::down: return negative && dropped != 0;
    case Rounding::prepare_for_shorter: return dropped != 0 && !odd;
    case Rounding::toward_zero: return false;
  }
  return false;
}

template <class W>
struct Rounded {
  W significand;
  Events events;  // inexact, incremented
};
// Without the `by` rightmost digits.
template <class W>
constexpr Rounded<W> drop_digits(const Exact<W>& value, int by, Rounding rounding) {
  if (by <= 0) return {value.significand << -by, 0};
  // A value far below the last place is like a quarter of it.
  const bool far = by > width<W> - 2;
  const W significand = far ? static_cast<W>(value.significand != 0 ? 1 : 0) : value.significand;
  const int digits = far ? 2 : by;
  const W kept = significand >> digits;
  const W dropped = significand & ((static_cast<W>(1) << digits) - 1);
  if (dropped == 0) return {kept, 0};
  if (!rounds_away<W>(rounding, value.negative, (kept & 1) != 0, dropped, static_cast<W>(1) << (digits - 1)))
    return {kept, inexact};
  return {kept + 1, inexact | incremented};
}

// What an overflow gives when it does not trap. PoP ch. 19, "IEEE Overflow".
template <class F>
constexpr Bits<F> overflowed(bool negative, Rounding rounding) {
  const bool to_infinity = rounding == Rounding::nearest_even || rounding == Rounding::nearest_away ||
                           rounding == Rounding::nearest_toward_zero || rounding == Rounding::away_from_zero ||
                           (rounding == Rounding::up && !negative) || (rounding == Rounding::down && negative);
  return signed_as<F>(negative, to_infinity ? infinity<F> : greatest_finite<F>);
}

// A value that is not zero, rounded to the format. Tininess is that of the exact value (PoP ch. 9, "Tininess").
template <class F, class W>
constexpr Outcome<F> round(const Exact<W>& value, Mode mode) {
  const int length = length_of(value.significand);
  int exponent = value.exponent + length - 1;  // as 1.f
  const bool tiny = exponent < least_exponent<F>;
  const int denormalised = tiny && !mode.traps_underflow ? least_exponent<F> - exponent : 0;
  auto [significand, events] = drop_digits(value, length - F::precision + denormalised, mode.rounding);
  if (length_of(significand) > F::precision) {
    significand >>= 1;
    ++exponent;
  }
  if (tiny && (mode.traps_underflow || events != 0)) events |= underflow;
  if (denormalised != 0) {  // a carry into the place of the hidden one makes the exponent field 1 by itself
    return {signed_as<F>(value.negative, static_cast<Bits<F>>(significand)), events};
  }
  if (tiny) exponent += F::scaling;
  if (exponent > greatest_exponent<F>) {
    if (!mode.traps_overflow) {
      const auto result = overflowed<F>(value.negative, mode.rounding);
      return {result, static_cast<Events>(overflow | inexact | (is_infinity<F>(result) ? incremented : 0))};
    }
    events |= overflow;
    exponent -= F::scaling;
  }
  const auto fraction = static_cast<Bits<F>>(significand) & fraction_mask<F>;
  const auto field = static_cast<Bits<F>>(exponent + bias<F>) << fraction_bits<F>;
  return {signed_as<F>(value.negative, field | fraction), events};
}

}  // namespace cpu::bfp
