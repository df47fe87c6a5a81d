#include "cpu/isa/fields.h"

#include "cpu/selected_bits.h"

namespace cpu {
namespace {

using Text = std::array<std::uint8_t, 6>;

constexpr std::uint8_t high(std::uint8_t byte) { return byte >> 4; }
constexpr std::uint8_t low(std::uint8_t byte) { return byte & 0xF; }
// Register 0 as base or index means no register; its place 16 always holds zero.
constexpr std::uint8_t address_register(std::uint8_t number) { return number == 0 ? 16 : number; }

std::int32_t displacement(const Text& t, unsigned at) { return low(t[at]) << 8 | t[at + 1]; }
// DL and DH (PoP ch. 5, "Long Displacement"): 20 bits, signed.
std::int32_t long_displacement(const Text& t) { return displacement(t, 2) | static_cast<std::int8_t>(t[4]) * 4096; }
std::int16_t halfword(const Text& t, unsigned at) { return static_cast<std::int16_t>(t[at] << 8 | t[at + 1]); }
std::int32_t word(const Text& t) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(t[2]) << 24 | t[3] << 16 | t[4] << 8 | t[5]);
}
// The two relative operands of MII, signed.
std::int32_t bits_12_to_23(const Text& t) {
  const std::int32_t value = low(t[1]) << 8 | t[2];
  return value < 0x800 ? value : value - 0x1000;
}
std::int32_t bits_24_to_47(const Text& t) { return static_cast<std::int8_t>(t[3]) * 0x10000 | t[4] << 8 | t[5]; }
// Relative operands count halfwords from the instruction.
std::int64_t relative(std::int64_t halfwords) { return halfwords * 2; }

void first_address(const Text& t, Op& op) {
  op.b1 = address_register(high(t[2]));
  op.d1 = displacement(t, 2);
}
void second_address(const Text& t, unsigned at, Op& op) {
  op.b2 = address_register(high(t[at]));
  op.d2 = displacement(t, at);
}
void registers(std::uint8_t byte, std::uint8_t& first, std::uint8_t& second) {
  first = high(byte);
  second = low(byte);
}

}  // namespace

