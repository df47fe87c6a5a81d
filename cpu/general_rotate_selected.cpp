#include <bit>
#include <functional>

#include "cpu/fixed_point.h"
#include "cpu/instruction.h"

// ROTATE THEN ... SELECTED BITS (PoP ch. 7).
namespace cpu {
namespace {

using U32 = std::uint32_t;
using U64 = std::uint64_t;

// I3, I4 and I5 of RIE-f. The leftmost bit of I3 is T (test only), that of I4 is Z (zero the rest).
struct SelectedBits {
  explicit SelectedBits(const Op& op)
      : first(op.imm & 63), last(op.imm >> 8 & 63), rotation(op.imm >> 16 & 63), test(op.imm & 0x80), zero(op.imm & 0x8000) {}

  // From `first` to `last`, around the right end if `last` is less.
  U64 mask() const {
    const U64 from_first = ~0ull >> first, to_last = ~0ull << (63 - last);
    return first <= last ? from_first & to_last : from_first | to_last;
  }
  U64 rotated(U64 second) const { return std::rotl(second, static_cast<int>(rotation)); }

  unsigned first, last, rotation;
  bool test, zero;
};

template <class Operation>
Step rotate_then(Cpu& cpu, const Op& op) {
  const SelectedBits bits{op};
  const U64 first = cpu.gr(op.r1), mask = bits.mask();
  const U64 selected = Operation{}(first, bits.rotated(cpu.gr(op.r2))) & mask;
  if (!bits.test) cpu.gr(op.r1) = (first & ~mask) | selected;
  cpu.cc = zero_cc(selected);
  return Step::next;
}

U64 inserted(Cpu& cpu, const Op& op) {
  const SelectedBits bits{op};
  const U64 mask = bits.mask();
  const U64 rest = bits.zero ? 0 : cpu.gr(op.r1) & ~mask;
  return rest | (bits.rotated(cpu.gr(op.r2)) & mask);
}

// The forms for one word number its bits 0-31; only there bits are inserted or made zero.
U32 inserted_in_word(Cpu& cpu, const Op& op, U32 word, unsigned shift) {
  const SelectedBits bits{op};
  const U32 from_first = ~0u >> (bits.first & 31), to_last = ~0u << (31 - (bits.last & 31));
  const U32 mask = (bits.first & 31) <= (bits.last & 31) ? from_first & to_last : from_first | to_last;
  const U32 rest = bits.zero ? 0 : word & ~mask;
  return rest | (static_cast<U32>(bits.rotated(cpu.gr(op.r2)) >> shift) & mask);
}

}  // namespace

Z_INSTRUCTION(rotate_then_and_selected_bits) { return rotate_then<std::bit_and<>>(cpu, op); }
Z_INSTRUCTION(rotate_then_or_selected_bits) { return rotate_then<std::bit_or<>>(cpu, op); }
Z_INSTRUCTION(rotate_then_exclusive_or_selected_bits) { return rotate_then<std::bit_xor<>>(cpu, op); }

Z_INSTRUCTION(rotate_then_insert_selected_bits) {
  cpu.gr(op.r1) = inserted(cpu, op);
  cpu.cc = sign_cc(register_as<std::int64_t>(cpu, op.r1));
  return Step::next;
}
Z_INSTRUCTION(rotate_then_insert_selected_bits_no_cc) {
  cpu.gr(op.r1) = inserted(cpu, op);
  return Step::next;
}
Z_INSTRUCTION(rotate_then_insert_selected_bits_high) {
  cpu.set_high32(op.r1, inserted_in_word(cpu, op, cpu.high32(op.r1), 32));
  return Step::next;
}
Z_INSTRUCTION(rotate_then_insert_selected_bits_low) {
  cpu.set_gr32(op.r1, inserted_in_word(cpu, op, cpu.gr32(op.r1), 0));
  return Step::next;
}

}  // namespace cpu
