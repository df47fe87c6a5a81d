#include "cpu/dfp_arithmetic.h"

#include <algorithm>
#include <array>
#include <boost/multiprecision/cpp_int.hpp>

namespace cpu::dfp {
namespace {

// 77 digits: a product of two extended coefficients, or one shifted so far that the other has no bearing but on the rounding.
using Wide = boost::multiprecision::uint256_t;
constexpr unsigned wide_digits = 76;

const Wide& power(unsigned exponent) {
  static const auto table = [] {
    std::array<Wide, wide_digits + 1> powers;
    powers[0] = 1;
    for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
    return powers;
  }();
  return table[exponent];
}

unsigned count_digits(const Wide& value) {
  if (value == 0) return 0;
  const unsigned bits = msb(value) + 1;
  const unsigned least = ((bits - 1) * 1233 >> 12) + 1;  // of the power of two: times log10(2), rounded down
  return value >= power(least) ? least + 1 : least;
}

// coefficient times ten to the exponent, and a little more when `rest`.
struct Exact {
  bool negative;
  Wide coefficient;
  int exponent;
  bool rest = false;
};

enum class Discarded : std::uint8_t { nothing, below_half, half, above_half };

Discarded drop_digits(Exact& value, unsigned digits) {
  if (digits == 0) return value.rest ? Discarded::below_half : Discarded::nothing;
  value.exponent += static_cast<int>(digits);
  if (digits > wide_digits) {
    const bool was_zero = value.coefficient == 0 && !value.rest;
    value.coefficient = 0;
    return was_zero ? Discarded::nothing : Discarded::below_half;
  }
  const Wide dropped = value.coefficient % power(digits), half = power(digits) / 2;
  value.coefficient /= power(digits);
  if (dropped == 0 && !value.rest) return Discarded::nothing;
  if (dropped == half) return value.rest ? Discarded::above_half : Discarded::half;
  return dropped < half ? Discarded::below_half : Discarded::above_half;
}

bool is_incremented(Rounding rounding, const Exact& value, Discarded discarded) {
  if (discarded == Discarded::nothing) return false;
  const auto last = static_cast<unsigned>(value.coefficient % 10);
  switch (rounding) {
    case Rounding::nearest_even: return discarded == Discarded::above_half || (discarded == Discarded::half && last % 2 != 0);
    case Rounding::nearest_away: return discarded >= Discarded::half;
    case Rounding::nearest_toward_zero: return discarded == Discarded::above_half;
    case Rounding::toward_zero: return false;
    case Rounding::up: return !value.negative;
    case Rounding::down: return value.negative;
    case Rounding::away_from_zero: return true;
    case Rounding::prepare_for_shorter: return last % 5 == 0;
  }
  return false;
}

// Drops digits and rounds; a carry out of `precision` digits moves the exponent.
Events round_off(Exact& value, unsigned digits, unsigned precision, Rounding rounding) {
  const Discarded discarded = drop_digits(value, digits);
  value.rest = false;
  if (discarded == Discarded::nothing) return 0;
  if (!is_incremented(rounding, value, discarded)) return inexact;
  if (++value.coefficient == power(precision)) {
    value.coefficient /= 10;
    ++value.exponent;
  }
  return inexact | incremented;
}

// Among the equal numbers the one whose exponent is nearest to the preferred one.
void prefer(Exact& value, int preferred, const Format& format) {
  while (value.exponent < preferred && value.coefficient % 10 == 0) {
    value.coefficient /= 10;
    ++value.exponent;
  }
  while (value.exponent > preferred && value.coefficient * 10 < power(format.precision)) {
    value.coefficient *= 10;
    --value.exponent;
  }
}

Number number_of(const Exact& value) {
  return {Kind::finite, value.negative, static_cast<Uint128>(value.coefficient), value.exponent};
}

Number infinity(bool negative) { return {Kind::infinity, negative, 0, 0}; }
Outcome invalid() { return {default_nan, invalid_operation}; }

Outcome zero(const Format& format, bool negative, int preferred) {
  const int exponent = std::clamp(preferred, format.least(), format.greatest());
  return {{Kind::finite, negative, 0, exponent}, exponent == preferred ? Events{0} : quantum};
}

// PoP ch. 9, "IEEE Overflow": infinity or the greatest number, whichever the rounding goes to.
Outcome overflowed(const Format& format, Rounding rounding, bool negative) {
  const bool stays = rounding == Rounding::toward_zero || rounding == Rounding::prepare_for_shorter ||
                     rounding == (negative ? Rounding::up : Rounding::down);
  if (!stays) return {infinity(negative), overflow | inexact | incremented};
  return {{Kind::finite, negative, power_of_ten(format.precision) - 1, format.greatest()}, overflow | inexact};
}

// Rounds to the format, with the preferred quantum where the value allows it.
Outcome deliver(const Format& format, const Mode& mode, Exact value, int preferred) {
  if (value.coefficient == 0 && !value.rest) return zero(format, value.negative, preferred);
  const unsigned digits = count_digits(value.coefficient), precision = format.precision;
  const bool is_tiny = value.exponent + static_cast<int>(digits) < format.least() + static_cast<int>(precision);
  unsigned drop = digits > precision ? digits - precision : 0;
  const bool is_scaled_up = is_tiny && mode.traps_underflow;
  if (is_tiny && !is_scaled_up) drop = static_cast<unsigned>(std::max(static_cast<int>(drop), format.least() - value.exponent));
  Events events = round_off(value, drop, precision, mode.rounding);
  if (is_tiny && (is_scaled_up || events != 0)) events |= underflow;
  if (is_scaled_up) {
    if ((events & inexact) == 0) prefer(value, preferred, format);
    value.exponent += format.scale;
    return {number_of(value), events};
  }
  if ((events & inexact) == 0) prefer(value, std::max(preferred, format.least()), format);
  if (value.exponent + static_cast<int>(count_digits(value.coefficient)) > format.greatest() + static_cast<int>(precision)) {
    if (!mode.traps_overflow) return overflowed(format, mode.rounding, value.negative);
    value.exponent -= format.scale;
    return {number_of(value), static_cast<Events>(events | overflow)};
  }
  while (value.exponent > format.greatest()) {
    value.coefficient *= 10;
    --value.exponent;
  }
  if (value.exponent != preferred) events |= quantum;
  return {number_of(value), events};
}

// The sum of two finite numbers of which one is not zero.
Exact exact_sum(const Number& a, const Number& b) {
  const Number& high = a.exponent >= b.exponent ? a : b;
  const Number& low = a.exponent >= b.exponent ? b : a;
  if (high.coefficient == 0) return {low.negative, low.coefficient, low.exponent};
  if (low.coefficient == 0) return {high.negative, high.coefficient, high.exponent};
  const auto gap = static_cast<unsigned>(high.exponent - low.exponent);
  const unsigned shift = std::min(gap, wide_digits - 1 - digit_count(high.coefficient));
  const Wide upper = Wide{high.coefficient} * power(shift);
  Exact lower{low.negative, low.coefficient, low.exponent};
  const bool rest = drop_digits(lower, gap - shift) != Discarded::nothing;
  Exact sum{high.negative, 0, high.exponent - static_cast<int>(shift), rest};
  if (high.negative == low.negative) {
    sum.coefficient = upper + lower.coefficient;
  } else if (upper >= lower.coefficient) {
    sum.coefficient = upper - lower.coefficient - (rest ? 1 : 0);
  } else {
    sum.coefficient = lower.coefficient - upper;
    sum.negative = low.negative;
  }
  return sum;
}

}  // namespace

bool any_nan(const Number& a, const Number& b) { return a.is_nan() || b.is_nan(); }

// A signalling NaN first, then the first operand.
Outcome propagate(const Number& a, const Number& b) {
  const bool signals = a.kind == Kind::signalling_nan || b.kind == Kind::signalling_nan;
  Number result = a.kind == Kind::signalling_nan ? a : b.kind == Kind::signalling_nan ? b : a.is_nan() ? a : b;
  result.kind = Kind::quiet_nan;
  return {result, signals ? invalid_operation : Events{0}};
}

Outcome add(const Format& format, const Mode& mode, const Number& a, const Number& b) {
  if (any_nan(a, b)) return propagate(a, b);
  if (!a.is_finite() || !b.is_finite()) {
    if (!a.is_finite() && !b.is_finite() && a.negative != b.negative) return invalid();
    return {infinity(a.is_finite() ? b.negative : a.negative), 0};
  }
  const int preferred = std::min(a.exponent, b.exponent);
  const bool zero_is_negative = a.negative == b.negative ? a.negative : mode.rounding == Rounding::down;
  if (a.is_zero() && b.is_zero()) return zero(format, zero_is_negative, preferred);
  const Exact sum = exact_sum(a, b);
  if (sum.coefficient == 0 && !sum.rest) return zero(format, zero_is_negative, preferred);
  return deliver(format, mode, sum, preferred);
}

Outcome subtract(const Format& format, const Mode& mode, const Number& a, const Number& b) {
  Number opposite = b;
  if (!b.is_nan()) opposite.negative = !b.negative;
  return add(format, mode, a, opposite);
}

Outcome multiply(const Format& format, const Mode& mode, const Number& a, const Number& b) {
  if (any_nan(a, b)) return propagate(a, b);
  const bool negative = a.negative != b.negative;
  if (!a.is_finite() || !b.is_finite()) {
    if (a.is_zero() || b.is_zero()) return invalid();
    return {infinity(negative), 0};
  }
  const int exponent = a.exponent + b.exponent;
  return deliver(format, mode, {negative, Wide{a.coefficient} * Wide{b.coefficient}, exponent}, exponent);
}

Outcome divide(const Format& format, const Mode& mode, const Number& a, const Number& b) {
  if (any_nan(a, b)) return propagate(a, b);
  const bool negative = a.negative != b.negative;
  if (!a.is_finite()) return b.is_finite() ? Outcome{infinity(negative), 0} : invalid();
  if (!b.is_finite()) return {{Kind::finite, negative, 0, format.least()}, 0};
  if (b.is_zero()) return a.is_zero() ? invalid() : Outcome{infinity(negative), division_by_zero};
  const int preferred = a.exponent - b.exponent;
  if (a.is_zero()) return zero(format, negative, preferred);
  // Two digits more than the result keeps, so that what remains is surely discarded.
  const int more = static_cast<int>(format.precision + 2 + digit_count(b.coefficient)) - static_cast<int>(digit_count(a.coefficient));
  const unsigned shift = static_cast<unsigned>(std::max(more, 0));
  const Wide dividend = Wide{a.coefficient} * power(shift), divisor{b.coefficient};
  const bool rest = dividend % divisor != 0;
  return deliver(format, mode, {negative, dividend / divisor, preferred - static_cast<int>(shift), rest}, preferred);
}

Outcome quantize(const Format& format, Rounding rounding, const Number& value, const Number& pattern) {
  if (any_nan(value, pattern)) return propagate(value, pattern);
  if (!value.is_finite() || !pattern.is_finite()) {
    if (value.is_finite() || pattern.is_finite()) return invalid();
    return {infinity(value.negative), 0};
  }
  Exact result{value.negative, value.coefficient, value.exponent};
  const int gap = value.exponent - pattern.exponent;
  if (gap <= 0) {
    const Events events = round_off(result, static_cast<unsigned>(-gap), wide_digits, rounding);
    return {number_of(result), events};
  }
  if (value.coefficient != 0 && digit_count(value.coefficient) + static_cast<unsigned>(gap) > format.precision) return invalid();
  if (value.coefficient != 0) result.coefficient *= power(static_cast<unsigned>(gap));
  result.exponent = pattern.exponent;
  return {number_of(result), 0};
}

Outcome reround(const Format& format, Rounding rounding, const Number& value, unsigned significance) {
  if (value.is_nan()) return propagate(value, value);
  if (!value.is_finite()) return {infinity(value.negative), 0};
  const unsigned digits = digit_count(value.coefficient);
  if (significance == 0 || digits <= significance) return {value, 0};
  Exact result{value.negative, value.coefficient, value.exponent};
  const Events events = round_off(result, digits - significance, significance, rounding);
  if (result.exponent > format.greatest()) return invalid();
  return {number_of(result), events};
}

Outcome round_to_integer(Rounding rounding, const Number& value) {
  if (value.is_nan()) return propagate(value, value);
  if (!value.is_finite()) return {infinity(value.negative), 0};
  if (value.exponent >= 0) return {value, 0};
  Exact result{value.negative, value.coefficient, value.exponent};
  const Events events = round_off(result, static_cast<unsigned>(-value.exponent), wide_digits, rounding);
  return {number_of(result), events};
}

Outcome shorten(const Format& format, const Mode& mode, const Number& value) {
  return deliver(format, mode, {value.negative, value.coefficient, value.exponent}, value.exponent);
}

Outcome from_integer(const Format& format, const Mode& mode, bool negative, Uint128 magnitude) {
  return deliver(format, mode, {negative, magnitude, 0}, 0);
}

Outcome from_digits(const Format& format, const Mode& mode, const Digits& value, int preferred_exponent) {
  return deliver(format, mode, {value.negative, value.coefficient, value.exponent, value.rest}, preferred_exponent);
}

Integer to_integer(Rounding rounding, const Number& value, const Limits& limits) {
  if (value.is_nan()) return {true, limits.most_negative, invalid_operation};
  const Integer limit{value.negative, value.negative ? limits.most_negative : limits.most_positive, invalid_operation};
  if (!value.is_finite()) return limit;
  Exact exact{value.negative, value.coefficient, value.exponent};
  Events events = 0;
  if (value.exponent < 0) events = round_off(exact, static_cast<unsigned>(-value.exponent), wide_digits, rounding);
  else if (value.coefficient != 0 && value.exponent > static_cast<int>(wide_digits / 2)) return limit;
  else exact.coefficient *= power(value.coefficient == 0 ? 0 : static_cast<unsigned>(value.exponent));
  if (exact.coefficient > Wide{limit.magnitude}) return limit;
  return {value.negative, static_cast<Uint128>(exact.coefficient), events};
}

std::uint8_t compare(const Number& a, const Number& b) {
  if (any_nan(a, b)) return 3;
  const auto low_if = [](bool low) { return static_cast<std::uint8_t>(low ? 1 : 2); };
  if (!a.is_finite() || !b.is_finite()) {
    if (!a.is_finite() && !b.is_finite() && a.negative == b.negative) return 0;
    return low_if(a.is_finite() ? !b.negative : a.negative);
  }
  if (a.is_zero() && b.is_zero()) return 0;
  Number opposite = b;
  opposite.negative = !b.negative;
  const Exact difference = exact_sum(a, opposite);
  if (difference.coefficient == 0 && !difference.rest) return 0;
  return low_if(difference.negative);
}

}  // namespace cpu::dfp
