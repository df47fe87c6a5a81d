// The parts of decimal-floating-point data: exponent, significance, class, digits that are shifted; no IEEE exceptions.
// PoP ch. 20.
#include "cpu/dfp_instruction.h"

namespace cpu {

using namespace dfp;

namespace {

// What stands for the special values where an exponent or a significance is asked for or given.
constexpr std::int64_t infinity_code = -1, quiet_nan_code = -2, signalling_nan_code = -3;

std::int64_t special_code(Kind kind) {
  return kind == Kind::infinity ? infinity_code : kind == Kind::quiet_nan ? quiet_nan_code : signalling_nan_code;
}

template <class F>
Step extract_exponent(Cpu& cpu, const Op& op) {
  if (!F::is_valid(op.r2)) return specification(cpu);
  const Number value = read<F>(cpu, op.r2);
  cpu.gr(op.r1) = static_cast<std::uint64_t>(value.is_finite() ? value.exponent + F::format.bias : special_code(value.kind));
  return Step::next;
}

template <class F>
Step extract_significance(Cpu& cpu, const Op& op) {
  if (!F::is_valid(op.r2)) return specification(cpu);
  const Number value = read<F>(cpu, op.r2);
  cpu.gr(op.r1) = static_cast<std::uint64_t>(value.is_finite() ? digit_count(value.coefficient) : special_code(value.kind));
  return Step::next;
}

// A biased exponent that does not exist gives a quiet NaN.
template <class F>
Step insert_exponent(Cpu& cpu, const Op& op) {
  if (!F::is_valid(op.r1) || !F::is_valid(op.r3)) return specification(cpu);
  Number value = read<F>(cpu, op.r3);
  const auto biased = static_cast<std::int64_t>(cpu.gr(op.r2));
  if (biased >= 0 && biased <= F::format.greatest_exponent) {
    value.kind = Kind::finite;
    value.exponent = static_cast<int>(biased) - F::format.bias;
  } else if (biased == infinity_code) {
    value = {Kind::infinity, value.negative, 0, 0};
  } else {
    value.kind = biased == signalling_nan_code ? Kind::signalling_nan : Kind::quiet_nan;
    value.coefficient %= power_of_ten(F::format.precision - 1);
  }
  write<F>(cpu, op.r1, value);
  return Step::next;
}

// The number of digits is in the last six bits of the second-operand address. Digits that are shifted out are lost; of what is
// not finite the digits of the coefficient continuation are shifted.
template <class F>
Step shift_coefficient(Cpu& cpu, const Op& op, Uint128 (*shifted)(Uint128 coefficient, unsigned digits, unsigned room)) {
  if (!F::is_valid(op.r1) || !F::is_valid(op.r3)) return specification(cpu);
  const auto digits = static_cast<unsigned>(cpu.operand2(op) & 0x3F);
  Number value = read<F>(cpu, op.r3);
  const unsigned room = value.is_finite() ? F::format.precision : F::format.precision - 1;
  value.coefficient = digits >= room ? 0 : shifted(value.coefficient, digits, room);
  write<F>(cpu, op.r1, value);
  return Step::next;
}
Uint128 shifted_left(Uint128 coefficient, unsigned digits, unsigned room) {
  return coefficient % power_of_ten(room - digits) * power_of_ten(digits);
}
Uint128 shifted_right(Uint128 coefficient, unsigned digits, unsigned) { return coefficient / power_of_ten(digits); }

template <class F>
unsigned class_of(const Number& value) {
  if (value.kind == Kind::infinity) return 3;
  if (value.is_nan()) return value.kind == Kind::quiet_nan ? 4 : 5;
  if (value.coefficient == 0) return 0;
  const int above_digits = value.exponent + static_cast<int>(digit_count(value.coefficient));
  return above_digits < F::format.least() + static_cast<int>(F::format.precision) ? 1 : 2;
}

// PoP ch. 20, TEST DATA GROUP: zero or not, exponent extreme or not, leftmost digit zero or not.
template <class F>
unsigned group_of(const Number& value) {
  if (!value.is_finite()) return 5;
  const bool extreme = value.exponent == F::format.least() || value.exponent == F::format.greatest();
  if (value.coefficient == 0) return extreme ? 1 : 0;
  if (extreme) return 2;
  return digit_count(value.coefficient) < F::format.precision ? 3 : 4;
}

// A bit of the last twelve of the second-operand address for each kind and sign.
template <class F>
Step test_data(Cpu& cpu, const Op& op, unsigned (*kind)(const Number&)) {
  if (!F::is_valid(op.r1)) return specification(cpu);
  const Number value = read<F>(cpu, op.r1);
  constexpr std::uint64_t leftmost = 0x800;
  cpu.cc = (cpu.operand2(op) & leftmost >> (2 * kind(value) + (value.negative ? 1 : 0))) != 0;
  return Step::next;
}

}  // namespace

Z_INSTRUCTION(extract_biased_exponent_long) { return extract_exponent<Long>(cpu, op); }
Z_INSTRUCTION(extract_biased_exponent_extended) { return extract_exponent<Extended>(cpu, op); }
Z_INSTRUCTION(extract_significance_long) { return extract_significance<Long>(cpu, op); }
Z_INSTRUCTION(extract_significance_extended) { return extract_significance<Extended>(cpu, op); }
Z_INSTRUCTION(insert_biased_exponent_long) { return insert_exponent<Long>(cpu, op); }
Z_INSTRUCTION(insert_biased_exponent_extended) { return insert_exponent<Extended>(cpu, op); }
Z_INSTRUCTION(shift_significand_left_long) { return shift_coefficient<Long>(cpu, op, shifted_left); }
Z_INSTRUCTION(shift_significand_left_extended) { return shift_coefficient<Extended>(cpu, op, shifted_left); }
Z_INSTRUCTION(shift_significand_right_long) { return shift_coefficient<Long>(cpu, op, shifted_right); }
Z_INSTRUCTION(shift_significand_right_extended) { return shift_coefficient<Extended>(cpu, op, shifted_right); }
Z_INSTRUCTION(test_data_class_dfp_short) { return test_data<Short>(cpu, op, class_of<Short>); }
Z_INSTRUCTION(test_data_class_dfp_long) { return test_data<Long>(cpu, op, class_of<Long>); }
Z_INSTRUCTION(test_data_class_dfp_extended) { return test_data<Extended>(cpu, op, class_of<Extended>); }
Z_INSTRUCTION(test_data_group_dfp_short) { return test_data<Short>(cpu, op, group_of<Short>); }
Z_INSTRUCTION(test_data_group_dfp_long) { return test_data<Long>(cpu, op, group_of<Long>); }
Z_INSTRUCTION(test_data_group_dfp_extended) { return test_data<Extended>(cpu, op, group_of<Extended>); }

}  // namespace cpu
