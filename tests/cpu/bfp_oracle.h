#pragma once

#include <mpfr.h>

#include <cstdint>
#include <functional>
#include <string>

// What IEEE operations give, computed by MPFR.
namespace cpu::oracle {

using Datum = unsigned __int128;

struct Format {
  int bits, precision, exponent_bits;
  int scaling;  // of the exponent of a result that traps: PoP ch. 9
  constexpr int bias() const { return (1 << (exponent_bits - 1)) - 1; }
  constexpr int fraction_bits() const { return precision - 1; }
  constexpr Datum sign() const { return static_cast<Datum>(1) << (bits - 1); }
  constexpr Datum infinity() const { return static_cast<Datum>((1 << exponent_bits) - 1) << fraction_bits(); }
  constexpr Datum quiet() const { return static_cast<Datum>(1) << (fraction_bits() - 1); }
  constexpr bool is_nan(Datum value) const { return (value & ~sign()) > infinity(); }
  constexpr bool is_signaling(Datum value) const { return is_nan(value) && (value & quiet()) == 0; }
};
inline constexpr Format short_format{32, 24, 8, 192}, long_format{64, 53, 11, 1536}, extended_format{128, 113, 15, 24576};

class Real {
 public:
  explicit Real(int precision) { mpfr_init2(value_, precision); }
  Real(const Real&) = delete;
  Real& operator=(const Real&) = delete;
  ~Real() { mpfr_clear(value_); }
  operator mpfr_ptr() { return value_; }
  mpfr_ptr get() { return value_; }

 private:
  mpfr_t value_;
};

// A number of the format, which is not a NaN; any precision that holds it.
void set(mpfr_ptr real, Datum value, const Format& format);

// FPC and instruction names of the rounding modes: 0-3 and 7 of the FPC, and nearest with ties away from zero.
enum class Rounding { nearest_even, zero, up, down, nearest_away, shorter };

// Events are in the places of the data-exception code.
inline constexpr unsigned invalid = 0x80, divide = 0x40, overflow = 0x20, underflow = 0x10, inexact = 0x08, incremented = 0x04;

struct Answer {
  Datum value;
  unsigned events;
};

// Computes into `result` at its precision, rounded as told; returns MPFR's ternary value.
using Function = std::function<int(mpfr_ptr result, mpfr_rnd_t rounding)>;

struct Circumstances {
  Rounding rounding = Rounding::nearest_even;
  bool traps_overflow = false, traps_underflow = false;
};

// The function's value in the format. A trapped overflow or underflow is answered in `trapped`, with its scaling.
Answer evaluate(const Format& format, const Function& function, const Circumstances& circumstances, const Format& trapped);
inline Answer evaluate(const Format& format, const Function& function, const Circumstances& circumstances) {
  return evaluate(format, function, circumstances, format);
}

// The integer next to a finite number as the method says, and what is recognised.
unsigned round_to_integer(mpfr_ptr result, mpfr_ptr value, Rounding rounding);

// A number of the format, which holds it.
Datum encode(mpfr_ptr real, const Format& format);

std::string hexadecimal(Datum value);

}  // namespace cpu::oracle
