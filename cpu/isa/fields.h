#pragma once

#include <array>
#include <cstdint>

#include "cpu/isa/instruction_table.h"
#include "cpu/op.h"

namespace cpu {

// The operand fields of an instruction put where Op wants them. Base and index 0 become 16.
void decode_fields(const std::array<std::uint8_t, 6>& text, Layout layout, Op& op);

// The same for the vector formats: VRI, VRR, and VRS, VRV, VRX and VSI.
void decode_vector_immediate(const std::array<std::uint8_t, 6>& text, Layout layout, Op& op);
void decode_vector_register(const std::array<std::uint8_t, 6>& text, Layout layout, Op& op);
void decode_vector_storage(const std::array<std::uint8_t, 6>& text, Layout layout, Op& op);

}  // namespace cpu
