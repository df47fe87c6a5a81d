// From instruction text to the operation that the engine executes (cpu/decoding.h).
#include "cpu/decoding.h"
#include "cpu/instruction.h"
#include "cpu/isa/fields.h"
#include "cpu/isa/instruction_table.h"

namespace cpu {
namespace {

Z_INSTRUCTION(operation_exception) { return cpu.program_interruption(Pic::operation); }
Z_INSTRUCTION(privileged_operation_exception) { return cpu.program_interruption(Pic::privileged_operation); }

Z_INSTRUCTION(select_space) {
  cpu.select_space(op.b1);
  return Step::next;
}

// PoP ch. 6, "Data-Exception Code (DXC)": what a control register switched off.
namespace dxc {
constexpr std::uint8_t afp_register = 1, bfp_instruction = 2, dfp_instruction = 3, vector_instruction = 0xFE;
}
Z_INSTRUCTION(afp_register_exception) { return cpu.program_interruption(Pic::data, dxc::afp_register); }
Z_INSTRUCTION(bfp_instruction_exception) { return cpu.program_interruption(Pic::data, dxc::bfp_instruction); }
Z_INSTRUCTION(dfp_instruction_exception) { return cpu.program_interruption(Pic::data, dxc::dfp_instruction); }
Z_INSTRUCTION(vector_instruction_exception) { return cpu.program_interruption(Pic::data, dxc::vector_instruction); }

// Registers 0, 2, 4 and 6 are there without the AFP-register control (PoP ch. 9, "Additional Floating-Point (AFP) Registers").
bool uses_afp_register(const Instruction& instruction, const Op& op) {
  const auto operands = operands_of(instruction.format);
  const auto is_named = [&](std::string_view name, std::uint8_t number) {
    constexpr std::uint8_t basic = 6;
    return operands.find(name) != operands.npos && (number & ~basic) != 0;
  };
  return is_named("%f1", op.r1) || is_named("%f2", op.r2) || is_named("%f3", op.r3);
}

// The handler that refuses an instruction whose unit is switched off; null: it is on.
Handler refusal(const Instruction& instruction, BlockMode mode, const Op& op) {
  switch (instruction.unit) {
    case Unit::general: return nullptr;
    case Unit::floating_point:
      return !mode.afp && uses_afp_register(instruction, op) ? run_afp_register_exception : nullptr;
    case Unit::bfp: return mode.afp ? nullptr : run_bfp_instruction_exception;
    case Unit::dfp: return mode.afp ? nullptr : run_dfp_instruction_exception;
    case Unit::vector: return mode.vector ? nullptr : run_vector_instruction_exception;
  }
  return nullptr;
}

bool leaves(const Instruction& instruction, const Op& op) {
  constexpr std::uint8_t all_conditions = 15;
  switch (instruction.flow) {
    case Flow::leaves: case Flow::jumps: return true;
    case Flow::leaves_if_always: case Flow::jumps_by_mask: return op.r1 == all_conditions;
    default: return false;
  }
}

bool is_relative_branch(const Instruction& instruction) {
  return instruction.flow == Flow::jumps || instruction.flow == Flow::jumps_by_mask || instruction.flow == Flow::may_jump;
}

}  // namespace

Flowing decode_instruction(const std::array<std::uint8_t, 6>& text, BlockMode mode, Op& op) {
  op = Op{};
  op.r2 = op.b1 = op.b2 = 16;
  op.m4_length = static_cast<std::uint8_t>(instruction_length(text[0]));
  const auto* instruction = find_instruction(text);
  if (instruction == nullptr || instruction->since > mode.model) {
    op.handler = run_operation_exception;
    return {.ends = true};
  }
  decode_fields(text, layout_of(instruction->format), op);
  // PoP ch. 5, "Privileged Instructions": recognised before any operand is looked at.
  if (instruction->privilege == Privilege::privileged && mode.problem) {
    op.handler = run_privileged_operation_exception;
    return {.ends = true};
  }
  if (const Handler refused = refusal(*instruction, mode, op); refused != nullptr) {
    op.handler = refused;
    return {.ends = true};
  }
  op.handler = instruction->handler;
  return {.ends = leaves(*instruction, op), .jumps = is_relative_branch(*instruction)};
}

std::uint8_t storage_register(const std::array<std::uint8_t, 6>& text) {
  constexpr std::uint8_t none = 16;
  const auto* instruction = find_instruction(text);
  if (instruction == nullptr) return none;
  Op op{};
  op.b1 = op.b2 = none;
  decode_fields(text, layout_of(instruction->format), op);
  const auto operands = operands_of(instruction->format);
  if (operands.find("d1(") != operands.npos) return op.b1;
  return operands.find("d2(") != operands.npos ? op.b2 : none;
}

Op select_space(const std::array<std::uint8_t, 6>& text, std::uint16_t page_offset) {
  Op op{};
  op.handler = run_select_space;
  op.b1 = storage_register(text);
  op.m4_length = static_cast<std::uint8_t>(instruction_length(text[0]));
  op.page_offset = page_offset;
  return op;
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
