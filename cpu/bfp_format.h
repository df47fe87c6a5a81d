#pragma once

#include <cstdint>

#include "cpu/cpu.h"

// Binary floating-point data. PoP ch. 19, "BFP Data Formats".
namespace cpu::bfp {

// A format: `Bits` holds a datum, `Narrow` a product or the sum of two data, `Wide` the sum of a product and a datum, each with some
// places to spare.
// An operand stands in the leftmost part of a register; an extended one in registers n and n + 2.
struct Short {
  using Bits = std::uint32_t;
  using Signed = std::int32_t;
  using Host = float;
  using Narrow = unsigned _BitInt(128);
  using Wide = unsigned _BitInt(128);
  static constexpr int precision = 24, exponent_bits = 8;
  static constexpr int scaling = 192;  // of the exponent in a result that traps
  static Bits read(Cpu& cpu, unsigned n) { return static_cast<Bits>(cpu.fpr(n) >> 32); }
  static void write(Cpu& cpu, unsigned n, Bits value) {
    cpu.fpr(n) = (cpu.fpr(n) & 0xFFFF'FFFF) | static_cast<std::uint64_t>(value) << 32;
  }
};
struct Long {
  using Bits = std::uint64_t;
  using Signed = std::int64_t;
  using Host = double;
  using Narrow = unsigned _BitInt(128);
  using Wide = unsigned _BitInt(256);
  static constexpr int precision = 53, exponent_bits = 11;
  static constexpr int scaling = 1536;
  static Bits read(Cpu& cpu, unsigned n) { return cpu.fpr(n); }
  static void write(Cpu& cpu, unsigned n, Bits value) { cpu.fpr(n) = value; }
};
struct Extended {
  using Bits = unsigned __int128;
  using Signed = __int128;
  using Narrow = unsigned _BitInt(256);
  using Wide = unsigned _BitInt(384);
  static constexpr int precision = 113, exponent_bits = 15;
  static constexpr int scaling = 24576;
  static Bits read(Cpu& cpu, unsigned n) { return static_cast<Bits>(cpu.fpr(n)) << 64 | cpu.fpr(n + 2); }
  static void write(Cpu& cpu, unsigned n, Bits value) {
    cpu.fpr(n) = static_cast<std::uint64_t>(value >> 64);
    cpu.fpr(n + 2) = static_cast<std::uint64_t>(value);
  }
};

template <class F>
using Bits = typename F::Bits;
template <class F>
concept HasHost = requires { typename F::Host; };  // the host computes in this format

template <class F>
inline constexpr int fraction_bits = F::precision - 1;
template <class F>
inline constexpr int bias = (1 << (F::exponent_bits - 1)) - 1;
template <class F>
inline constexpr int greatest_exponent = bias<F>;    // of 1.f
template <class F>
inline constexpr int least_exponent = 1 - bias<F>;  // of a normal number
template <class F>
inline constexpr int exponent_field_ones = (1 << F::exponent_bits) - 1;

template <class F>
inline constexpr Bits<F> sign_bit = static_cast<Bits<F>>(1) << (sizeof(Bits<F>) * 8 - 1);
template <class F>
inline constexpr Bits<F> fraction_mask = (static_cast<Bits<F>>(1) << fraction_bits<F>) - 1;
template <class F>
inline constexpr Bits<F> quiet_bit = static_cast<Bits<F>>(1) << (fraction_bits<F> - 1);
template <class F>
inline constexpr Bits<F> infinity = static_cast<Bits<F>>(exponent_field_ones<F>) << fraction_bits<F>;
template <class F>
inline constexpr Bits<F> default_nan = infinity<F> | quiet_bit<F>;
template <class F>
inline constexpr Bits<F> greatest_finite = infinity<F> - 1;

template <class F>
constexpr bool is_negative(Bits<F> value) { return (value & sign_bit<F>) != 0; }
template <class F>
constexpr Bits<F> magnitude(Bits<F> value) { return value & ~sign_bit<F>; }
template <class F>
constexpr Bits<F> signed_as(bool negative, Bits<F> value) { return negative ? value | sign_bit<F> : value; }
template <class F>
constexpr int exponent_field(Bits<F> value) { return static_cast<int>(magnitude<F>(value) >> fraction_bits<F>); }

template <class F>
constexpr bool is_zero(Bits<F> value) { return magnitude<F>(value) == 0; }
template <class F>
constexpr bool is_infinity(Bits<F> value) { return magnitude<F>(value) == infinity<F>; }
template <class F>
constexpr bool is_nan(Bits<F> value) { return magnitude<F>(value) > infinity<F>; }
template <class F>
constexpr bool is_signaling(Bits<F> value) { return is_nan<F>(value) && (value & quiet_bit<F>) == 0; }
template <class F>
constexpr bool is_finite(Bits<F> value) { return magnitude<F>(value) < infinity<F>; }

// A number that orders as the datum does: both zeros are 0.
template <class F>
constexpr auto order(Bits<F> value) {
  const auto size = static_cast<typename F::Signed>(magnitude<F>(value));
  return is_negative<F>(value) ? -size : size;
}

// The bit of a class mask that asks for this class: from 0x800, zero, normal, subnormal, infinity, quiet and signaling NaN, each
// positive and then negative. PoP ch. 19, "TEST DATA CLASS".
template <class F>
constexpr unsigned class_bit(Bits<F> value) {
  unsigned positive = 0x800;
  if (is_signaling<F>(value)) positive = 0x002;
  else if (is_nan<F>(value)) positive = 0x008;
  else if (is_infinity<F>(value)) positive = 0x020;
  else if (exponent_field<F>(value) != 0) positive = 0x200;
  else if (!is_zero<F>(value)) positive = 0x080;
  return is_negative<F>(value) ? positive >> 1 : positive;
}

// Condition code of a result: zero, less than zero, greater than zero, NaN.
template <class F>
constexpr std::uint8_t condition_code(Bits<F> value) {
  if (is_zero<F>(value)) return 0;
  if (is_nan<F>(value)) return 3;
  return is_negative<F>(value) ? 1 : 2;
}

}  // namespace cpu::bfp
