#include <bit>

#include "cpu/fixed_point.h"
#include "cpu/instruction.h"

// Shifts and rotation (PoP ch. 7, "SHIFT LEFT SINGLE" and its like). The amount is the rightmost six bits of the second
// operand address.
namespace cpu {
namespace {

using S32 = std::int32_t;
using S64 = std::int64_t;
using U32 = std::uint32_t;
using U64 = std::uint64_t;

unsigned amount_of(const Cpu& cpu, const Op& op) { return cpu.operand2_rs(op) & 63; }

// A 32-bit operand may be shifted out completely.
template <class T>
T left(T value, unsigned amount) { return amount < 8 * sizeof(T) ? static_cast<T>(value << amount) : 0; }
template <class T>
T right(T value, unsigned amount) {
  if (amount < 8 * sizeof(T)) return static_cast<T>(value >> amount);
  return value < 0 ? static_cast<T>(-1) : 0;
}

template <class T>
Step set(Cpu& cpu, unsigned target, T result) {
  set_register(cpu, target, result);
  return Step::next;
}

// The sign stays; a bit unlike it that is shifted out of the numeric part is an overflow.
template <class T>
Result<T> left_arithmetic(T value, unsigned amount) {
  using U = std::make_unsigned_t<T>;
  constexpr U sign = U{1} << (8 * sizeof(T) - 1);
  const U bits = static_cast<U>(value);
  const T result = static_cast<T>((bits & sign) | (left(bits, amount) & ~sign));
  const bool overflow = right(result, amount) != value;
  return {result, static_cast<std::uint8_t>(sign_cc(result) | overflow * 3)};
}
template <class T>
Step shift_left(Cpu& cpu, const Op& op, unsigned source) {
  const auto [result, cc] = left_arithmetic(register_as<T>(cpu, source), amount_of(cpu, op));
  set_register(cpu, op.r1, result);
  return conclude(cpu, cc);
}
template <class T>
Step shift_right(Cpu& cpu, const Op& op, unsigned source) {
  const T result = right(register_as<T>(cpu, source), amount_of(cpu, op));
  set_register(cpu, op.r1, result);
  cpu.cc = sign_cc(result);
  return Step::next;
}

bool is_odd(unsigned register_number) { return register_number & 1; }
// The 64 bits of an even-odd pair of words.
U64 pair(const Cpu& cpu, unsigned even) { return static_cast<U64>(cpu.gr32(even)) << 32 | cpu.gr32(even + 1); }
void set_pair(Cpu& cpu, unsigned even, U64 value) {
  cpu.set_gr32(even, static_cast<U32>(value >> 32));
  cpu.set_gr32(even + 1, static_cast<U32>(value));
}

}  // namespace

Z_INSTRUCTION(rotate_left_single_logical_32) {
  return set(cpu, op.r1, std::rotl(cpu.gr32(op.r3), static_cast<int>(amount_of(cpu, op) & 31)));
}
Z_INSTRUCTION(rotate_left_single_logical_64) {
  return set(cpu, op.r1, std::rotl(cpu.gr(op.r3), static_cast<int>(amount_of(cpu, op))));
}

Z_INSTRUCTION(shift_left_single_logical_32) { return set(cpu, op.r1, left(cpu.gr32(op.r1), amount_of(cpu, op))); }
Z_INSTRUCTION(shift_left_single_logical_distinct_32) {
  return set(cpu, op.r1, left(cpu.gr32(op.r3), amount_of(cpu, op)));
}
Z_INSTRUCTION(shift_left_single_logical_64) { return set(cpu, op.r1, left(cpu.gr(op.r3), amount_of(cpu, op))); }
Z_INSTRUCTION(shift_right_single_logical_32) { return set(cpu, op.r1, right(cpu.gr32(op.r1), amount_of(cpu, op))); }
Z_INSTRUCTION(shift_right_single_logical_distinct_32) {
  return set(cpu, op.r1, right(cpu.gr32(op.r3), amount_of(cpu, op)));
}
Z_INSTRUCTION(shift_right_single_logical_64) { return set(cpu, op.r1, right(cpu.gr(op.r3), amount_of(cpu, op))); }

Z_INSTRUCTION(shift_left_single_32) { return shift_left<S32>(cpu, op, op.r1); }
Z_INSTRUCTION(shift_left_single_distinct_32) { return shift_left<S32>(cpu, op, op.r3); }
Z_INSTRUCTION(shift_left_single_64) { return shift_left<S64>(cpu, op, op.r3); }
Z_INSTRUCTION(shift_right_single_32) { return shift_right<S32>(cpu, op, op.r1); }
Z_INSTRUCTION(shift_right_single_distinct_32) { return shift_right<S32>(cpu, op, op.r3); }
Z_INSTRUCTION(shift_right_single_64) { return shift_right<S64>(cpu, op, op.r3); }

Z_INSTRUCTION(shift_left_double) {
  if (is_odd(op.r1)) return cpu.program_interruption(Pic::specification);
  const auto [result, cc] = left_arithmetic(static_cast<S64>(pair(cpu, op.r1)), amount_of(cpu, op));
  set_pair(cpu, op.r1, static_cast<U64>(result));
  return conclude(cpu, cc);
}
Z_INSTRUCTION(shift_left_double_logical) {
  if (is_odd(op.r1)) return cpu.program_interruption(Pic::specification);
  set_pair(cpu, op.r1, left(pair(cpu, op.r1), amount_of(cpu, op)));
  return Step::next;
}
Z_INSTRUCTION(shift_right_double) {
  if (is_odd(op.r1)) return cpu.program_interruption(Pic::specification);
  const S64 result = right(static_cast<S64>(pair(cpu, op.r1)), amount_of(cpu, op));
  set_pair(cpu, op.r1, static_cast<U64>(result));
  cpu.cc = sign_cc(result);
  return Step::next;
}
Z_INSTRUCTION(shift_right_double_logical) {
  if (is_odd(op.r1)) return cpu.program_interruption(Pic::specification);
  set_pair(cpu, op.r1, right(pair(cpu, op.r1), amount_of(cpu, op)));
  return Step::next;
}

}  // namespace cpu
