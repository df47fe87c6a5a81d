// PERFORM FLOATING-POINT OPERATION: between HFP, BFP and DFP. PoP ch. 9. The operand is in register 4, or 4 and 6, the result goes to
// register 0, or 0 and 2; general register 0 tells what to do, general register 1 gets the return code.
#include <optional>

#include "cpu/dfp_instruction.h"
#include "cpu/hfp_format.h"
#include "cpu/radix_conversion.h"

namespace cpu {

using dfp::Events;
using std::uint32_t;
using std::uint8_t;

namespace {

constexpr unsigned result_register = 0, operand_register = 4;

// General register 0, bits 32-63.
struct Function {
  bool tests;                         // T
  uint8_t operation, target, source;  // operation type and operand formats
  bool suppresses_inexact;            // I
  bool has_alternate_action;          // A: a trap is a condition code instead of an interruption
  uint8_t controls;                   // of the target's radix
  uint8_t rounding;
};
Function function_of(uint32_t bits) {
  const auto byte = [bits](unsigned shift) { return static_cast<uint8_t>(bits >> shift); };
  return {bits >> 31 != 0, static_cast<uint8_t>(byte(24) & 0x7F), byte(16), byte(8), (bits & 0x80) != 0, (bits & 0x40) != 0,
          static_cast<uint8_t>(bits >> 4 & 3), static_cast<uint8_t>(bits & 0xF)};
}

enum class Radix : uint8_t { hexadecimal, binary, decimal };
std::optional<Radix> radix_of(uint8_t format) {
  switch (format) {
    case 0: case 1: case 2: return Radix::hexadecimal;
    case 5: case 6: case 7: return Radix::binary;
    case 8: case 9: case 10: return Radix::decimal;
    default: return std::nullopt;
  }
}

// Bit 59 is the preferred quantum of a decimal result; the controls of HFP overflow and underflow are not provided.
constexpr uint8_t largest_quantum = 1;
bool is_valid(const Function& function) {
  constexpr uint8_t convert_radix = 1, first_explicit_method = 8, by_bfp_mode = 1;
  const auto target = radix_of(function.target), source = radix_of(function.source);
  if (function.operation != convert_radix || !target || !source || *target == *source) return false;
  if (function.rounding > by_bfp_mode && function.rounding < first_explicit_method) return false;
  return (function.controls & ~(*target == Radix::decimal ? largest_quantum : 0)) == 0;
}

dfp::Rounding rounding_of(const Cpu& cpu, uint8_t method) {
  using dfp::Rounding;
  constexpr uint8_t first_explicit_method = 8;
  if (method >= first_explicit_method) return static_cast<Rounding>(method - first_explicit_method);
  if (method == 0) return dfp::rounding_of_fpc(cpu.fpc);
  switch (bfp::rounding_of_fpc(cpu.fpc)) {
    case bfp::Rounding::toward_zero: return Rounding::toward_zero;
    case bfp::Rounding::up: return Rounding::up;
    case bfp::Rounding::down: return Rounding::down;
    case bfp::Rounding::prepare_for_shorter: return Rounding::prepare_for_shorter;
    default: return Rounding::nearest_even;
  }
}
bfp::Rounding binary_rounding(dfp::Rounding rounding) {
  switch (rounding) {
    case dfp::Rounding::nearest_even: return bfp::Rounding::nearest_even;
    case dfp::Rounding::toward_zero: return bfp::Rounding::toward_zero;
    case dfp::Rounding::up: return bfp::Rounding::up;
    case dfp::Rounding::down: return bfp::Rounding::down;
    case dfp::Rounding::nearest_away: return bfp::Rounding::nearest_away;
    case dfp::Rounding::nearest_toward_zero: return bfp::Rounding::nearest_toward_zero;
    case dfp::Rounding::away_from_zero: return bfp::Rounding::away_from_zero;
    default: return bfp::Rounding::prepare_for_shorter;
  }
}

// The operand: a number in its radix, or a NaN's payload in the coefficient.
struct Operand {
  dfp::Kind kind = dfp::Kind::finite;
  bool is_decimal = false;
  bool negative = false;
  Uint128 significand = 0;
  int exponent = 0;
};

template <class F>
Operand read_hexadecimal(Cpu& cpu) {
  const auto value = F::read(cpu, operand_register);
  return {.negative = value.negative, .significand = value.fraction, .exponent = 4 * (value.characteristic - hfp::excess - F::digits)};
}
template <class F>
Operand read_binary(Cpu& cpu) {
  const auto value = F::read(cpu, operand_register);
  const bool negative = bfp::is_negative<F>(value);
  if (bfp::is_infinity<F>(value)) return {.kind = dfp::Kind::infinity, .negative = negative};
  if (bfp::is_nan<F>(value)) {
    const auto kind = bfp::is_signaling<F>(value) ? dfp::Kind::signalling_nan : dfp::Kind::quiet_nan;
    return {.kind = kind, .negative = negative, .significand = value & (bfp::quiet_bit<F> - 1)};
  }
  const auto number = bfp::exact<F>(value);
  return {.negative = negative, .significand = static_cast<Uint128>(number.significand), .exponent = number.exponent};
}
template <class F>
Operand read_decimal(Cpu& cpu) {
  const dfp::Number value = dfp::read<F>(cpu, operand_register);
  return {value.kind, true, value.negative, value.coefficient, value.exponent};
}
Operand read_operand(Cpu& cpu, uint8_t format) {
  switch (format) {
    case 0: return read_hexadecimal<hfp::Short>(cpu);
    case 1: return read_hexadecimal<hfp::Long>(cpu);
    case 2: return read_hexadecimal<hfp::Extended>(cpu);
    case 5: return read_binary<bfp::Short>(cpu);
    case 6: return read_binary<bfp::Long>(cpu);
    case 7: return read_binary<bfp::Extended>(cpu);
    case 8: return read_decimal<dfp::Short>(cpu);
    case 9: return read_decimal<dfp::Long>(cpu);
    default: return read_decimal<dfp::Extended>(cpu);
  }
}

radix::Binary binary_value(const Operand& operand) {
  if (operand.is_decimal) return radix::binary_of({dfp::Kind::finite, operand.negative, operand.significand, operand.exponent});
  return {operand.negative, operand.exponent, static_cast<unsigned _BitInt(128)>(operand.significand)};
}

// What a conversion comes to: the result waits until the exceptions are settled.
template <class F, class Value>
struct Converted {
  Value value;
  Events events = 0;
};

constexpr bool is_nan(const Operand& operand) { return operand.kind >= dfp::Kind::quiet_nan; }
constexpr Events events_of_nan(const Operand& operand) {
  return operand.kind == dfp::Kind::signalling_nan ? dfp::invalid_operation : Events{0};
}

template <class F>
Converted<F, bfp::Bits<F>> to_binary(Cpu& cpu, const Function& function, const Operand& operand) {
  if (is_nan(operand)) {
    const auto payload = operand.significand < bfp::quiet_bit<F> ? static_cast<bfp::Bits<F>>(operand.significand) : 0;
    return {bfp::signed_as<F>(operand.negative, bfp::default_nan<F> | payload), events_of_nan(operand)};
  }
  if (operand.kind == dfp::Kind::infinity) return {bfp::signed_as<F>(operand.negative, bfp::infinity<F>)};
  if (operand.significand == 0) return {bfp::signed_as<F>(operand.negative, 0)};
  bfp::Mode mode = bfp::mode_of_fpc(cpu.fpc);
  mode.rounding = binary_rounding(rounding_of(cpu, function.rounding));
  const auto value = binary_value(operand);
  const auto result = bfp::round<F>(bfp::Exact<typename F::Narrow>{value.negative, value.exponent, value.significand}, mode);
  return {result.value, result.events};
}

template <class F>
Converted<F, dfp::Number> to_decimal(Cpu& cpu, const Function& function, const Operand& operand) {
  if (is_nan(operand)) {
    const bool fits = operand.significand < dfp::power_of_ten(F::format.precision - 1);
    return {{dfp::Kind::quiet_nan, operand.negative, fits ? operand.significand : 0, 0}, events_of_nan(operand)};
  }
  if (operand.kind == dfp::Kind::infinity) return {{dfp::Kind::infinity, operand.negative, 0, 0}};
  dfp::Mode mode = dfp::mode_of_fpc(cpu.fpc);
  mode.rounding = rounding_of(cpu, function.rounding);
  const int preferred = (function.controls & largest_quantum) != 0 ? F::format.greatest() : 0;
  const auto value = radix::decimal_of(operand.negative, operand.significand, operand.exponent);
  const auto result = dfp::from_digits(F::format, mode, value, preferred);
  return {result.value, static_cast<Events>(result.events & ~dfp::quantum)};
}

// HFP has neither infinities nor NaNs: the greatest number stands for them, and for what is too great.
template <class F>
Converted<F, hfp::Datum<F>> to_hexadecimal(Cpu& cpu, const Function& function, const Operand& operand) {
  using Fraction = typename F::Fraction;
  const Fraction greatest = static_cast<Fraction>(static_cast<Fraction>(~Fraction{0}) >> (8 * sizeof(Fraction) - 4 * F::digits));
  const hfp::Datum<F> most{operand.negative, hfp::greatest_characteristic, greatest};
  if (operand.kind != dfp::Kind::finite) return {most, dfp::invalid_operation};
  if (operand.significand == 0) return {{operand.negative, 0, 0}};
  auto value = binary_value(operand);
  const int top = value.exponent + bfp::length_of(value.significand);
  int exponent = (top + 3) >> 2;
  const auto rounded = bfp::drop_digits(value, 4 * (exponent - F::digits) - value.exponent, binary_rounding(rounding_of(cpu, function.rounding)));
  auto fraction = rounded.significand;
  if (fraction >> 4 * F::digits != 0) {
    fraction >>= 4;
    ++exponent;
  }
  const int characteristic = exponent + hfp::excess;
  if (characteristic > hfp::greatest_characteristic) return {most, dfp::overflow | dfp::inexact};
  if (characteristic < 0) return {{operand.negative, 0, 0}, dfp::underflow | dfp::inexact};
  return {{operand.negative, characteristic, static_cast<Fraction>(fraction)}, rounded.events};
}

template <class F>
void write_result(Cpu& cpu, const Converted<F, dfp::Number>& result) { dfp::write<F>(cpu, result_register, result.value); }
template <class F, class Value>
void write_result(Cpu& cpu, const Converted<F, Value>& result) { F::write(cpu, result_register, result.value); }

template <class F, class Value>
Step conclude(Cpu& cpu, const Function& function, Converted<F, Value> result) {
  constexpr uint8_t normal = 0, exceptional = 1, trapped = 2;
  if (function.suppresses_inexact) result.events &= static_cast<Events>(~(dfp::inexact | dfp::incremented));
  const dfp::Verdict verdict = dfp::settle(cpu, result.events);
  if (!verdict.is_suppressed) write_result(cpu, result);
  if (verdict.dxc != 0 && !function.has_alternate_action) return dfp::finish(cpu, verdict);
  cpu.set_gr32(1, verdict.dxc);
  cpu.cc = verdict.dxc != 0 ? trapped : result.events != 0 ? exceptional : normal;
  return Step::next;
}

Step convert(Cpu& cpu, const Function& function) {
  const Operand operand = read_operand(cpu, function.source);
  switch (function.target) {
    case 0: return conclude(cpu, function, to_hexadecimal<hfp::Short>(cpu, function, operand));
    case 1: return conclude(cpu, function, to_hexadecimal<hfp::Long>(cpu, function, operand));
    case 2: return conclude(cpu, function, to_hexadecimal<hfp::Extended>(cpu, function, operand));
    case 5: return conclude(cpu, function, to_binary<bfp::Short>(cpu, function, operand));
    case 6: return conclude(cpu, function, to_binary<bfp::Long>(cpu, function, operand));
    case 7: return conclude(cpu, function, to_binary<bfp::Extended>(cpu, function, operand));
    case 8: return conclude(cpu, function, to_decimal<dfp::Short>(cpu, function, operand));
    case 9: return conclude(cpu, function, to_decimal<dfp::Long>(cpu, function, operand));
    default: return conclude(cpu, function, to_decimal<dfp::Extended>(cpu, function, operand));
  }
}

}  // namespace

Z_INSTRUCTION(perform_floating_point_operation) {
  constexpr uint8_t valid = 0, invalid = 3;
  const Function function = function_of(cpu.gr32(0));
  if (function.tests) {
    cpu.set_gr32(1, 0);
    cpu.cc = is_valid(function) ? valid : invalid;
    return Step::next;
  }
  return is_valid(function) ? convert(cpu, function) : cpu.program_interruption(Pic::specification);
}

}  // namespace cpu
