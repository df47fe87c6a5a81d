// Conversion between BFP formats and to integral values. PoP ch. 19: "LOAD LENGTHENED", "LOAD ROUNDED", "LOAD FP INTEGER", "MULTIPLY" to
// a longer format.
#include "cpu/bfp_conversion.h"
#include "cpu/bfp_modifiers.h"
#include "cpu/instruction.h"

namespace cpu {

using namespace bfp;

namespace {

template <class From, class To>
Step load_lengthened(Cpu& cpu, const Op& op, Bits<From> value) {
  return deliver<To>(cpu, op.r1, Condition::unchanged, lengthen<From, To>(value));
}
// The host widens normal numbers as we do.
Step load_lengthened_to_long(Cpu& cpu, const Op& op, Bits<Short> value) {
  if (!is_plain<Short>(value)) return load_lengthened<Short, Long>(cpu, op, value);
  Long::write(cpu, op.r1, std::bit_cast<Bits<Long>>(static_cast<double>(to_host<Short>(value))));
  return Step::next;
}

template <class From, class To>
Step load_rounded(Cpu& cpu, const Op& op) {
  const auto how = modifiers(cpu, op, Formerly::no_fields);
  if (!how) return cpu.program_interruption(Pic::specification);
  const auto result = shorten<From, To>(From::read(cpu, op.r2), how->mode);
  if (result.value) return deliver<To>(cpu, op.r1, Condition::unchanged, how->apply(*result.value));
  return deliver<From>(cpu, op.r1, Condition::unchanged, how->apply(result.trapped));
}
template <class To>
Step load_rounded_pair(Cpu& cpu, const Op& op) {
  if (!is_pair(op.r1) || !is_pair(op.r2)) return cpu.program_interruption(Pic::specification);
  return load_rounded<Extended, To>(cpu, op);
}

template <class F>
Step load_integer(Cpu& cpu, const Op& op) {
  const auto how = modifiers(cpu, op, Formerly::rounding_only);
  if (!how) return cpu.program_interruption(Pic::specification);
  return deliver<F>(cpu, op.r1, Condition::unchanged, how->apply(to_integral<F>(F::read(cpu, op.r2), how->mode.rounding)));
}

// The product of two data of a format is exact in the next one, but for special operands.
template <class From, class To>
Step multiply_to_longer(Cpu& cpu, const Op& op, Bits<From> second) {
  const Bits<From> first = From::read(cpu, op.r1);
  return deliver<To>(cpu, op.r1, Condition::unchanged,
                     multiply<To>(widen<From, To>(first), widen<From, To>(second), mode_of_fpc(cpu.fpc)));
}
Step multiply_to_long(Cpu& cpu, const Op& op, Bits<Short> second) {
  const double product = static_cast<double>(to_host<Short>(Short::read(cpu, op.r1))) * static_cast<double>(to_host<Short>(second));
  const auto result = std::bit_cast<Bits<Long>>(product);
  if (!is_plain<Long>(result)) return multiply_to_longer<Short, Long>(cpu, op, second);
  Long::write(cpu, op.r1, result);
  return Step::next;
}

}  // namespace

Z_INSTRUCTION(load_lengthened_bfp_short_to_long) { return load_lengthened_to_long(cpu, op, Short::read(cpu, op.r2)); }
Z_INSTRUCTION(load_lengthened_bfp_short_to_long_storage) {
  return load_lengthened_to_long(cpu, op, TRY(cpu.fetch<std::uint32_t>(cpu.operand2(op))));
}
Z_INSTRUCTION(load_lengthened_bfp_long_to_extended) {
  if (!is_pair(op.r1)) return cpu.program_interruption(Pic::specification);
  return load_lengthened<Long, Extended>(cpu, op, Long::read(cpu, op.r2));
}
Z_INSTRUCTION(load_lengthened_bfp_long_to_extended_storage) {
  if (!is_pair(op.r1)) return cpu.program_interruption(Pic::specification);
  return load_lengthened<Long, Extended>(cpu, op, TRY(cpu.fetch<std::uint64_t>(cpu.operand2(op))));
}
Z_INSTRUCTION(load_lengthened_bfp_short_to_extended) {
  if (!is_pair(op.r1)) return cpu.program_interruption(Pic::specification);
  return load_lengthened<Short, Extended>(cpu, op, Short::read(cpu, op.r2));
}
Z_INSTRUCTION(load_lengthened_bfp_short_to_extended_storage) {
  if (!is_pair(op.r1)) return cpu.program_interruption(Pic::specification);
  return load_lengthened<Short, Extended>(cpu, op, TRY(cpu.fetch<std::uint32_t>(cpu.operand2(op))));
}

Z_INSTRUCTION(load_rounded_bfp_long_to_short) { return load_rounded<Long, Short>(cpu, op); }
Z_INSTRUCTION(load_rounded_bfp_extended_to_long) { return load_rounded_pair<Long>(cpu, op); }
Z_INSTRUCTION(load_rounded_bfp_extended_to_short) { return load_rounded_pair<Short>(cpu, op); }

Z_INSTRUCTION(load_integer_bfp_short) { return load_integer<Short>(cpu, op); }
Z_INSTRUCTION(load_integer_bfp_long) { return load_integer<Long>(cpu, op); }
Z_INSTRUCTION(load_integer_bfp_extended) {
  if (!is_pair(op.r1) || !is_pair(op.r2)) return cpu.program_interruption(Pic::specification);
  return load_integer<Extended>(cpu, op);
}

Z_INSTRUCTION(multiply_bfp_short_to_long) { return multiply_to_long(cpu, op, Short::read(cpu, op.r2)); }
Z_INSTRUCTION(multiply_bfp_short_to_long_storage) {
  return multiply_to_long(cpu, op, TRY(cpu.fetch<std::uint32_t>(cpu.operand2(op))));
}
Z_INSTRUCTION(multiply_bfp_long_to_extended) {
  if (!is_pair(op.r1)) return cpu.program_interruption(Pic::specification);
  return multiply_to_longer<Long, Extended>(cpu, op, Long::read(cpu, op.r2));
}
Z_INSTRUCTION(multiply_bfp_long_to_extended_storage) {
  if (!is_pair(op.r1)) return cpu.program_interruption(Pic::specification);
  return multiply_to_longer<Long, Extended>(cpu, op, TRY(cpu.fetch<std::uint64_t>(cpu.operand2(op))));
}

}  // namespace cpu
