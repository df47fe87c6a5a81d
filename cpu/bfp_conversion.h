#pragma once

#include <limits>
#include <type_traits>

#include "cpu/bfp_exact.h"

// Conversions between BFP formats, to integers and from them. PoP ch. 19.
namespace cpu::bfp {

// A NaN keeps its sign and the leftmost bits of its fraction.
template <class From, class To>
constexpr Bits<To> convert_nan(Bits<From> value) {
  constexpr int left = fraction_bits<To> - fraction_bits<From>;
  const auto fraction = value & fraction_mask<From>;
  if constexpr (left >= 0) return signed_as<To>(is_negative<From>(value), infinity<To> | static_cast<Bits<To>>(fraction) << left);
  else return signed_as<To>(is_negative<From>(value), infinity<To> | static_cast<Bits<To>>(fraction >> -left));
}

// The datum in a longer format; a signaling NaN stays one.
template <class From, class To>
constexpr Bits<To> widen(Bits<From> value) {
  const bool negative = is_negative<From>(value);
  if (is_nan<From>(value)) return convert_nan<From, To>(value);
  if (is_infinity<From>(value)) return signed_as<To>(negative, infinity<To>);
  if (is_zero<From>(value)) return signed_as<To>(negative, 0);
  return round<To>(exact<From, typename To::Narrow>(value), {}).value;
}

// LOAD LENGTHENED.
template <class From, class To>
constexpr Outcome<To> lengthen(Bits<From> value) {
  if (const auto nan = result_of_nans<From>(value)) return {convert_nan<From, To>(nan->value), nan->events};
  return {widen<From, To>(value)};
}

// LOAD ROUNDED. A trapped overflow or underflow leaves the result in the format that the operand had, with the precision of the
// shorter one and an exponent that is off by less: then `value` is void.
template <class From>
inline constexpr int scaling_of_load_rounded = std::is_same_v<From, Long> ? 512 : 8192;

template <class From, class To>
struct Shortened {
  std::optional<Outcome<To>> value;
  Outcome<From> trapped;
};
template <class From, class To>
constexpr Shortened<From, To> shorten(Bits<From> value, Mode mode) {
  const bool negative = is_negative<From>(value);
  if (const auto nan = result_of_nans<From>(value)) return {Outcome<To>{convert_nan<From, To>(nan->value), nan->events}, {}};
  if (is_infinity<From>(value)) return {Outcome<To>{signed_as<To>(negative, infinity<To>)}, {}};
  if (is_zero<From>(value)) return {Outcome<To>{signed_as<To>(negative, 0)}, {}};
  auto number = exact<From>(value);
  const auto outcome = round<To>(number, {mode.rounding});
  const int length = length_of(number.significand);
  const bool tiny = number.exponent + length - 1 < least_exponent<To>;
  const bool too_great = (outcome.events & overflow) != 0;
  if (!(tiny && mode.traps_underflow) && !(too_great && mode.traps_overflow)) return {outcome, {}};
  const int dropped = length - To::precision;
  const auto rounded = drop_digits(number, dropped, mode.rounding);
  number.significand = rounded.significand;
  number.exponent += dropped + (tiny ? scaling_of_load_rounded<From> : -scaling_of_load_rounded<From>);
  const auto events = static_cast<Events>(rounded.events | (tiny ? underflow : overflow));
  return {{}, {round<From>(number, {}).value, events}};
}

// LOAD FP INTEGER.
template <class F>
constexpr Outcome<F> to_integral(Bits<F> value, Rounding rounding) {
  if (const auto nan = result_of_nans<F>(value)) return *nan;
  if (is_infinity<F>(value)) return {value};
  const auto number = exact<F>(value);
  if (number.exponent >= 0) return {value};
  const auto [significand, events] = drop_digits(number, -number.exponent, rounding);
  if (significand == 0) return {signed_as<F>(number.negative, 0), events};
  return {round<F>(Exact<typename F::Narrow>{number.negative, 0, significand}, {}).value, events};
}

// CONVERT FROM FIXED, CONVERT FROM LOGICAL.
template <class F, class Integer>
constexpr Outcome<F> from_integer(Integer value, Mode mode) {
  if (value == 0) return {0};
  const bool negative = value < 0;
  const auto wide = static_cast<typename F::Narrow>(static_cast<std::make_unsigned_t<Integer>>(value));
  constexpr int digits = std::numeric_limits<std::make_unsigned_t<Integer>>::digits;
  const auto size = negative ? (static_cast<typename F::Narrow>(1) << digits) - wide : wide;
  return round<F>(Exact<typename F::Narrow>{negative, 0, size}, mode);
}

// CONVERT TO FIXED, CONVERT TO LOGICAL.
template <class Integer>
struct Fixed {
  Integer value;
  Events events;
};
// What cannot be represented is the nearest number that can, a NaN the least; it is an invalid operation and inexact as well.
template <class F, class Integer>
constexpr Fixed<Integer> to_integer(Bits<F> value, Rounding rounding) {
  using Limits = std::numeric_limits<Integer>;
  using W = typename F::Narrow;
  constexpr Events refused = invalid_operation | inexact;
  const bool negative = is_negative<F>(value);
  if (is_nan<F>(value)) return {Limits::min(), refused};
  const Fixed<Integer> nearest{negative ? Limits::min() : Limits::max(), refused};
  if (is_infinity<F>(value)) return nearest;
  const auto number = exact<F>(value);
  if (number.exponent + length_of(number.significand) > Limits::digits + 1) return nearest;
  const auto [size, events] = drop_digits(number, -number.exponent, rounding);
  if (negative) {
    const auto greatest = Limits::is_signed ? static_cast<W>(1) << Limits::digits : static_cast<W>(0);
    if (size > greatest) return nearest;
    return {static_cast<Integer>(0 - static_cast<std::uint64_t>(size)), events};
  }
  if (size > static_cast<W>(Limits::max())) return nearest;
  return {static_cast<Integer>(size), events};
}

// The condition code tells of the operand.
template <class F>
constexpr std::uint8_t condition_of_conversion(Bits<F> value, Events events) {
  return (events & invalid_operation) != 0 ? 3 : condition_code<F>(value);
}

}  // namespace cpu::bfp
