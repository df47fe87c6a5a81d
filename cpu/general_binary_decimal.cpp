#include <limits>

#include "cpu/decimal_number.h"
#include "cpu/arithmetic.h"
#include "cpu/instruction.h"

// CONVERT TO BINARY and CONVERT TO DECIMAL (PoP ch. 7).
namespace cpu {
namespace {

using S32 = std::int32_t;
using S64 = std::int64_t;
using U64 = std::uint64_t;

template <class T>
bool is_in_range(const Decimal& number) {
  constexpr auto largest = static_cast<Uint128>(std::numeric_limits<T>::max());
  return number.magnitude <= largest + number.negative;
}
U64 binary_of(const Decimal& number) {
  const auto magnitude = static_cast<U64>(number.magnitude);
  return number.negative ? -magnitude : magnitude;
}

// A packed number is twice as long as the binary one.
template <class R>
Step convert_to_decimal(Cpu& cpu, const Op& op) {
  constexpr unsigned length = 2 * sizeof(typename R::Signed);
  const auto value = static_cast<typename R::Signed>(R::get(cpu, op.r1));
  const U64 bits = static_cast<U64>(S64{value});
  const auto second = TRY(OperandBytes::to_store(cpu, cpu.space_of(op.b2), cpu.operand2(op), length));
  pack_decimal(second, length, {value < 0 ? -bits : bits, value < 0});
  return Step::next;
}

}  // namespace

// The rightmost 32 bits are placed even when a fixed-point-divide exception is then recognised for the others.
Z_INSTRUCTION(convert_to_binary_32) {
  const auto number = unpack_decimal(TRY(OperandBytes::to_fetch(cpu, cpu.space_of(op.b2), cpu.operand2(op), 8)), 8);
  if (!number) return cpu.program_interruption(Pic::data);
  cpu.set_gr32(op.r1, static_cast<std::uint32_t>(binary_of(*number)));
  return is_in_range<S32>(*number) ? Step::next : cpu.program_interruption(Pic::fixed_point_divide);
}
Z_INSTRUCTION(convert_to_binary_64) {
  const auto number = unpack_decimal(TRY(OperandBytes::to_fetch(cpu, cpu.space_of(op.b2), cpu.operand2(op), 16)), 16);
  if (!number) return cpu.program_interruption(Pic::data);
  if (!is_in_range<S64>(*number)) return cpu.program_interruption(Pic::fixed_point_divide);
  cpu.gr(op.r1) = binary_of(*number);
  return Step::next;
}
Z_INSTRUCTION(convert_to_decimal_32) { return convert_to_decimal<Low>(cpu, op); }
Z_INSTRUCTION(convert_to_decimal_64) { return convert_to_decimal<Whole>(cpu, op); }

}  // namespace cpu
