#include "cpu/fixed_point.h"
#include "cpu/instruction.h"

// Instructions that look at one operand: load and test, complement, negative, positive; test under mask; compare under
// mask (PoP ch. 7).
namespace cpu {
namespace {

using S32 = std::int32_t;
using S64 = std::int64_t;
using U8 = std::uint8_t;

template <class T>
Step load_and_test(Cpu& cpu, const Op& op, T value) {
  set_register(cpu, op.r1, value);
  cpu.cc = sign_cc(value);
  return Step::next;
}

// Only the complement of the maximum negative number overflows, and it is its own complement.
template <class T>
Step load_complement(Cpu& cpu, const Op& op, T value) {
  const auto [complement, cc] = subtract_signed<T>(0, value);
  set_register(cpu, op.r1, complement);
  return conclude(cpu, cc);
}
template <class T>
Step load_positive(Cpu& cpu, const Op& op, T value) {
  if (value < 0) return load_complement<T>(cpu, op, value);
  return load_and_test<T>(cpu, op, value);
}
template <class T>
Step load_negative(Cpu& cpu, const Op& op, T value) {
  return load_and_test<T>(cpu, op, value > 0 ? -value : value);
}

// cc 0: the selected bits are all zeros, or none is selected; 3: all ones; else 1 or 2 by the leftmost of them.
Step test_halfword_under_mask(Cpu& cpu, const Op& op, unsigned shift) {
  const unsigned mask = static_cast<std::uint16_t>(op.imm);
  const unsigned selected = static_cast<unsigned>(cpu.gr(op.r1) >> shift) & mask;
  if (selected == 0) cpu.cc = 0;
  else if (selected == mask) cpu.cc = 3;
  else cpu.cc = selected > mask - selected ? 2 : 1;
  return Step::next;
}

// The bytes of `value` that the mask selects, leftmost first, against consecutive bytes in storage.
Step compare_under_mask(Cpu& cpu, const Op& op, std::uint32_t value) {
  std::uint64_t address = cpu.operand2_rs(op);
  std::uint32_t first = 0, second = 0;
  for (unsigned byte = 0; byte < 4; ++byte) {
    if (!(op.r3 & 8u >> byte)) continue;
    first = first << 8 | (value >> (24 - 8 * byte) & 0xFF);
    second = second << 8 | TRY(cpu.fetch<U8>(address));
    address = cpu.wrap(address + 1);
  }
  cpu.cc = compare_cc(first, second);
  return Step::next;
}

}  // namespace

Z_INSTRUCTION(load_and_test_32) { return load_and_test(cpu, op, register_as<S32>(cpu, op.r2)); }
Z_INSTRUCTION(load_and_test_64) { return load_and_test(cpu, op, register_as<S64>(cpu, op.r2)); }
Z_INSTRUCTION(load_and_test_64_from_32) { return load_and_test<S64>(cpu, op, register_as<S32>(cpu, op.r2)); }
Z_INSTRUCTION(load_and_test_storage_32) { return load_and_test(cpu, op, TRY(storage_operand<S32>(cpu, op))); }
Z_INSTRUCTION(load_and_test_storage_64) { return load_and_test(cpu, op, TRY(storage_operand<S64>(cpu, op))); }
Z_INSTRUCTION(load_and_test_storage_64_from_32) { return load_and_test<S64>(cpu, op, TRY(storage_operand<S32>(cpu, op))); }
Z_INSTRUCTION(load_complement_32) { return load_complement(cpu, op, register_as<S32>(cpu, op.r2)); }
Z_INSTRUCTION(load_complement_64) { return load_complement(cpu, op, register_as<S64>(cpu, op.r2)); }
Z_INSTRUCTION(load_complement_64_from_32) { return load_complement<S64>(cpu, op, register_as<S32>(cpu, op.r2)); }
Z_INSTRUCTION(load_negative_32) { return load_negative(cpu, op, register_as<S32>(cpu, op.r2)); }
Z_INSTRUCTION(load_negative_64) { return load_negative(cpu, op, register_as<S64>(cpu, op.r2)); }
Z_INSTRUCTION(load_negative_64_from_32) { return load_negative<S64>(cpu, op, register_as<S32>(cpu, op.r2)); }
Z_INSTRUCTION(load_positive_32) { return load_positive(cpu, op, register_as<S32>(cpu, op.r2)); }
Z_INSTRUCTION(load_positive_64) { return load_positive(cpu, op, register_as<S64>(cpu, op.r2)); }
Z_INSTRUCTION(load_positive_64_from_32) { return load_positive<S64>(cpu, op, register_as<S32>(cpu, op.r2)); }

// For a byte the code 1 is any mixture.
Z_INSTRUCTION(test_under_mask) {
  const auto mask = static_cast<U8>(op.imm);
  const U8 selected = TRY(cpu.fetch<U8>(cpu.operand1(op))) & mask;
  cpu.cc = selected == 0 ? 0 : selected == mask ? 3 : 1;
  return Step::next;
}
Z_INSTRUCTION(test_under_mask_high_high) { return test_halfword_under_mask(cpu, op, 48); }
Z_INSTRUCTION(test_under_mask_high_low) { return test_halfword_under_mask(cpu, op, 32); }
Z_INSTRUCTION(test_under_mask_low_high) { return test_halfword_under_mask(cpu, op, 16); }
Z_INSTRUCTION(test_under_mask_low_low) { return test_halfword_under_mask(cpu, op, 0); }

// PoP ch. 7: with a zero mask nothing is compared, though access exceptions may be recognised for one byte.
Z_INSTRUCTION(compare_logical_under_mask) { return compare_under_mask(cpu, op, cpu.gr32(op.r1)); }
Z_INSTRUCTION(compare_logical_under_mask_high) { return compare_under_mask(cpu, op, cpu.high32(op.r1)); }

}  // namespace cpu
