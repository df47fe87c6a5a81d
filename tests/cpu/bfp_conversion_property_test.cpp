// BFP conversions against MPFR: random and special operands, all rounding methods of the M3 field and the FPC, with and without
// suppression of the inexact exception.
#include "bfp_property.h"

namespace cpu {
namespace {

using oracle::extended_format;
using oracle::long_format;
using oracle::short_format;

constexpr int rounds = 3000;
constexpr unsigned suppressed = 4;  // of M4

struct Fields {
  unsigned m3, m4;
  Rounding rounding;
};
Fields fields(std::uint64_t dice, Rounding of_fpc) {
  constexpr unsigned methods[] = {0, 1, 3, 4, 5, 6, 7};
  constexpr Rounding meaning[] = {Rounding::nearest_even, Rounding::nearest_away, Rounding::shorter, Rounding::nearest_even,
                                  Rounding::zero, Rounding::up, Rounding::down};
  const unsigned choice = dice % 7;
  return {methods[choice], dice >> 8 & 1 ? suppressed : 0, choice == 0 ? of_fpc : meaning[choice]};
}
std::uint32_t text(std::uint8_t code, const Fields& fields) {
  return 0xB3000004 | static_cast<std::uint32_t>(code) << 16 | fields.m3 << 12 | fields.m4 << 8;
}
void suppress_inexact(const Fields& fields, Answer& answer) {
  if (fields.m4 == suppressed) answer.events &= ~(oracle::inexact | oracle::incremented);
}
// From format to format, the leftmost digits of the fraction.
Datum nan_in(const Format& to, const Format& from, Datum value) {
  const Datum sign = (value & from.sign()) != 0 ? to.sign() : 0;
  const Datum fraction = value & ((static_cast<Datum>(1) << from.fraction_bits()) - 1);
  const int left = to.fraction_bits() - from.fraction_bits();
  return sign | to.infinity() | to.quiet() | (left >= 0 ? fraction << left : fraction >> -left);
}

class BfpConversion : public Bfp {
 protected:
  std::string context(const Format& format, Datum value, const Fields& how, const Before& now) {
    return fmt::format("{} ({} bits) m3={} m4={} fpc={:08X}", oracle::hexadecimal(value), format.bits, how.m3, how.m4, now.fpc);
  }
  // `from` to `to`; a trapped result is in `trapped`.
  void check_format(std::uint8_t code, const Format& from, const Format& to, const Format& trapped, bool has_fields) {
    Operand operand{code};
    for (int round = 0; round < rounds; ++round) {
      const Datum value = operand.three(from)[0];
      const Before now = before(operand.bits());
      const Fields how = has_fields ? fields(operand.bits(), now.circumstances.rounding) : Fields{0, 0, now.circumstances.rounding};
      Answer answer = answer_in(to, from, value, how, now, trapped);
      suppress_inexact(how, answer);
      const unsigned trapping = answer.events & now.fpc >> 24 & 0xF8;
      const bool scaled = !(trapping & oracle::invalid) && (trapping & (oracle::overflow | oracle::underflow));
      const Format& result = scaled ? trapped : to;
      write(0, result, 0);
      write(4, from, value);
      Seen found = step(text(code, how), now);
      found.result = read(0, result);
      ASSERT_EQ(text_of(found), text_of(expected(now, answer, now.condition, 0))) << context(from, value, how, now);
    }
  }
  Answer answer_in(const Format& to, const Format& from, Datum value, const Fields& how, const Before& now, const Format& trapped) {
    if (from.is_nan(value)) return {nan_in(to, from, value), from.is_signaling(value) ? oracle::invalid : 0};
    oracle::Real real{from.precision};
    oracle::set(real, value, from);
    Circumstances circumstances = now.circumstances;
    circumstances.rounding = how.rounding;
    return evaluate(to, [&](mpfr_ptr result, mpfr_rnd_t direction) { return mpfr_set(result, real, direction); }, circumstances, trapped);
  }

