#pragma once

#include <cstdint>
#include <vector>

#include "cpu/isa/instruction_table.h"
#include "cpu/op.h"

namespace cpu {

// The general registers from which the addresses of the instruction's storage operands are formed, one for each operand: the base, or
// the index where no base is named. Operands that only look like addresses (shifts, branches, LOAD ADDRESS) are none. Addresses that
// stand in a register alone, as those of MOVE LONG, are not counted.
std::vector<std::uint8_t> address_registers(const Instruction& instruction, const Op& op);

}  // namespace cpu
