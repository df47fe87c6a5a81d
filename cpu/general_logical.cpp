// AND, OR, EXCLUSIVE OR, bit counts and the rotations that select bits. PoP ch. 7.
#include <algorithm>
#include <bit>
#include <functional>

#include "base/address.h"
#include "cpu/arithmetic.h"
#include "cpu/instruction.h"
#include "cpu/register_parts.h"
#include "cpu/selected_bits.h"

namespace cpu {

using std::uint32_t;
using std::uint64_t;
using std::uint8_t;

namespace {

using And = std::bit_and<>;
using Or = std::bit_or<>;
using ExclusiveOr = std::bit_xor<>;
// With the second operand, or the result, inverted.
struct AndComplement {
  template <class T>
  T operator()(T a, T b) const { return static_cast<T>(a & ~b); }
};
struct OrComplement {
  template <class T>
  T operator()(T a, T b) const { return static_cast<T>(a | ~b); }
};
template <class F>
struct Not {
  template <class T>
  T operator()(T a, T b) const { return static_cast<T>(~F{}(a, b)); }
};

// Result to register operand R, condition code 0 for zero and 1 otherwise.
template <class F, class R>
Step combine(Cpu& cpu, unsigned target, typename R::Unsigned a, typename R::Unsigned b) {
  const auto result = static_cast<typename R::Unsigned>(F{}(a, b));
  R::set(cpu, target, result);
  cpu.cc = zero_code(result);
  return Step::next;
}

template <class F, class R>
Step combine_registers(Cpu& cpu, const Op& op) {
  return combine<F, R>(cpu, op.r1, R::get(cpu, op.r1), R::get(cpu, op.r2));
}

template <class F, class R>
Step combine_distinct(Cpu& cpu, const Op& op) {
  return combine<F, R>(cpu, op.r1, R::get(cpu, op.r2), R::get(cpu, op.r3));
}

template <class F, class R>
Step combine_storage(Cpu& cpu, const Op& op) {
  const auto second = TRY(cpu.fetch<typename R::Unsigned>(cpu.operand2(op)));
  return combine<F, R>(cpu, op.r1, R::get(cpu, op.r1), second);
}

template <class F, class R>
Step combine_immediate(Cpu& cpu, const Op& op) {
  return combine<F, R>(cpu, op.r1, R::get(cpu, op.r1), static_cast<typename R::Unsigned>(op.imm));
}

// NI, OI, XI: programs set and reset flags that other CPUs look at, so the byte is updated interlocked on every machine.
template <class F>
Step combine_immediate_8(Cpu& cpu, const Op& op) {
  const auto immediate = static_cast<uint8_t>(op.imm);
  const auto update = [=](uint8_t old) { return static_cast<uint8_t>(F{}(old, immediate)); };
  cpu.cc = zero_code(update(TRY(cpu.interlocked_update<uint8_t>(cpu.operand1(op), update))));
  return Step::next;
}

uint64_t left_in_page(uint64_t address) { return z::page_size - address % z::page_size; }

// The results together: zero when all are.
template <class F>
Z_GUEST_BYTES std::byte combine_bytes(std::byte* to, const std::byte* from, uint64_t length) {
  std::byte any{};
  for (uint64_t i = 0; i < length; ++i) {
    const std::byte first = to[i], second = from[i];
    const std::byte result = F{}(first, second);
    to[i] = result;
    any |= result;
  }
  return any;
}

// NC, OC, XC: byte by byte from the left, each result stored before the next byte is fetched, which shows when the
// operands overlap. When an operand crosses a page all of both is probed first, so that a refused access changes nothing.
template <class F>
Step combine_characters(Cpu& cpu, const Op& op) {
  uint64_t first = cpu.operand1(op), second = cpu.operand2_rs(op), left = op.r1 + 1U;
  const Context first_space = cpu.space_of(op.b1), second_space = cpu.space_of(op.b2);
  if (left > left_in_page(first) || left > left_in_page(second)) {
    TRY(cpu.probe_store_in(first_space, first, left));
    TRY(cpu.probe_fetch_in(second_space, second, left));
  }
  std::byte any{};
  while (left != 0) {
    const uint64_t part = std::min({left, left_in_page(first), left_in_page(second)});
    std::byte* to = TRY(cpu.host_store_in(first_space, first, part));
    const std::byte* from = TRY(cpu.host_fetch_in(second_space, second, part));
    any |= combine_bytes<F>(to, from, part);
    first = cpu.wrap(first + part);
    second = cpu.wrap(second + part);
    left -= part;
  }
  cpu.cc = any != std::byte{};
  return Step::next;
}

}  // namespace

Z_PAIRED_INSTRUCTION(and_32) { return combine_registers<And, Low>(cpu, op); }
Z_INSTRUCTION(and_64) { return combine_registers<And, Whole>(cpu, op); }
Z_INSTRUCTION(and_distinct_32) { return combine_distinct<And, Low>(cpu, op); }
Z_INSTRUCTION(and_distinct_64) { return combine_distinct<And, Whole>(cpu, op); }
Z_INSTRUCTION(and_storage_32) { return combine_storage<And, Low>(cpu, op); }
Z_INSTRUCTION(and_storage_64) { return combine_storage<And, Whole>(cpu, op); }
Z_INSTRUCTION(and_immediate_8) { return combine_immediate_8<And>(cpu, op); }
Z_INSTRUCTION(and_characters) { return combine_characters<And>(cpu, op); }
Z_INSTRUCTION(and_immediate_high) { return combine_immediate<And, High>(cpu, op); }
Z_INSTRUCTION(and_immediate_low) { return combine_immediate<And, Low>(cpu, op); }
Z_INSTRUCTION(and_immediate_high_high) { return combine_immediate<And, HighHigh>(cpu, op); }
Z_INSTRUCTION(and_immediate_high_low) { return combine_immediate<And, HighLow>(cpu, op); }
Z_INSTRUCTION(and_immediate_low_high) { return combine_immediate<And, LowHigh>(cpu, op); }
Z_INSTRUCTION(and_immediate_low_low) { return combine_immediate<And, LowLow>(cpu, op); }

Z_INSTRUCTION(or_32) { return combine_registers<Or, Low>(cpu, op); }
Z_INSTRUCTION(or_64) { return combine_registers<Or, Whole>(cpu, op); }
Z_INSTRUCTION(or_distinct_32) { return combine_distinct<Or, Low>(cpu, op); }
Z_INSTRUCTION(or_distinct_64) { return combine_distinct<Or, Whole>(cpu, op); }
Z_INSTRUCTION(or_storage_32) { return combine_storage<Or, Low>(cpu, op); }
Z_INSTRUCTION(or_storage_64) { return combine_storage<Or, Whole>(cpu, op); }
Z_INSTRUCTION(or_immediate_8) { return combine_immediate_8<Or>(cpu, op); }
Z_INSTRUCTION(or_characters) { return combine_characters<Or>(cpu, op); }
Z_INSTRUCTION(or_immediate_high) { return combine_immediate<Or, High>(cpu, op); }
Z_INSTRUCTION(or_immediate_low) { return combine_immediate<Or, Low>(cpu, op); }
Z_INSTRUCTION(or_immediate_high_high) { return combine_immediate<Or, HighHigh>(cpu, op); }
Z_INSTRUCTION(or_immediate_high_low) { return combine_immediate<Or, HighLow>(cpu, op); }
Z_INSTRUCTION(or_immediate_low_high) { return combine_immediate<Or, LowHigh>(cpu, op); }
Z_INSTRUCTION(or_immediate_low_low) { return combine_immediate<Or, LowLow>(cpu, op); }

Z_PAIRED_INSTRUCTION(exclusive_or_32) { return combine_registers<ExclusiveOr, Low>(cpu, op); }
Z_INSTRUCTION(exclusive_or_64) { return combine_registers<ExclusiveOr, Whole>(cpu, op); }
Z_INSTRUCTION(exclusive_or_distinct_32) { return combine_distinct<ExclusiveOr, Low>(cpu, op); }
Z_INSTRUCTION(exclusive_or_distinct_64) { return combine_distinct<ExclusiveOr, Whole>(cpu, op); }
Z_INSTRUCTION(exclusive_or_storage_32) { return combine_storage<ExclusiveOr, Low>(cpu, op); }
Z_INSTRUCTION(exclusive_or_storage_64) { return combine_storage<ExclusiveOr, Whole>(cpu, op); }
Z_INSTRUCTION(exclusive_or_immediate_8) { return combine_immediate_8<ExclusiveOr>(cpu, op); }
Z_INSTRUCTION(exclusive_or_characters) { return combine_characters<ExclusiveOr>(cpu, op); }
Z_INSTRUCTION(exclusive_or_immediate_high) { return combine_immediate<ExclusiveOr, High>(cpu, op); }
Z_INSTRUCTION(exclusive_or_immediate_low) { return combine_immediate<ExclusiveOr, Low>(cpu, op); }

Z_INSTRUCTION(and_with_complement_32) { return combine_distinct<AndComplement, Low>(cpu, op); }
Z_INSTRUCTION(and_with_complement_64) { return combine_distinct<AndComplement, Whole>(cpu, op); }
Z_INSTRUCTION(or_with_complement_32) { return combine_distinct<OrComplement, Low>(cpu, op); }
Z_INSTRUCTION(or_with_complement_64) { return combine_distinct<OrComplement, Whole>(cpu, op); }
Z_INSTRUCTION(nand_32) { return combine_distinct<Not<And>, Low>(cpu, op); }
Z_INSTRUCTION(nand_64) { return combine_distinct<Not<And>, Whole>(cpu, op); }
Z_INSTRUCTION(nor_32) { return combine_distinct<Not<Or>, Low>(cpu, op); }
Z_INSTRUCTION(nor_64) { return combine_distinct<Not<Or>, Whole>(cpu, op); }
Z_INSTRUCTION(not_exclusive_or_32) { return combine_distinct<Not<ExclusiveOr>, Low>(cpu, op); }
Z_INSTRUCTION(not_exclusive_or_64) { return combine_distinct<Not<ExclusiveOr>, Whole>(cpu, op); }

Z_INSTRUCTION(find_leftmost_one) {
  if (op.r1 % 2 != 0) return cpu.program_interruption(Pic::specification);
  constexpr uint64_t leftmost = 1ULL << 63;
  const uint64_t operand = cpu.gr(op.r2);
  const int position = std::countl_zero(operand);
  cpu.gr(op.r1) = static_cast<uint64_t>(position);
  cpu.gr(op.r1 + 1U) = operand == 0 ? 0 : operand & ~(leftmost >> position);
  cpu.cc = operand == 0 ? 0 : 2;
  return Step::next;
}

// Ones in each byte, counted within pairs, then within fours, then within bytes; or in the whole register, which
// miscellaneous-instruction-extensions facility 3 lets bit 0 of M3 ask for.
Z_INSTRUCTION(population_count) {
  uint64_t counts = cpu.gr(op.r2);
  counts -= counts >> 1 & 0x5555'5555'5555'5555;
  counts = (counts & 0x3333'3333'3333'3333) + (counts >> 2 & 0x3333'3333'3333'3333);
  counts = (counts + (counts >> 4)) & 0x0F0F'0F0F'0F0F'0F0F;
  constexpr unsigned whole_register = 8;
  if ((op.r3 & whole_register) != 0 && cpu.model() >= Model::z15) counts = counts * 0x0101'0101'0101'0101 >> 56;
  cpu.gr(op.r1) = counts;
  cpu.cc = zero_code(counts);
  return Step::next;
}

namespace {

uint64_t rotated_second(const Cpu& cpu, const Op& op, const Selection& selection) {
  return std::rotl(cpu.gr(op.r2), static_cast<int>(selection.amount));
}

template <class F>
Step rotate_then(Cpu& cpu, const Op& op) {
  const Selection selection{op};
  const auto mask = selection.mask<uint64_t>();
  const uint64_t first = cpu.gr(op.r1);
  const uint64_t selected = F{}(first, rotated_second(cpu, op, selection)) & mask;
  if (!selection.flag_3) cpu.gr(op.r1) = (first & ~mask) | selected;  // T: only the condition code is set
  cpu.cc = zero_code(selected);
  return Step::next;
}

// `rotated`: that part of the rotated second operand which corresponds to register part R.
template <class R>
void insert_selected(Cpu& cpu, unsigned target, typename R::Unsigned rotated, const Selection& selection) {
  using Unsigned = typename R::Unsigned;
  const auto mask = selection.mask<Unsigned>();
  const Unsigned rest = selection.flag_4 ? 0 : R::get(cpu, target) & ~mask;  // Z: the remaining bits become zero
  R::set(cpu, target, rest | (rotated & mask));
}

}  // namespace

Z_INSTRUCTION(rotate_then_and_selected_bits) { return rotate_then<And>(cpu, op); }
Z_INSTRUCTION(rotate_then_or_selected_bits) { return rotate_then<Or>(cpu, op); }
Z_INSTRUCTION(rotate_then_exclusive_or_selected_bits) { return rotate_then<ExclusiveOr>(cpu, op); }

Z_PAIRED_INSTRUCTION(rotate_then_insert_selected_bits) {
  const Selection selection{op};
  insert_selected<Whole>(cpu, op.r1, rotated_second(cpu, op, selection), selection);
  cpu.cc = sign_code(static_cast<std::int64_t>(cpu.gr(op.r1)));
  return Step::next;
}

Z_INSTRUCTION(rotate_then_insert_selected_bits_no_cc) {
  const Selection selection{op};
  insert_selected<Whole>(cpu, op.r1, rotated_second(cpu, op, selection), selection);
  return Step::next;
}

Z_INSTRUCTION(rotate_then_insert_selected_bits_high) {
  const Selection selection{op};
  insert_selected<High>(cpu, op.r1, static_cast<uint32_t>(rotated_second(cpu, op, selection) >> 32), selection);
  return Step::next;
}

Z_INSTRUCTION(rotate_then_insert_selected_bits_low) {
  const Selection selection{op};
  insert_selected<Low>(cpu, op.r1, static_cast<uint32_t>(rotated_second(cpu, op, selection)), selection);
  return Step::next;
}

}  // namespace cpu