  void check_integral(std::uint8_t code, const Format& format) {
    Operand operand{code};
    for (int round = 0; round < rounds; ++round) {
      const Datum value = near_integers(operand, format);
      const Before now = before(operand.bits());
      const Fields how = fields(operand.bits(), now.circumstances.rounding);
      Answer answer{value, 0};
      if (format.is_nan(value)) {
        answer = {value | format.quiet(), format.is_signaling(value) ? oracle::invalid : 0};
      } else if ((value & ~format.sign()) != format.infinity()) {
        oracle::Real real{format.precision}, integer{400};
        oracle::set(real, value, format);
        answer.events = round_to_integer(integer, real, how.rounding);
        answer.value = encode(integer, format);
      }
      suppress_inexact(how, answer);
      write(0, format, 0);
      write(4, format, value);
      Seen found = step(text(code, how), now);
      found.result = read(0, format);
      ASSERT_EQ(text_of(found), text_of(expected(now, answer, now.condition, 0))) << context(format, value, how, now);
    }
  }

  void check_to_integer(std::uint8_t code, const Format& format, int bits, bool is_signed) {
    Operand operand{code};
    const Datum mask = bits == 64 ? ~0ull : 0xFFFF'FFFF;
    oracle::Real least{128}, greatest{128};
    mpfr_set_ui_2exp(greatest, 1, is_signed ? bits - 1 : bits, MPFR_RNDZ);
    if (is_signed) mpfr_neg(least, greatest, MPFR_RNDZ);
    else mpfr_set_zero(least, 1);
    mpfr_sub_ui(greatest, greatest, 1, MPFR_RNDZ);
    for (int round = 0; round < rounds; ++round) {
      const Datum value = near_integers(operand, format);
      const Before now = before(operand.bits());
      const Fields how = fields(operand.bits(), now.circumstances.rounding);
      oracle::Real real{format.precision}, integer{16700};
      unsigned events = oracle::invalid | oracle::inexact;
      if (format.is_nan(value)) {
        mpfr_set(integer, least, MPFR_RNDZ);
      } else {
        oracle::set(real, value, format);
        const unsigned rounding = mpfr_inf_p(real.get()) ? mpfr_set(integer, real, MPFR_RNDZ) : round_to_integer(integer, real, how.rounding);
        if (mpfr_cmp(integer, least) < 0) mpfr_set(integer, least, MPFR_RNDZ);
        else if (mpfr_cmp(integer, greatest) > 0) mpfr_set(integer, greatest, MPFR_RNDZ);
        else events = rounding;
      }
      const Datum result = static_cast<Datum>(is_signed ? static_cast<std::uint64_t>(mpfr_get_si(integer, MPFR_RNDZ)) : mpfr_get_ui(integer, MPFR_RNDZ)) & mask;
      Answer answer{result, events};
      suppress_inexact(how, answer);
      const auto condition = (events & oracle::invalid) != 0 ? std::uint8_t{3} : condition_of(format, value);
      machine_.cpu().gr(0) = 0;
      write(4, format, value);
      Seen found = step(text(code, how), now);
      found.result = machine_.cpu().gr(0);
      ASSERT_EQ(text_of(found), text_of(expected(now, answer, condition, 0))) << context(format, value, how, now);
    }
  }

  void check_from_integer(std::uint8_t code, const Format& format, int bits, bool is_signed) {
    Operand operand{code};
    for (int round = 0; round < rounds; ++round) {
      const std::uint64_t all = operand.bits() >> operand.bits() % 64;
      const std::uint64_t value = operand.bits() % 2 ? all : 0 - all;
      const Before now = before(operand.bits());
      const Fields how = fields(operand.bits(), now.circumstances.rounding);
      oracle::Real real{64};
      if (bits == 64) is_signed ? mpfr_set_si(real, static_cast<long>(value), MPFR_RNDZ) : mpfr_set_ui(real, value, MPFR_RNDZ);
      else is_signed ? mpfr_set_si(real, static_cast<std::int32_t>(value), MPFR_RNDZ) : mpfr_set_ui(real, static_cast<std::uint32_t>(value), MPFR_RNDZ);
      Circumstances circumstances = now.circumstances;
      circumstances.rounding = how.rounding;
      Answer answer = evaluate(format, [&](mpfr_ptr result, mpfr_rnd_t direction) { return mpfr_set(result, real, direction); }, circumstances);
      suppress_inexact(how, answer);
      write(0, format, 0);
      machine_.cpu().gr(4) = value;
      Seen found = step(text(code, how), now);
      found.result = read(0, format);
      ASSERT_EQ(text_of(found), text_of(expected(now, answer, now.condition, 0))) << context(format, value, how, now);
    }
  }

