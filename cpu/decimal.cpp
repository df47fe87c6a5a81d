#include "cpu/decimal_number.h"
#include "cpu/instruction.h"

// Decimal instructions (PoP ch. 8). Operands are checked before anything is stored.
namespace cpu {
namespace {

Step data_exception(Cpu& cpu) { return cpu.program_interruption(Pic::data); }

// SS-b lengths.
unsigned first_length(const Op& op) { return op.r1 + 1u; }
unsigned second_length(const Op& op) { return op.r3 + 1u; }

Access<OperandBytes> second_operand(Cpu& cpu, const Op& op) {
  return OperandBytes::to_fetch(cpu, cpu.space_of(op.b2), cpu.operand2_rs(op), second_length(op));
}
Access<OperandBytes> first_operand(Cpu& cpu, const Op& op) {
  return OperandBytes::to_store(cpu, cpu.space_of(op.b1), cpu.operand1(op), first_length(op));
}

std::uint8_t cc_of(const Decimal& number) { return number.is_zero() ? 0 : number.negative ? 1 : 2; }

Decimal sum(const Decimal& a, const Decimal& b) {
  if (a.negative == b.negative) return {a.magnitude + b.magnitude, a.negative};
  if (a.magnitude == b.magnitude) return {};
  if (a.magnitude > b.magnitude) return {a.magnitude - b.magnitude, a.negative};
  return {b.magnitude - a.magnitude, b.negative};
}
Decimal negated(Decimal number) {
  number.negative = !number.negative;
  return number;
}

// Stores what fits. A zero is positive, unless digits were lost; lost digits are an overflow.
Step conclude_decimal(Cpu& cpu, const OperandBytes& first, unsigned length, Decimal result, bool lost) {
  if (result.is_zero() && !lost) result.negative = false;
  pack_decimal(first, length, result);
  cpu.cc = lost ? 3 : cc_of(result);
  if (lost && cpu.psw.decimal_overflow_mask()) return cpu.program_interruption(Pic::decimal_overflow);
  return Step::next;
}
Step conclude_decimal(Cpu& cpu, const OperandBytes& first, unsigned length, const Decimal& result) {
  return conclude_decimal(cpu, first, length, result, !fits(result, length));
}

enum class Sum : bool { add, subtract };

Step add_decimal_operands(Cpu& cpu, const Op& op, Sum kind) {
  const auto second = TRY(second_operand(cpu, op));
  const auto first = TRY(first_operand(cpu, op));
  const auto addend = unpack_decimal(second, second_length(op));
  const auto augend = unpack_decimal(first, first_length(op));
  if (!addend || !augend) return data_exception(cpu);
  return conclude_decimal(cpu, first, first_length(op), sum(*augend, kind == Sum::add ? *addend : negated(*addend)));
}

// PoP ch. 8, "MULTIPLY DECIMAL", "DIVIDE DECIMAL": the second operand at most 8 bytes and shorter than the first.
bool has_valid_lengths(const Op& op) { return op.r3 <= 7 && op.r3 < op.r1; }

Step divide(Cpu& cpu, const Op& op, const OperandBytes& first, const Decimal& dividend, const Decimal& divisor) {
  const unsigned quotient_length = first_length(op) - second_length(op);
  if (divisor.is_zero()) return cpu.program_interruption(Pic::decimal_divide);
  const Decimal quotient{dividend.magnitude / divisor.magnitude, dividend.negative != divisor.negative};
  const Decimal remainder{dividend.magnitude % divisor.magnitude, dividend.negative};
  if (!fits(quotient, quotient_length)) return cpu.program_interruption(Pic::decimal_divide);
  pack_decimal(first, quotient_length, quotient);
  pack_decimal(first.behind(quotient_length), second_length(op), remainder);
  return Step::next;
}

}  // namespace

Z_INSTRUCTION(add_decimal) { return add_decimal_operands(cpu, op, Sum::add); }
Z_INSTRUCTION(subtract_decimal) { return add_decimal_operands(cpu, op, Sum::subtract); }

// The first operand need not be valid.
Z_INSTRUCTION(zero_and_add) {
  const auto second = TRY(second_operand(cpu, op));
  const auto first = TRY(first_operand(cpu, op));
  const auto number = unpack_decimal(second, second_length(op));
  if (!number) return data_exception(cpu);
  return conclude_decimal(cpu, first, first_length(op), *number);
}

Z_INSTRUCTION(compare_decimal) {
  const auto second = TRY(second_operand(cpu, op));
  const auto first = TRY(OperandBytes::to_fetch(cpu, cpu.space_of(op.b1), cpu.operand1(op), first_length(op)));
  const auto a = unpack_decimal(first, first_length(op));
  const auto b = unpack_decimal(second, second_length(op));
  if (!a || !b) return data_exception(cpu);
  cpu.cc = cc_of(sum(*a, negated(*b)));
  return Step::next;
}

// The first operand must begin with as many bytes of zeros as the second is long.
Z_INSTRUCTION(multiply_decimal) {
  if (!has_valid_lengths(op)) return cpu.program_interruption(Pic::specification);
  const auto second = TRY(second_operand(cpu, op));
  const auto first = TRY(first_operand(cpu, op));
  const auto multiplier = unpack_decimal(second, second_length(op));
  const auto multiplicand = unpack_decimal(first, first_length(op));
  if (!multiplier || !multiplicand) return data_exception(cpu);
  if (!fits(*multiplicand, first_length(op) - second_length(op))) return data_exception(cpu);
  const bool negative = multiplier->negative != multiplicand->negative;
  pack_decimal(first, first_length(op), {multiplier->magnitude * multiplicand->magnitude, negative});
  return Step::next;
}

Z_INSTRUCTION(divide_decimal) {
  if (!has_valid_lengths(op)) return cpu.program_interruption(Pic::specification);
  const auto second = TRY(second_operand(cpu, op));
  const auto first = TRY(first_operand(cpu, op));
  const auto divisor = unpack_decimal(second, second_length(op));
  const auto dividend = unpack_decimal(first, first_length(op));
  if (!divisor || !dividend) return data_exception(cpu);
  return divide(cpu, op, first, *dividend, *divisor);
}

// The second operand address is the number of places, six bits with a sign: to the left, or to the right with rounding.
Z_INSTRUCTION(shift_and_round_decimal) {
  const unsigned length = first_length(op), room = digits_in(length), rounding_digit = op.r3;
  const auto places = static_cast<unsigned>(cpu.operand2_rs(op) & 63);
  const auto first = TRY(first_operand(cpu, op));
  const auto number = unpack_decimal(first, length);
  if (!number || !is_digit(rounding_digit)) return data_exception(cpu);
  if (places >= 32) {
    const Uint128 one_place_more = number->magnitude / power_of_ten(63 - places);
    return conclude_decimal(cpu, first, length, {(one_place_more + rounding_digit) / 10, number->negative});
  }
  const Uint128 kept = places < room ? number->magnitude % power_of_ten(room - places) : 0;
  const bool lost = kept != number->magnitude;
  return conclude_decimal(cpu, first, length, {places < room ? kept * power_of_ten(places) : 0, number->negative}, lost);
}

Z_INSTRUCTION(test_decimal) {
  const unsigned last = op.r1;
  const auto operand = TRY(OperandBytes::to_fetch(cpu, cpu.space_of(op.b1), cpu.operand1(op), last + 1));
  bool digits_are_valid = is_digit(operand.at(last) >> 4);
  for (unsigned i = 0; i < last; ++i) digits_are_valid &= is_digit(operand.at(i) >> 4) && is_digit(operand.at(i) & 0xF);
  const bool sign_is_valid = is_sign(operand.at(last) & 0xF);
  cpu.cc = static_cast<std::uint8_t>(!sign_is_valid | !digits_are_valid << 1);
  return Step::next;
}

}  // namespace cpu
