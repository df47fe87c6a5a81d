#include "bfp_oracle.h"

#include <fmt/format.h>

namespace cpu::oracle {
namespace {

mpfr_rnd_t direction(Rounding rounding) {
  switch (rounding) {
    case Rounding::zero: case Rounding::shorter: return MPFR_RNDZ;
    case Rounding::up: return MPFR_RNDU;
    case Rounding::down: return MPFR_RNDD;
    default: return MPFR_RNDN;
  }
}

// PoP ch. 9: with the exponent range unbounded; ties to even, but for nearest_away.
struct Unbounded {
  explicit Unbounded(int precision) : value(precision) {}
  Real value;
  int ternary = 0;
};

void compute(Unbounded& result, const Function& function, Rounding rounding) {
  if (rounding != Rounding::nearest_away) {
    result.ternary = function(result.value, direction(rounding));
    return;
  }
  // Two roundings are right when the first is to odd: here toward zero with many more digits and a one behind them.
  const auto precision = static_cast<int>(mpfr_get_prec(result.value));
  Real more{precision + 200};
  const int ternary = function(more, MPFR_RNDZ);
  Real truncated{precision};
  mpfr_set(truncated, more, MPFR_RNDZ);
  Real half{precision + 200}, rest{precision + 200};
  mpfr_sub(rest, more, truncated, MPFR_RNDZ);
  mpfr_abs(rest, rest, MPFR_RNDZ);
  // Infinity has no exponent to halve, and nothing is left of it.
  if (ternary == 0 && (mpfr_inf_p(more.get()) || mpfr_zero_p(rest.get()))) {
    mpfr_set(result.value, truncated, MPFR_RNDZ);
    result.ternary = 0;
    return;
  }
  mpfr_set_ui_2exp(half, 1, mpfr_get_exp(truncated) - precision - 1, MPFR_RNDZ);
  const bool away = mpfr_cmp(rest, half) >= 0;
  mpfr_set(result.value, more, away ? MPFR_RNDA : MPFR_RNDZ);
  const int sign = mpfr_signbit(more.get()) ? -1 : 1;
  result.ternary = away ? sign : -sign;
}

unsigned inexactness(int ternary, mpfr_ptr value) {
  if (ternary == 0) return 0;
  return inexact | ((ternary > 0) != static_cast<bool>(mpfr_signbit(value)) ? incremented : 0);
}

// Rounding to prepare for shorter precision: an inexact result gets a one in its last place.
Answer made_odd(Answer answer, int place = 0) {
  if ((answer.events & inexact) == 0) return answer;
  const bool was_odd = (answer.value >> place & 1) != 0;
  answer.value |= static_cast<Datum>(1) << place;
  answer.events = (answer.events & ~incremented) | (was_odd ? 0 : incremented);
  return answer;
}

class ExponentRange {
 public:
  ExponentRange(mpfr_exp_t least, mpfr_exp_t greatest) : least_(mpfr_get_emin()), greatest_(mpfr_get_emax()) {
    mpfr_set_emin(least);
    mpfr_set_emax(greatest);
  }
  ExponentRange(const ExponentRange&) = delete;
  ExponentRange& operator=(const ExponentRange&) = delete;
  ~ExponentRange() {
    mpfr_set_emin(least_);
    mpfr_set_emax(greatest_);
  }

