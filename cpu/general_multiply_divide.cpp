// MULTIPLY and DIVIDE. PoP ch. 7. An odd R1 of a pair is a specification exception, recognised before the second operand is
// looked at.
#include <limits>

#include "cpu/arithmetic.h"
#include "cpu/instruction.h"

namespace cpu {
namespace {

using std::int16_t;
using std::int32_t;
using std::int64_t;
using std::uint16_t;
using std::uint32_t;
using std::uint64_t;
using uint128_t = unsigned __int128;

bool is_odd(unsigned register_number) { return (register_number & 1) != 0; }
Step odd_register(Cpu& cpu) { return cpu.program_interruption(Pic::specification); }

// MR, M, MFY: 32 times 32 bits, signed, into the low words of the pair.
Step multiply(Cpu& cpu, unsigned pair, uint32_t second) {
  const auto product = static_cast<uint64_t>(static_cast<int64_t>(static_cast<int32_t>(cpu.gr32(pair + 1))) * static_cast<int32_t>(second));
  cpu.set_gr32(pair, static_cast<uint32_t>(product >> 32));
  cpu.set_gr32(pair + 1, static_cast<uint32_t>(product));
  return Step::next;
}

Step multiply_logical(Cpu& cpu, unsigned pair, uint32_t second) {
  const auto product = static_cast<uint64_t>(cpu.gr32(pair + 1)) * second;
  cpu.set_gr32(pair, static_cast<uint32_t>(product >> 32));
  cpu.set_gr32(pair + 1, static_cast<uint32_t>(product));
  return Step::next;
}

Step multiply_logical(Cpu& cpu, unsigned pair, uint64_t second) {
  const auto product = static_cast<uint128_t>(cpu.gr(pair + 1)) * second;
  cpu.gr(pair) = static_cast<uint64_t>(product >> 64);
  cpu.gr(pair + 1) = static_cast<uint64_t>(product);
  return Step::next;
}

// MG, MGRK: 64 times 64 bits, signed.
Step multiply(Cpu& cpu, unsigned pair, uint64_t first, uint64_t second) {
  const auto product = static_cast<__int128>(static_cast<int64_t>(first)) * static_cast<int64_t>(second);
  cpu.gr(pair) = static_cast<uint64_t>(product >> 64);
  cpu.gr(pair + 1) = static_cast<uint64_t>(product);
  return Step::next;
}

// MSC, MSRKC and their 64-bit forms: as MULTIPLY SINGLE, with a condition code.
template <class R>
Step multiply_single_with_code(Cpu& cpu, unsigned target, typename R::Unsigned a, typename R::Unsigned b) {
  using Signed = typename R::Signed;
  Signed product;
  const bool overflow = __builtin_mul_overflow(static_cast<Signed>(a), static_cast<Signed>(b), &product);
  R::set(cpu, target, static_cast<typename R::Unsigned>(product));
  return end_signed<R>(cpu, product, overflow);
}

// DR, D: the 64-bit dividend lies in the low words of the pair; remainder, then quotient, take its place.
Step divide(Cpu& cpu, unsigned pair, uint32_t second) {
  const auto dividend = static_cast<int64_t>(static_cast<uint64_t>(cpu.gr32(pair)) << 32 | cpu.gr32(pair + 1));
  const int64_t divisor = static_cast<int32_t>(second);
  if (divisor == 0 || (dividend == std::numeric_limits<int64_t>::min() && divisor == -1))
    return cpu.program_interruption(Pic::fixed_point_divide);
  const int64_t quotient = dividend / divisor;
  if (quotient != static_cast<int32_t>(quotient)) return cpu.program_interruption(Pic::fixed_point_divide);
  cpu.set_gr32(pair, static_cast<uint32_t>(dividend % divisor));
  cpu.set_gr32(pair + 1, static_cast<uint32_t>(quotient));
  return Step::next;
}

Step divide_logical(Cpu& cpu, unsigned pair, uint32_t divisor) {
  const auto dividend = static_cast<uint64_t>(cpu.gr32(pair)) << 32 | cpu.gr32(pair + 1);
  if (divisor == 0 || dividend / divisor >> 32 != 0) return cpu.program_interruption(Pic::fixed_point_divide);
  cpu.set_gr32(pair, static_cast<uint32_t>(dividend % divisor));
  cpu.set_gr32(pair + 1, static_cast<uint32_t>(dividend / divisor));
  return Step::next;
}

Step divide_logical(Cpu& cpu, unsigned pair, uint64_t divisor) {
  const auto dividend = static_cast<uint128_t>(cpu.gr(pair)) << 64 | cpu.gr(pair + 1);
  // The quotient fits exactly when the high half is less than the divisor.
  if (cpu.gr(pair) >= divisor) return cpu.program_interruption(Pic::fixed_point_divide);
  cpu.gr(pair) = static_cast<uint64_t>(dividend % divisor);
  cpu.gr(pair + 1) = static_cast<uint64_t>(dividend / divisor);
  return Step::next;
}

// DSG and its like: a 64-bit dividend in R1+1.
Step divide_single(Cpu& cpu, unsigned pair, uint64_t second) {
  const auto dividend = static_cast<int64_t>(cpu.gr(pair + 1)), divisor = static_cast<int64_t>(second);
  if (divisor == 0 || (dividend == std::numeric_limits<int64_t>::min() && divisor == -1))
    return cpu.program_interruption(Pic::fixed_point_divide);
  cpu.gr(pair) = static_cast<uint64_t>(dividend % divisor);
  cpu.gr(pair + 1) = static_cast<uint64_t>(dividend / divisor);
  return Step::next;
}

}  // namespace

Z_INSTRUCTION(multiply_32) { return is_odd(op.r1) ? odd_register(cpu) : multiply(cpu, op.r1, cpu.gr32(op.r2)); }
Z_INSTRUCTION(multiply_storage_32) {
  if (is_odd(op.r1)) return odd_register(cpu);
  return multiply(cpu, op.r1, TRY(cpu.fetch<uint32_t>(cpu.operand2(op))));
}
Z_INSTRUCTION(multiply_halfword) {
  const auto second = extend<int16_t>(TRY(cpu.fetch<uint16_t>(cpu.operand2(op))));
  cpu.set_gr32(op.r1, cpu.gr32(op.r1) * static_cast<uint32_t>(second));
  return Step::next;
}
Z_INSTRUCTION(multiply_immediate_32) {
  cpu.set_gr32(op.r1, cpu.gr32(op.r1) * static_cast<uint32_t>(op.imm));
  return Step::next;
}
Z_INSTRUCTION(multiply_immediate_64) {
  cpu.gr(op.r1) *= static_cast<uint64_t>(op.imm);
  return Step::next;
}
Z_INSTRUCTION(multiply_logical_32) { return is_odd(op.r1) ? odd_register(cpu) : multiply_logical(cpu, op.r1, cpu.gr32(op.r2)); }
Z_INSTRUCTION(multiply_logical_64) { return is_odd(op.r1) ? odd_register(cpu) : multiply_logical(cpu, op.r1, cpu.gr(op.r2)); }
Z_INSTRUCTION(multiply_logical_storage_32) {
  if (is_odd(op.r1)) return odd_register(cpu);
  return multiply_logical(cpu, op.r1, TRY(cpu.fetch<uint32_t>(cpu.operand2(op))));
}
Z_INSTRUCTION(multiply_logical_storage_64) {
  if (is_odd(op.r1)) return odd_register(cpu);
  return multiply_logical(cpu, op.r1, TRY(cpu.fetch<uint64_t>(cpu.operand2(op))));
}
Z_PAIRED_INSTRUCTION(multiply_single_32) {
  cpu.set_gr32(op.r1, cpu.gr32(op.r1) * cpu.gr32(op.r2));
  return Step::next;
}
Z_PAIRED_INSTRUCTION(multiply_single_64) {
  cpu.gr(op.r1) *= cpu.gr(op.r2);
  return Step::next;
}
Z_INSTRUCTION(multiply_single_64_from_32) {
  cpu.gr(op.r1) *= extend<int32_t>(cpu.gr32(op.r2));
  return Step::next;
}
Z_PAIRED_INSTRUCTION(multiply_single_storage_32) {
  cpu.set_gr32(op.r1, cpu.gr32(op.r1) * TRY(cpu.fetch<uint32_t>(cpu.operand2(op))));
  return Step::next;
}
Z_INSTRUCTION(multiply_single_storage_64) {
  cpu.gr(op.r1) *= TRY(cpu.fetch<uint64_t>(cpu.operand2(op)));
  return Step::next;
}
Z_INSTRUCTION(multiply_single_storage_64_from_32) {
  cpu.gr(op.r1) *= extend<int32_t>(TRY(cpu.fetch<uint32_t>(cpu.operand2(op))));
  return Step::next;
}

Z_INSTRUCTION(multiply_halfword_64) {
  cpu.gr(op.r1) *= extend<int16_t>(TRY(cpu.fetch<uint16_t>(cpu.operand2(op))));
  return Step::next;
}
Z_INSTRUCTION(multiply_storage_64) {
  if (is_odd(op.r1)) return odd_register(cpu);
  return multiply(cpu, op.r1, cpu.gr(op.r1 + 1U), TRY(cpu.fetch<uint64_t>(cpu.operand2(op))));
}
Z_INSTRUCTION(multiply_distinct_64) {
  return is_odd(op.r1) ? odd_register(cpu) : multiply(cpu, op.r1, cpu.gr(op.r2), cpu.gr(op.r3));
}
Z_INSTRUCTION(multiply_single_with_code_32) {
  return multiply_single_with_code<Low>(cpu, op.r1, cpu.gr32(op.r1), TRY(cpu.fetch<uint32_t>(cpu.operand2(op))));
}
Z_INSTRUCTION(multiply_single_with_code_64) {
  return multiply_single_with_code<Whole>(cpu, op.r1, cpu.gr(op.r1), TRY(cpu.fetch<uint64_t>(cpu.operand2(op))));
}
Z_INSTRUCTION(multiply_single_distinct_32) {
  return multiply_single_with_code<Low>(cpu, op.r1, cpu.gr32(op.r2), cpu.gr32(op.r3));
}
Z_INSTRUCTION(multiply_single_distinct_64) {
  return multiply_single_with_code<Whole>(cpu, op.r1, cpu.gr(op.r2), cpu.gr(op.r3));
}

Z_INSTRUCTION(divide_32) { return is_odd(op.r1) ? odd_register(cpu) : divide(cpu, op.r1, cpu.gr32(op.r2)); }
Z_INSTRUCTION(divide_storage_32) {
  if (is_odd(op.r1)) return odd_register(cpu);
  return divide(cpu, op.r1, TRY(cpu.fetch<uint32_t>(cpu.operand2(op))));
}
Z_INSTRUCTION(divide_logical_32) { return is_odd(op.r1) ? odd_register(cpu) : divide_logical(cpu, op.r1, cpu.gr32(op.r2)); }
Z_INSTRUCTION(divide_logical_64) { return is_odd(op.r1) ? odd_register(cpu) : divide_logical(cpu, op.r1, cpu.gr(op.r2)); }
Z_INSTRUCTION(divide_logical_storage_32) {
  if (is_odd(op.r1)) return odd_register(cpu);
  return divide_logical(cpu, op.r1, TRY(cpu.fetch<uint32_t>(cpu.operand2(op))));
}
Z_INSTRUCTION(divide_logical_storage_64) {
  if (is_odd(op.r1)) return odd_register(cpu);
  return divide_logical(cpu, op.r1, TRY(cpu.fetch<uint64_t>(cpu.operand2(op))));
}
Z_INSTRUCTION(divide_single_64) { return is_odd(op.r1) ? odd_register(cpu) : divide_single(cpu, op.r1, cpu.gr(op.r2)); }
Z_INSTRUCTION(divide_single_64_from_32) {
  return is_odd(op.r1) ? odd_register(cpu) : divide_single(cpu, op.r1, extend<int32_t>(cpu.gr32(op.r2)));
}
Z_INSTRUCTION(divide_single_storage_64) {
  if (is_odd(op.r1)) return odd_register(cpu);
  return divide_single(cpu, op.r1, TRY(cpu.fetch<uint64_t>(cpu.operand2(op))));
}
Z_INSTRUCTION(divide_single_storage_64_from_32) {
  if (is_odd(op.r1)) return odd_register(cpu);
  return divide_single(cpu, op.r1, extend<int32_t>(TRY(cpu.fetch<uint32_t>(cpu.operand2(op)))));
}

}  // namespace cpu
