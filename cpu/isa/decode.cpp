// From instruction text to the operation that the engine executes (cpu/decoding.h).
#include "cpu/decoding.h"
#include "cpu/instruction.h"
#include "cpu/isa/fields.h"
#include "cpu/isa/instruction_table.h"

namespace cpu {
namespace {

Z_INSTRUCTION(operation_exception) { return cpu.program_interruption(Pic::operation); }
Z_INSTRUCTION(privileged_operation_exception) { return cpu.program_interruption(Pic::privileged_operation); }

bool leaves(const Instruction& instruction, const Op& op) {
  constexpr std::uint8_t all_conditions = 15;
  return instruction.flow == Flow::leaves || (instruction.flow == Flow::leaves_if_always && op.r1 == all_conditions);
}

}  // namespace

bool decode_instruction(const std::array<std::uint8_t, 6>& text, BlockMode mode, Op& op) {
  op = Op{};
  op.r2 = op.b1 = op.b2 = 16;
  op.m4_length = static_cast<std::uint8_t>(instruction_length(text[0]));
  const auto* instruction = find_instruction(text);
  if (instruction == nullptr) {
    op.handler = run_operation_exception;
    return true;
  }
  decode_fields(text, layout_of(instruction->format), op);
  // PoP ch. 5, "Privileged Instructions": recognised before any operand is looked at.
  if (instruction->privilege == Privilege::privileged && mode == BlockMode::problem) {
    op.handler = run_privileged_operation_exception;
    return true;
  }
  op.handler = instruction->handler;
  return leaves(*instruction, op);
}

bool is_execute(std::span<const std::uint8_t> text) {
  constexpr std::uint8_t execute = 0x44, relative_long = 0xC6;
  return text[0] == execute || (text[0] == relative_long && (text[1] & 0xF) == 0);
}

bool has_relative_operand(const std::array<std::uint8_t, 6>& text) {
  const auto* instruction = find_instruction(text);
  if (instruction == nullptr) return false;
  switch (layout_of(instruction->format)) {
    case Layout::ri_b: case Layout::ril_b: case Layout::rie_b: case Layout::rie_c: case Layout::rie_e: case Layout::rsi: return true;
    default: return false;
  }
}

}  // namespace cpu
