// HFP products, quotients and roots. PoP ch. 18: "MULTIPLY", "MULTIPLY AND ADD", "MULTIPLY AND SUBTRACT", "DIVIDE", "HALVE", "SQUARE ROOT".
// All are exact before the one truncation or rounding, so operands need not be normalized.
#include "cpu/hfp_format.h"
#include "cpu/instruction.h"

namespace cpu {

using namespace hfp;

namespace {

template <class F>
Datum<F> third(Cpu& cpu, const Op& op) { return F::read(cpu, op.r3); }

template <class F>
Access<Datum<F>> fetch_second(Cpu& cpu, const Op& op) {
  const auto bits = cpu.fetch<typename F::Bits>(cpu.operand2(op));
  if (!bits) return Access<Datum<F>>::refused();
  return F::decode(bits.value());
}

template <class F, class To>
Step multiply(Cpu& cpu, const Op& op, const Datum<F>& second) {
  return deliver<To>(cpu, op.r1, Condition::unchanged,
                     normalized_in_range<To>(cpu, bfp::product(exact(F::read(cpu, op.r1)), exact(second))));
}

// The third operand times the second, and the first added or subtracted.
enum class First : std::uint8_t { added, subtracted };

template <class F>
Step multiply_and_add(Cpu& cpu, const Op& op, First first_is, const Datum<F>& second) {
  auto first = exact(F::read(cpu, op.r1));
  if (first_is == First::subtracted) first.negative = !first.negative;
  const auto product = bfp::product(exact(second), exact(third<F>(cpu, op)));
  return deliver<F>(cpu, op.r1, Condition::unchanged, normalized_in_range<F>(cpu, bfp::sum(product, first)));
}

// What the generic quotient and root take for their precision: one digit more than the fraction has.
template <class F>
struct Guarded {
  static constexpr int precision = 4 * F::digits + 4;
};

template <class F>
Step divide(Cpu& cpu, const Op& op, const Datum<F>& divisor) {
  if (divisor.fraction == 0) return cpu.program_interruption(Pic::hfp_divide);
  const auto dividend = F::read(cpu, op.r1);
  if (dividend.fraction == 0) return deliver<F>(cpu, op.r1, Condition::unchanged, {{false, 0, 0}});
  return deliver<F>(cpu, op.r1, Condition::unchanged,
                    normalized_in_range<F>(cpu, bfp::quotient<Guarded<F>>(exact(dividend), exact(divisor))));
}

template <class F>
Step square_root(Cpu& cpu, const Op& op, const Datum<F>& value) {
  if (value.fraction == 0) return deliver<F>(cpu, op.r1, Condition::unchanged, {{false, 0, 0}});
  if (value.negative) return cpu.program_interruption(Pic::hfp_square_root);
  return deliver<F>(cpu, op.r1, Condition::unchanged,
                    normalized_in_range<F>(cpu, bfp::root<Guarded<F>>(exact(value)), Excess::rounded));
}

template <class F>
Step halve(Cpu& cpu, const Op& op) {
  auto half = exact(F::read(cpu, op.r2));
  --half.exponent;
  return deliver<F>(cpu, op.r1, Condition::unchanged, normalized_in_range<F>(cpu, half));
}

bool names_pairs(const Op& op) { return is_pair(op.r1) && is_pair(op.r2); }

}  // namespace

Z_INSTRUCTION(multiply_hfp_short) { return multiply<Short, Short>(cpu, op, Short::read(cpu, op.r2)); }
Z_INSTRUCTION(multiply_hfp_short_storage) { return multiply<Short, Short>(cpu, op, TRY(fetch_second<Short>(cpu, op))); }
Z_INSTRUCTION(multiply_hfp_short_to_long) { return multiply<Short, Long>(cpu, op, Short::read(cpu, op.r2)); }
Z_INSTRUCTION(multiply_hfp_short_to_long_storage) { return multiply<Short, Long>(cpu, op, TRY(fetch_second<Short>(cpu, op))); }
Z_INSTRUCTION(multiply_hfp_long) { return multiply<Long, Long>(cpu, op, Long::read(cpu, op.r2)); }
Z_INSTRUCTION(multiply_hfp_long_storage) { return multiply<Long, Long>(cpu, op, TRY(fetch_second<Long>(cpu, op))); }
Z_INSTRUCTION(multiply_hfp_long_to_extended) {
  if (!is_pair(op.r1)) return cpu.program_interruption(Pic::specification);
  return multiply<Long, Extended>(cpu, op, Long::read(cpu, op.r2));
}
Z_INSTRUCTION(multiply_hfp_long_to_extended_storage) {
  if (!is_pair(op.r1)) return cpu.program_interruption(Pic::specification);
  return multiply<Long, Extended>(cpu, op, TRY(fetch_second<Long>(cpu, op)));
}
Z_INSTRUCTION(multiply_hfp_extended) {
  if (!names_pairs(op)) return cpu.program_interruption(Pic::specification);
  return multiply<Extended, Extended>(cpu, op, Extended::read(cpu, op.r2));
}

Z_INSTRUCTION(multiply_and_add_hfp_short) { return multiply_and_add(cpu, op, First::added, Short::read(cpu, op.r2)); }
Z_INSTRUCTION(multiply_and_add_hfp_short_storage) { return multiply_and_add(cpu, op, First::added, TRY(fetch_second<Short>(cpu, op))); }
Z_INSTRUCTION(multiply_and_add_hfp_long) { return multiply_and_add(cpu, op, First::added, Long::read(cpu, op.r2)); }
Z_INSTRUCTION(multiply_and_add_hfp_long_storage) { return multiply_and_add(cpu, op, First::added, TRY(fetch_second<Long>(cpu, op))); }
Z_INSTRUCTION(multiply_and_subtract_hfp_short) { return multiply_and_add(cpu, op, First::subtracted, Short::read(cpu, op.r2)); }
Z_INSTRUCTION(multiply_and_subtract_hfp_short_storage) {
  return multiply_and_add(cpu, op, First::subtracted, TRY(fetch_second<Short>(cpu, op)));
}
Z_INSTRUCTION(multiply_and_subtract_hfp_long) { return multiply_and_add(cpu, op, First::subtracted, Long::read(cpu, op.r2)); }
Z_INSTRUCTION(multiply_and_subtract_hfp_long_storage) {
  return multiply_and_add(cpu, op, First::subtracted, TRY(fetch_second<Long>(cpu, op)));
}

Z_INSTRUCTION(divide_hfp_short) { return divide(cpu, op, Short::read(cpu, op.r2)); }
Z_INSTRUCTION(divide_hfp_short_storage) { return divide(cpu, op, TRY(fetch_second<Short>(cpu, op))); }
Z_INSTRUCTION(divide_hfp_long) { return divide(cpu, op, Long::read(cpu, op.r2)); }
Z_INSTRUCTION(divide_hfp_long_storage) { return divide(cpu, op, TRY(fetch_second<Long>(cpu, op))); }
Z_INSTRUCTION(divide_hfp_extended) {
  if (!names_pairs(op)) return cpu.program_interruption(Pic::specification);
  return divide(cpu, op, Extended::read(cpu, op.r2));
}

Z_INSTRUCTION(halve_hfp_short) { return halve<Short>(cpu, op); }
Z_INSTRUCTION(halve_hfp_long) { return halve<Long>(cpu, op); }

Z_INSTRUCTION(square_root_hfp_short) { return square_root(cpu, op, Short::read(cpu, op.r2)); }
Z_INSTRUCTION(square_root_hfp_short_storage) { return square_root(cpu, op, TRY(fetch_second<Short>(cpu, op))); }
Z_INSTRUCTION(square_root_hfp_long) { return square_root(cpu, op, Long::read(cpu, op.r2)); }
Z_INSTRUCTION(square_root_hfp_long_storage) { return square_root(cpu, op, TRY(fetch_second<Long>(cpu, op))); }
Z_INSTRUCTION(square_root_hfp_extended) {
  if (!names_pairs(op)) return cpu.program_interruption(Pic::specification);
  return square_root(cpu, op, Extended::read(cpu, op.r2));
}

}  // namespace cpu