void decode_fields(const Text& t, Layout layout, Op& op) {
  switch (layout) {
    case Layout::e: break;
    case Layout::i: op.imm = t[1]; break;
    case Layout::ie: registers(t[3], op.r1, op.r2); break;
    case Layout::mii:
      op.r1 = high(t[1]);
      op.d1 = bits_12_to_23(t);
      op.imm = relative(bits_24_to_47(t));
      break;
    case Layout::ri_a:
      op.r1 = high(t[1]);
      op.imm = halfword(t, 2);
      break;
    case Layout::ri_b:
      op.r1 = high(t[1]);
      op.imm = relative(halfword(t, 2));
      break;
    case Layout::rie_a:
      op.r1 = high(t[1]);
      op.imm = halfword(t, 2);
      op.r3 = high(t[4]);
      break;
    case Layout::rie_b:
      registers(t[1], op.r1, op.r2);
      op.imm = relative(halfword(t, 2));
      op.r3 = high(t[4]);
      break;
    case Layout::rie_c:
      registers(t[1], op.r1, op.r3);
      op.imm = relative(halfword(t, 2));
      op.d1 = static_cast<std::int8_t>(t[4]);
      break;
    case Layout::rie_d:
    case Layout::rie_g:
      registers(t[1], op.r1, op.r3);
      op.imm = halfword(t, 2);
      break;
    case Layout::rie_e:
    case Layout::rsi:
      registers(t[1], op.r1, op.r3);
      op.imm = relative(halfword(t, 2));
      break;
    case Layout::rie_f:
      registers(t[1], op.r1, op.r2);
      op.d1 = t[2] | t[3] << 8 | t[4] << 16;
      op.imm = static_cast<std::int64_t>(selected_bits<std::uint64_t>(t[2] & 0x7F, t[3] & 0x7F));
      break;
    case Layout::ril_a:
      op.r1 = high(t[1]);
      op.imm = word(t);
      break;
    case Layout::ril_b:
      op.r1 = high(t[1]);
      op.imm = relative(word(t));
      break;
    case Layout::ris:
      registers(t[1], op.r1, op.r3);
      second_address(t, 2, op);
      op.imm = static_cast<std::int8_t>(t[4]);
      break;
    case Layout::rr: registers(t[1], op.r1, op.r2); break;
    case Layout::rre: registers(t[3], op.r1, op.r2); break;
    case Layout::rrf:
      registers(t[3], op.r1, op.r2);
      op.r3 = high(t[2]);
      op.m4_length |= static_cast<std::uint8_t>(low(t[2]) << 4);
      break;
    case Layout::rrs:
      registers(t[1], op.r1, op.r2);
      second_address(t, 2, op);
      op.r3 = high(t[4]);
      break;
    case Layout::rs:
      registers(t[1], op.r1, op.r3);
      second_address(t, 2, op);
      break;
    case Layout::rrd:
      op.r1 = high(t[2]);
      registers(t[3], op.r3, op.r2);
      break;
    case Layout::rsl_b:
      op.r1 = high(t[4]);
      second_address(t, 2, op);
      op.r3 = t[1];  // L2
      op.m4_length |= static_cast<std::uint8_t>(low(t[4]) << 4);
      break;
    case Layout::rsl:
      op.r1 = high(t[1]);
      first_address(t, op);
      break;
    case Layout::rsy:
      registers(t[1], op.r1, op.r3);
      second_address(t, 2, op);
      op.d2 = long_displacement(t);
      break;
    case Layout::rxe:
      op.r1 = high(t[1]);
      op.r2 = address_register(low(t[1]));
      second_address(t, 2, op);
      op.r3 = high(t[4]);  // M3
      break;
    case Layout::rxf:
      op.r1 = high(t[4]);
      op.r3 = high(t[1]);
      op.r2 = address_register(low(t[1]));
      second_address(t, 2, op);
      break;
    case Layout::rx:
    case Layout::rxy:
      op.r1 = high(t[1]);
      op.r2 = address_register(low(t[1]));
      second_address(t, 2, op);
      if (layout == Layout::rxy) op.d2 = long_displacement(t);
      break;
    case Layout::s:
    case Layout::s_short: second_address(t, 2, op); break;
    case Layout::si:
      op.imm = t[1];
      first_address(t, op);
      break;
    case Layout::siy:
      op.imm = t[1];
      first_address(t, op);
      op.d1 = long_displacement(t);
      break;
    case Layout::sil:
      first_address(t, op);
      op.imm = halfword(t, 4);
      break;
    case Layout::smi:
      op.r1 = high(t[1]);
      second_address(t, 2, op);
      op.imm = relative(halfword(t, 4));
      break;
    case Layout::ss_a:
      op.r1 = t[1];
      first_address(t, op);
      second_address(t, 4, op);
      break;
    case Layout::ss_b:
      registers(t[1], op.r1, op.r3);
      first_address(t, op);
      second_address(t, 4, op);
      break;
    case Layout::sse:
      first_address(t, op);
      second_address(t, 4, op);
      break;
    case Layout::ssf:
      op.r3 = high(t[1]);
      first_address(t, op);
      second_address(t, 4, op);
      break;
    case Layout::vri_a: case Layout::vri_b: case Layout::vri_c: case Layout::vri_d: case Layout::vri_e: case Layout::vri_f:
    case Layout::vri_g: case Layout::vri_h: case Layout::vri_i: decode_vector_immediate(t, layout, op); break;
    case Layout::vrr_a: case Layout::vrr_b: case Layout::vrr_c: case Layout::vrr_d: case Layout::vrr_e: case Layout::vrr_f:
    case Layout::vrr_g: case Layout::vrr_h: case Layout::vrr_i: case Layout::vrr_j: case Layout::vrr_k: decode_vector_register(t, layout, op); break;
    case Layout::vrs_a: case Layout::vrs_b: case Layout::vrs_c: case Layout::vrs_d: case Layout::vrv: case Layout::vrx:
    case Layout::vsi: decode_vector_storage(t, layout, op); break;
  }
}

}  // namespace cpu
