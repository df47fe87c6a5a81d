#include "cpu/fixed_point.h"
#include "cpu/instruction.h"

// Multiplication and division (PoP ch. 7, "MULTIPLY", "DIVIDE" and their like).
namespace cpu {
namespace {

using S16 = std::int16_t;
using S32 = std::int32_t;
using S64 = std::int64_t;
using U32 = std::uint32_t;
using U64 = std::uint64_t;

bool is_odd(unsigned register_number) { return register_number & 1; }
Step specification(Cpu& cpu) { return cpu.program_interruption(Pic::specification); }

template <class T>
struct Twice;
template <>
struct Twice<S32> { using type = S64; };
template <>
struct Twice<U32> { using type = U64; };
template <>
struct Twice<U64> { using type = Uint128; };

// An even-odd pair as one number, and back.
template <class T>
typename Twice<T>::type pair(const Cpu& cpu, unsigned even) {
  using U = std::make_unsigned_t<T>;
  using W = typename Twice<U>::type;
  const W whole = static_cast<W>(register_as<U>(cpu, even)) << 8 * sizeof(T) | register_as<U>(cpu, even + 1);
  return static_cast<typename Twice<T>::type>(whole);
}
template <class T>
void set_pair(Cpu& cpu, unsigned even, T first, T second) {
  set_register(cpu, even, first);
  set_register(cpu, even + 1, second);
}

template <class T>
Step multiply_pair(Cpu& cpu, const Op& op, T second) {
  using W = typename Twice<T>::type;
  const W product = static_cast<W>(register_as<T>(cpu, op.r1 + 1u)) * static_cast<W>(second);
  set_pair(cpu, op.r1, static_cast<T>(product >> 8 * sizeof(T)), static_cast<T>(product));
  return Step::next;
}

// Wraps as the unsigned product does: the rightmost half is the same.
template <class T>
Step multiply_single(Cpu& cpu, const Op& op, T second) {
  using U = std::make_unsigned_t<T>;
  set_register(cpu, op.r1, static_cast<T>(register_as<U>(cpu, op.r1) * static_cast<U>(second)));
  return Step::next;
}

Step divide_error(Cpu& cpu) { return cpu.program_interruption(Pic::fixed_point_divide); }

Step divide_signed(Cpu& cpu, const Op& op, S32 divisor) {
  const S64 dividend = pair<S32>(cpu, op.r1);
  if (divisor == 0) return divide_error(cpu);
  if (divisor == -1 && dividend == INT64_MIN) return divide_error(cpu);
  const S64 quotient = dividend / divisor;
  if (quotient != static_cast<S32>(quotient)) return divide_error(cpu);
  set_pair(cpu, op.r1, static_cast<S32>(dividend % divisor), static_cast<S32>(quotient));
  return Step::next;
}

template <class T>
Step divide_unsigned(Cpu& cpu, const Op& op, T divisor) {
  // Overflow exactly when the left half is not less than the divisor; this covers zero.
  if (register_as<T>(cpu, op.r1) >= divisor) return divide_error(cpu);
  const auto dividend = pair<T>(cpu, op.r1);
  set_pair(cpu, op.r1, static_cast<T>(dividend % divisor), static_cast<T>(dividend / divisor));
  return Step::next;
}

Step divide_single(Cpu& cpu, const Op& op, S64 divisor) {
  const S64 dividend = register_as<S64>(cpu, op.r1 + 1u);
  if (divisor == 0 || (divisor == -1 && dividend == INT64_MIN)) return divide_error(cpu);
  set_pair<S64>(cpu, op.r1, dividend % divisor, dividend / divisor);
  return Step::next;
}

}  // namespace

Z_INSTRUCTION(multiply_32) {
  if (is_odd(op.r1)) return specification(cpu);
  return multiply_pair(cpu, op, register_as<S32>(cpu, op.r2));
}
Z_INSTRUCTION(multiply_storage_32) {
  if (is_odd(op.r1)) return specification(cpu);
  return multiply_pair(cpu, op, TRY(storage_operand<S32>(cpu, op)));
}
Z_INSTRUCTION(multiply_logical_32) {
  if (is_odd(op.r1)) return specification(cpu);
  return multiply_pair(cpu, op, register_as<U32>(cpu, op.r2));
}
Z_INSTRUCTION(multiply_logical_64) {
  if (is_odd(op.r1)) return specification(cpu);
  return multiply_pair(cpu, op, register_as<U64>(cpu, op.r2));
}
Z_INSTRUCTION(multiply_logical_storage_32) {
  if (is_odd(op.r1)) return specification(cpu);
  return multiply_pair(cpu, op, TRY(storage_operand<U32>(cpu, op)));
}
Z_INSTRUCTION(multiply_logical_storage_64) {
  if (is_odd(op.r1)) return specification(cpu);
  return multiply_pair(cpu, op, TRY(storage_operand<U64>(cpu, op)));
}

Z_INSTRUCTION(multiply_halfword) { return multiply_single<S32>(cpu, op, TRY(storage_operand<S16>(cpu, op))); }
Z_INSTRUCTION(multiply_immediate_32) { return multiply_single(cpu, op, static_cast<S32>(op.imm)); }
Z_INSTRUCTION(multiply_immediate_64) { return multiply_single<S64>(cpu, op, op.imm); }
Z_INSTRUCTION(multiply_single_32) { return multiply_single(cpu, op, register_as<S32>(cpu, op.r2)); }
Z_INSTRUCTION(multiply_single_64) { return multiply_single(cpu, op, register_as<S64>(cpu, op.r2)); }
Z_INSTRUCTION(multiply_single_64_from_32) { return multiply_single<S64>(cpu, op, register_as<S32>(cpu, op.r2)); }
Z_INSTRUCTION(multiply_single_storage_32) { return multiply_single(cpu, op, TRY(storage_operand<S32>(cpu, op))); }
Z_INSTRUCTION(multiply_single_storage_64) { return multiply_single(cpu, op, TRY(storage_operand<S64>(cpu, op))); }
Z_INSTRUCTION(multiply_single_storage_64_from_32) {
  return multiply_single<S64>(cpu, op, TRY(storage_operand<S32>(cpu, op)));
}

Z_INSTRUCTION(divide_32) {
  if (is_odd(op.r1)) return specification(cpu);
  return divide_signed(cpu, op, register_as<S32>(cpu, op.r2));
}
Z_INSTRUCTION(divide_storage_32) {
  if (is_odd(op.r1)) return specification(cpu);
  return divide_signed(cpu, op, TRY(storage_operand<S32>(cpu, op)));
}
Z_INSTRUCTION(divide_logical_32) {
  if (is_odd(op.r1)) return specification(cpu);
  return divide_unsigned(cpu, op, register_as<U32>(cpu, op.r2));
}
Z_INSTRUCTION(divide_logical_64) {
  if (is_odd(op.r1)) return specification(cpu);
  return divide_unsigned(cpu, op, register_as<U64>(cpu, op.r2));
}
Z_INSTRUCTION(divide_logical_storage_32) {
  if (is_odd(op.r1)) return specification(cpu);
  return divide_unsigned(cpu, op, TRY(storage_operand<U32>(cpu, op)));
}
Z_INSTRUCTION(divide_logical_storage_64) {
  if (is_odd(op.r1)) return specification(cpu);
  return divide_unsigned(cpu, op, TRY(storage_operand<U64>(cpu, op)));
}
Z_INSTRUCTION(divide_single_64) {
  if (is_odd(op.r1)) return specification(cpu);
  return divide_single(cpu, op, register_as<S64>(cpu, op.r2));
}
Z_INSTRUCTION(divide_single_64_from_32) {
  if (is_odd(op.r1)) return specification(cpu);
  return divide_single(cpu, op, register_as<S32>(cpu, op.r2));
}
Z_INSTRUCTION(divide_single_storage_64) {
  if (is_odd(op.r1)) return specification(cpu);
  return divide_single(cpu, op, TRY(storage_operand<S64>(cpu, op)));
}
Z_INSTRUCTION(divide_single_storage_64_from_32) {
  if (is_odd(op.r1)) return specification(cpu);
  return divide_single(cpu, op, TRY(storage_operand<S32>(cpu, op)));
}

}  // namespace cpu
