// Shifts and rotations. PoP ch. 7. The amount is bits 58-63 of the second-operand address.
#include <bit>

#include "cpu/arithmetic.h"
#include "cpu/instruction.h"

namespace cpu {

using std::int64_t;
using std::uint32_t;
using std::uint64_t;

namespace {

// Six bits of the address, which no addressing mode cuts off.
unsigned amount(const Cpu& cpu, const Op& op) { return static_cast<unsigned>(cpu.gr(op.b2) + static_cast<uint64_t>(op.d2)) & 63; }

// Amounts reach 63, more than a host shift of 32 bits takes.
template <class U>
U shift_left(U value, unsigned count) {
  return static_cast<U>(static_cast<uint64_t>(value) << count);
}
template <class U>
U shift_right(U value, unsigned count) {
  return static_cast<U>(static_cast<uint64_t>(value) >> count);
}

struct Shifted {
  uint64_t value;
  bool overflow;
};

// The sign stays where it is, the numeric part moves; overflow is a bit unlike the sign that was shifted out.
template <class S>
Shifted shift_left_signed(S value, unsigned count) {
  const __int128 exact = static_cast<__int128>(value) << count;
  const bool overflow = static_cast<S>(exact) != exact;
  constexpr uint64_t sign_bit = 1ULL << (sizeof(S) * 8 - 1);
  const uint64_t sign = value < 0 ? sign_bit : 0;
  return {(static_cast<uint64_t>(exact) & (sign_bit - 1)) | sign, overflow};
}

template <class R>
Step shift_left_single(Cpu& cpu, unsigned target, typename R::Unsigned operand, unsigned count) {
  using Unsigned = typename R::Unsigned;
  using Signed = typename R::Signed;
  const auto [value, overflow] = shift_left_signed(static_cast<Signed>(operand), count);
  const auto result = static_cast<Unsigned>(value);
  R::set(cpu, target, result);
  return end_signed<R>(cpu, static_cast<Signed>(result), overflow);
}

template <class R>
Step shift_right_single(Cpu& cpu, unsigned target, typename R::Unsigned operand, unsigned count) {
  using Signed = typename R::Signed;
  const auto result = static_cast<Signed>(static_cast<int64_t>(static_cast<Signed>(operand)) >> count);
  R::set(cpu, target, static_cast<typename R::Unsigned>(result));
  cpu.cc = sign_code(result);
  return Step::next;
}

// Bits 32-63 of an even-odd pair as one number.
uint64_t pair(const Cpu& cpu, unsigned even) { return static_cast<uint64_t>(cpu.gr32(even)) << 32 | cpu.gr32(even + 1); }
void set_pair(Cpu& cpu, unsigned even, uint64_t value) {
  cpu.set_gr32(even, static_cast<uint32_t>(value >> 32));
  cpu.set_gr32(even + 1, static_cast<uint32_t>(value));
}

}  // namespace

Z_INSTRUCTION(rotate_left_single_logical_32) {
  cpu.set_gr32(op.r1, std::rotl(cpu.gr32(op.r3), static_cast<int>(amount(cpu, op))));
  return Step::next;
}
Z_INSTRUCTION(rotate_left_single_logical_64) {
  cpu.gr(op.r1) = std::rotl(cpu.gr(op.r3), static_cast<int>(amount(cpu, op)));
  return Step::next;
}

Z_INSTRUCTION(shift_left_single_32) {
  return shift_left_single<Low>(cpu, op.r1, cpu.gr32(op.r1), amount(cpu, op));
}
Z_INSTRUCTION(shift_left_single_distinct_32) {
  return shift_left_single<Low>(cpu, op.r1, cpu.gr32(op.r3), amount(cpu, op));
}
Z_INSTRUCTION(shift_left_single_64) {
  return shift_left_single<Whole>(cpu, op.r1, cpu.gr(op.r3), amount(cpu, op));
}

Z_PAIRED_INSTRUCTION(shift_right_single_32) {
  return shift_right_single<Low>(cpu, op.r1, cpu.gr32(op.r1), amount(cpu, op));
}
Z_INSTRUCTION(shift_right_single_distinct_32) {
  return shift_right_single<Low>(cpu, op.r1, cpu.gr32(op.r3), amount(cpu, op));
}
Z_INSTRUCTION(shift_right_single_64) {
  return shift_right_single<Whole>(cpu, op.r1, cpu.gr(op.r3), amount(cpu, op));
}

Z_PAIRED_INSTRUCTION(shift_left_single_logical_32) {
  cpu.set_gr32(op.r1, shift_left(cpu.gr32(op.r1), amount(cpu, op)));
  return Step::next;
}
Z_INSTRUCTION(shift_left_single_logical_distinct_32) {
  cpu.set_gr32(op.r1, shift_left(cpu.gr32(op.r3), amount(cpu, op)));
  return Step::next;
}
Z_PAIRED_INSTRUCTION(shift_left_single_logical_64) {
  cpu.gr(op.r1) = shift_left(cpu.gr(op.r3), amount(cpu, op));
  return Step::next;
}

Z_PAIRED_INSTRUCTION(shift_right_single_logical_32) {
  cpu.set_gr32(op.r1, shift_right(cpu.gr32(op.r1), amount(cpu, op)));
  return Step::next;
}
Z_INSTRUCTION(shift_right_single_logical_distinct_32) {
  cpu.set_gr32(op.r1, shift_right(cpu.gr32(op.r3), amount(cpu, op)));
  return Step::next;
}
Z_PAIRED_INSTRUCTION(shift_right_single_logical_64) {
  cpu.gr(op.r1) = shift_right(cpu.gr(op.r3), amount(cpu, op));
  return Step::next;
}

Z_INSTRUCTION(shift_left_double) {
  if (op.r1 % 2 != 0) return cpu.program_interruption(Pic::specification);
  const auto [value, overflow] = shift_left_signed(static_cast<int64_t>(pair(cpu, op.r1)), amount(cpu, op));
  set_pair(cpu, op.r1, value);
  return end_signed<Whole>(cpu, static_cast<int64_t>(value), overflow);
}
Z_INSTRUCTION(shift_right_double) {
  if (op.r1 % 2 != 0) return cpu.program_interruption(Pic::specification);
  const int64_t result = static_cast<int64_t>(pair(cpu, op.r1)) >> amount(cpu, op);
  set_pair(cpu, op.r1, static_cast<uint64_t>(result));
  cpu.cc = sign_code(result);
  return Step::next;
}
Z_INSTRUCTION(shift_left_double_logical) {
  if (op.r1 % 2 != 0) return cpu.program_interruption(Pic::specification);
  set_pair(cpu, op.r1, pair(cpu, op.r1) << amount(cpu, op));
  return Step::next;
}
Z_INSTRUCTION(shift_right_double_logical) {
  if (op.r1 % 2 != 0) return cpu.program_interruption(Pic::specification);
  set_pair(cpu, op.r1, pair(cpu, op.r1) >> amount(cpu, op));
  return Step::next;
}

}  // namespace cpu
