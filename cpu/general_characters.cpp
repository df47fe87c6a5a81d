#include <cstring>
#include <functional>

#include "cpu/fixed_point.h"
#include "cpu/instruction.h"
#include "cpu/operand_bytes.h"

// Storage-and-storage instructions of up to 256 bytes: MVC, CLC, NC, OC, XC, MVN, MVZ, MVO, MVCIN (PoP ch. 7).
namespace cpu {
namespace {

// Both operands, the second checked first. `length` is that of each.
struct Both {
  OperandBytes first, second;
};
Access<Both> both_operands(Cpu& cpu, const Op& op, std::uint64_t length) {
  const auto second = OperandBytes::to_fetch(cpu, cpu.operand2_rs(op), length);
  if (!second) return Access<Both>::refused();
  const auto first = OperandBytes::to_store(cpu, cpu.operand1(op), length);
  if (!first) return Access<Both>::refused();
  return Both{first.value(), second.value()};
}
unsigned length_of(const Op& op) { return op.r1 + 1u; }

// As if byte by byte from the left: a first operand that begins inside the second repeats what lies before it.
void move_forward(std::byte* to, const std::byte* from, std::size_t length) {
  const std::size_t distance = static_cast<std::size_t>(to - from);
  if (distance >= length) std::memmove(to, from, length);
  else if (distance == 1) std::memset(to, std::to_integer<int>(*from), length);
  else
    for (std::size_t i = 0; i < length; ++i) to[i] = from[i];
}

template <class Operation>
Step combine_characters(Cpu& cpu, const Op& op) {
  const auto [first, second] = TRY(both_operands(cpu, op, length_of(op)));
  std::byte any{};
  for (unsigned i = 0; i < length_of(op); ++i) any |= first[i] = Operation{}(first[i], second[i]);
  cpu.cc = any != std::byte{};
  return Step::next;
}

// The bits of `mask` move, the others stay.
Step move_part(Cpu& cpu, const Op& op, std::byte mask) {
  const auto [first, second] = TRY(both_operands(cpu, op, length_of(op)));
  for (unsigned i = 0; i < length_of(op); ++i) first[i] = (first[i] & ~mask) | (second[i] & mask);
  return Step::next;
}

}  // namespace

Z_INSTRUCTION(move_characters) {
  const auto [first, second] = TRY(both_operands(cpu, op, length_of(op)));
  if (first.is_contiguous() && second.is_contiguous()) [[likely]] move_forward(first.data(), second.data(), length_of(op));
  else
    for (unsigned i = 0; i < length_of(op); ++i) first[i] = second[i];
  return Step::next;
}

Z_INSTRUCTION(compare_logical_characters) {
  const unsigned length = length_of(op);
  const auto first = TRY(OperandBytes::to_fetch(cpu, cpu.operand1(op), length));
  const auto second = TRY(OperandBytes::to_fetch(cpu, cpu.operand2_rs(op), length));
  if (first.is_contiguous() && second.is_contiguous()) [[likely]] {
    cpu.cc = sign_cc(std::memcmp(first.data(), second.data(), length));
    return Step::next;
  }
  cpu.cc = 0;
  for (unsigned i = 0; i < length && cpu.cc == 0; ++i) cpu.cc = compare_cc(first[i], second[i]);
  return Step::next;
}

Z_INSTRUCTION(and_characters) { return combine_characters<std::bit_and<>>(cpu, op); }
Z_INSTRUCTION(or_characters) { return combine_characters<std::bit_or<>>(cpu, op); }
Z_INSTRUCTION(exclusive_or_characters) { return combine_characters<std::bit_xor<>>(cpu, op); }
Z_INSTRUCTION(move_numerics) { return move_part(cpu, op, std::byte{0x0F}); }
Z_INSTRUCTION(move_zones) { return move_part(cpu, op, std::byte{0xF0}); }

// The second operand is designated by its rightmost byte and taken from right to left.
Z_INSTRUCTION(move_inverse) {
  const unsigned last = length_of(op) - 1;
  const auto second = TRY(OperandBytes::to_fetch(cpu, cpu.wrap(cpu.operand2_rs(op) - last), last + 1));
  const auto first = TRY(OperandBytes::to_store(cpu, cpu.operand1(op), last + 1));
  for (unsigned i = 0; i <= last; ++i) first[i] = second[last - i];
  return Step::next;
}

// From the right: the second operand, moved left by a digit, beside the rightmost digit of the first.
Z_INSTRUCTION(move_with_offset) {
  const auto second = TRY(OperandBytes::to_fetch(cpu, cpu.operand2_rs(op), op.r3 + 1u));
  const auto first = TRY(OperandBytes::to_store(cpu, cpu.operand1(op), op.r1 + 1u));
  unsigned digit = first.at(op.r1) & 0x0F;
  int source = op.r3;
  for (int i = op.r1; i >= 0; --i, --source) {
    const unsigned byte = source >= 0 ? second.at(static_cast<unsigned>(source)) : 0;
    first.set(static_cast<unsigned>(i), byte << 4 | digit);
    digit = byte >> 4;
  }
  return Step::next;
}

}  // namespace cpu
