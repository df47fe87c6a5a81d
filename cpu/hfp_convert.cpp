// Conversion between HFP, binary integers and BFP. PoP ch. 18: "CONVERT FROM FIXED", "CONVERT TO FIXED"; ch. 9: "CONVERT BFP TO HFP",
// "CONVERT HFP TO BFP". None recognises an IEEE exception.
#include <limits>
#include <optional>

#include "cpu/bfp_conversion.h"
#include "cpu/hfp_format.h"
#include "cpu/instruction.h"

namespace cpu {

using namespace hfp;
using bfp::Rounding;
using std::int32_t;
using std::int64_t;

namespace {

// The M3 field.
std::optional<Rounding> rounding_method(unsigned field) {
  switch (field) {
    case 0: case 5: return Rounding::toward_zero;
    case 1: return Rounding::nearest_away;
    case 4: return Rounding::nearest_even;
    case 6: return Rounding::up;
    case 7: return Rounding::down;
    default: return {};
  }
}

template <class F, class Integer>
Step convert_from(Cpu& cpu, const Op& op) {
  if constexpr (std::is_same_v<F, Extended>) {
    if (!is_pair(op.r1)) return cpu.program_interruption(Pic::specification);
  }
  const int64_t value = static_cast<Integer>(cpu.gr(op.r2));
  const auto size = value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  F::write(cpu, op.r1, normalized<F>({value < 0, 0, size}));
  return Step::next;
}

template <class Integer>
struct Fixed {
  Integer value;
  bool fits;
};
template <class Integer>
Fixed<Integer> to_integer(Exact value, Rounding rounding) {
  using Limits = std::numeric_limits<Integer>;
  const Fixed<Integer> nearest{value.negative ? Limits::min() : Limits::max(), false};
  if (value.significand == 0) return {0, true};
  if (value.exponent + bfp::length_of(value.significand) > Limits::digits + 1) return nearest;
  const auto size = bfp::drop_digits(value, -value.exponent, rounding).significand;
  const Wide greatest = static_cast<Wide>(Limits::max()) + (value.negative ? 1 : 0);
  if (size > greatest) return nearest;
  const auto integer = static_cast<std::uint64_t>(size);
  return {static_cast<Integer>(value.negative ? 0 - integer : integer), true};
}

void set_general_register(Cpu& cpu, unsigned n, int32_t value) { cpu.set_gr32(n, static_cast<std::uint32_t>(value)); }
void set_general_register(Cpu& cpu, unsigned n, int64_t value) { cpu.gr(n) = static_cast<std::uint64_t>(value); }

template <class F, class Integer>
Step convert_to(Cpu& cpu, const Op& op) {
  const auto rounding = rounding_method(op.r3);
  if (!rounding || (std::is_same_v<F, Extended> && !is_pair(op.r2))) return cpu.program_interruption(Pic::specification);
  const auto value = F::read(cpu, op.r2);
  const auto integer = to_integer<Integer>(exact(value), *rounding);
  set_general_register(cpu, op.r1, integer.value);
  cpu.cc = integer.fits ? condition_code(value) : 3;
  return Step::next;
}

// A BFP datum as a long HFP one: the greatest number when it is greater or infinite, and for a NaN, whose sign is lost; zero when it
// is less than the least.
// 53 digits and up to three zeros on their left fit.
template <class B>
Step convert_from_bfp(Cpu& cpu, const Op& op) {
  const auto value = B::read(cpu, op.r2);
  const bool negative = bfp::is_negative<B>(value) && !bfp::is_nan<B>(value);
  const auto deliver = [&](int characteristic, std::uint64_t fraction, std::uint8_t condition) {
    Long::write(cpu, op.r1, {negative, characteristic, fraction});
    cpu.cc = condition;
    return Step::next;
  };
  if (bfp::is_zero<B>(value)) return deliver(0, 0, 0);
  if (!bfp::is_finite<B>(value)) return deliver(greatest_characteristic, Long::fraction_mask, 3);
  const auto result = normalized<Long>(bfp::exact<B, Wide>(value));
  if (result.characteristic > greatest_characteristic) return deliver(greatest_characteristic, Long::fraction_mask, 3);
  if (result.characteristic < 0) return deliver(0, 0, negative ? 1 : 2);
  return deliver(result.characteristic, result.fraction, negative ? 1 : 2);
}

template <class B>
Step convert_to_bfp(Cpu& cpu, const Op& op) {
  const auto rounding = rounding_method(op.r3);
  if (!rounding) return cpu.program_interruption(Pic::specification);
  const auto value = Long::read(cpu, op.r2);
  if (value.fraction == 0) {
    B::write(cpu, op.r1, bfp::signed_as<B>(value.negative, 0));
    cpu.cc = 0;
    return Step::next;
  }
  const auto result = bfp::round<B>(exact(value), {*rounding});
  B::write(cpu, op.r1, result.value);
  cpu.cc = (result.events & bfp::overflow) != 0 ? 3 : condition_code(value);
  return Step::next;
}

}  // namespace

Z_INSTRUCTION(convert_hfp_short_from_32) { return convert_from<Short, int32_t>(cpu, op); }
Z_INSTRUCTION(convert_hfp_long_from_32) { return convert_from<Long, int32_t>(cpu, op); }
Z_INSTRUCTION(convert_hfp_extended_from_32) { return convert_from<Extended, int32_t>(cpu, op); }
Z_INSTRUCTION(convert_hfp_short_from_64) { return convert_from<Short, int64_t>(cpu, op); }
Z_INSTRUCTION(convert_hfp_long_from_64) { return convert_from<Long, int64_t>(cpu, op); }
Z_INSTRUCTION(convert_hfp_extended_from_64) { return convert_from<Extended, int64_t>(cpu, op); }

Z_INSTRUCTION(convert_hfp_short_to_32) { return convert_to<Short, int32_t>(cpu, op); }
Z_INSTRUCTION(convert_hfp_long_to_32) { return convert_to<Long, int32_t>(cpu, op); }
Z_INSTRUCTION(convert_hfp_extended_to_32) { return convert_to<Extended, int32_t>(cpu, op); }
Z_INSTRUCTION(convert_hfp_short_to_64) { return convert_to<Short, int64_t>(cpu, op); }
Z_INSTRUCTION(convert_hfp_long_to_64) { return convert_to<Long, int64_t>(cpu, op); }
Z_INSTRUCTION(convert_hfp_extended_to_64) { return convert_to<Extended, int64_t>(cpu, op); }

Z_INSTRUCTION(convert_bfp_short_to_hfp) { return convert_from_bfp<bfp::Short>(cpu, op); }
Z_INSTRUCTION(convert_bfp_long_to_hfp) { return convert_from_bfp<bfp::Long>(cpu, op); }
Z_INSTRUCTION(convert_hfp_to_bfp_short) { return convert_to_bfp<bfp::Short>(cpu, op); }
Z_INSTRUCTION(convert_hfp_to_bfp_long) { return convert_to_bfp<bfp::Long>(cpu, op); }

}  // namespace cpu
