#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace cpu {

// The instruction as objdump writes it, "agr %r1,%r2"; relative operands as the distance ".+16". Six bytes are readable.
std::string disassemble(std::span<const std::uint8_t> text);

}  // namespace cpu
