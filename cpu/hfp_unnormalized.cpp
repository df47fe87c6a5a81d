// Products of long HFP operands without normalization, and with an addend: parts of multiple-precision arithmetic. PoP ch. 18, "MULTIPLY
// UNNORMALIZED", "MULTIPLY AND ADD UNNORMALIZED". No exponent exception is recognised: characteristics are modulo 128.
#include "cpu/hfp_format.h"
#include "cpu/instruction.h"

namespace cpu {

using namespace hfp;

namespace {

Datum<Extended> unnormalized_product(const Datum<Long>& a, const Datum<Long>& b) {
  return {a.negative != b.negative, a.characteristic + b.characteristic - excess, static_cast<Extended::Fraction>(a.fraction) * b.fraction};
}

// The exact sum, of which the digits remain that are in the places of the product.
Datum<Extended> with_addend(Datum<Extended> product, const Datum<Long>& addend) {
  using Sum = unsigned _BitInt(1280);
  constexpr int digits = Extended::digits, below = 8 * digits;  // bits for digits on the right, until the sum is truncated
  constexpr auto all_digits = (static_cast<Extended::Fraction>(1) << 4 * digits) - 1;
  const int left = below + 4 * (digits - Long::digits + addend.characteristic - product.characteristic);
  const Sum a = static_cast<Sum>(product.fraction) << below;
  const Sum far_below = addend.fraction != 0 ? 1 : 0;
  const Sum b = left < 0 ? far_below : static_cast<Sum>(addend.fraction) << left;
  const bool same_sign = product.negative == addend.negative;
  const Sum sum = same_sign ? a + b : a >= b ? a - b : b - a;
  if (sum == 0) product.negative = false;
  else if (b > a) product.negative = addend.negative;
  product.fraction = static_cast<Extended::Fraction>(sum >> below) & all_digits;
  return product;
}

Datum<Long> high_part(const Datum<Extended>& value) {
  return {value.negative, value.characteristic, static_cast<std::uint64_t>(value.fraction >> 56)};
}
Datum<Long> low_part(const Datum<Extended>& value) {
  return {value.negative, value.characteristic - Long::digits, static_cast<std::uint64_t>(value.fraction) & Long::fraction_mask};
}

// Which part of the result is stored.
enum class Part : std::uint8_t { both, high, low };

Step store_part(Cpu& cpu, unsigned n, Part part, const Datum<Extended>& value) {
  if (part != Part::low) Long::write(cpu, n, high_part(value));
  if (part == Part::low) Long::write(cpu, n, low_part(value));
  if (part == Part::both) Long::write(cpu, n + 2, low_part(value));
  return Step::next;
}

Step multiply_unnormalized(Cpu& cpu, const Op& op, Part part, const Datum<Long>& second) {
  return store_part(cpu, op.r1, part, unnormalized_product(second, Long::read(cpu, op.r3)));
}

// The addend is in either register of the pair that gets the result.
Step multiply_and_add_unnormalized(Cpu& cpu, const Op& op, Part part, const Datum<Long>& second) {
  const auto product = unnormalized_product(second, Long::read(cpu, op.r3));
  const unsigned result = part == Part::both ? op.r1 & ~2u : op.r1;
  return store_part(cpu, result, part, with_addend(product, Long::read(cpu, op.r1)));
}

Access<Datum<Long>> fetch_second(Cpu& cpu, const Op& op) {
  const auto bits = cpu.fetch<std::uint64_t>(cpu.operand2(op));
  if (!bits) return Access<Datum<Long>>::refused();
  return Long::decode(bits.value());
}

}  // namespace

Z_INSTRUCTION(multiply_unnormalized_hfp) {
  if (!is_pair(op.r1)) return cpu.program_interruption(Pic::specification);
  return multiply_unnormalized(cpu, op, Part::both, Long::read(cpu, op.r2));
}
Z_INSTRUCTION(multiply_unnormalized_hfp_storage) {
  if (!is_pair(op.r1)) return cpu.program_interruption(Pic::specification);
  return multiply_unnormalized(cpu, op, Part::both, TRY(fetch_second(cpu, op)));
}
Z_INSTRUCTION(multiply_unnormalized_hfp_high) { return multiply_unnormalized(cpu, op, Part::high, Long::read(cpu, op.r2)); }
Z_INSTRUCTION(multiply_unnormalized_hfp_high_storage) {
  return multiply_unnormalized(cpu, op, Part::high, TRY(fetch_second(cpu, op)));
}
Z_INSTRUCTION(multiply_unnormalized_hfp_low) { return multiply_unnormalized(cpu, op, Part::low, Long::read(cpu, op.r2)); }
Z_INSTRUCTION(multiply_unnormalized_hfp_low_storage) {
  return multiply_unnormalized(cpu, op, Part::low, TRY(fetch_second(cpu, op)));
}

Z_INSTRUCTION(multiply_and_add_unnormalized_hfp) {
  return multiply_and_add_unnormalized(cpu, op, Part::both, Long::read(cpu, op.r2));
}
Z_INSTRUCTION(multiply_and_add_unnormalized_hfp_storage) {
  return multiply_and_add_unnormalized(cpu, op, Part::both, TRY(fetch_second(cpu, op)));
}
Z_INSTRUCTION(multiply_and_add_unnormalized_hfp_high) {
  return multiply_and_add_unnormalized(cpu, op, Part::high, Long::read(cpu, op.r2));
}
Z_INSTRUCTION(multiply_and_add_unnormalized_hfp_high_storage) {
  return multiply_and_add_unnormalized(cpu, op, Part::high, TRY(fetch_second(cpu, op)));
}
Z_INSTRUCTION(multiply_and_add_unnormalized_hfp_low) {
  return multiply_and_add_unnormalized(cpu, op, Part::low, Long::read(cpu, op.r2));
}
Z_INSTRUCTION(multiply_and_add_unnormalized_hfp_low_storage) {
  return multiply_and_add_unnormalized(cpu, op, Part::low, TRY(fetch_second(cpu, op)));
}

}  // namespace cpu
