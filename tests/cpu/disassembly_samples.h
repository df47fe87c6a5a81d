#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cpu/decoding.h"
#include "cpu/isa/instruction_table.h"

// Instructions of every row of the table, for the judges of our disassembly.
namespace cpu {

using Text = std::array<std::uint8_t, 6>;
struct Sample {
  const Instruction* row;
  Text text;
  std::span<const std::uint8_t> bytes() const { return std::span{text}.first(instruction_length(text[0])); }
};

bool has_operation_code(const Instruction& row);
Text operand_bits(const Sample& sample);
std::vector<Sample> samples();

// "bc 11,8(%r9)" as "bnl 8(%r9)", with the mnemonic "b*".
std::string with_condition(const std::string& text, std::string_view mnemonic);

}  // namespace cpu
