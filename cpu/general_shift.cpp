// Shifts and rotation. PoP ch. 7. The second-operand address is not used as one: its rightmost six bits are the amount.
#include <bit>

#include "cpu/arithmetic.h"
#include "cpu/instruction.h"

namespace cpu {
namespace {

using std::int32_t;
using std::int64_t;
using std::uint32_t;
using std::uint64_t;

unsigned amount(Cpu& cpu, const Op& op) { return cpu.operand2_rs(op) & 63; }

// A 32-bit operand can be shifted by up to 63.
uint32_t left(uint32_t value, unsigned by) { return by > 31 ? 0 : value << by; }
uint32_t right(uint32_t value, unsigned by) { return by > 31 ? 0 : value >> by; }

// SLA, SLAG, SLDA: the sign stays, the numeric bits move; losing one that is unlike the sign is overflow.
template <class R>
Step shift_left_signed(Cpu& cpu, unsigned target, typename R::Unsigned value, unsigned by) {
  using Unsigned = typename R::Unsigned;
  using Signed = typename R::Signed;
  constexpr unsigned width = sizeof(Unsigned) * 8;
  constexpr Unsigned sign = static_cast<Unsigned>(1) << (width - 1);
  const auto shifted = static_cast<Unsigned>(by >= width ? 0 : value << by);
  const auto result = static_cast<Unsigned>((shifted & ~sign) | (value & sign));
  // What leaves on the left, the sign included, must be all sign.
  const auto lost = static_cast<Signed>(value) >> (by >= width ? 0 : width - 1 - by);
  const bool overflow = by >= width ? (value & ~sign) != ((value & sign) != 0 ? static_cast<Unsigned>(~sign) : 0)
                                    : lost != 0 && lost != -1;
  R::set(cpu, target, result);
  return end_signed<R>(cpu, static_cast<Signed>(result), overflow);
}

template <class R>
Step shift_right_signed(Cpu& cpu, unsigned target, typename R::Unsigned value, unsigned by) {
  constexpr unsigned width = sizeof(value) * 8;
  const auto result = static_cast<typename R::Signed>(value) >> (by >= width ? width - 1 : by);
  R::set(cpu, target, static_cast<typename R::Unsigned>(result));
  cpu.cc = sign_code(result);
  return Step::next;
}

template <class R>
Step set_shifted(Cpu& cpu, unsigned target, typename R::Unsigned value) {
  R::set(cpu, target, value);
  return Step::next;
}

// An even/odd pair of 32-bit registers as one operand of 64 bits.
struct Pair {
  using Unsigned = uint64_t;
  using Signed = int64_t;
  static uint64_t get(const Cpu& cpu, unsigned n) { return static_cast<uint64_t>(cpu.gr32(n)) << 32 | cpu.gr32(n + 1); }
  static void set(Cpu& cpu, unsigned n, uint64_t value) {
    cpu.set_gr32(n, static_cast<uint32_t>(value >> 32));
    cpu.set_gr32(n + 1, static_cast<uint32_t>(value));
  }
};
bool is_odd(const Op& op) { return (op.r1 & 1) != 0; }

}  // namespace

Z_INSTRUCTION(rotate_left_single_logical_32) { return set_shifted<Low>(cpu, op.r1, std::rotl(cpu.gr32(op.r3), static_cast<int>(amount(cpu, op) & 31))); }
Z_INSTRUCTION(rotate_left_single_logical_64) { return set_shifted<Whole>(cpu, op.r1, std::rotl(cpu.gr(op.r3), static_cast<int>(amount(cpu, op)))); }

Z_INSTRUCTION(shift_left_single_32) { return shift_left_signed<Low>(cpu, op.r1, cpu.gr32(op.r1), amount(cpu, op)); }
Z_INSTRUCTION(shift_left_single_distinct_32) { return shift_left_signed<Low>(cpu, op.r1, cpu.gr32(op.r3), amount(cpu, op)); }
Z_INSTRUCTION(shift_left_single_64) { return shift_left_signed<Whole>(cpu, op.r1, cpu.gr(op.r3), amount(cpu, op)); }
Z_INSTRUCTION(shift_right_single_32) { return shift_right_signed<Low>(cpu, op.r1, cpu.gr32(op.r1), amount(cpu, op)); }
Z_INSTRUCTION(shift_right_single_distinct_32) { return shift_right_signed<Low>(cpu, op.r1, cpu.gr32(op.r3), amount(cpu, op)); }
Z_INSTRUCTION(shift_right_single_64) { return shift_right_signed<Whole>(cpu, op.r1, cpu.gr(op.r3), amount(cpu, op)); }

Z_INSTRUCTION(shift_left_single_logical_32) { return set_shifted<Low>(cpu, op.r1, left(cpu.gr32(op.r1), amount(cpu, op))); }
Z_INSTRUCTION(shift_left_single_logical_distinct_32) { return set_shifted<Low>(cpu, op.r1, left(cpu.gr32(op.r3), amount(cpu, op))); }
Z_INSTRUCTION(shift_left_single_logical_64) { return set_shifted<Whole>(cpu, op.r1, cpu.gr(op.r3) << amount(cpu, op)); }
Z_INSTRUCTION(shift_right_single_logical_32) { return set_shifted<Low>(cpu, op.r1, right(cpu.gr32(op.r1), amount(cpu, op))); }
Z_INSTRUCTION(shift_right_single_logical_distinct_32) { return set_shifted<Low>(cpu, op.r1, right(cpu.gr32(op.r3), amount(cpu, op))); }
Z_INSTRUCTION(shift_right_single_logical_64) { return set_shifted<Whole>(cpu, op.r1, cpu.gr(op.r3) >> amount(cpu, op)); }

Z_INSTRUCTION(shift_left_double) {
  if (is_odd(op)) return cpu.program_interruption(Pic::specification);
  return shift_left_signed<Pair>(cpu, op.r1, Pair::get(cpu, op.r1), amount(cpu, op));
}
Z_INSTRUCTION(shift_right_double) {
  if (is_odd(op)) return cpu.program_interruption(Pic::specification);
  return shift_right_signed<Pair>(cpu, op.r1, Pair::get(cpu, op.r1), amount(cpu, op));
}
Z_INSTRUCTION(shift_left_double_logical) {
  if (is_odd(op)) return cpu.program_interruption(Pic::specification);
  return set_shifted<Pair>(cpu, op.r1, Pair::get(cpu, op.r1) << amount(cpu, op));
}
Z_INSTRUCTION(shift_right_double_logical) {
  if (is_odd(op)) return cpu.program_interruption(Pic::specification);
  return set_shifted<Pair>(cpu, op.r1, Pair::get(cpu, op.r1) >> amount(cpu, op));
}

}  // namespace cpu
