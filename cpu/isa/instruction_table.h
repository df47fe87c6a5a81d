#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "cpu/op.h"

namespace cpu {

// Where an instruction's fields lie (PoP ch. 5, "Instruction Formats"). `s_short` is a one-byte S; `rsy` covers RSE, whose
// displacement became long.
enum class Layout : std::uint8_t {
  e, i, ie, mii, ri_a, ri_b, rie_a, rie_b, rie_c, rie_d, rie_e, rie_f, rie_g, ril_a, ril_b, ris, rr, rre, rrf, rrs, rs, rsi,
  rsl, rsy, rx, rxy, s, s_short, si, sil, siy, smi, ss_a, ss_b, sse, ssf,
};

enum class Format : std::uint8_t {
#define FORMAT(name, layout, operands) name,
#include "cpu/isa/formats.inc"
#undef FORMAT
};

// The first model with the instruction.
enum class Model : std::uint8_t { z900, z990, z9, z10, z196, zec12, z13 };
enum class Privilege : std::uint8_t { problem, privileged };
enum class Flow : std::uint8_t {
  goes_on,           // the next sequential instruction follows, or sometimes a branch is taken
  leaves,            // control leaves, or what follows must be looked at anew: mode, enablement, code
  leaves_if_always,  // a branch on condition whose mask names all conditions
};

struct Instruction {
  std::uint16_t opcode;
  std::string_view mnemonic;  // upper case
  Format format;
  Model since;
  Privilege privilege;
  Flow flow;
  Handler handler;
  std::string_view name;  // in the PoP
};

std::span<const Instruction> instructions();
// The instruction that begins with these bytes; null: none.
const Instruction* find_instruction(std::span<const std::uint8_t> text);

Layout layout_of(Format format);
std::string_view operands_of(Format format);

}  // namespace cpu
