// Decimal-floating-point numbers from and to decimal digits: in registers, and zoned and packed in storage. PoP ch. 20,
// CONVERT FROM SIGNED PACKED and its like.
#include <array>
#include <optional>

#include "cpu/decimal_number.h"
#include "cpu/dfp_instruction.h"

namespace cpu {

using namespace dfp;

namespace {

constexpr unsigned plus = 0xC, unsigned_plus = 0xF, minus = 0xD;

// Digits in a register, or for extended numbers in an even-odd pair.
template <class F>
struct DigitRegisters;
template <>
struct DigitRegisters<Long> {
  static constexpr unsigned digits = 16;
  static constexpr bool is_valid(unsigned) { return true; }
  static Uint128 get(const Cpu& cpu, unsigned n) { return cpu.gr(n); }
  static void set(Cpu& cpu, unsigned n, Uint128 image) { cpu.gr(n) = static_cast<std::uint64_t>(image); }
};
template <>
struct DigitRegisters<Extended> {
  static constexpr unsigned digits = 32;
  static constexpr bool is_valid(unsigned n) { return n % 2 == 0; }
  static Uint128 get(const Cpu& cpu, unsigned n) { return static_cast<Uint128>(cpu.gr(n)) << 64 | cpu.gr(n + 1); }
  static void set(Cpu& cpu, unsigned n, Uint128 image) {
    cpu.gr(n) = static_cast<std::uint64_t>(image >> 64);
    cpu.gr(n + 1) = static_cast<std::uint64_t>(image);
  }
};

Uint128 image_of(Uint128 coefficient, unsigned digits) {
  Uint128 image = 0;
  for (unsigned i = 0; i < digits; ++i, coefficient /= 10) image |= static_cast<Uint128>(static_cast<unsigned>(coefficient % 10)) << 4 * i;
  return image;
}
// Nothing: one of them is no digit.
std::optional<Uint128> coefficient_of(Uint128 image, unsigned digits) {
  Uint128 coefficient = 0;
  for (unsigned i = digits; i-- > 0;) {
    const auto digit = static_cast<unsigned>(image >> 4 * i) & 0xF;
    if (!is_digit(digit)) return std::nullopt;
    coefficient = coefficient * 10 + digit;
  }
  return coefficient;
}

template <class F>
Step to_unsigned_registers(Cpu& cpu, const Op& op) {
  using Registers = DigitRegisters<F>;
  if (!Registers::is_valid(op.r1) || !F::is_valid(op.r2)) return specification(cpu);
  Registers::set(cpu, op.r1, image_of(read<F>(cpu, op.r2).coefficient, Registers::digits));
  return Step::next;
}

// The sign takes the place of a digit; bit 3 of M4 chooses that of plus.
template <class F>
Step to_signed_registers(Cpu& cpu, const Op& op) {
  using Registers = DigitRegisters<F>;
  if (!Registers::is_valid(op.r1) || !F::is_valid(op.r2)) return specification(cpu);
  const Number value = read<F>(cpu, op.r2);
  const unsigned sign = value.negative ? minus : (op.m4() & 1) != 0 ? unsigned_plus : plus;
  Registers::set(cpu, op.r1, image_of(value.coefficient, Registers::digits - 1) << 4 | sign);
  return Step::next;
}

template <class F>
Step from_unsigned_registers(Cpu& cpu, const Op& op) {
  using Registers = DigitRegisters<F>;
  if (!F::is_valid(op.r1) || !Registers::is_valid(op.r2)) return specification(cpu);
  const auto coefficient = coefficient_of(Registers::get(cpu, op.r2), Registers::digits);
  if (!coefficient) return cpu.program_interruption(Pic::data);
  write<F>(cpu, op.r1, {Kind::finite, false, *coefficient, 0});
  return Step::next;
}

template <class F>
Step from_signed_registers(Cpu& cpu, const Op& op) {
  using Registers = DigitRegisters<F>;
  if (!F::is_valid(op.r1) || !Registers::is_valid(op.r2)) return specification(cpu);
  const Uint128 image = Registers::get(cpu, op.r2);
  const auto coefficient = coefficient_of(image >> 4, Registers::digits - 1);
  const auto sign = static_cast<unsigned>(image) & 0xF;
  if (!coefficient || !is_sign(sign)) return cpu.program_interruption(Pic::data);
  write<F>(cpu, op.r1, {Kind::finite, is_minus(sign), *coefficient, 0});
  return Step::next;
}

// Bits of the M3 field, which is in M4's place of these formats: signed, zone of ASCII, other plus, zero is positive.
struct DigitOptions {
  explicit DigitOptions(const Op& op) : mask(op.m4()) {}
  bool is_signed() const { return (mask & 8) != 0; }
  unsigned zone() const { return (mask & 4) != 0 ? 0x3 : 0xF; }
  unsigned sign(const Number& value, bool is_zero) const {
    const bool forced = (mask & 1) != 0 && is_zero;
    if (value.negative && !forced) return minus;
    return (mask & 2) != 0 ? unsigned_plus : plus;
  }
  unsigned mask;
};

// Condition code 3: no number, or digits that did not fit.
std::uint8_t digits_code(const Number& value, unsigned digits) {
  if (!value.is_finite() || digit_count(value.coefficient) > digits) return 3;
  return condition_code(value);
}

Uint128 rightmost(Uint128 coefficient, unsigned digits) {
  return digits < digit_count(coefficient) ? coefficient % dfp::power_of_ten(digits) : coefficient;
}

constexpr unsigned longest = 34;
using DigitBytes = std::array<std::byte, longest>;

template <class F>
Step to_zoned(Cpu& cpu, const Op& op) {
  const unsigned length = op.r3 + 1U;
  if (!F::is_valid(op.r1) || length > F::format.precision) return specification(cpu);
  const DigitOptions options{op};
  const Number value = read<F>(cpu, op.r1);
  Uint128 rest = rightmost(value.coefficient, length);
  const bool is_zero = rest == 0;
  DigitBytes bytes;
  for (unsigned i = length; i-- > 0; rest /= 10)
    bytes[i] = static_cast<std::byte>(options.zone() << 4 | static_cast<unsigned>(rest % 10));
  if (options.is_signed())
    bytes[length - 1] = static_cast<std::byte>(options.sign(value, is_zero) << 4) | (bytes[length - 1] & std::byte{0xF});
  TRY(cpu.store_bytes(cpu.operand2_rs(op), std::span{bytes}.first(length)));
  cpu.cc = digits_code(value, length);
  return Step::next;
}

template <class F>
Step from_zoned(Cpu& cpu, const Op& op) {
  const unsigned length = op.r3 + 1U;
  if (!F::is_valid(op.r1) || length > F::format.precision) return specification(cpu);
  DigitBytes bytes;
  TRY(cpu.fetch_bytes(cpu.operand2_rs(op), std::span{bytes}.first(length)));
  Number value;
  for (unsigned i = 0; i < length; ++i) {
    const unsigned digit = std::to_integer<unsigned>(bytes[i]) & 0xF;
    if (!is_digit(digit)) return cpu.program_interruption(Pic::data);
    value.coefficient = value.coefficient * 10 + digit;
  }
  const unsigned sign = std::to_integer<unsigned>(bytes[length - 1]) >> 4;
  if (DigitOptions{op}.is_signed()) {
    if (!is_sign(sign)) return cpu.program_interruption(Pic::data);
    value.negative = is_minus(sign);
  }
  write<F>(cpu, op.r1, value);
  return Step::next;
}

// Packed operands have room for one digit more than the number, or two.
template <class F>
constexpr unsigned longest_packed = F::format.precision / 2 + 1;

template <class F>
Step to_packed(Cpu& cpu, const Op& op) {
  const unsigned length = op.r3 + 1U;
  if (!F::is_valid(op.r1) || length > longest_packed<F>) return specification(cpu);
  const DigitOptions options{op};
  const Number value = read<F>(cpu, op.r1);
  const unsigned digits = 2 * length - (options.is_signed() ? 1 : 0);
  Uint128 rest = rightmost(value.coefficient, digits);
  unsigned right = options.sign(value, rest == 0);
  DigitBytes bytes;
  const auto next_digit = [&rest] {
    const auto digit = static_cast<unsigned>(rest % 10);
    rest /= 10;
    return digit;
  };
  for (unsigned i = length; i-- > 0;) {
    if (!options.is_signed() || i != length - 1) right = next_digit();
    bytes[i] = static_cast<std::byte>(right | next_digit() << 4);
  }
  TRY(cpu.store_bytes(cpu.operand2_rs(op), std::span{bytes}.first(length)));
  cpu.cc = digits_code(value, digits);
  return Step::next;
}

// Digits beyond the precision must be zeros.
template <class F>
Step from_packed(Cpu& cpu, const Op& op) {
  const unsigned length = op.r3 + 1U;
  if (!F::is_valid(op.r1) || length > longest_packed<F>) return specification(cpu);
  DigitBytes bytes;
  TRY(cpu.fetch_bytes(cpu.operand2_rs(op), std::span{bytes}.first(length)));
  const bool is_signed = DigitOptions{op}.is_signed();
  Number value;
  for (unsigned i = 0; i < 2 * length; ++i) {
    const unsigned pair = std::to_integer<unsigned>(bytes[i / 2]), digit = i % 2 == 0 ? pair >> 4 : pair & 0xF;
    if (is_signed && i == 2 * length - 1) {
      if (!is_sign(digit)) return cpu.program_interruption(Pic::data);
      value.negative = is_minus(digit);
      break;
    }
    if (!is_digit(digit)) return cpu.program_interruption(Pic::data);
    value.coefficient = value.coefficient * 10 + digit;
  }
  if (digit_count(value.coefficient) > F::format.precision) return cpu.program_interruption(Pic::data);
  write<F>(cpu, op.r1, value);
  return Step::next;
}

}  // namespace

Z_INSTRUCTION(convert_dfp_long_to_unsigned_packed) { return to_unsigned_registers<Long>(cpu, op); }
Z_INSTRUCTION(convert_dfp_extended_to_unsigned_packed) { return to_unsigned_registers<Extended>(cpu, op); }
Z_INSTRUCTION(convert_dfp_long_to_signed_packed) { return to_signed_registers<Long>(cpu, op); }
Z_INSTRUCTION(convert_dfp_extended_to_signed_packed) { return to_signed_registers<Extended>(cpu, op); }
Z_INSTRUCTION(convert_unsigned_packed_to_dfp_long) { return from_unsigned_registers<Long>(cpu, op); }
Z_INSTRUCTION(convert_unsigned_packed_to_dfp_extended) { return from_unsigned_registers<Extended>(cpu, op); }
Z_INSTRUCTION(convert_signed_packed_to_dfp_long) { return from_signed_registers<Long>(cpu, op); }
Z_INSTRUCTION(convert_signed_packed_to_dfp_extended) { return from_signed_registers<Extended>(cpu, op); }
Z_INSTRUCTION(convert_dfp_long_to_zoned) { return to_zoned<Long>(cpu, op); }
Z_INSTRUCTION(convert_dfp_extended_to_zoned) { return to_zoned<Extended>(cpu, op); }
Z_INSTRUCTION(convert_zoned_to_dfp_long) { return from_zoned<Long>(cpu, op); }
Z_INSTRUCTION(convert_zoned_to_dfp_extended) { return from_zoned<Extended>(cpu, op); }
Z_INSTRUCTION(convert_dfp_long_to_packed) { return to_packed<Long>(cpu, op); }
Z_INSTRUCTION(convert_dfp_extended_to_packed) { return to_packed<Extended>(cpu, op); }
Z_INSTRUCTION(convert_packed_to_dfp_long) { return from_packed<Long>(cpu, op); }
Z_INSTRUCTION(convert_packed_to_dfp_extended) { return from_packed<Extended>(cpu, op); }

}  // namespace cpu
