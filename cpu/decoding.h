#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "cpu/block_mode.h"
#include "cpu/op.h"

namespace cpu {

// PoP ch. 5, "Instruction Formats": bits 0-1 of the operation code.
constexpr unsigned instruction_length(std::uint8_t first_byte) { return first_byte < 0x40 ? 2 : first_byte < 0xC0 ? 4 : 6; }

// How control goes on after an instruction.
struct Flowing {
  bool ends = false;   // nothing after it in line is executed without leaving the block
  bool jumps = false;  // a relative branch
};
// Fills `op` but for its page offset.
Flowing decode_instruction(const std::array<std::uint8_t, 6>& text, BlockMode mode, Op& op);

// In the access-register mode an operation goes in front of each instruction that selects the space of its storage operand.
Op select_space(const std::array<std::uint8_t, 6>& text, std::uint16_t page_offset);
// The base register of the first storage operand that has one; 16: none.
std::uint8_t storage_register(const std::array<std::uint8_t, 6>& text);

// For EXECUTE: whether the instruction is an EXECUTE itself, and whether a relative operand counts from its address.
bool is_execute(std::span<const std::uint8_t> text);
bool has_relative_operand(const std::array<std::uint8_t, 6>& text);

// Operations that are no instructions: on to what follows the block; and what a retired operation becomes.
Op fall_through(std::uint16_t page_offset);
void make_stale(Op& op);
bool is_stale(const Op& op);

}  // namespace cpu
