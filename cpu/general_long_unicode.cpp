#include "cpu/arithmetic.h"
#include "cpu/instruction.h"
#include "cpu/operand_registers.h"

// MOVE LONG UNICODE and COMPARE LOGICAL LONG UNICODE (PoP ch. 7): long operands of two-byte characters, the shorter
// filled up with the character in the second operand address. A unit of operation is a character.
namespace cpu {
namespace {

using U16 = std::uint16_t;
using U64 = std::uint64_t;

constexpr std::uint8_t unfinished = 3;
constexpr unsigned characters_at_once = 2048, width = 2;

bool are_valid_operands(const Cpu& cpu, const Op& op) {
  if ((op.r1 | op.r3) & 1) return false;
  return (length_in(cpu, op.r1 + 1u) | length_in(cpu, op.r3 + 1u)) % width == 0;
}
U16 padding_of(const Cpu& cpu, const Op& op) { return static_cast<U16>(cpu.operand2_rs(op)); }

// The next character of the operand in this pair of registers.
Access<U16> next_character(Cpu& cpu, unsigned even, U16 padding) {
  if (length_in(cpu, even + 1) == 0) return padding;
  return cpu.fetch_in<U16>(cpu.space_of(even), address_in(cpu, even));
}
void pass_character(Cpu& cpu, unsigned even) {
  if (length_in(cpu, even + 1) != 0) advance_pair(cpu, even, width);
}

}  // namespace

Z_INSTRUCTION(move_long_unicode) {
  if (!are_valid_operands(cpu, op)) return cpu.program_interruption(Pic::specification);
  const U16 padding = padding_of(cpu, op);
  // Both shrink alike until one is used up, so this is how they compared at the beginning.
  const auto lengths = compare_code(length_in(cpu, op.r1 + 1u), length_in(cpu, op.r3 + 1u));
  for (unsigned i = 0; i < characters_at_once && length_in(cpu, op.r1 + 1u) != 0; ++i) {
    TRY(cpu.store_in<U16>(cpu.space_of(op.r1), address_in(cpu, op.r1), TRY(next_character(cpu, op.r3, padding))));
    pass_character(cpu, op.r1);
    pass_character(cpu, op.r3);
  }
  cpu.cc = length_in(cpu, op.r1 + 1u) == 0 ? lengths : unfinished;
  return Step::next;
}

Z_INSTRUCTION(compare_logical_long_unicode) {
  if (!are_valid_operands(cpu, op)) return cpu.program_interruption(Pic::specification);
  const U16 padding = padding_of(cpu, op);
  for (unsigned i = 0; i < characters_at_once; ++i) {
    const bool ended = (length_in(cpu, op.r1 + 1u) | length_in(cpu, op.r3 + 1u)) == 0;
    const U16 first = TRY(next_character(cpu, op.r1, padding));
    const U16 second = TRY(next_character(cpu, op.r3, padding));
    cpu.cc = compare_code(first, second);
    if (cpu.cc != 0 || ended) return Step::next;
    pass_character(cpu, op.r1);
    pass_character(cpu, op.r3);
  }
  cpu.cc = unfinished;
  return Step::next;
}

}  // namespace cpu
