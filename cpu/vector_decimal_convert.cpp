// Packed decimal numbers in vector registers to and from binary integers, zoned numbers and immediates. PoP ch. 25, "Vector Decimal
// Instructions".
#include <limits>

#include "cpu/operand_bytes.h"
#include "cpu/vector_decimal.h"

namespace cpu {

using namespace vector_decimal;
using std::uint32_t;
using std::uint64_t;
using std::uint8_t;

namespace {

// LB: the binary integer has no sign.
bool is_logical(unsigned mask) { return (mask >> 2 & 1) != 0; }
bool sets_condition_code(unsigned mask) { return (mask & 1) != 0; }

template <class T>
bool is_in_range(const Number& number, bool logical) {
  constexpr Magnitude greatest = std::numeric_limits<T>::max();
  if (logical) return number.magnitude <= (number.negative ? 0 : greatest);
  return number.magnitude <= greatest / 2 + (number.negative ? 1 : 0);
}

void set_general_register(Cpu& cpu, unsigned n, uint32_t value) { cpu.set_gr32(n, value); }
void set_general_register(Cpu& cpu, unsigned n, uint64_t value) { cpu.gr(n) = value; }

// The rightmost bits are placed even when others were lost. M3: P2, LB, CS; M4: IOM.
template <class T>
Step convert_to_binary(Cpu& cpu, const Op& op) {
  const unsigned mask = op.mask(3);
  const auto number = number_of(cpu.vr(op.r2), sign_control(mask, 0));
  if (!number) return data_exception(cpu);
  const bool overflow = !is_in_range<T>(*number, is_logical(mask));
  const auto bits = static_cast<T>(number->magnitude);
  set_general_register(cpu, op.r1, static_cast<T>(number->negative ? 0 - bits : bits));
  if (sets_condition_code(mask)) cpu.cc = overflow ? 3 : 0;
  const bool interrupts = overflow && (op.mask(4) & 8) == 0 && cpu.psw.fixed_point_overflow_mask();
  return interrupts ? cpu.program_interruption(Pic::fixed_point_overflow) : Step::next;
}

// M4: LB, P1, CS.
template <class T>
Step convert_to_decimal(Cpu& cpu, const Op& op) {
  const ResultControl control = result_control(op.d1);
  if (control.count == 0) return specification_exception(cpu);
  const unsigned mask = op.mask(4);
  const auto bits = static_cast<T>(cpu.gr(op.r2));
  const bool negative = !is_logical(mask) && static_cast<std::make_signed_t<T>>(bits) < 0;
  const Result result = cut({negative ? static_cast<T>(0 - bits) : bits, negative}, control.count);
  const bool forced = sign_control(mask, 2) == Sign::forced_positive;
  cpu.vr(op.r1) = image_of(result.kept, forced ? unsigned_plus : result.negative ? preferred_minus : preferred_plus);
  if (sets_condition_code(mask)) cpu.cc = result.overflow ? 3 : 0;
  return conclude(cpu, false, result, control);
}

// I3 of the instructions on zoned numbers: a length code of 31 has no register to fit in.
constexpr unsigned last_zoned_byte = all_digits - 1;

}  // namespace

Z_INSTRUCTION(vector_convert_to_binary_32) { return convert_to_binary<uint32_t>(cpu, op); }
Z_INSTRUCTION(vector_convert_to_binary_64) { return convert_to_binary<uint64_t>(cpu, op); }
Z_INSTRUCTION(vector_convert_to_decimal_32) { return convert_to_decimal<uint32_t>(cpu, op); }
Z_INSTRUCTION(vector_convert_to_decimal_64) { return convert_to_decimal<uint64_t>(cpu, op); }

// Four digits of I2, moved to the left; I3: the sign and by how many digits.
Z_INSTRUCTION(vector_load_immediate_decimal) {
  const unsigned sign = (op.d2 & 8) != 0 ? preferred_minus : preferred_plus;
  const unsigned places = op.d2 & 7;
  cpu.vr(op.r1) = vector_of(static_cast<Uint128>(op.d1 & 0xFFFF) << 4 * (places + 1) | sign);
  return Step::next;
}

// Zones but the last are not looked at; that is the sign.
Z_INSTRUCTION(vector_pack_zoned) {
  const auto last = static_cast<unsigned>(op.d1);
  if (last > last_zoned_byte) return specification_exception(cpu);
  const auto zoned = TRY(OperandBytes::to_fetch(cpu, cpu.space_of(op.b2), cpu.operand2_rs(op), last + 1));
  Digits digits{};
  for (unsigned i = 0; i <= last; ++i) digits.at[all_digits - 1 - last + i] = zoned.at(i) & 0xF;
  digits.at[all_digits] = zoned.at(last) >> 4;
  if (!has_valid_digits(digits) || !is_sign(digits.sign())) return data_exception(cpu);
  cpu.vr(op.r1) = register_of(digits);
  return Step::next;
}

// Neither digits nor sign are checked.
Z_INSTRUCTION(vector_unpack_zoned) {
  const auto last = static_cast<unsigned>(op.d1);
  if (last > last_zoned_byte) return specification_exception(cpu);
  const auto zoned = TRY(OperandBytes::to_store(cpu, cpu.space_of(op.b2), cpu.operand2_rs(op), last + 1));
  const Digits digits = digits_of(cpu.vr(op.r1));
  for (unsigned i = 0; i < last; ++i) zoned.set(i, 0xF0U | digits.at[all_digits - 1 - last + i]);
  zoned.set(last, digits.sign() << 4 | digits.at[all_digits - 1]);
  return Step::next;
}

}  // namespace cpu
