#include <array>

#include "cpu/instruction.h"
#include "cpu/operand_bytes.h"

// PACK and UNPACK with their ASCII and Unicode forms (PoP ch. 7). Operands are processed from right to left.
namespace cpu {
namespace {

constexpr unsigned packed_length = 16;  // of PKA, PKU, UNPKA and UNPKU
constexpr unsigned swap_digits(unsigned byte) { return (byte << 4 | byte >> 4) & 0xFF; }

Step specification(Cpu& cpu) { return cpu.program_interruption(Pic::specification); }

// Digits of characters of `width` bytes into 31 digits and a plus sign.
Step pack_characters(Cpu& cpu, const Op& op, unsigned width) {
  const unsigned length = op.r1 + 1u, characters = length / width;
  if (characters > 32 || length % width != 0) return specification(cpu);
  const auto second = TRY(OperandBytes::to_fetch(cpu, cpu.space_of(op.b2), cpu.operand2_rs(op), length));
  const auto first = TRY(OperandBytes::to_store(cpu, cpu.space_of(op.b1), cpu.operand1(op), packed_length));
  constexpr unsigned plus = 0xC, sign_place = 31;
  std::array<unsigned, 32> digits{};
  digits[sign_place] = plus;
  for (unsigned i = 0; i < characters && i < sign_place; ++i)
    digits[sign_place - 1 - i] = second.at(length - 1 - i * width) & 0x0F;
  for (unsigned i = 0; i < packed_length; ++i) first.set(i, digits[2 * i] << 4 | digits[2 * i + 1]);
  return Step::next;
}

// The other way. The code tells of the sign: 0 plus, 1 minus, 3 none.
Step unpack_characters(Cpu& cpu, const Op& op, unsigned width, unsigned zone) {
  const unsigned length = op.r1 + 1u, characters = length / width;
  if (characters > 32 || length % width != 0) return specification(cpu);
  const auto second = TRY(OperandBytes::to_fetch(cpu, cpu.space_of(op.b2), cpu.operand2_rs(op), packed_length));
  const auto first = TRY(OperandBytes::to_store(cpu, cpu.space_of(op.b1), cpu.operand1(op), length));
  const unsigned sign = second.at(packed_length - 1) & 0x0F;
  std::array<unsigned, 32> digits{};  // the rightmost first; none where the sign would be shifted out of
  for (unsigned i = 0; i < 31; ++i) digits[i] = second.at((30 - i) / 2) >> (i % 2 == 0 ? 4 : 0) & 0x0F;
  for (unsigned i = 0; i < characters; ++i) {
    const unsigned last = length - 1 - i * width;
    first.set(last, zone | digits[i]);
    if (width == 2) first.set(last - 1, 0);
  }
  cpu.cc = sign < 0xA ? 3 : sign == 0xB || sign == 0xD ? 1 : 0;
  return Step::next;
}

}  // namespace

Z_INSTRUCTION(pack) {
  const auto second = TRY(OperandBytes::to_fetch(cpu, cpu.space_of(op.b2), cpu.operand2_rs(op), op.r3 + 1u));
  const auto first = TRY(OperandBytes::to_store(cpu, cpu.space_of(op.b1), cpu.operand1(op), op.r1 + 1u));
  first.set(op.r1, swap_digits(second.at(op.r3)));
  int source = op.r3 - 1;
  const auto next_digit = [&] { return source >= 0 ? second.at(static_cast<unsigned>(source--)) & 0x0Fu : 0; };
  for (int i = op.r1 - 1; i >= 0; --i) {
    const unsigned right = next_digit(), left = next_digit();
    first.set(static_cast<unsigned>(i), left << 4 | right);
  }
  return Step::next;
}

Z_INSTRUCTION(unpack) {
  const auto second = TRY(OperandBytes::to_fetch(cpu, cpu.space_of(op.b2), cpu.operand2_rs(op), op.r3 + 1u));
  const auto first = TRY(OperandBytes::to_store(cpu, cpu.space_of(op.b1), cpu.operand1(op), op.r1 + 1u));
  constexpr unsigned zone = 0xF0;
  first.set(op.r1, swap_digits(second.at(op.r3)));
  int source = op.r3 - 1;
  for (int i = op.r1 - 1; i >= 0; i -= 2) {
    const unsigned byte = source >= 0 ? second.at(static_cast<unsigned>(source--)) : 0;
    first.set(static_cast<unsigned>(i), zone | (byte & 0x0F));
    if (i > 0) first.set(static_cast<unsigned>(i - 1), zone | byte >> 4);
  }
  return Step::next;
}

Z_INSTRUCTION(pack_ascii) { return pack_characters(cpu, op, 1); }
Z_INSTRUCTION(pack_unicode) { return pack_characters(cpu, op, 2); }
Z_INSTRUCTION(unpack_ascii) { return unpack_characters(cpu, op, 1, 0x30); }
Z_INSTRUCTION(unpack_unicode) { return unpack_characters(cpu, op, 2, 0x30); }

}  // namespace cpu
