// HFP instructions with one operand. PoP ch. 18: "LOAD AND TEST", "LOAD COMPLEMENT", "LOAD NEGATIVE", "LOAD POSITIVE", "LOAD LENGTHENED",
// "LOAD ROUNDED", "LOAD FP INTEGER".
#include "cpu/hfp_format.h"
#include "cpu/instruction.h"

namespace cpu {

using namespace hfp;

namespace {

// An extended zero loses its characteristic.
template <class F>
Datum<F> without_characteristic_if_extended_zero(Datum<F> value) {
  if (std::is_same_v<F, Extended> && value.fraction == 0) value.characteristic = 0;
  return value;
}

template <class F, class Sign>
Step load_with_sign(Cpu& cpu, const Op& op, Sign sign) {
  auto value = F::read(cpu, op.r2);
  value.negative = sign(value.negative);
  return deliver<F>(cpu, op.r1, Condition::of_result, {without_characteristic_if_extended_zero(value)});
}
constexpr bool same(bool negative) { return negative; }
constexpr bool other(bool negative) { return !negative; }
constexpr bool minus(bool) { return true; }
constexpr bool plus(bool) { return false; }

// Digits of zero are appended; nothing is normalized.
template <class From, class To>
Step lengthen(Cpu& cpu, const Op& op, const Datum<From>& value) {
  const auto fraction = static_cast<typename To::Fraction>(value.fraction) << 4 * (To::digits - From::digits);
  To::write(cpu, op.r1, without_characteristic_if_extended_zero(Datum<To>{value.negative, value.characteristic, fraction}));
  return Step::next;
}

// One is added to the first bit that is dropped. A carry makes the leftmost digit 1; else nothing is normalized.
template <class From, class To>
Step round(Cpu& cpu, const Op& op) {
  const auto value = From::read(cpu, op.r2);
  constexpr int dropped = 4 * (From::digits - To::digits);
  const auto half = static_cast<typename From::Fraction>(1) << (dropped - 1);
  const auto fraction = static_cast<typename To::Fraction>((value.fraction + half) >> dropped);
  Result<To> result{{value.negative, value.characteristic, fraction}};
  if (fraction >> 4 * To::digits != 0) result = in_range<To>(cpu, {value.negative, value.characteristic + 1, fraction >> 4});
  return deliver<To>(cpu, op.r1, Condition::unchanged, result);
}

template <class F>
Step load_integer(Cpu& cpu, const Op& op) {
  auto value = exact(F::read(cpu, op.r2));
  if (value.exponent < 0) {
    value.significand = -value.exponent >= bfp::width<Wide> ? static_cast<Wide>(0) : value.significand >> -value.exponent;
    value.exponent = 0;
  }
  return deliver<F>(cpu, op.r1, Condition::unchanged, {normalized<F>(value)});
}

bool names_pairs(const Op& op) { return is_pair(op.r1) && is_pair(op.r2); }

}  // namespace

Z_INSTRUCTION(load_and_test_hfp_short) { return load_with_sign<Short>(cpu, op, same); }
Z_INSTRUCTION(load_and_test_hfp_long) { return load_with_sign<Long>(cpu, op, same); }
Z_INSTRUCTION(load_and_test_hfp_extended) {
  if (!names_pairs(op)) return cpu.program_interruption(Pic::specification);
  return load_with_sign<Extended>(cpu, op, same);
}
Z_INSTRUCTION(load_complement_hfp_short) { return load_with_sign<Short>(cpu, op, other); }
Z_INSTRUCTION(load_complement_hfp_long) { return load_with_sign<Long>(cpu, op, other); }
Z_INSTRUCTION(load_complement_hfp_extended) {
  if (!names_pairs(op)) return cpu.program_interruption(Pic::specification);
  return load_with_sign<Extended>(cpu, op, other);
}
Z_INSTRUCTION(load_negative_hfp_short) { return load_with_sign<Short>(cpu, op, minus); }
Z_INSTRUCTION(load_negative_hfp_long) { return load_with_sign<Long>(cpu, op, minus); }
Z_INSTRUCTION(load_negative_hfp_extended) {
  if (!names_pairs(op)) return cpu.program_interruption(Pic::specification);
  return load_with_sign<Extended>(cpu, op, minus);
}
Z_INSTRUCTION(load_positive_hfp_short) { return load_with_sign<Short>(cpu, op, plus); }
Z_INSTRUCTION(load_positive_hfp_long) { return load_with_sign<Long>(cpu, op, plus); }
Z_INSTRUCTION(load_positive_hfp_extended) {
  if (!names_pairs(op)) return cpu.program_interruption(Pic::specification);
  return load_with_sign<Extended>(cpu, op, plus);
}

Z_INSTRUCTION(load_lengthened_hfp_short_to_long) { return lengthen<Short, Long>(cpu, op, Short::read(cpu, op.r2)); }
Z_INSTRUCTION(load_lengthened_hfp_short_to_long_storage) {
  return lengthen<Short, Long>(cpu, op, Short::decode(TRY(cpu.fetch<std::uint32_t>(cpu.operand2(op)))));
}
Z_INSTRUCTION(load_lengthened_hfp_short_to_extended) {
  if (!is_pair(op.r1)) return cpu.program_interruption(Pic::specification);
  return lengthen<Short, Extended>(cpu, op, Short::read(cpu, op.r2));
}
Z_INSTRUCTION(load_lengthened_hfp_short_to_extended_storage) {
  if (!is_pair(op.r1)) return cpu.program_interruption(Pic::specification);
  return lengthen<Short, Extended>(cpu, op, Short::decode(TRY(cpu.fetch<std::uint32_t>(cpu.operand2(op)))));
}
Z_INSTRUCTION(load_lengthened_hfp_long_to_extended) {
  if (!is_pair(op.r1)) return cpu.program_interruption(Pic::specification);
  return lengthen<Long, Extended>(cpu, op, Long::read(cpu, op.r2));
}
Z_INSTRUCTION(load_lengthened_hfp_long_to_extended_storage) {
  if (!is_pair(op.r1)) return cpu.program_interruption(Pic::specification);
  return lengthen<Long, Extended>(cpu, op, Long::decode(TRY(cpu.fetch<std::uint64_t>(cpu.operand2(op)))));
}

Z_INSTRUCTION(load_rounded_hfp_long_to_short) { return round<Long, Short>(cpu, op); }
Z_INSTRUCTION(load_rounded_hfp_extended_to_long) {
  if (!is_pair(op.r2)) return cpu.program_interruption(Pic::specification);
  return round<Extended, Long>(cpu, op);
}
Z_INSTRUCTION(load_rounded_hfp_extended_to_short) {
  if (!is_pair(op.r2)) return cpu.program_interruption(Pic::specification);
  return round<Extended, Short>(cpu, op);
}

Z_INSTRUCTION(load_integer_hfp_short) { return load_integer<Short>(cpu, op); }
Z_INSTRUCTION(load_integer_hfp_long) { return load_integer<Long>(cpu, op); }
Z_INSTRUCTION(load_integer_hfp_extended) {
  if (!names_pairs(op)) return cpu.program_interruption(Pic::specification);
  return load_integer<Extended>(cpu, op);
}

}  // namespace cpu
