#pragma once

#include <cstdint>
#include <optional>

#include "cpu/decimal_number.h"
#include "cpu/instruction.h"
#include "cpu/vector_elements.h"

// Signed packed decimal numbers in vector registers: 31 digits and a sign. PoP ch. 25, "Vector Decimal Instructions".
namespace cpu::vector_decimal {

inline constexpr unsigned all_digits = 31;

// Has room for the product of two numbers, and for one number shifted left by as many digits as it has.
using Magnitude = unsigned _BitInt(256);

constexpr Magnitude wide_power_of_ten(unsigned exponent) {
  Magnitude result = 1;
  for (; exponent > 0; --exponent) result *= 10;
  return result;
}

// A number as it is worked with.
struct Number {
  Magnitude magnitude = 0;
  bool negative = false;
};

// What is in a register, digit by digit: 0 is the leftmost digit, 31 the sign.
struct Digits {
  std::uint8_t at[all_digits + 1];
  unsigned sign() const { return at[all_digits]; }
};
inline Digits digits_of(const VectorRegister& v) {
  Digits digits;
  for (unsigned i = 0; i <= all_digits; ++i) digits.at[i] = static_cast<std::uint8_t>(quadword_of(v) >> 4 * (all_digits - i) & 0xF);
  return digits;
}
inline VectorRegister register_of(const Digits& digits) {
  Uint128 image = 0;
  for (const auto digit : digits.at) image = image << 4 | digit;
  return vector_of(image);
}
inline bool has_valid_digits(const Digits& digits) {
  for (unsigned i = 0; i < all_digits; ++i)
    if (!is_digit(digits.at[i])) return false;
  return true;
}

// "Force operand positive": the sign code is not looked at.
enum class Sign : bool { as_it_is, forced_positive };
constexpr Sign sign_control(unsigned mask, unsigned bit) { return (mask >> (3 - bit) & 1) != 0 ? Sign::forced_positive : Sign::as_it_is; }

// Nothing: a digit or the sign is invalid, a general-operand data exception.
inline std::optional<Number> number_of(const VectorRegister& v, Sign sign) {
  const Digits digits = digits_of(v);
  if (!has_valid_digits(digits) || (sign == Sign::as_it_is && !is_sign(digits.sign()))) return std::nullopt;
  Number number{.negative = sign == Sign::as_it_is && is_minus(digits.sign())};
  for (unsigned i = 0; i < all_digits; ++i) number.magnitude = number.magnitude * 10 + digits.at[i];
  return number;
}

// The rightmost digits of a number with this sign code.
inline VectorRegister image_of(Magnitude magnitude, unsigned sign_code) {
  Digits digits{};
  digits.at[all_digits] = static_cast<std::uint8_t>(sign_code);
  for (unsigned i = all_digits; i-- > 0; magnitude /= 10) digits.at[i] = static_cast<std::uint8_t>(magnitude % 10);
  return register_of(digits);
}

inline constexpr unsigned preferred_plus = 0xC, preferred_minus = 0xD, unsigned_plus = 0xF;

// The immediate that says how many digits a result has, and whether their loss may interrupt.
struct ResultControl {
  unsigned count;               // RDC, or all
  bool overflow_is_suppressed;  // IOM
};
constexpr ResultControl result_control(std::int32_t immediate) {
  return {static_cast<unsigned>(immediate & 31), (immediate & 0x80) != 0};
}

inline Step data_exception(Cpu& cpu) { return cpu.program_interruption(Pic::data); }

// A result that is cut to its digits.
struct Result {
  Magnitude kept;
  bool negative;
  bool overflow;
};
// A zero is positive, unless digits were lost.
inline Result cut(const Number& number, unsigned count) {
  const Magnitude kept = number.magnitude % wide_power_of_ten(count);
  const bool overflow = kept != number.magnitude;
  return {kept, number.negative && (kept != 0 || overflow), overflow};
}
inline Step conclude(Cpu& cpu, bool sets_condition_code, const Result& result, ResultControl control) {
  if (sets_condition_code) cpu.cc = result.overflow ? 3 : result.kept == 0 ? 0 : result.negative ? 1 : 2;
  if (result.overflow && !control.overflow_is_suppressed && cpu.psw.decimal_overflow_mask()) return cpu.program_interruption(Pic::decimal_overflow);
  return Step::next;
}

}  // namespace cpu::vector_decimal
