#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "cpu/host_access.h"
#include "cpu/operand_bytes.h"

// Packed decimal numbers (PoP ch. 8, "Decimal-Number Formats"): up to 31 digits and a sign.
namespace cpu {

struct Decimal {
  Uint128 magnitude = 0;
  bool negative = false;

  bool operator==(const Decimal& other) const = default;
  bool is_zero() const { return magnitude == 0; }
};

constexpr Uint128 power_of_ten(unsigned exponent) {
  Uint128 result = 1;
  for (; exponent > 0; --exponent) result *= 10;
  return result;
}

constexpr bool is_digit(unsigned digit) { return digit < 10; }
constexpr bool is_sign(unsigned digit) { return digit >= 10; }
constexpr bool is_minus(unsigned sign) { return sign == 0xB || sign == 0xD; }
// Two digits a byte, one of them the sign.
constexpr unsigned digits_in(unsigned bytes) { return 2 * bytes - 1; }

// Nothing: a digit or the sign is invalid, a data exception.
inline std::optional<Decimal> unpack_decimal(const OperandBytes& operand, unsigned length) {
  Uint128 magnitude = 0;
  for (unsigned i = 0; i < length; ++i) {
    const unsigned left = operand.at(i) >> 4, right = operand.at(i) & 0xF;
    const bool is_last = i == length - 1;
    if (!is_digit(left) || is_digit(right) == is_last) return std::nullopt;
    magnitude = magnitude * 10 + left;
    if (!is_last) magnitude = magnitude * 10 + right;
  }
  return Decimal{magnitude, is_minus(operand.at(length - 1) & 0xF)};
}

// As many digits as there is room for, with the preferred sign.
inline void pack_decimal(const OperandBytes& operand, unsigned length, Decimal number) {
  constexpr unsigned plus = 0xC, minus = 0xD;
  unsigned right = number.negative ? minus : plus;
  for (unsigned i = length; i-- > 0;) {
    const auto left = static_cast<unsigned>(number.magnitude % 10);
    operand.set(i, left << 4 | right);
    right = static_cast<unsigned>(number.magnitude / 10 % 10);
    number.magnitude /= 100;
  }
}

inline bool fits(const Decimal& number, unsigned length) { return number.magnitude < power_of_ten(digits_in(length)); }

}  // namespace cpu
