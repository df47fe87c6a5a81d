// Every BFP arithmetic instruction against MPFR: random and special operands, all rounding modes, flags and masks of the FPC.
#include <fmt/format.h>

#include <optional>

#include "bfp_property.h"

namespace cpu {
namespace {

struct Instruction {
  const char* name;
  std::uint8_t short_code, long_code, extended_code;  // 0: not there
  bool fused;                                         // RRF with the third operand
  bool sets_condition;
  int nan_order[3];  // operands in the order in which their NaNs are taken; -1: none
  int (*function)(mpfr_ptr, mpfr_ptr*, mpfr_rnd_t);
};
void PrintTo(const Instruction& instruction, std::ostream* out) { *out << instruction.name; }

// PoP ch. 19: op1 op2; the fused ones are op3 * op2 +- op1.
const Instruction instructions[] = {
    {"add", 0x0A, 0x1A, 0x4A, false, true, {0, 1, -1}, [](mpfr_ptr r, mpfr_ptr* x, mpfr_rnd_t to) { return mpfr_add(r, x[0], x[1], to); }},
    {"subtract", 0x0B, 0x1B, 0x4B, false, true, {0, 1, -1}, [](mpfr_ptr r, mpfr_ptr* x, mpfr_rnd_t to) { return mpfr_sub(r, x[0], x[1], to); }},
    {"multiply", 0x17, 0x1C, 0x4C, false, false, {0, 1, -1}, [](mpfr_ptr r, mpfr_ptr* x, mpfr_rnd_t to) { return mpfr_mul(r, x[0], x[1], to); }},
    {"divide", 0x0D, 0x1D, 0x4D, false, false, {0, 1, -1}, [](mpfr_ptr r, mpfr_ptr* x, mpfr_rnd_t to) { return mpfr_div(r, x[0], x[1], to); }},
    {"square root", 0x14, 0x15, 0x16, false, false, {1, -1, -1}, [](mpfr_ptr r, mpfr_ptr* x, mpfr_rnd_t to) { return mpfr_sqrt(r, x[1], to); }},
    {"multiply and add", 0x0E, 0x1E, 0, true, false, {1, 2, 0}, [](mpfr_ptr r, mpfr_ptr* x, mpfr_rnd_t to) { return mpfr_fma(r, x[2], x[1], x[0], to); }},
    {"multiply and subtract", 0x0F, 0x1F, 0, true, false, {1, 2, 0}, [](mpfr_ptr r, mpfr_ptr* x, mpfr_rnd_t to) { return mpfr_fms(r, x[2], x[1], x[0], to); }},
};

std::optional<Answer> answer_to_nans(const Format& format, const Instruction& instruction, const Operands& operands) {
  for (const int i : instruction.nan_order) {
    if (i >= 0 && format.is_signaling(operands[i])) return Answer{operands[i] | format.quiet(), oracle::invalid};
  }
  const auto magnitude = [&](int i) { return operands[i] & ~format.sign(); };
  if (instruction.fused && ((magnitude(1) == 0 && magnitude(2) == format.infinity()) || (magnitude(2) == 0 && magnitude(1) == format.infinity())))
    return Answer{format.infinity() | format.quiet(), oracle::invalid};
  for (const int i : instruction.nan_order) {
    if (i >= 0 && format.is_nan(operands[i])) return Answer{operands[i], 0};
  }
  return {};
}

Answer answer_of(const Format& format, const Instruction& instruction, const Operands& operands, const Circumstances& now) {
  if (const auto nan = answer_to_nans(format, instruction, operands)) return *nan;
  oracle::Real a{format.precision}, b{format.precision}, c{format.precision};
  mpfr_ptr reals[] = {a, b, c};
  for (int i = 0; i < 3; ++i)
    if (!format.is_nan(operands[i])) oracle::set(reals[i], operands[i], format);
  return evaluate(format, [&](mpfr_ptr result, mpfr_rnd_t to) { return instruction.function(result, reals, to); }, now);
}

class BfpArithmetic : public Bfp, public testing::WithParamInterface<Instruction> {
 protected:
  void check(const Format& format, std::uint8_t code) {
    if (code == 0) return;
    const Instruction& instruction = GetParam();
    Operand operand{code};
    for (int round = 0; round < 3000; ++round) {
      const Operands operands = operand.three(format);
      const Before now = before(operand.bits());
      const auto answer = answer_of(format, instruction, operands, now.circumstances);
      const std::uint32_t text = 0xB3000000 | static_cast<std::uint32_t>(code) << 16 | (instruction.fused ? 0x0084 : 0x0004);
      const Seen found = run(text, format, operands, now);
      const auto condition = instruction.sets_condition ? condition_of(format, answer.value) : now.condition;
      const Seen wanted = expected(now, answer, condition, operands[0]);
      ASSERT_EQ(text_of(found), text_of(wanted)) << fmt::format("{} of {} {} {} with fpc={:08X}", instruction.name, oracle::hexadecimal(operands[0]),
          oracle::hexadecimal(operands[1]), oracle::hexadecimal(operands[2]), now.fpc);
    }
  }
};

TEST_P(BfpArithmetic, ShortOperandsGiveWhatMpfrGives) { check(oracle::short_format, GetParam().short_code); }
TEST_P(BfpArithmetic, LongOperandsGiveWhatMpfrGives) { check(oracle::long_format, GetParam().long_code); }
TEST_P(BfpArithmetic, ExtendedOperandsGiveWhatMpfrGives) { check(oracle::extended_format, GetParam().extended_code); }

INSTANTIATE_TEST_SUITE_P(Of, BfpArithmetic, testing::ValuesIn(instructions), [](const auto& test) {
  std::string name = test.param.name;
  std::ranges::replace(name, ' ', '_');
  return name;
});

}  // namespace
}  // namespace cpu
