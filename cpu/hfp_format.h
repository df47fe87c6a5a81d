#pragma once

#include <cstdint>
#include <utility>

#include "cpu/bfp_exact.h"
#include "cpu/cpu.h"

// Hexadecimal floating-point data. PoP ch. 18, "HFP Data Format".
namespace cpu::hfp {

// A value as it is in a register: 0.fraction * 16^(characteristic - 64), `fraction` having all digits of the format. In a result the
// characteristic is modulo 128; a zero with a characteristic of 128 instead of 0 is no true zero.
template <class F>
struct Datum {
  bool negative;
  int characteristic;
  typename F::Fraction fraction;
};

inline constexpr int excess = 64, greatest_characteristic = 127;

struct Short {
  using Fraction = std::uint32_t;
  using Bits = std::uint32_t;
  static constexpr int digits = 6;
  static Datum<Short> decode(Bits bits) { return {bits >> 31 != 0, static_cast<int>(bits >> 24 & 0x7F), bits & 0xFF'FFFF}; }
  static Datum<Short> read(Cpu& cpu, unsigned n) { return decode(static_cast<Bits>(cpu.fpr(n) >> 32)); }
  static void write(Cpu& cpu, unsigned n, const Datum<Short>& value) {
    const Bits bits = (value.negative ? 1u << 31 : 0) | static_cast<Bits>(value.characteristic & 0x7F) << 24 | value.fraction;
    cpu.fpr(n) = (cpu.fpr(n) & 0xFFFF'FFFF) | static_cast<std::uint64_t>(bits) << 32;
  }
};
struct Long {
  using Fraction = std::uint64_t;
  using Bits = std::uint64_t;
  static constexpr int digits = 14;
  static constexpr Bits fraction_mask = (1ull << 56) - 1;
  static Datum<Long> decode(Bits bits) { return {bits >> 63 != 0, static_cast<int>(bits >> 56 & 0x7F), bits & fraction_mask}; }
  static constexpr Bits encode(bool negative, int characteristic, Fraction fraction) {
    return (negative ? 1ull << 63 : 0) | static_cast<Bits>(characteristic & 0x7F) << 56 | fraction;
  }
  static Datum<Long> read(Cpu& cpu, unsigned n) { return decode(cpu.fpr(n)); }
  static void write(Cpu& cpu, unsigned n, const Datum<Long>& value) {
    cpu.fpr(n) = encode(value.negative, value.characteristic, value.fraction);
  }
};
// In registers n and n + 2, whose sign and characteristic of an operand do not count. In a result the sign is the same and the
// characteristic less by 14, modulo 128; but where all is zero, it is zero too.
struct Extended {
  using Fraction = unsigned __int128;
  static constexpr int digits = 28;
  static Datum<Extended> read(Cpu& cpu, unsigned n) {
    const auto high = Long::read(cpu, n), low = Long::read(cpu, n + 2);
    return {high.negative, high.characteristic, static_cast<Fraction>(high.fraction) << 56 | low.fraction};
  }
  static void write(Cpu& cpu, unsigned n, const Datum<Extended>& value) {
    const bool is_true_zero = value.characteristic == 0 && value.fraction == 0;
    const auto high = static_cast<std::uint64_t>(value.fraction >> 56);
    const auto low = static_cast<std::uint64_t>(value.fraction) & Long::fraction_mask;
    cpu.fpr(n) = Long::encode(value.negative, value.characteristic, high);
    cpu.fpr(n + 2) = Long::encode(value.negative, is_true_zero ? 0 : value.characteristic - Long::digits, low);
  }
};
constexpr bool is_pair(unsigned n) { return (n & 2) == 0; }

template <class F>
constexpr std::uint8_t condition_code(const Datum<F>& value) {
  if (value.fraction == 0) return 0;
  return value.negative ? 1 : 2;
}

// Exact values have room for the product of two extended fractions and a third operand.
using Wide = unsigned _BitInt(384);
using Exact = bfp::Exact<Wide>;

template <class F>
constexpr Exact exact(const Datum<F>& value) {
  return {value.negative, 4 * (value.characteristic - excess - F::digits), static_cast<Wide>(value.fraction)};
}

// A result and its exception, if it has one.
template <class F>
struct Result {
  Datum<F> value;
  Pic exception = Pic::none;
};

// The characteristic of a result that is not zero, brought into range. PoP ch. 18, "HFP exponent overflow", "HFP exponent underflow".
template <class F>
Result<F> in_range(const Cpu& cpu, Datum<F> value) {
  if (value.characteristic > greatest_characteristic) {
    value.characteristic -= 128;
    return {value, Pic::hfp_exponent_overflow};
  }
  if (value.characteristic >= 0) return {value};
  if (!cpu.psw.hfp_underflow_mask()) return {{false, 0, 0}};
  value.characteristic += 128;
  return {value, Pic::hfp_exponent_underflow};
}

// Normalized, with what the format has no digits for dropped, or rounded in the first digit that is dropped.
enum class Excess : std::uint8_t { dropped, rounded };

template <class F>
Datum<F> normalized(const Exact& value, Excess excess_digits = Excess::dropped) {
  if (value.significand == 0) return {false, 0, 0};
  const int top = value.exponent + bfp::length_of(value.significand);  // the value is below 2^top
  const int exponent = (top + 3) >> 2;
  const int right = 4 * (exponent - F::digits) - value.exponent;
  Wide fraction = right > 0 ? value.significand >> right : value.significand << -right;
  if (excess_digits == Excess::rounded && right > 0 && (value.significand >> (right - 1) & 1) != 0) ++fraction;
  return {value.negative, exponent + excess, static_cast<typename F::Fraction>(fraction)};
}

template <class F>
Result<F> normalized_in_range(const Cpu& cpu, const Exact& value, Excess excess_digits = Excess::dropped) {
  if (value.significand == 0) return {{false, 0, 0}};
  return in_range<F>(cpu, normalized<F>(value, excess_digits));
}

// All HFP exceptions of results complete the operation.
enum class Condition : std::uint8_t { unchanged, of_result };

template <class F>
Step deliver(Cpu& cpu, unsigned r1, Condition condition, const Result<F>& result) {
  F::write(cpu, r1, result.value);
  if (condition == Condition::of_result) cpu.cc = condition_code(result.value);
  return result.exception == Pic::none ? Step::next : cpu.program_interruption(result.exception);
}

}  // namespace cpu::hfp
