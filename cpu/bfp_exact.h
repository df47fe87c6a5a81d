#pragma once

#include <optional>
#include <utility>

#include "cpu/bfp_number.h"

// The arithmetic operations on any operands in any mode. PoP ch. 19, the tables of results.
namespace cpu::bfp {

template <class F>
constexpr Outcome<F> invalid() { return {default_nan<F>, invalid_operation}; }

// What NaN operands give: the first signaling one, quieted, else the first.
template <class F, class... Operands>
constexpr std::optional<Outcome<F>> result_of_nans(Operands... operands) {
  if (!(is_nan<F>(operands) || ...)) return {};
  std::optional<Outcome<F>> result;
  const auto prefer = [&](Bits<F> value) {
    if (is_signaling<F>(value) && (!result || result->events == 0)) result = Outcome<F>{value | quiet_bit<F>, invalid_operation};
    if (is_nan<F>(value) && !result) result = Outcome<F>{value};
  };
  (prefer(operands), ...);
  return result;
}

// The sum; its significand is 0 when it vanishes.
template <class W>
constexpr Exact<W> sum(Exact<W> a, Exact<W> b) {
  if (a.significand == 0) return b;
  if (b.significand == 0) return a;
  if (a.exponent + length_of(a.significand) < b.exponent + length_of(b.significand)) std::swap(a, b);
  // The greater one goes to the left, but for room for a carry; what the other loses on the right is far below.
  const int left = width<W> - 2 - length_of(a.significand);
  a.significand <<= left;
  a.exponent -= left;
  const int right = a.exponent - b.exponent;
  b.significand = right >= 0 ? shift_right_jamming(b.significand, right) : b.significand << -right;
  if (a.negative == b.negative) return {a.negative, a.exponent, a.significand + b.significand};
  if (a.significand >= b.significand) return {a.negative, a.exponent, a.significand - b.significand};
  return {b.negative, a.exponent, b.significand - a.significand};
}

// A vanished sum of values of different signs is negative only when rounding is toward -infinity.
template <class F, class W>
constexpr Outcome<F> round_sum(const Exact<W>& a, const Exact<W>& b, Mode mode) {
  const Exact<W> value = sum(a, b);
  if (value.significand != 0) return round<F>(value, mode);
  return {signed_as<F>(a.negative == b.negative ? a.negative : mode.rounding == Rounding::down, 0)};
}

template <class F>
constexpr Outcome<F> add(Bits<F> a, Bits<F> b, Mode mode) {
  if (const auto nan = result_of_nans<F>(a, b)) return *nan;
  if (is_infinity<F>(a)) return is_infinity<F>(b) && a != b ? invalid<F>() : Outcome<F>{a};
  if (is_infinity<F>(b)) return {b};
  return round_sum<F>(exact<F>(a), exact<F>(b), mode);
}

// A NaN keeps its sign.
template <class F>
constexpr Outcome<F> subtract(Bits<F> a, Bits<F> b, Mode mode) {
  return add<F>(a, is_nan<F>(b) ? b : b ^ sign_bit<F>, mode);
}

template <class W>
constexpr Exact<W> product(const Exact<W>& a, const Exact<W>& b) {
  return {a.negative != b.negative, a.exponent + b.exponent, a.significand * b.significand};
}

template <class F>
constexpr bool is_infinity_times_zero(Bits<F> a, Bits<F> b) {
  return (is_infinity<F>(a) && is_zero<F>(b)) || (is_zero<F>(a) && is_infinity<F>(b));
}

template <class F>
constexpr Outcome<F> multiply(Bits<F> a, Bits<F> b, Mode mode) {
  if (const auto nan = result_of_nans<F>(a, b)) return *nan;
  if (is_infinity_times_zero<F>(a, b)) return invalid<F>();
  const bool negative = is_negative<F>(a) != is_negative<F>(b);
  if (is_infinity<F>(a) || is_infinity<F>(b)) return {signed_as<F>(negative, infinity<F>)};
  if (is_zero<F>(a) || is_zero<F>(b)) return {signed_as<F>(negative, 0)};
  return round<F>(product(exact<F>(a), exact<F>(b)), mode);
}

// b * c + a, rounded once.
template <class F>
constexpr Outcome<F> multiply_and_add(Bits<F> a, Bits<F> b, Bits<F> c, Mode mode) {
  if (is_infinity_times_zero<F>(b, c) && !is_signaling<F>(a)) return invalid<F>();
  if (const auto nan = result_of_nans<F>(b, c, a)) return *nan;
  const bool negative = is_negative<F>(b) != is_negative<F>(c);
  if (is_infinity<F>(b) || is_infinity<F>(c)) {
    const auto infinite = signed_as<F>(negative, infinity<F>);
    return is_infinity<F>(a) && a != infinite ? invalid<F>() : Outcome<F>{infinite};
  }
  if (is_infinity<F>(a)) return {a};
  using Wide = typename F::Wide;
  return round_sum<F>(product(exact<F, Wide>(b), exact<F, Wide>(c)), exact<F, Wide>(a), mode);
}

template <class F>
constexpr Outcome<F> multiply_and_subtract(Bits<F> a, Bits<F> b, Bits<F> c, Mode mode) {
  return multiply_and_add<F>(is_nan<F>(a) ? a : a ^ sign_bit<F>, b, c, mode);
}

// The quotient to two digits more than the format has, the last one jammed.
template <class F, class W>
constexpr Exact<W> quotient(const Exact<W>& a, const Exact<W>& b) {
  const int left_a = F::precision - length_of(a.significand), left_b = F::precision - length_of(b.significand);
  const auto divisor = static_cast<unsigned __int128>(b.significand << left_b);
  auto rest = static_cast<unsigned __int128>(a.significand << left_a);
  W result = 0;
  constexpr int digits = F::precision + 2;
  constexpr int step = 126 - F::precision;  // the rest has at most as many digits as the divisor
  for (int done = 0; done < digits;) {
    const int now = digits - done < step ? digits - done : step;
    rest <<= now;
    const auto part = rest / divisor;
    rest -= part * divisor;
    result = (result << now) | static_cast<W>(part);
    done += now;
  }
  if (rest != 0) result |= 1;
  return {a.negative != b.negative, a.exponent - left_a - (b.exponent - left_b) - digits, result};
}

template <class F>
constexpr Outcome<F> divide(Bits<F> a, Bits<F> b, Mode mode) {
  if (const auto nan = result_of_nans<F>(a, b)) return *nan;
  const bool negative = is_negative<F>(a) != is_negative<F>(b);
  if (is_infinity<F>(a)) return is_infinity<F>(b) ? invalid<F>() : Outcome<F>{signed_as<F>(negative, infinity<F>)};
  if (is_infinity<F>(b)) return {signed_as<F>(negative, 0)};
  if (is_zero<F>(b))
    return is_zero<F>(a) ? invalid<F>() : Outcome<F>{signed_as<F>(negative, infinity<F>), division_by_zero};
  if (is_zero<F>(a)) return {signed_as<F>(negative, 0)};
  return round<F>(quotient<F>(exact<F>(a), exact<F>(b)), mode);
}

// The root to two digits more than the format has, the last one jammed; digit by digit.
template <class F, class W>
constexpr Exact<W> root(const Exact<W>& value) {
  constexpr int digits = F::precision + 2;
  int left = 2 * digits - length_of(value.significand);
  if ((value.exponent - left) % 2 != 0) --left;
  W rest = value.significand << left, result = 0;
  for (W place = static_cast<W>(1) << (2 * digits - 2); place != 0; place >>= 2) {
    const bool one = rest >= result + place;
    if (one) rest -= result + place;
    result = one ? (result >> 1) + place : result >> 1;
  }
  if (rest != 0) result |= 1;
  return {false, (value.exponent - left) / 2, result};
}

template <class F>
constexpr Outcome<F> square_root(Bits<F> value, Mode mode) {
  if (const auto nan = result_of_nans<F>(value)) return *nan;
  if (is_zero<F>(value)) return {value};
  if (is_negative<F>(value)) return invalid<F>();
  if (is_infinity<F>(value)) return {value};
  return round<F>(root<F>(exact<F>(value)), mode);
}

}  // namespace cpu::bfp
