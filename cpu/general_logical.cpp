// AND, OR, EXCLUSIVE OR, bit selection and counting. PoP ch. 7.
#include <array>
#include <bit>
#include <functional>

#include "cpu/arithmetic.h"
#include "cpu/instruction.h"

namespace cpu {
namespace {

using std::int64_t;
using std::uint16_t;
using std::uint32_t;
using std::uint64_t;
using std::uint8_t;
using And = std::bit_and<>;
using Or = std::bit_or<>;
using Xor = std::bit_xor<>;

template <class R, class F>
Step combine(Cpu& cpu, unsigned target, typename R::Unsigned a, typename R::Unsigned b, F f) {
  const auto result = static_cast<typename R::Unsigned>(f(a, b));
  R::set(cpu, target, result);
  cpu.cc = zero_code(result);
  return Step::next;
}

// The 16 bits of a register at `shift`.
template <class F>
Step combine_halfword(Cpu& cpu, const Op& op, unsigned shift, F f) {
  const auto result = static_cast<uint16_t>(f(static_cast<uint16_t>(cpu.gr(op.r1) >> shift), static_cast<uint16_t>(op.imm)));
  cpu.gr(op.r1) = (cpu.gr(op.r1) & ~(0xFFFFULL << shift)) | static_cast<uint64_t>(result) << shift;
  cpu.cc = zero_code(result);
  return Step::next;
}

// NI, OI, XI: interlocked as a whole (interlocked-access facility 2), which a byte update needs not cost more.
template <class F>
Step combine_byte(Cpu& cpu, const Op& op, F f) {
  const auto mask = static_cast<uint8_t>(op.imm);
  const auto old = TRY((cpu.interlocked_update<uint8_t>(cpu.operand1(op), [=](uint8_t v) -> uint8_t { return static_cast<uint8_t>(f(v, mask)); })));
  cpu.cc = zero_code(static_cast<uint8_t>(f(old, mask)));
  return Step::next;
}

// NC, OC, XC: byte by byte from the left; operands that overlap see what was stored before.
template <class F>
Step combine_characters(Cpu& cpu, const Op& op, F f) {
  const auto first = cpu.operand1(op), second = cpu.operand2_rs(op);
  const std::size_t length = op.r1 + 1U;
  std::array<std::byte, 256> a, b;
  TRY(cpu.fetch_bytes(second, std::span{b}.first(length)));
  TRY(cpu.fetch_bytes(first, std::span{a}.first(length)));
  const auto distance = cpu.wrap(first - second);
  auto any = std::byte{0};
  for (std::size_t i = 0; i < length; ++i) {
    const auto from = distance != 0 && distance <= i ? a[i - distance] : b[i];
    a[i] = static_cast<std::byte>(f(static_cast<uint8_t>(a[i]), static_cast<uint8_t>(from)));
    any |= a[i];
  }
  TRY(cpu.store_bytes(first, std::span{a}.first(length)));
  cpu.cc = any != std::byte{0};
  return Step::next;
}

}  // namespace

Z_INSTRUCTION(and_32) { return combine<Low>(cpu, op.r1, cpu.gr32(op.r1), cpu.gr32(op.r2), And{}); }
Z_INSTRUCTION(and_64) { return combine<Whole>(cpu, op.r1, cpu.gr(op.r1), cpu.gr(op.r2), And{}); }
Z_INSTRUCTION(and_distinct_32) { return combine<Low>(cpu, op.r1, cpu.gr32(op.r2), cpu.gr32(op.r3), And{}); }
Z_INSTRUCTION(and_distinct_64) { return combine<Whole>(cpu, op.r1, cpu.gr(op.r2), cpu.gr(op.r3), And{}); }
Z_INSTRUCTION(and_storage_32) { return combine<Low>(cpu, op.r1, cpu.gr32(op.r1), TRY(cpu.fetch<uint32_t>(cpu.operand2(op))), And{}); }
Z_INSTRUCTION(and_storage_64) { return combine<Whole>(cpu, op.r1, cpu.gr(op.r1), TRY(cpu.fetch<uint64_t>(cpu.operand2(op))), And{}); }
Z_INSTRUCTION(and_immediate_8) { return combine_byte(cpu, op, And{}); }
Z_INSTRUCTION(and_characters) { return combine_characters(cpu, op, And{}); }
Z_INSTRUCTION(and_immediate_high) { return combine<High>(cpu, op.r1, cpu.high32(op.r1), static_cast<uint32_t>(op.imm), And{}); }
Z_INSTRUCTION(and_immediate_low) { return combine<Low>(cpu, op.r1, cpu.gr32(op.r1), static_cast<uint32_t>(op.imm), And{}); }
Z_INSTRUCTION(and_immediate_high_high) { return combine_halfword(cpu, op, 48, And{}); }
Z_INSTRUCTION(and_immediate_high_low) { return combine_halfword(cpu, op, 32, And{}); }
Z_INSTRUCTION(and_immediate_low_high) { return combine_halfword(cpu, op, 16, And{}); }
Z_INSTRUCTION(and_immediate_low_low) { return combine_halfword(cpu, op, 0, And{}); }

Z_INSTRUCTION(or_32) { return combine<Low>(cpu, op.r1, cpu.gr32(op.r1), cpu.gr32(op.r2), Or{}); }
Z_INSTRUCTION(or_64) { return combine<Whole>(cpu, op.r1, cpu.gr(op.r1), cpu.gr(op.r2), Or{}); }
Z_INSTRUCTION(or_distinct_32) { return combine<Low>(cpu, op.r1, cpu.gr32(op.r2), cpu.gr32(op.r3), Or{}); }
Z_INSTRUCTION(or_distinct_64) { return combine<Whole>(cpu, op.r1, cpu.gr(op.r2), cpu.gr(op.r3), Or{}); }
Z_INSTRUCTION(or_storage_32) { return combine<Low>(cpu, op.r1, cpu.gr32(op.r1), TRY(cpu.fetch<uint32_t>(cpu.operand2(op))), Or{}); }
Z_INSTRUCTION(or_storage_64) { return combine<Whole>(cpu, op.r1, cpu.gr(op.r1), TRY(cpu.fetch<uint64_t>(cpu.operand2(op))), Or{}); }
Z_INSTRUCTION(or_immediate_8) { return combine_byte(cpu, op, Or{}); }
Z_INSTRUCTION(or_characters) { return combine_characters(cpu, op, Or{}); }
Z_INSTRUCTION(or_immediate_high) { return combine<High>(cpu, op.r1, cpu.high32(op.r1), static_cast<uint32_t>(op.imm), Or{}); }
Z_INSTRUCTION(or_immediate_low) { return combine<Low>(cpu, op.r1, cpu.gr32(op.r1), static_cast<uint32_t>(op.imm), Or{}); }
Z_INSTRUCTION(or_immediate_high_high) { return combine_halfword(cpu, op, 48, Or{}); }
Z_INSTRUCTION(or_immediate_high_low) { return combine_halfword(cpu, op, 32, Or{}); }
Z_INSTRUCTION(or_immediate_low_high) { return combine_halfword(cpu, op, 16, Or{}); }
Z_INSTRUCTION(or_immediate_low_low) { return combine_halfword(cpu, op, 0, Or{}); }

Z_INSTRUCTION(exclusive_or_32) { return combine<Low>(cpu, op.r1, cpu.gr32(op.r1), cpu.gr32(op.r2), Xor{}); }
Z_INSTRUCTION(exclusive_or_64) { return combine<Whole>(cpu, op.r1, cpu.gr(op.r1), cpu.gr(op.r2), Xor{}); }
Z_INSTRUCTION(exclusive_or_distinct_32) { return combine<Low>(cpu, op.r1, cpu.gr32(op.r2), cpu.gr32(op.r3), Xor{}); }
Z_INSTRUCTION(exclusive_or_distinct_64) { return combine<Whole>(cpu, op.r1, cpu.gr(op.r2), cpu.gr(op.r3), Xor{}); }
Z_INSTRUCTION(exclusive_or_storage_32) { return combine<Low>(cpu, op.r1, cpu.gr32(op.r1), TRY(cpu.fetch<uint32_t>(cpu.operand2(op))), Xor{}); }
Z_INSTRUCTION(exclusive_or_storage_64) { return combine<Whole>(cpu, op.r1, cpu.gr(op.r1), TRY(cpu.fetch<uint64_t>(cpu.operand2(op))), Xor{}); }
Z_INSTRUCTION(exclusive_or_immediate_8) { return combine_byte(cpu, op, Xor{}); }
Z_INSTRUCTION(exclusive_or_characters) { return combine_characters(cpu, op, Xor{}); }
Z_INSTRUCTION(exclusive_or_immediate_high) { return combine<High>(cpu, op.r1, cpu.high32(op.r1), static_cast<uint32_t>(op.imm), Xor{}); }
Z_INSTRUCTION(exclusive_or_immediate_low) { return combine<Low>(cpu, op.r1, cpu.gr32(op.r1), static_cast<uint32_t>(op.imm), Xor{}); }

// R1: number of zeros at the left (64: none is one); R1+1: the operand without its leftmost one.
Z_INSTRUCTION(find_leftmost_one) {
  if ((op.r1 & 1) != 0) return cpu.program_interruption(Pic::specification);
  const auto value = cpu.gr(op.r2);
  const auto zeros = std::countl_zero(value);
  cpu.gr(op.r1) = static_cast<uint64_t>(zeros);
  cpu.gr(op.r1 + 1) = value == 0 ? 0 : value & ~(0x8000'0000'0000'0000 >> zeros);
  cpu.cc = value == 0 ? 0 : 2;
  return Step::next;
}

// Of each byte by itself.
Z_INSTRUCTION(population_count) {
  const auto value = cpu.gr(op.r2);
  uint64_t counts = 0;
  for (unsigned shift = 0; shift < 64; shift += 8)
    counts |= static_cast<uint64_t>(std::popcount(value >> shift & 0xFF)) << shift;
  cpu.gr(op.r1) = counts;
  cpu.cc = zero_code(counts);
  return Step::next;
}

namespace {

// ROTATE THEN ... SELECTED BITS: I3 and I4 are the first and last selected bit (wrapping around), I5 the rotation.
struct Selection {
  uint64_t rotated, mask;
  bool flag_3, flag_4;  // leftmost bits of I3 and I4: test only, zero the remaining bits
};
uint64_t bits_from_to(unsigned first, unsigned last) {
  const auto from = ~0ULL >> first, to = ~0ULL << (63 - last);
  return first <= last ? from & to : from | to;
}
Selection select(Cpu& cpu, const Op& op) {
  const auto i3 = static_cast<uint8_t>(op.imm), i4 = static_cast<uint8_t>(op.imm >> 8), i5 = static_cast<uint8_t>(op.imm >> 16);
  return {std::rotl(cpu.gr(op.r2), i5 & 63), bits_from_to(i3 & 63, i4 & 63), (i3 & 0x80) != 0, (i4 & 0x80) != 0};
}

template <class F>
Step rotate_then(Cpu& cpu, const Op& op, F f) {
  const auto s = select(cpu, op);
  const auto old = cpu.gr(op.r1);
  const auto selected = f(old, s.rotated) & s.mask;
  if (!s.flag_3) cpu.gr(op.r1) = (old & ~s.mask) | selected;
  cpu.cc = zero_code(selected);
  return Step::next;
}

uint64_t inserted(Cpu& cpu, const Op& op) {
  const auto s = select(cpu, op);
  return (s.flag_4 ? 0 : cpu.gr(op.r1) & ~s.mask) | (s.rotated & s.mask);
}

// RISBHG and RISBLG work on one half of R1; bits are numbered within it.
template <class R>
Step insert_in_half(Cpu& cpu, const Op& op, unsigned shift) {
  const auto i3 = static_cast<uint8_t>(op.imm), i4 = static_cast<uint8_t>(op.imm >> 8), i5 = static_cast<uint8_t>(op.imm >> 16);
  const auto rotated = static_cast<uint32_t>(std::rotl(cpu.gr(op.r2), i5 & 63) >> shift);
  const unsigned first = i3 & 31, last = i4 & 31;
  const uint32_t from = ~0U >> first, to = ~0U << (31 - last);
  const uint32_t mask = first <= last ? from & to : from | to;
  R::set(cpu, op.r1, ((i4 & 0x80) != 0 ? 0 : R::get(cpu, op.r1) & ~mask) | (rotated & mask));
  return Step::next;
}

}  // namespace

Z_INSTRUCTION(rotate_then_and_selected_bits) { return rotate_then(cpu, op, And{}); }
Z_INSTRUCTION(rotate_then_or_selected_bits) { return rotate_then(cpu, op, Or{}); }
Z_INSTRUCTION(rotate_then_exclusive_or_selected_bits) { return rotate_then(cpu, op, Xor{}); }
Z_INSTRUCTION(rotate_then_insert_selected_bits) {
  const auto result = inserted(cpu, op);
  cpu.gr(op.r1) = result;
  cpu.cc = sign_code(static_cast<int64_t>(result));
  return Step::next;
}
Z_INSTRUCTION(rotate_then_insert_selected_bits_no_cc) {
  cpu.gr(op.r1) = inserted(cpu, op);
  return Step::next;
}
Z_INSTRUCTION(rotate_then_insert_selected_bits_high) { return insert_in_half<High>(cpu, op, 32); }
Z_INSTRUCTION(rotate_then_insert_selected_bits_low) { return insert_in_half<Low>(cpu, op, 0); }

}  // namespace cpu
