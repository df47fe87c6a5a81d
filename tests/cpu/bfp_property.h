#pragma once

#include <fmt/format.h>

#include <array>
#include <random>
#include <string>

#include "bfp_oracle.h"
#include "cpu/low_core.h"
#include "machine.h"

// Instructions executed one by one on random operands, to be compared with an oracle.
namespace cpu {

using oracle::Answer;
using oracle::Circumstances;
using oracle::Datum;
using oracle::Format;
using oracle::Rounding;

inline constexpr std::uint64_t program_at = 0x10000;
inline constexpr std::uint64_t program_new_address = 0x1D0;

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

// What must be seen after the instruction.
struct Seen {
  Datum result;
  std::uint32_t fpc;
  std::uint8_t condition;
  bool interrupted;
  bool operator==(const Seen&) const = default;
};
inline std::string text_of(const Seen& seen) {
  return fmt::format("{} fpc={:08X} cc={} {}", oracle::hexadecimal(seen.result), seen.fpc, seen.condition, seen.interrupted ? "trapped" : "");
}

// The FPC and the condition code before an instruction.
struct Before {
  std::uint32_t fpc;
  std::uint8_t condition;
  Circumstances circumstances;
};
// A quarter with rounding to nearest, half without traps.
inline Before before(std::uint64_t dice) {
  constexpr Rounding roundings[] = {Rounding::nearest_even, Rounding::zero, Rounding::up, Rounding::down};
  const unsigned mode = dice % 4 == 0 ? 0 : dice >> 8 & 7;
  const bool shorter = mode > 3;
  const std::uint32_t masks = dice >> 16 & 1 ? 0 : static_cast<std::uint32_t>(dice >> 24 & 0xF8) << 24;
  const std::uint32_t flags = static_cast<std::uint32_t>(dice >> 32 & 0xF8) << 16;
  return {masks | flags | (shorter ? 7 : mode), static_cast<std::uint8_t>(dice >> 48 & 3),
          {shorter ? Rounding::shorter : roundings[mode], (masks >> 24 & oracle::overflow) != 0, (masks >> 24 & oracle::underflow) != 0}};
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
  // Floating-point registers 0, 4 and 8.
  Seen run(std::uint32_t text, const Format& format, const Operands& operands, const Before& before) {
    for (unsigned i = 0; i < 3; ++i) write(4 * i, format, operands[i]);
    Seen seen = step(text, before);
    seen.result = read(0, format);
    return seen;
  }
  // The result is left to be read.
  Seen step(std::uint32_t text, const Before& before, std::uint64_t program_mask = 0) {
    machine_.put_value<std::uint32_t>(program_at, text);
    Cpu& cpu = machine_.cpu();
    cpu.fpc = before.fpc;
    machine_.configuration().load_psw(0, {Machine::supervisor | static_cast<std::uint64_t>(before.condition) << 44 | program_mask << 40, program_at});
    machine_.step();
    const bool interrupted = cpu.psw.ia == program_new_address;
    const auto old_mask = machine_.value(low_core::program_old_psw);
    const auto cc = interrupted ? static_cast<std::uint8_t>(old_mask >> 44 & 3) : cpu.cc;
    return {0, cpu.fpc, cc, interrupted};
  }
  Machine machine_;
};

// PoP ch. 9, "IEEE Exceptions": suppressed by invalid operation and division by zero, else completed; a trap sets no flag.
// `condition` is that of a completed operation, `unchanged` the result of a suppressed one.
inline Seen expected(const Before& before, const Answer& answer, std::uint8_t condition, Datum unchanged) {
  Seen seen{answer.value, before.fpc, condition, false};
  const auto trap = [&](unsigned code) {
    seen.interrupted = true;
    seen.fpc = (seen.fpc & ~0xFF00u) | code << 8;
  };
  const unsigned trapping = answer.events & before.fpc >> 24;
  const unsigned kind_of_inexact = answer.events & (oracle::inexact | oracle::incremented);
  if (trapping & (oracle::invalid | oracle::divide)) {
    trap(trapping & (oracle::invalid | oracle::divide));
    seen.result = unchanged;
    seen.condition = before.condition;
    return seen;
  }
  if (trapping & (oracle::overflow | oracle::underflow)) {
    trap((trapping & (oracle::overflow | oracle::underflow)) | kind_of_inexact);
    return seen;
  }
  seen.fpc |= (answer.events & ~trapping & 0xF8) << 16;
  if (trapping & oracle::inexact) trap(kind_of_inexact);
  return seen;
}

inline std::uint8_t condition_of(const Format& format, Datum value) {
  if (format.is_nan(value)) return 3;
  if ((value & ~format.sign()) == 0) return 0;
  return (value & format.sign()) != 0 ? 1 : 2;
}

}  // namespace cpu
