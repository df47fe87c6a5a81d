#pragma once

#include <cstdint>

#include "cpu/cpu.h"
#include "cpu/host_access.h"

// Decimal-floating-point data: densely packed digits in registers, and numbers as arithmetic wants them. PoP ch. 20,
// "DFP Data Formats".
namespace cpu::dfp {

struct Format {
  unsigned width;               // bits
  unsigned precision;           // digits
  unsigned exponent_bits;       // of the combination field behind its first five
  int bias, greatest_exponent;  // biased; of the right-units view, where the coefficient is an integer
  int scale;                    // what an exponent is changed by when overflow or underflow is trapped

  constexpr int least() const { return -bias; }
  constexpr int greatest() const { return greatest_exponent - bias; }
  constexpr unsigned declets() const { return (precision - 1) / 3; }
};
inline constexpr Format short_format{32, 7, 6, 101, 191, 192};
inline constexpr Format long_format{64, 16, 8, 398, 767, 576};
inline constexpr Format extended_format{128, 34, 12, 6176, 12287, 9216};

enum class Kind : std::uint8_t { finite, infinity, quiet_nan, signalling_nan };

// The coefficient of what is not finite: the digits of its coefficient continuation, a payload.
struct Number {
  Kind kind = Kind::finite;
  bool negative = false;
  Uint128 coefficient = 0;
  int exponent = 0;

  bool operator==(const Number&) const = default;
  bool is_finite() const { return kind == Kind::finite; }
  bool is_nan() const { return kind >= Kind::quiet_nan; }
  bool is_zero() const { return is_finite() && coefficient == 0; }
};
inline constexpr Number default_nan{Kind::quiet_nan, false, 0, 0};

// Redundant declets are read as what they mean; what is written is canonical.
Number decode(const Format& format, Uint128 bits);
Uint128 encode(const Format& format, const Number& number);

Uint128 power_of_ten(unsigned exponent);  // up to 38
unsigned digit_count(Uint128 coefficient);  // of zero: 0

// Where the operands of the formats are. PoP ch. 9: extended ones in registers n and n + 2.
struct Short {
  static constexpr const Format& format = short_format;
  static constexpr bool is_valid(unsigned) { return true; }
  static Uint128 read(Cpu& cpu, unsigned n) { return cpu.fpr(n) >> 32; }
  static void write(Cpu& cpu, unsigned n, Uint128 bits) {
    cpu.fpr(n) = (cpu.fpr(n) & 0xFFFF'FFFF) | static_cast<std::uint64_t>(bits) << 32;
  }
};
struct Long {
  static constexpr const Format& format = long_format;
  static constexpr bool is_valid(unsigned) { return true; }
  static Uint128 read(Cpu& cpu, unsigned n) { return cpu.fpr(n); }
  static void write(Cpu& cpu, unsigned n, Uint128 bits) { cpu.fpr(n) = static_cast<std::uint64_t>(bits); }
};
struct Extended {
  static constexpr const Format& format = extended_format;
  static constexpr bool is_valid(unsigned n) { return (n & 2) == 0; }
  static Uint128 read(Cpu& cpu, unsigned n) { return static_cast<Uint128>(cpu.fpr(n)) << 64 | cpu.fpr(n + 2); }
  static void write(Cpu& cpu, unsigned n, Uint128 bits) {
    cpu.fpr(n) = static_cast<std::uint64_t>(bits >> 64);
    cpu.fpr(n + 2) = static_cast<std::uint64_t>(bits);
  }
};

template <class F>
Number read(Cpu& cpu, unsigned n) { return decode(F::format, F::read(cpu, n)); }
template <class F>
void write(Cpu& cpu, unsigned n, const Number& number) { F::write(cpu, n, encode(F::format, number)); }

}  // namespace cpu::dfp
