// Every BFP arithmetic instruction against MPFR: random and special operands, all rounding modes, flags and masks of the FPC.
#include <fmt/format.h>

#include <array>
#include <optional>
#include <random>
#include <vector>

#include "bfp_oracle.h"
#include "cpu/low_core.h"
#include "machine.h"

namespace cpu {
namespace {

using oracle::Answer;
using oracle::Circumstances;
using oracle::Datum;
using oracle::Format;
using oracle::Rounding;

constexpr std::uint64_t program_at = 0x10000;
constexpr std::uint64_t program_new_address = 0x1D0;

using Operands = std::array<Datum, 3>;

// Numbers near each other and near the ends of the format more often than chance would have them.
class Operand {
 public:
  explicit Operand(unsigned seed) : random_(seed) {}
  Operands three(const Format& format) {
    const Datum first = any(format);
    const auto other = [&] { return random_() % 3 == 0 ? near(format, first) : any(format); };
    return {first, other(), other()};
  }
  std::uint64_t bits() { return random_(); }

 private:
  Datum any(const Format& format) {
    const Datum all = static_cast<Datum>(random_()) << 64 | random_();
    const Datum bits = format.bits == 128 ? all : all & ((static_cast<Datum>(1) << format.bits) - 1);
    const Datum sign = bits & format.sign();
    switch (random_() % 8) {
      case 0: return sign | special(format);
      case 1: return sign | simple(format);
      case 2: return sign | few_digits(format, bits);
      default: return bits;
    }
  }
  Datum special(const Format& format) {
    const Datum least_normal = static_cast<Datum>(1) << format.fraction_bits();
    const Datum choices[] = {0, 0, 1, 2, least_normal - 1, least_normal, least_normal + 1, format.infinity() - 1, format.infinity(),
                             format.infinity() | 5, format.infinity() | format.quiet() | 3};
    return choices[random_() % std::size(choices)];
  }
  // Small integers.
  Datum simple(const Format& format) {
    const Datum exponent = static_cast<Datum>(format.bias() + static_cast<int>(random_() % 6)) << format.fraction_bits();
    return exponent | static_cast<Datum>(random_() % 4) << (format.fraction_bits() - 2);
  }
  Datum few_digits(const Format& format, Datum bits) {
    const Datum low = (static_cast<Datum>(1) << (format.fraction_bits() - 4)) - 1;
    return bits & ~format.sign() & ~low;
  }
  Datum near(const Format& format, Datum value) {
    const auto away = static_cast<int>(random_() % 8) - 4;
    const Datum moved = value + (static_cast<Datum>(away) << format.fraction_bits()) + random_() % 3 - 1;
    const Datum sign = random_() % 2 ? format.sign() : 0;
    return (moved & ~format.sign() & (format.sign() - 1)) | sign;
  }
  std::mt19937_64 random_;
};

struct Instruction {
  const char* name;
  std::uint8_t short_code, long_code, extended_code;  // 0: not there
  bool fused;                                         // RRF with the third operand
  bool sets_condition;
  int nan_order[3];  // operands in the order in which their NaNs are taken; -1: none
  int (*function)(mpfr_ptr, mpfr_ptr*, mpfr_rnd_t);
};

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

// What must be seen after the instruction.
struct Seen {
  Datum result;
  std::uint32_t fpc;
  std::uint8_t condition;
  bool interrupted;
  bool operator==(const Seen&) const = default;
};
std::string text_of(const Seen& seen) {
  return fmt::format("{} fpc={:08X} cc={} {}", oracle::hexadecimal(seen.result), seen.fpc, seen.condition, seen.interrupted ? "trapped" : "");
}

class Bfp : public testing::Test {
 protected:
  Bfp() {
    machine_.put_stops();
    machine_.cpu().cr(0) = 1ull << (63 - 45);
    machine_.cpu().control_registers_changed();
  }
  void write(unsigned n, const Format& format, Datum value) {
    Cpu& cpu = machine_.cpu();
    if (format.bits == 32) value <<= 32;
    if (format.bits == 128) {
      cpu.fpr(n) = static_cast<std::uint64_t>(value >> 64);
      cpu.fpr(n + 2) = static_cast<std::uint64_t>(value);
    } else {
      cpu.fpr(n) = static_cast<std::uint64_t>(value);
    }
  }
  Datum read(unsigned n, const Format& format) {
    Cpu& cpu = machine_.cpu();
    if (format.bits == 128) return static_cast<Datum>(cpu.fpr(n)) << 64 | cpu.fpr(n + 2);
    return format.bits == 32 ? cpu.fpr(n) >> 32 : cpu.fpr(n);
  }
  // Registers 0, 4 and 8.
  Seen run(std::uint32_t text, const Format& format, const Operands& operands, std::uint32_t fpc, std::uint8_t condition) {
    machine_.put_value<std::uint32_t>(program_at, text);
    for (unsigned i = 0; i < 3; ++i) write(4 * i, format, operands[i]);
    Cpu& cpu = machine_.cpu();
    cpu.fpc = fpc;
    machine_.configuration().load_psw(0, {Machine::supervisor | static_cast<std::uint64_t>(condition) << 44, program_at});
    machine_.step();
    const bool interrupted = cpu.psw.ia == program_new_address;
    const auto old_mask = machine_.value(low_core::program_old_psw);
    const auto cc = interrupted ? static_cast<std::uint8_t>(old_mask >> 44 & 3) : cpu.cc;
    return {read(0, format), cpu.fpc, cc, interrupted};
  }
  Machine machine_;
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

// PoP ch. 9, "IEEE Exceptions": suppressed by invalid operation and division by zero, else completed; a trap sets no flag.
Seen expected(const Format& format, const Instruction& instruction, const Operands& operands, std::uint32_t fpc, std::uint8_t condition,
              const Answer& answer) {
  Seen seen{answer.value, fpc, condition, false};
  const auto trap = [&](unsigned code) {
    seen.interrupted = true;
    seen.fpc = (seen.fpc & ~0xFF00u) | code << 8;
  };
  const unsigned trapping = answer.events & fpc >> 24;
  const unsigned kind_of_inexact = answer.events & (oracle::inexact | oracle::incremented);
  if (trapping & (oracle::invalid | oracle::divide)) {
    trap(trapping & (oracle::invalid | oracle::divide));
    seen.result = operands[0];
    return seen;
  }
  if (instruction.sets_condition) {
    const bool negative = (answer.value & format.sign()) != 0, zero = (answer.value & ~format.sign()) == 0;
    seen.condition = format.is_nan(answer.value) ? 3 : zero ? 0 : negative ? 1 : 2;
  }
  if (trapping & (oracle::overflow | oracle::underflow)) {
    trap((trapping & (oracle::overflow | oracle::underflow)) | kind_of_inexact);
    return seen;
  }
  seen.fpc |= (answer.events & ~trapping & 0xF8) << 16;
  if (trapping & oracle::inexact) trap(kind_of_inexact);
  return seen;
}

constexpr Rounding roundings[] = {Rounding::nearest_even, Rounding::zero, Rounding::up, Rounding::down};

class BfpArithmetic : public Bfp, public testing::WithParamInterface<Instruction> {
 protected:
  void check(const Format& format, std::uint8_t code) {
    if (code == 0) return;
    const Instruction& instruction = GetParam();
    Operand operand{code};
    for (int round = 0; round < 3000; ++round) {
      const Operands operands = operand.three(format);
      // A quarter with the program's usual FPC, which the host's arithmetic may do.
      const std::uint64_t dice = operand.bits();
      const unsigned mode = dice % 4 == 0 ? 0 : dice >> 8 & 7;
      const bool shorter = mode > 3;
      const std::uint32_t masks = dice >> 16 & 1 ? 0 : static_cast<std::uint32_t>(dice >> 24 & 0xF8) << 24;
      const std::uint32_t flags = static_cast<std::uint32_t>(dice >> 32 & 0xF8) << 16;
      const std::uint32_t fpc = masks | flags | (shorter ? 7 : mode);
      const auto condition = static_cast<std::uint8_t>(dice >> 48 & 3);
      const Circumstances now{shorter ? Rounding::shorter : roundings[mode], (masks >> 24 & oracle::overflow) != 0, (masks >> 24 & oracle::underflow) != 0};
      const auto answer = answer_of(format, instruction, operands, now);
      const std::uint32_t text = 0xB3000000 | static_cast<std::uint32_t>(code) << 16 | (instruction.fused ? 0x0084 : 0x0004);
      const Seen found = run(text, format, operands, fpc, condition);
      const Seen wanted = expected(format, instruction, operands, fpc, condition, answer);
      ASSERT_EQ(text_of(found), text_of(wanted)) << fmt::format("{} of {} {} {} with fpc={:08X}", instruction.name, oracle::hexadecimal(operands[0]),
          oracle::hexadecimal(operands[1]), oracle::hexadecimal(operands[2]), fpc);
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
