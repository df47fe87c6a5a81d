// Operand fields of the vector formats (PoP ch. 5, "Instruction Formats"), each named by the bit at which it begins.
#include "cpu/isa/fields.h"

namespace cpu {
namespace {

using Text = std::array<std::uint8_t, 6>;

std::uint8_t digit(const Text& t, unsigned bit) {
  const std::uint8_t byte = t[bit / 8];
  return bit % 8 == 0 ? byte >> 4 : byte & 0xF;
}
// The leftmost bit of a vector register's number is in RXB, bits 36-39: one for each of the places 8, 12, 16 and 32.
std::uint8_t vector_register(const Text& t, unsigned bit) {
  const unsigned place = bit == 8 ? 3 : bit == 12 ? 2 : bit == 16 ? 1 : 0;
  return static_cast<std::uint8_t>(digit(t, bit) | (t[4] >> place & 1) << 4);
}
std::uint8_t address_register(std::uint8_t number) { return number == 0 ? 16 : number; }
std::int32_t halfword(const Text& t) { return t[2] << 8 | t[3]; }

struct Masks {
  std::uint8_t m3 = 0, m4 = 0, m5 = 0, m6 = 0;
};
void set(Op& op, Masks masks) { op.imm = masks.m3 << 12 | masks.m4 << 16 | masks.m5 << 20 | masks.m6 << 24; }

}  // namespace

void decode_vector_immediate(const Text& t, Layout layout, Op& op) {
  op.r1 = vector_register(t, 8);
  op.r2 = vector_register(t, 12);
  op.r3 = vector_register(t, 16);
  const std::uint8_t last = digit(t, 32);
  const std::int32_t bits_28_to_35 = digit(t, 28) << 4 | last;
  switch (layout) {
    case Layout::vri_a:
      op.d1 = static_cast<std::int16_t>(halfword(t));
      set(op, {.m3 = last});
      break;
    case Layout::vri_b:
      op.d1 = t[2];
      op.d2 = t[3];
      set(op, {.m4 = last});
      break;
    case Layout::vri_c:
      op.d1 = halfword(t);
      set(op, {.m4 = last});
      break;
    case Layout::vri_d:
      op.d1 = t[3];
      set(op, {.m5 = last});
      break;
    case Layout::vri_e:
      op.d1 = t[2] << 4 | digit(t, 24);
      set(op, {.m4 = last, .m5 = digit(t, 28)});
      break;
    case Layout::vri_f:
      op.d1 = bits_28_to_35;
      set(op, {.m5 = digit(t, 24)});
      break;
    case Layout::vri_g:
      op.d1 = bits_28_to_35;  // I3
      op.d2 = t[2];           // I4
      set(op, {.m5 = digit(t, 24)});
      break;
    case Layout::vri_h:
      op.d1 = halfword(t);
      op.d2 = last;
      break;
    default:  // vri_i
      op.r2 = digit(t, 12);
      op.d1 = bits_28_to_35;
      set(op, {.m4 = digit(t, 24)});
      break;
  }
}

void decode_vector_register(const Text& t, Layout layout, Op& op) {
  op.r1 = vector_register(t, 8);
  op.r2 = vector_register(t, 12);
  op.r3 = vector_register(t, 16);
  op.b1 = vector_register(t, 32);
  switch (layout) {
    case Layout::vrr_a: set(op, {.m3 = digit(t, 32), .m4 = digit(t, 28), .m5 = digit(t, 24)}); break;
    case Layout::vrr_b: set(op, {.m4 = digit(t, 32), .m5 = digit(t, 24)}); break;
    case Layout::vrr_c: set(op, {.m4 = digit(t, 32), .m5 = digit(t, 28), .m6 = digit(t, 24)}); break;
    case Layout::vrr_d: set(op, {.m5 = digit(t, 20), .m6 = digit(t, 24)}); break;
    case Layout::vrr_e: set(op, {.m5 = digit(t, 28), .m6 = digit(t, 20)}); break;
    case Layout::vrr_f:
      op.r2 = digit(t, 12);
      op.r3 = digit(t, 16);
      break;
    case Layout::vrr_g: op.r1 = op.r2; break;
    case Layout::vrr_h:
      op.r1 = op.r2;
      op.r2 = op.r3;
      set(op, {.m3 = digit(t, 24)});
      break;
    case Layout::vrr_j: set(op, {.m4 = digit(t, 24)}); break;
    case Layout::vrr_k: set(op, {.m3 = digit(t, 24)}); break;
    default:  // vrr_i
      op.r1 = digit(t, 8);
      set(op, {.m3 = digit(t, 24), .m4 = digit(t, 28)});
      break;
  }
}

void decode_vector_storage(const Text& t, Layout layout, Op& op) {
  op.r1 = vector_register(t, layout == Layout::vrs_d || layout == Layout::vsi ? 32 : 8);
  op.b2 = address_register(digit(t, 16));
  op.d2 = digit(t, 20) << 8 | t[3];
  const std::uint8_t mask = digit(t, 32);
  switch (layout) {
    case Layout::vrs_a:
      op.r3 = vector_register(t, 12);
      set(op, {.m4 = mask});
      break;
    case Layout::vrs_b:
      op.r3 = digit(t, 12);
      set(op, {.m4 = mask});
      break;
    case Layout::vrs_c:
      op.r1 = digit(t, 8);
      op.r3 = vector_register(t, 12);
      set(op, {.m4 = mask});
      break;
    case Layout::vrs_d: op.r3 = digit(t, 12); break;
    case Layout::vrv:
      op.r2 = vector_register(t, 12);
      set(op, {.m3 = mask});
      break;
    case Layout::vrx:
      op.r2 = address_register(digit(t, 12));
      set(op, {.m3 = mask});
      break;
    default: op.d1 = t[1]; break;  // vsi: I3
  }
}

}  // namespace cpu
