#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace cpu {

// The instruction as objdump writes it, "agr %r1,%r2"; relative operands as the distance ".+16". Six bytes are readable.
std::string disassemble(std::span<const std::uint8_t> text);
// The same of an instruction at this address: relative operands are addresses, "0x10048".
std::string disassemble_at(std::span<const std::uint8_t> text, std::uint64_t address);

}  // namespace cpu
