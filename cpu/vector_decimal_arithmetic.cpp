// Arithmetic on packed decimal numbers in vector registers. PoP ch. 25, "Vector Decimal Instructions".
#include "cpu/vector_decimal.h"

namespace cpu {

using namespace vector_decimal;

namespace {

// M5 of an instruction with two operands: P2, P3, P1, CS.
constexpr bool sets_condition_code(unsigned mask) { return (mask & 1) != 0; }

unsigned sign_code(const Result& result, Sign first) {
  if (first == Sign::forced_positive) return unsigned_plus;
  return result.negative ? preferred_minus : preferred_plus;
}

// Places the rightmost digits of the result in V1.
Step place(Cpu& cpu, const Op& op, const Number& number, ResultControl control) {
  const unsigned mask = op.mask(5);
  const Sign first = sign_control(mask, 2);
  Result result = cut(number, control.count);
  cpu.vr(op.r1) = image_of(result.kept, sign_code(result, first));
  if (first == Sign::forced_positive) result.negative = false;
  return conclude(cpu, sets_condition_code(mask), result, control);
}

struct Operands {
  Number second, third;
};
std::optional<Operands> operands(Cpu& cpu, const Op& op) {
  const auto second = number_of(cpu.vr(op.r2), sign_control(op.mask(5), 0));
  const auto third = number_of(cpu.vr(op.r3), sign_control(op.mask(5), 1));
  if (!second || !third) return std::nullopt;
  return Operands{*second, *third};
}

Number sum(const Number& a, const Number& b) {
  if (a.negative == b.negative) return {a.magnitude + b.magnitude, a.negative};
  if (a.magnitude >= b.magnitude) return {a.magnitude - b.magnitude, a.negative};
  return {b.magnitude - a.magnitude, b.negative};
}
Number negated(Number number) {
  number.negative = !number.negative;
  return number;
}
Number product(const Number& a, const Number& b) { return {a.magnitude * b.magnitude, a.negative != b.negative}; }
Number shifted_left(Number number, unsigned digits) {
  number.magnitude *= wide_power_of_ten(digits);
  return number;
}
Number shifted_right(Number number, unsigned digits) {
  number.magnitude /= wide_power_of_ten(digits);
  return number;
}
Number quotient(const Number& dividend, const Number& divisor) {
  return {dividend.magnitude / divisor.magnitude, dividend.negative != divisor.negative};
}
Number remainder(const Number& dividend, const Number& divisor) {
  return {dividend.magnitude % divisor.magnitude, dividend.negative};
}

// f(V2, V3) with the digits count of I4. Nothing from f: a decimal-divide exception.
template <class F>
Step arithmetic(Cpu& cpu, const Op& op, F f) {
  const ResultControl control = result_control(op.d1);
  if (control.count == 0) return specification_exception(cpu);
  const auto both = operands(cpu, op);
  if (!both) return data_exception(cpu);
  return place(cpu, op, f(both->second, both->third), control);
}
// The same where the third operand divides.
template <class F>
Step division(Cpu& cpu, const Op& op, ResultControl control, F f) {
  if (control.count == 0) return specification_exception(cpu);
  const auto both = operands(cpu, op);
  if (!both) return data_exception(cpu);
  if (both->third.magnitude == 0) return cpu.program_interruption(Pic::decimal_divide);
  return place(cpu, op, f(both->second, both->third), control);
}

// I4 with a shift amount where others have the digits count: all digits are there for the result.
unsigned shift_amount(const Op& op) { return static_cast<unsigned>(op.d1 & 31); }
ResultControl all_digits_control(const Op& op) { return {all_digits, result_control(op.d1).overflow_is_suppressed}; }

// To the left, or to the right (negative) with five added to the last digit that goes.
enum class Rounding : bool { none, half_up };
Number shifted(const Number& number, int places, Rounding rounding) {
  if (places >= 0) return shifted_left(number, static_cast<unsigned>(places));
  const auto right = static_cast<unsigned>(-places);
  const Number one_place_more = shifted_right(number, right - 1);
  return {(one_place_more.magnitude + (rounding == Rounding::half_up ? 5 : 0)) / 10, number.negative};
}

// A shift amount of seven bits with its sign. More than all digits to the left would not fit the working number, and differs in
// nothing from just all digits: none of them stays.
int signed_places(unsigned seven_bits) {
  const int places = (seven_bits & 0x40) != 0 ? static_cast<int>(seven_bits) - 128 : static_cast<int>(seven_bits);
  return places > static_cast<int>(all_digits) ? static_cast<int>(all_digits) : places;
}

}  // namespace

Z_INSTRUCTION(vector_add_decimal) { return arithmetic(cpu, op, sum); }
Z_INSTRUCTION(vector_subtract_decimal) {
  return arithmetic(cpu, op, [](const Number& a, const Number& b) { return sum(a, negated(b)); });
}
Z_INSTRUCTION(vector_multiply_decimal) { return arithmetic(cpu, op, product); }
Z_INSTRUCTION(vector_divide_decimal) { return division(cpu, op, result_control(op.d1), quotient); }
Z_INSTRUCTION(vector_remainder_decimal) { return division(cpu, op, result_control(op.d1), remainder); }

// The product loses digits on its right.
Z_INSTRUCTION(vector_multiply_and_shift_decimal) {
  const auto both = operands(cpu, op);
  if (!both) return data_exception(cpu);
  return place(cpu, op, shifted_right(product(both->second, both->third), shift_amount(op)), all_digits_control(op));
}
// The dividend gets zeros on its right.
Z_INSTRUCTION(vector_shift_and_divide_decimal) {
  return division(cpu, op, all_digits_control(op), [&](const Number& dividend, const Number& divisor) {
    return quotient(shifted_left(dividend, shift_amount(op)), divisor);
  });
}

Z_INSTRUCTION(vector_compare_decimal) {
  const auto first = number_of(cpu.vr(op.r1), sign_control(op.mask(3), 0));
  const auto second = number_of(cpu.vr(op.r2), sign_control(op.mask(3), 1));
  if (!first || !second) return data_exception(cpu);
  const Number difference = sum(*first, negated(*second));
  cpu.cc = difference.magnitude == 0 ? 0 : difference.negative ? 1 : 2;
  return Step::next;
}

// I4: the rounding control and the shift amount.
Z_INSTRUCTION(vector_shift_and_round_decimal) {
  const ResultControl control = result_control(op.d1);
  if (control.count == 0) return specification_exception(cpu);
  const auto second = number_of(cpu.vr(op.r2), sign_control(op.mask(5), 0));
  if (!second) return data_exception(cpu);
  const Rounding rounding = (op.d2 & 0x80) != 0 ? Rounding::half_up : Rounding::none;
  return place(cpu, op, shifted(*second, signed_places(op.d2 & 0x7F), rounding), control);
}

}  // namespace cpu