 private:
  mpfr_exp_t least_, greatest_;
};

// A tiny value has fewer digits; none at all when it is below half of the least.
Answer denormalised(const Format& format, const Function& function, Rounding rounding) {
  if (rounding == Rounding::nearest_away) {  // MPFR has no subnormal numbers in this mode: they are integers of the least
    const long least = 1 - format.bias() - format.fraction_bits();
    Real value{600}, moved{600}, rounded{600};
    const bool exact = function(value, MPFR_RNDZ) == 0;
    mpfr_mul_2si(moved, value, -least, MPFR_RNDZ);
    unsigned events = round_to_integer(rounded, moved, rounding);
    if (!exact && events == 0) events = inexact;
    mpfr_mul_2si(rounded, rounded, least, MPFR_RNDZ);
    return {encode(rounded, format), events | (events != 0 ? underflow : 0)};
  }
  ExponentRange range{2 - format.bias() - format.fraction_bits(), format.bias() + 1};
  Real value{format.precision};
  int ternary = function(value, direction(rounding));
  ternary = mpfr_check_range(value, ternary, direction(rounding));
  ternary = mpfr_subnormalize(value, ternary, direction(rounding));
  const unsigned events = inexactness(ternary, value);
  Answer answer{encode(value, format), events | (events != 0 ? underflow : 0)};
  return rounding == Rounding::shorter ? made_odd(answer) : answer;
}

Answer scaled(const Format& format, Unbounded& value, int sign, unsigned event, Rounding rounding, const Format& trapped) {
  Real moved{format.precision};
  mpfr_mul_2si(moved, value.value, sign * trapped.scaling, MPFR_RNDZ);
  Answer answer{encode(moved, trapped), event | inexactness(value.ternary, value.value)};
  return rounding == Rounding::shorter ? made_odd(answer, trapped.fraction_bits() - format.fraction_bits()) : answer;
}

}  // namespace

Datum encode(mpfr_ptr real, const Format& format) {
  const Datum sign = mpfr_signbit(real) ? format.sign() : 0;
  if (mpfr_zero_p(real)) return sign;
  if (mpfr_inf_p(real)) return sign | format.infinity();
  mpz_t integer;
  mpz_init(integer);
  long exponent = mpfr_get_z_2exp(integer, real);
  mpz_abs(integer, integer);
  // To the format's digits, or fewer for a subnormal number; the caller has rounded.
  const long least = 1 - format.bias() - format.fraction_bits();
  const long length = static_cast<long>(mpz_sizeinbase(integer, 2));
  const long wanted = std::max(exponent + length - format.precision, least);
  if (exponent > wanted) mpz_mul_2exp(integer, integer, static_cast<unsigned long>(exponent - wanted));
  else mpz_tdiv_q_2exp(integer, integer, static_cast<unsigned long>(wanted - exponent));
  Datum digits = 0;
  mpz_t high;
  mpz_init(high);
  mpz_tdiv_q_2exp(high, integer, 64);
  digits = static_cast<Datum>(mpz_get_ui(high)) << 64 | mpz_get_ui(integer);
  mpz_clear(high);
  mpz_clear(integer);
  const Datum hidden = static_cast<Datum>(1) << format.fraction_bits();
  if (digits < hidden) return sign | digits;
  return sign | static_cast<Datum>(wanted - least + 1) << format.fraction_bits() | (digits - hidden);
}

unsigned round_to_integer(mpfr_ptr result, mpfr_ptr value, Rounding rounding) {
  if (rounding == Rounding::nearest_away) mpfr_round(result, value);
  else mpfr_rint(result, value, direction(rounding));
  if (mpfr_equal_p(result, value)) return 0;
  if (rounding == Rounding::shorter) {
    Real half{400};
    mpfr_div_2ui(half, result, 1, MPFR_RNDZ);
    if (mpfr_integer_p(half)) mpfr_add_si(result, result, mpfr_signbit(value) ? -1 : 1, MPFR_RNDZ);
  }
  return inexact | (mpfr_cmpabs(result, value) > 0 ? incremented : 0);
}

void set(mpfr_ptr real, Datum value, const Format& format) {
  const bool negative = (value & format.sign()) != 0;
  const Datum magnitude = value & ~format.sign();
  const auto field = static_cast<long>(magnitude >> format.fraction_bits());
  const Datum fraction = magnitude & ((static_cast<Datum>(1) << format.fraction_bits()) - 1);
  if (magnitude == format.infinity()) return mpfr_set_inf(real, negative ? -1 : 1);
  if (magnitude == 0) return mpfr_set_zero(real, negative ? -1 : 1);
  const Datum digits = field == 0 ? fraction : fraction | static_cast<Datum>(1) << format.fraction_bits();
  Real high{128};
  mpfr_set_ui_2exp(high, static_cast<unsigned long>(digits >> 64), 64, MPFR_RNDZ);
  mpfr_add_ui(high, high, static_cast<unsigned long>(digits), MPFR_RNDZ);
  mpfr_mul_2si(high, high, std::max(field, 1L) - format.bias() - format.fraction_bits(), MPFR_RNDZ);
  if (negative) mpfr_neg(high, high, MPFR_RNDZ);
  mpfr_set(real, high, MPFR_RNDZ);
}

Answer evaluate(const Format& format, const Function& function, const Circumstances& now, const Format& trapped) {
  Unbounded value{format.precision};
  mpfr_clear_flags();
  compute(value, function, now.rounding);
  if (mpfr_nan_p(value.value.get())) return {format.infinity() | format.quiet(), invalid};
  if (mpfr_inf_p(value.value.get())) return {encode(value.value, format), mpfr_divby0_p() ? divide : 0};
  if (mpfr_zero_p(value.value.get())) return {encode(value.value, format), 0};
  Real truncated{format.precision};
  function(truncated, MPFR_RNDZ);
  const long least = 2 - format.bias();  // MPFR's numbers are 0.1f
  const bool tiny = mpfr_get_exp(truncated) < least;
  if (tiny && now.traps_underflow) return scaled(format, value, 1, underflow, now.rounding, trapped);
  if (tiny) return denormalised(format, function, now.rounding);
  if (mpfr_get_exp(value.value) > format.bias() + 1) {
    if (now.traps_overflow) return scaled(format, value, -1, overflow, now.rounding, trapped);
    ExponentRange range{2 - format.bias() - format.fraction_bits(), format.bias() + 1};
    if (now.rounding == Rounding::nearest_away) mpfr_set_inf(value.value, mpfr_signbit(value.value.get()) ? -1 : 1);
    else mpfr_check_range(value.value, value.ternary, direction(now.rounding));
    return {encode(value.value, format), overflow | inexact | (mpfr_inf_p(value.value.get()) ? incremented : 0)};
  }
  const Answer answer{encode(value.value, format), inexactness(value.ternary, value.value)};
  return now.rounding == Rounding::shorter ? made_odd(answer) : answer;
}

std::string hexadecimal(Datum value) {
  return fmt::format("{:016X}{:016X}", static_cast<std::uint64_t>(value >> 64), static_cast<std::uint64_t>(value));
}

}  // namespace cpu::oracle
