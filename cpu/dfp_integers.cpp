// Decimal-floating-point numbers from and to binary integers. PoP ch. 20, CONVERT FROM FIXED, CONVERT TO LOGICAL, ...
#include <limits>

#include "cpu/dfp_instruction.h"

namespace cpu {

using namespace dfp;

namespace {

template <class I>
constexpr Limits limits_of{std::numeric_limits<I>::is_signed ? Uint128{std::numeric_limits<std::make_unsigned_t<I>>::max() / 2} + 1 : 0,
                           static_cast<Uint128>(std::numeric_limits<I>::max())};

template <class I>
void set_integer(Cpu& cpu, unsigned n, const Integer& integer) {
  const auto magnitude = static_cast<std::uint64_t>(integer.magnitude);
  const std::uint64_t value = integer.negative ? -magnitude : magnitude;
  if constexpr (sizeof(I) == sizeof(std::uint64_t)) cpu.gr(n) = value;
  else cpu.set_gr32(n, static_cast<std::uint32_t>(value));
}

template <class F, class I>
Step to_fixed(Cpu& cpu, const Op& op) {
  if (!F::is_valid(op.r2)) return specification(cpu);
  const Number value = read<F>(cpu, op.r2);
  Integer result = to_integer(rounding_method(cpu, op.r3).rounding, value, limits_of<I>);
  result.events &= static_cast<Events>(~suppressed_by(cpu, op.m4()));
  const Verdict verdict = settle(cpu, result.events);
  if (!verdict.is_suppressed) {
    set_integer<I>(cpu, op.r1, result);
    cpu.cc = (result.events & invalid_operation) != 0 ? 3 : condition_code(value);
  }
  return finish(cpu, verdict);
}

template <class F, class I>
Step from_fixed(Cpu& cpu, const Op& op) {
  if (!F::is_valid(op.r1)) return specification(cpu);
  const auto value = static_cast<I>(cpu.gr(op.r2));
  const bool negative = value < 0;
  const auto image = static_cast<std::make_unsigned_t<I>>(value);
  const auto magnitude = negative ? static_cast<std::make_unsigned_t<I>>(0 - image) : image;
  const Method method = extended_method(cpu, op.r3);
  Mode mode = mode_of_fpc(cpu.fpc);
  mode.rounding = method.rounding;
  Outcome outcome = from_integer(F::format, mode, negative, magnitude);
  outcome.events &= static_cast<Events>(~(method.suppressed | suppressed_by(cpu, op.m4())));
  return deliver<F>(cpu, op.r1, Condition::unchanged, outcome);
}

}  // namespace

Z_INSTRUCTION(convert_dfp_long_to_fixed_32) { return to_fixed<Long, std::int32_t>(cpu, op); }
Z_INSTRUCTION(convert_dfp_long_to_fixed_64) { return to_fixed<Long, std::int64_t>(cpu, op); }
Z_INSTRUCTION(convert_dfp_long_to_logical_32) { return to_fixed<Long, std::uint32_t>(cpu, op); }
Z_INSTRUCTION(convert_dfp_long_to_logical_64) { return to_fixed<Long, std::uint64_t>(cpu, op); }
Z_INSTRUCTION(convert_dfp_extended_to_fixed_32) { return to_fixed<Extended, std::int32_t>(cpu, op); }
Z_INSTRUCTION(convert_dfp_extended_to_fixed_64) { return to_fixed<Extended, std::int64_t>(cpu, op); }
Z_INSTRUCTION(convert_dfp_extended_to_logical_32) { return to_fixed<Extended, std::uint32_t>(cpu, op); }
Z_INSTRUCTION(convert_dfp_extended_to_logical_64) { return to_fixed<Extended, std::uint64_t>(cpu, op); }

Z_INSTRUCTION(convert_fixed_32_to_dfp_long) { return from_fixed<Long, std::int32_t>(cpu, op); }
Z_INSTRUCTION(convert_fixed_64_to_dfp_long) { return from_fixed<Long, std::int64_t>(cpu, op); }
Z_INSTRUCTION(convert_logical_32_to_dfp_long) { return from_fixed<Long, std::uint32_t>(cpu, op); }
Z_INSTRUCTION(convert_logical_64_to_dfp_long) { return from_fixed<Long, std::uint64_t>(cpu, op); }
Z_INSTRUCTION(convert_fixed_32_to_dfp_extended) { return from_fixed<Extended, std::int32_t>(cpu, op); }
Z_INSTRUCTION(convert_fixed_64_to_dfp_extended) { return from_fixed<Extended, std::int64_t>(cpu, op); }
Z_INSTRUCTION(convert_logical_32_to_dfp_extended) { return from_fixed<Extended, std::uint32_t>(cpu, op); }
Z_INSTRUCTION(convert_logical_64_to_dfp_extended) { return from_fixed<Extended, std::uint64_t>(cpu, op); }

}  // namespace cpu
