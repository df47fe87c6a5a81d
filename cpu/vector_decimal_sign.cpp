// Tests and changes of the signs of packed decimal numbers in vector registers. PoP ch. 25, "VECTOR PERFORM SIGN OPERATION DECIMAL",
// "VECTOR TEST DECIMAL".
#include "cpu/vector_decimal.h"

namespace cpu {

using namespace vector_decimal;

namespace {

// I4 of VECTOR PERFORM SIGN OPERATION DECIMAL.
enum class SignOperation : std::uint8_t { maintain, complement, force_positive, force_negative };
struct SignControl {
  bool skips_digits;  // NV
  SignOperation operation;
  unsigned plus;      // PC
  bool checks_sign;   // SV
};
SignControl sign_operation(std::int32_t immediate) {
  return {(immediate & 0x80) != 0, static_cast<SignOperation>(immediate >> 2 & 3), (immediate & 2) != 0 ? unsigned_plus : preferred_plus,
          (immediate & 1) != 0};
}

bool becomes_negative(SignOperation operation, bool was_negative) {
  switch (operation) {
    case SignOperation::maintain: return was_negative;
    case SignOperation::complement: return !was_negative;
    case SignOperation::force_positive: return false;
    default: return true;
  }
}

// The digits that stay; the others become zeros. Digits are moved as they are: their check may be switched off.
Digits rightmost(Digits digits, unsigned count) {
  for (unsigned i = 0; i < all_digits - count; ++i) digits.at[i] = 0;
  return digits;
}
bool is_zero(const Digits& digits) {
  for (unsigned i = 0; i < all_digits; ++i)
    if (digits.at[i] != 0) return false;
  return true;
}

}  // namespace

// A sign code that is no sign counts as plus where it is not checked.
Z_INSTRUCTION(vector_perform_sign_operation_decimal) {
  const ResultControl control = result_control(op.d1);
  if (control.count == 0) return specification_exception(cpu);
  const SignControl sign = sign_operation(op.d2);
  const Digits second = digits_of(cpu.vr(op.r2));
  if ((!sign.skips_digits && !has_valid_digits(second)) || (sign.checks_sign && !is_sign(second.sign()))) return data_exception(cpu);
  Digits kept = rightmost(second, control.count);
  const bool overflow = register_of(kept) != register_of(second);
  const bool zero = is_zero(kept);
  const bool negative = becomes_negative(sign.operation, is_minus(second.sign())) &&
                        (!zero || overflow || sign.operation == SignOperation::force_negative);
  kept.at[all_digits] = static_cast<std::uint8_t>(negative ? preferred_minus : sign.plus);
  cpu.vr(op.r1) = register_of(kept);
  return conclude(cpu, (op.mask(5) & 1) != 0, {static_cast<Magnitude>(!zero), negative, overflow}, control);
}

Z_INSTRUCTION(vector_test_decimal) {
  const Digits digits = digits_of(cpu.vr(op.r1));
  cpu.cc = static_cast<std::uint8_t>(!is_sign(digits.sign()) | !has_valid_digits(digits) << 1);
  return Step::next;
}

}  // namespace cpu
