#include "cpu/radix_conversion.h"

#include <boost/multiprecision/cpp_int.hpp>

namespace cpu::radix {
namespace {

// As long as it takes: a power of two or ten has up to 20,500 bits here.
using Integer = boost::multiprecision::cpp_int;

constexpr unsigned binary_digits = 126, decimal_digits = 38;

Integer power(unsigned base, unsigned exponent) { return boost::multiprecision::pow(Integer{base}, exponent); }
unsigned bit_length(const Integer& value) { return value == 0 ? 0 : static_cast<unsigned>(msb(value)) + 1; }

Uint128 small(const Integer& value) {
  const Integer mask = ~0ULL;
  return static_cast<Uint128>(static_cast<std::uint64_t>(value >> 64 & mask)) << 64 | static_cast<std::uint64_t>(value & mask);
}

}  // namespace

Binary binary_of(const dfp::Number& value) {
  Integer dividend = Integer{value.coefficient}, divisor = 1;
  if (value.exponent >= 0) dividend *= power(10, static_cast<unsigned>(value.exponent));
  else divisor = power(10, static_cast<unsigned>(-value.exponent));
  // The quotient gets at least as many bits as are kept.
  const int missing = static_cast<int>(binary_digits + bit_length(divisor)) - static_cast<int>(bit_length(dividend));
  const unsigned left = missing > 0 ? static_cast<unsigned>(missing) : 0;
  dividend <<= left;
  Integer quotient = dividend / divisor;
  bool rest = dividend % divisor != 0;
  const unsigned bits = bit_length(quotient), excess = bits > binary_digits ? bits - binary_digits : 0;
  rest = rest || (quotient & ((Integer{1} << excess) - 1)) != 0;
  quotient >>= excess;
  return {value.negative, static_cast<int>(excess) - static_cast<int>(left), static_cast<unsigned _BitInt(128)>(small(quotient) | (rest ? 1 : 0))};
}

dfp::Digits decimal_of(bool negative, Uint128 significand, int exponent) {
  Integer digits = Integer{significand};
  int decimal_exponent = 0;
  if (exponent >= 0) {
    digits <<= static_cast<unsigned>(exponent);
  } else {  // 2^-n is 5^n * 10^-n
    digits *= power(5, static_cast<unsigned>(-exponent));
    decimal_exponent = exponent;
  }
  const unsigned least = (bit_length(digits) > 0 ? (bit_length(digits) - 1) * 1233ULL >> 12 : 0) + 1;  // times log10(2), rounded down
  unsigned count = static_cast<unsigned>(least);
  while (digits >= power(10, count)) ++count;
  if (count <= decimal_digits) return {negative, small(digits), decimal_exponent, false};
  const Integer below = power(10, count - decimal_digits);
  const bool rest = digits % below != 0;
  return {negative, small(digits / below), decimal_exponent + static_cast<int>(count - decimal_digits), rest};
}

}  // namespace cpu::radix
