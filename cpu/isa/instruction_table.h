#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "cpu/isa/model.h"
#include "cpu/op.h"

namespace cpu {

// Where an instruction's fields lie (PoP ch. 5, "Instruction Formats"). `s_short` is a one-byte S; `rsy` covers RSE, whose
// displacement became long; The vector layouts are those of vector_fields.cpp.
enum class Layout : std::uint8_t {
  e, i, ie, mii, ri_a, ri_b, rie_a, rie_b, rie_c, rie_d, rie_e, rie_f, rie_g, ril_a, ril_b, ris, rr, rre, rrf, rrs, rs, rsi,
  rrd, rsl, rsl_b, rsy, rx, rxe, rxf, rxy, s, s_short, si, sil, siy, smi, ss_a, ss_b, sse, ssf,
  vri_a, vri_b, vri_c, vri_d, vri_e, vri_f, vri_g, vri_h, vri_i, vrr_a, vrr_b, vrr_c, vrr_d, vrr_e, vrr_f, vrr_g, vrr_h,
  vrr_i, vrr_j, vrr_k, vrs_a, vrs_b, vrs_c, vrs_d, vrv, vrx, vsi,
};

enum class Format : std::uint8_t {
#define FORMAT(name, layout, operands) name,
#include "cpu/isa/formats.inc"
#undef FORMAT
};

// The part of the CPU that executes it, which a control register may switch off (PoP ch. 6, "Data-Exception Code").
enum class Unit : std::uint8_t {
  general,
  floating_point,  // HFP and support instructions: without AFP registers, only on registers 0, 2, 4 and 6
  bfp,             // and FPC instructions
  dfp,
  vector,
};
enum class Privilege : std::uint8_t { problem, privileged };
enum class Flow : std::uint8_t {
  goes_on,           // the next sequential instruction follows, or sometimes a branch is taken
  leaves,            // control leaves, or what follows must be looked at anew: mode, enablement, code
  leaves_if_always,  // a branch on condition whose mask names all conditions
  jumps,             // relative branches: always,
  jumps_by_mask,     // ... always if the mask names all conditions,
  may_jump,          // ... or never always
};

struct Instruction {
  std::uint16_t opcode;
  std::string_view mnemonic;  // upper case
  Format format;
  Model since;
  Unit unit;
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
