// BFP quotients that are integers, with the remainder. PoP ch. 19, "DIVIDE TO INTEGER".
#include "cpu/bfp_modifiers.h"
#include "cpu/instruction.h"

namespace cpu {

using namespace bfp;

namespace {

template <class F>
struct Division {
  Bits<F> quotient;
  Outcome<F> remainder;
  std::uint8_t condition;
};
// Condition codes: bit 1 when the remainder is incomplete, bit 0 when the quotient is not the one delivered.
constexpr std::uint8_t complete = 0, scaled = 1, incomplete = 2;

template <class F>
std::optional<Division<F>> special_division(Bits<F> a, Bits<F> b) {
  const auto both = [](const Outcome<F>& nan) { return Division<F>{nan.value, nan, scaled}; };
  if (const auto nan = result_of_nans<F>(a, b)) return both(*nan);
  if (is_infinity<F>(a) || is_zero<F>(b)) return both(invalid<F>());
  if (is_zero<F>(a) || is_infinity<F>(b))
    return Division<F>{signed_as<F>(is_negative<F>(a) != is_negative<F>(b), 0), {a}, complete};
  return {};
}

// The integer: rounded as told, or what its digits allow when there are more than the format has, toward zero.
template <class F, class W>
Exact<W> integer_quotient(Exact<W> quotient, Rounding rounding) {
  const int length = length_of(quotient.significand);
  const bool fits = quotient.exponent + length <= F::precision;
  const int dropped = fits ? -quotient.exponent : length - F::precision;
  return {quotient.negative, quotient.exponent + dropped, drop_digits(quotient, dropped, fits ? rounding : Rounding::toward_zero).significand};
}

template <class F>
Division<F> divide_to_integer(Bits<F> a, Bits<F> b, Rounding rounding, Mode mode) {
  if (const auto special = special_division<F>(a, b)) return *special;
  using W = typename F::Wide;
  const auto dividend = exact<F, W>(a), divisor = exact<F, W>(b);
  const auto precise = quotient<F>(dividend, divisor);
  auto integer = integer_quotient<F>(precise, rounding);
  auto subtrahend = product(integer, divisor);
  subtrahend.negative = !subtrahend.negative;
  const auto rest = sum(dividend, subtrahend);
  Division<F> result{signed_as<F>(integer.negative, 0), {signed_as<F>(dividend.negative, 0)}, complete};
  if (rest.significand != 0) {
    result.remainder = round<F>(rest, mode);
    if (precise.exponent + length_of(precise.significand) > F::precision) result.condition |= incomplete;
  }
  if (integer.significand == 0) return result;
  if (integer.exponent + length_of(integer.significand) - 1 > greatest_exponent<F>) {
    integer.exponent -= F::scaling;
    result.condition |= scaled;
  }
  result.quotient = round<F>(integer, {}).value;
  return result;
}

template <class F>
Step divide_to_integer(Cpu& cpu, const Op& op) {
  const auto rounding = rounding_method(cpu, op.m4());
  if (!rounding || op.r1 == op.r2 || op.r1 == op.r3 || op.r2 == op.r3) return cpu.program_interruption(Pic::specification);
  const auto result = divide_to_integer<F>(F::read(cpu, op.r1), F::read(cpu, op.r2), *rounding, mode_of_fpc(cpu.fpc));
  const Verdict verdict = settle(cpu.fpc, result.remainder.events);
  if (!verdict.suppressed) {
    F::write(cpu, op.r1, result.remainder.value);
    F::write(cpu, op.r3, result.quotient);
    cpu.cc = result.condition;
  }
  return verdict.dxc == 0 ? Step::next : cpu.program_interruption(Pic::data, verdict.dxc);
}

}  // namespace

Z_INSTRUCTION(divide_to_integer_bfp_short) { return divide_to_integer<Short>(cpu, op); }
Z_INSTRUCTION(divide_to_integer_bfp_long) { return divide_to_integer<Long>(cpu, op); }

}  // namespace cpu
