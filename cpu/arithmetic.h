#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>

#include "cpu/cpu.h"
#include "cpu/op.h"

// Register operands and the condition codes of PoP ch. 7, shared by the semantics files. Everything is branch-free where the
// manual allows it: a wrong guess costs more than the sums.
namespace cpu {

// Where a register operand lies: bits 32-63, bits 0-31, or all 64.
struct Low {
  using Unsigned = std::uint32_t;
  using Signed = std::int32_t;
  static Unsigned get(const Cpu& cpu, unsigned n) { return cpu.gr32(n); }
  static void set(Cpu& cpu, unsigned n, Unsigned value) { cpu.set_gr32(n, value); }
};
struct High {
  using Unsigned = std::uint32_t;
  using Signed = std::int32_t;
  static Unsigned get(const Cpu& cpu, unsigned n) { return cpu.high32(n); }
  static void set(Cpu& cpu, unsigned n, Unsigned value) { cpu.set_high32(n, value); }
};
struct Whole {
  using Unsigned = std::uint64_t;
  using Signed = std::int64_t;
  static Unsigned get(const Cpu& cpu, unsigned n) { return cpu.gr(n); }
  static void set(Cpu& cpu, unsigned n, Unsigned value) { cpu.gr(n) = value; }
};

// A shorter signed value as the 64-bit pattern that it is extended to.
template <std::signed_integral From>
constexpr std::uint64_t extend(std::make_unsigned_t<From> value) {
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<From>(value)));
}

// 0: equal or zero, 1: low or negative, 2: high or positive.
template <class T>
constexpr std::uint8_t compare_code(T a, T b) {
  return static_cast<std::uint8_t>((a > b) << 1 | (a < b));
}
template <std::signed_integral T>
constexpr std::uint8_t sign_code(T value) { return compare_code<T>(value, 0); }
// 0: zero, 1: not zero.
template <class T>
constexpr std::uint8_t zero_code(T value) { return value != 0; }

// The mask M of a branch or of a conditional load: bit 8 for cc 0 (PoP ch. 7, BRANCH ON CONDITION).
constexpr bool is_selected(std::uint8_t code, unsigned mask) { return (8U >> code & mask) != 0; }
// The same for a comparison whose condition code nobody sees.
template <class T>
constexpr bool is_comparison_selected(T a, T b, unsigned mask) {
  constexpr unsigned equal = 8, low = 4, high = 2;
  return ((a == b ? equal : a < b ? low : high) & mask) != 0;
}

// Ends a signed operation whose result was stored: overflow gives cc 3 and, when the program mask asks for it, the
// interruption after completion.
template <class R>
Step end_signed(Cpu& cpu, typename R::Signed result, bool overflow) {
  cpu.cc = overflow ? 3 : sign_code(result);
  if (overflow && cpu.psw.fixed_point_overflow_mask()) return cpu.program_interruption(Pic::fixed_point_overflow);
  return Step::next;
}

template <class R>
Step add(Cpu& cpu, unsigned target, typename R::Unsigned a, typename R::Unsigned b) {
  using Signed = typename R::Signed;
  Signed sum;
  const bool overflow = __builtin_add_overflow(static_cast<Signed>(a), static_cast<Signed>(b), &sum);
  R::set(cpu, target, static_cast<typename R::Unsigned>(sum));
  return end_signed<R>(cpu, sum, overflow);
}

template <class R>
Step subtract(Cpu& cpu, unsigned target, typename R::Unsigned a, typename R::Unsigned b) {
  using Signed = typename R::Signed;
  Signed difference;
  const bool overflow = __builtin_sub_overflow(static_cast<Signed>(a), static_cast<Signed>(b), &difference);
  R::set(cpu, target, static_cast<typename R::Unsigned>(difference));
  return end_signed<R>(cpu, difference, overflow);
}

// Logical sum: cc bit 1 is "not zero", bit 0 (value 2) is the carry. A difference adds the complement, so its borrow is
// a missing carry.
template <class U>
struct LogicalSum {
  U value;
  std::uint8_t cc;
};
template <class U>
constexpr LogicalSum<U> add_logical(U a, U b, bool carry_in = false) {
  U sum, with_carry;
  const bool carry_1 = __builtin_add_overflow(a, b, &sum);
  const bool carry_2 = __builtin_add_overflow(sum, static_cast<U>(carry_in), &with_carry);
  return {with_carry, static_cast<std::uint8_t>((carry_1 || carry_2) << 1 | (with_carry != 0))};
}
template <class U>
constexpr LogicalSum<U> subtract_logical(U a, U b, bool no_borrow_in = true) {
  return add_logical<U>(a, static_cast<U>(~b), no_borrow_in);
}

template <class R>
Step set_sum(Cpu& cpu, unsigned target, LogicalSum<typename R::Unsigned> sum) {
  R::set(cpu, target, sum.value);
  cpu.cc = sum.cc;
  return Step::next;
}

}  // namespace cpu
