#pragma once

#include <cstdint>
#include <type_traits>

#include "cpu/cpu.h"

// Operands and condition codes of the general instructions (PoP ch. 7). `T` is the operand as the instruction sees it:
// signed or logical, 32 or 64 bits.
namespace cpu {

// The rightmost part of a general register.
template <class T>
T register_as(const Cpu& cpu, unsigned n) { return static_cast<T>(cpu.gr(n)); }

// The high word (PoP ch. 7, "High-Word Facility").
template <class T>
T high_as(const Cpu& cpu, unsigned n) { return static_cast<T>(cpu.high32(n)); }

// A 32-bit result leaves the high word alone.
template <class T>
void set_register(Cpu& cpu, unsigned n, T value) {
  static_assert(sizeof(T) == 4 || sizeof(T) == 8);
  if constexpr (sizeof(T) == 8) cpu.gr(n) = static_cast<std::uint64_t>(value);
  else cpu.set_gr32(n, static_cast<std::uint32_t>(value));
}

template <class T>
Access<T> fetch_as(Cpu& cpu, std::uint64_t address) {
  const auto value = cpu.fetch<std::make_unsigned_t<T>>(address);
  if (!value) return Access<T>::refused();
  return static_cast<T>(value.value());
}

// The second operand of RX and RXY, and the relative one of RIL-b.
template <class T>
Access<T> storage_operand(Cpu& cpu, const Op& op) { return fetch_as<T>(cpu, cpu.operand2(op)); }
template <class T>
Access<T> relative_operand(Cpu& cpu, const Op& op) { return fetch_as<T>(cpu, cpu.relative(op)); }
// PoP ch. 7: a relative operand not on its boundary is a specification exception.
template <class T>
bool is_aligned(std::uint64_t address) { return address % sizeof(T) == 0; }

// Condition codes are computed without branches: these are the hottest lines of the interpreter.
template <class T>
std::uint8_t compare_cc(T first, T second) {
  return static_cast<std::uint8_t>((first < second) | (first > second) << 1);
}
template <class T>
std::uint8_t sign_cc(T value) { return compare_cc<T>(value, 0); }
template <class T>
std::uint8_t zero_cc(T value) { return value != 0; }

template <class T>
struct Result {
  T value;
  std::uint8_t cc;
};

template <class T>
Result<T> add_signed(T first, T second) {
  T sum;
  const bool overflow = __builtin_add_overflow(first, second, &sum);
  return {sum, static_cast<std::uint8_t>(sign_cc(sum) | overflow * 3)};
}
template <class T>
Result<T> subtract_signed(T first, T second) {
  T difference;
  const bool overflow = __builtin_sub_overflow(first, second, &difference);
  return {difference, static_cast<std::uint8_t>(sign_cc(difference) | overflow * 3)};
}

// Bit 0 of the code: not zero; bit 1: carry out (for a subtraction: no borrow).
template <class T>
Result<T> add_logical(T first, T second, unsigned carry_in = 0) {
  T sum;
  const bool carry = __builtin_add_overflow(first, second, &sum);
  const bool carry_of_carry = __builtin_add_overflow(sum, static_cast<T>(carry_in), &sum);
  return {sum, static_cast<std::uint8_t>(zero_cc(sum) | (carry | carry_of_carry) << 1)};
}
template <class T>
Result<T> subtract_logical(T first, T second, unsigned borrow_in = 0) {
  T difference;
  const bool borrow = __builtin_sub_overflow(first, second, &difference);
  const bool borrow_of_borrow = __builtin_sub_overflow(difference, static_cast<T>(borrow_in), &difference);
  return {difference, static_cast<std::uint8_t>(zero_cc(difference) | !(borrow | borrow_of_borrow) << 1)};
}

// Sets the code of a signed result that is already in place, and recognises the overflow.
inline Step conclude(Cpu& cpu, std::uint8_t cc) {
  cpu.cc = cc;
  if (cc == 3 && cpu.psw.fixed_point_overflow_mask()) return cpu.program_interruption(Pic::fixed_point_overflow);
  return Step::next;
}

// Whether a mask of four bits names the condition code.
inline bool selects(unsigned mask, std::uint8_t cc) { return 8u >> cc & mask; }

}  // namespace cpu