 private:
  // Half of them with an exponent that leaves digits on both sides of the point, or at the ends of integers.
  static Datum near_integers(Operand& operand, const Format& format) {
    const Datum value = operand.three(format)[0];
    if (operand.bits() % 2) return value;
    const Datum fraction = (static_cast<Datum>(1) << format.fraction_bits()) - 1;
    const auto exponent = static_cast<Datum>(format.bias() - 2 + static_cast<int>(operand.bits() % 68));
    const int digits = static_cast<int>(operand.bits() % static_cast<unsigned>(format.precision));
    const Datum kept = operand.bits() % 2 ? ~((static_cast<Datum>(1) << digits) - 1) : ~static_cast<Datum>(0);
    return (value & (format.sign() | (fraction & kept))) | exponent << format.fraction_bits();
  }
};

// LOAD ROUNDED scales by 2^512 from the long format and by 2^8192 from the extended one.
constexpr Format scaled_by(Format format, int scaling) {
  format.scaling = scaling;
  return format;
}

TEST_F(BfpConversion, LoadLengthenedShortToLong) { check_format(0x04, short_format, long_format, long_format, false); }
TEST_F(BfpConversion, LoadLengthenedLongToExtended) { check_format(0x05, long_format, extended_format, extended_format, false); }
TEST_F(BfpConversion, LoadLengthenedShortToExtended) { check_format(0x06, short_format, extended_format, extended_format, false); }
TEST_F(BfpConversion, LoadRoundedLongToShort) { check_format(0x44, long_format, short_format, scaled_by(long_format, 512), true); }
TEST_F(BfpConversion, LoadRoundedExtendedToLong) { check_format(0x45, extended_format, long_format, scaled_by(extended_format, 8192), true); }
TEST_F(BfpConversion, LoadRoundedExtendedToShort) { check_format(0x46, extended_format, short_format, scaled_by(extended_format, 8192), true); }

TEST_F(BfpConversion, LoadFpIntegerShort) { check_integral(0x57, short_format); }
TEST_F(BfpConversion, LoadFpIntegerLong) { check_integral(0x5F, long_format); }
TEST_F(BfpConversion, LoadFpIntegerExtended) { check_integral(0x47, extended_format); }

TEST_F(BfpConversion, ConvertToFixedFromShort) { check_to_integer(0x98, short_format, 32, true), check_to_integer(0xA8, short_format, 64, true); }
TEST_F(BfpConversion, ConvertToFixedFromLong) { check_to_integer(0x99, long_format, 32, true), check_to_integer(0xA9, long_format, 64, true); }
TEST_F(BfpConversion, ConvertToFixedFromExtended) { check_to_integer(0x9A, extended_format, 32, true), check_to_integer(0xAA, extended_format, 64, true); }
TEST_F(BfpConversion, ConvertToLogicalFromShort) { check_to_integer(0x9C, short_format, 32, false), check_to_integer(0xAC, short_format, 64, false); }
TEST_F(BfpConversion, ConvertToLogicalFromLong) { check_to_integer(0x9D, long_format, 32, false), check_to_integer(0xAD, long_format, 64, false); }
TEST_F(BfpConversion, ConvertToLogicalFromExtended) { check_to_integer(0x9E, extended_format, 32, false), check_to_integer(0xAE, extended_format, 64, false); }

TEST_F(BfpConversion, ConvertFromFixedToShort) { check_from_integer(0x94, short_format, 32, true), check_from_integer(0xA4, short_format, 64, true); }
TEST_F(BfpConversion, ConvertFromFixedToLong) { check_from_integer(0x95, long_format, 32, true), check_from_integer(0xA5, long_format, 64, true); }
TEST_F(BfpConversion, ConvertFromFixedToExtended) { check_from_integer(0x96, extended_format, 32, true), check_from_integer(0xA6, extended_format, 64, true); }
TEST_F(BfpConversion, ConvertFromLogicalToShort) { check_from_integer(0x90, short_format, 32, false), check_from_integer(0xA0, short_format, 64, false); }
TEST_F(BfpConversion, ConvertFromLogicalToLong) { check_from_integer(0x91, long_format, 32, false), check_from_integer(0xA1, long_format, 64, false); }
TEST_F(BfpConversion, ConvertFromLogicalToExtended) { check_from_integer(0x92, extended_format, 32, false), check_from_integer(0xA2, extended_format, 64, false); }

}  // namespace
}  // namespace cpu
