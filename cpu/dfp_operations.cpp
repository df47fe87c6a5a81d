// Arithmetic, comparison and rounding of decimal-floating-point numbers. PoP ch. 20.
#include "cpu/dfp_instruction.h"

namespace cpu {

using namespace dfp;

namespace {

using Arithmetic = Outcome (*)(const Format&, const Mode&, const Number&, const Number&);

// R1 takes what becomes of R2 and R3, rounded by M4 where the instruction has one.
template <class F>
Step perform(Cpu& cpu, const Op& op, Arithmetic operation, Condition condition) {
  if (!F::is_valid(op.r1) || !F::is_valid(op.r2) || !F::is_valid(op.r3)) return specification(cpu);
  const Method method = extended_method(cpu, op.m4());
  Mode mode = mode_of_fpc(cpu.fpc);
  mode.rounding = method.rounding;
  Outcome outcome = operation(F::format, mode, read<F>(cpu, op.r2), read<F>(cpu, op.r3));
  outcome.events &= static_cast<Events>(~method.suppressed);
  return deliver<F>(cpu, op.r1, condition, outcome);
}

// Any NaN signals in COMPARE AND SIGNAL, only a signalling one in COMPARE.
template <class F>
Step compare_numbers(Cpu& cpu, const Op& op, Kind least_signalling) {
  if (!F::is_valid(op.r1) || !F::is_valid(op.r2)) return specification(cpu);
  const Number a = read<F>(cpu, op.r1), b = read<F>(cpu, op.r2);
  const bool signals = a.kind >= least_signalling || b.kind >= least_signalling;
  const Verdict verdict = settle(cpu, signals ? invalid_operation : Events{0});
  if (!verdict.is_suppressed) cpu.cc = dfp::compare(a, b);
  return finish(cpu, verdict);
}

// Infinities have one exponent, NaNs another.
template <class F>
Step compare_exponents(Cpu& cpu, const Op& op) {
  if (!F::is_valid(op.r1) || !F::is_valid(op.r2)) return specification(cpu);
  const Number a = read<F>(cpu, op.r1), b = read<F>(cpu, op.r2);
  const auto rank = [](const Number& n) { return n.is_finite() ? 0 : n.is_nan() ? 1 : 2; };
  if (rank(a) != rank(b)) cpu.cc = 3;
  else if (rank(a) != 0 || a.exponent == b.exponent) cpu.cc = 0;
  else cpu.cc = a.exponent < b.exponent ? 1 : 2;
  return Step::next;
}

template <class F>
Step load_integer(Cpu& cpu, const Op& op) {
  if (!F::is_valid(op.r1) || !F::is_valid(op.r2)) return specification(cpu);
  const Method method = rounding_method(cpu, op.r3);
  Outcome outcome = round_to_integer(method.rounding, read<F>(cpu, op.r2));
  constexpr unsigned inexact_control = 4;
  if ((op.m4() & inexact_control) != 0) outcome.events &= static_cast<Events>(~(inexact | incremented));
  return deliver<F>(cpu, op.r1, Condition::unchanged, outcome);
}

template <class F>
Step quantize_number(Cpu& cpu, const Op& op) {
  if (!F::is_valid(op.r1) || !F::is_valid(op.r2) || !F::is_valid(op.r3)) return specification(cpu);
  const Method method = rounding_method(cpu, op.m4());
  return deliver<F>(cpu, op.r1, Condition::unchanged,
                    quantize(F::format, method.rounding, read<F>(cpu, op.r3), read<F>(cpu, op.r2)));
}

template <class F>
Step reround_number(Cpu& cpu, const Op& op) {
  if (!F::is_valid(op.r1) || !F::is_valid(op.r3)) return specification(cpu);
  const auto significance = static_cast<unsigned>(cpu.gr(op.r2) & 0x3F);
  const Method method = rounding_method(cpu, op.m4());
  return deliver<F>(cpu, op.r1, Condition::unchanged, reround(F::format, method.rounding, read<F>(cpu, op.r3), significance));
}

template <class F>
Step load_and_test(Cpu& cpu, const Op& op) {
  if (!F::is_valid(op.r1) || !F::is_valid(op.r2)) return specification(cpu);
  const Number value = read<F>(cpu, op.r2);
  if (value.is_nan()) return deliver<F>(cpu, op.r1, Condition::of_result, propagate(value, value));
  const Number canonical = value.is_finite() ? value : Number{Kind::infinity, value.negative, 0, 0};
  return deliver<F>(cpu, op.r1, Condition::of_result, {canonical, 0});
}

// Infinities and NaNs of another format: the payload keeps its right digits. With bit 0 of M4 a signalling NaN stays one.
constexpr unsigned keeps_signalling = 8;
template <class To>
Outcome load_special(const Number& value, unsigned m4) {
  if (value.kind == Kind::infinity && (m4 & keeps_signalling) == 0) return {{Kind::infinity, value.negative, 0, 0}, 0};
  Outcome outcome{value, 0};
  if (value.is_nan() && (m4 & keeps_signalling) == 0) outcome = propagate(value, value);
  outcome.value.coefficient %= power_of_ten(To::format.precision - 1);
  return outcome;
}

template <class To, class From>
Step load_lengthened(Cpu& cpu, const Op& op) {
  if (!To::is_valid(op.r1) || !From::is_valid(op.r2)) return specification(cpu);
  const Number value = read<From>(cpu, op.r2);
  return deliver<To>(cpu, op.r1, Condition::unchanged, value.is_finite() ? Outcome{value, 0} : load_special<To>(value, op.m4()));
}

template <class To, class From>
Step load_rounded(Cpu& cpu, const Op& op) {
  if (!To::is_valid(op.r1) || !From::is_valid(op.r2)) return specification(cpu);
  const Number value = read<From>(cpu, op.r2);
  if (!value.is_finite()) return deliver<To>(cpu, op.r1, Condition::unchanged, load_special<To>(value, op.m4()));
  const Method method = rounding_method(cpu, op.r3);
  Mode mode = mode_of_fpc(cpu.fpc);
  mode.rounding = method.rounding;
  Outcome outcome = shorten(To::format, mode, value);
  outcome.events &= static_cast<Events>(~(method.suppressed | suppressed_by(cpu, op.m4())));
  return deliver<To>(cpu, op.r1, Condition::unchanged, outcome);
}

}  // namespace

Z_INSTRUCTION(add_dfp_long) { return perform<Long>(cpu, op, dfp::add, Condition::of_result); }
Z_INSTRUCTION(add_dfp_extended) { return perform<Extended>(cpu, op, dfp::add, Condition::of_result); }
Z_INSTRUCTION(subtract_dfp_long) { return perform<Long>(cpu, op, dfp::subtract, Condition::of_result); }
Z_INSTRUCTION(subtract_dfp_extended) { return perform<Extended>(cpu, op, dfp::subtract, Condition::of_result); }
Z_INSTRUCTION(multiply_dfp_long) { return perform<Long>(cpu, op, dfp::multiply, Condition::unchanged); }
Z_INSTRUCTION(multiply_dfp_extended) { return perform<Extended>(cpu, op, dfp::multiply, Condition::unchanged); }
Z_INSTRUCTION(divide_dfp_long) { return perform<Long>(cpu, op, dfp::divide, Condition::unchanged); }
Z_INSTRUCTION(divide_dfp_extended) { return perform<Extended>(cpu, op, dfp::divide, Condition::unchanged); }

Z_INSTRUCTION(compare_dfp_long) { return compare_numbers<Long>(cpu, op, Kind::signalling_nan); }
Z_INSTRUCTION(compare_dfp_extended) { return compare_numbers<Extended>(cpu, op, Kind::signalling_nan); }
Z_INSTRUCTION(compare_and_signal_dfp_long) { return compare_numbers<Long>(cpu, op, Kind::quiet_nan); }
Z_INSTRUCTION(compare_and_signal_dfp_extended) { return compare_numbers<Extended>(cpu, op, Kind::quiet_nan); }
Z_INSTRUCTION(compare_exponent_dfp_long) { return compare_exponents<Long>(cpu, op); }
Z_INSTRUCTION(compare_exponent_dfp_extended) { return compare_exponents<Extended>(cpu, op); }

Z_INSTRUCTION(load_integer_dfp_long) { return load_integer<Long>(cpu, op); }
Z_INSTRUCTION(load_integer_dfp_extended) { return load_integer<Extended>(cpu, op); }
Z_INSTRUCTION(quantize_dfp_long) { return quantize_number<Long>(cpu, op); }
Z_INSTRUCTION(quantize_dfp_extended) { return quantize_number<Extended>(cpu, op); }
Z_INSTRUCTION(reround_dfp_long) { return reround_number<Long>(cpu, op); }
Z_INSTRUCTION(reround_dfp_extended) { return reround_number<Extended>(cpu, op); }

Z_INSTRUCTION(load_and_test_dfp_long) { return load_and_test<Long>(cpu, op); }
Z_INSTRUCTION(load_and_test_dfp_extended) { return load_and_test<Extended>(cpu, op); }
Z_INSTRUCTION(load_lengthened_dfp_short) { return load_lengthened<Long, Short>(cpu, op); }
Z_INSTRUCTION(load_lengthened_dfp_long) { return load_lengthened<Extended, Long>(cpu, op); }
Z_INSTRUCTION(load_rounded_dfp_long) { return load_rounded<Short, Long>(cpu, op); }
Z_INSTRUCTION(load_rounded_dfp_extended) { return load_rounded<Long, Extended>(cpu, op); }

// The second-operand address is no address: its last three bits are the mode.
Z_INSTRUCTION(set_dfp_rounding_mode) {
  constexpr std::uint32_t dfp_rounding_mode = 0x70;
  cpu.fpc = (cpu.fpc & ~dfp_rounding_mode) | (static_cast<std::uint32_t>(cpu.operand2_rs(op)) << 4 & dfp_rounding_mode);
  return Step::next;
}

}  // namespace cpu
