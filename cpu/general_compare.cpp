// COMPARE in all forms, LOAD AND TEST and its relatives, TEST UNDER MASK. PoP ch. 7.
#include <array>
#include <bit>

#include "cpu/arithmetic.h"
#include "cpu/instruction.h"
#include "cpu/relative_operand.h"

namespace cpu {
namespace {

using std::int16_t;
using std::int32_t;
using std::int64_t;
using std::uint16_t;
using std::uint32_t;
using std::uint64_t;
using std::uint8_t;

Step set_compared(Cpu& cpu, uint8_t code) {
  cpu.cc = code;
  return Step::next;
}
Step compare(Cpu& cpu, uint32_t a, uint32_t b) { return set_compared(cpu, compare_code(static_cast<int32_t>(a), static_cast<int32_t>(b))); }
Step compare(Cpu& cpu, uint64_t a, uint64_t b) { return set_compared(cpu, compare_code(static_cast<int64_t>(a), static_cast<int64_t>(b))); }
template <class U>
Step compare_logical(Cpu& cpu, U a, U b) { return set_compared(cpu, compare_code(a, b)); }

// COMPARE AND TRAP: a comparison that the mask selects is a data exception with DXC FF.
Step trap_if(Cpu& cpu, uint8_t code, unsigned mask) {
  constexpr uint8_t compare_and_trap = 0xFF;
  return is_selected(code, mask) ? cpu.program_interruption(Pic::data, compare_and_trap) : Step::next;
}

}  // namespace

Z_INSTRUCTION(compare_32) { return compare(cpu, cpu.gr32(op.r1), cpu.gr32(op.r2)); }
Z_PAIRED_INSTRUCTION(compare_64) { return compare(cpu, cpu.gr(op.r1), cpu.gr(op.r2)); }
Z_INSTRUCTION(compare_64_from_32) { return compare(cpu, cpu.gr(op.r1), extend<int32_t>(cpu.gr32(op.r2))); }
Z_INSTRUCTION(compare_storage_32) { return compare(cpu, cpu.gr32(op.r1), TRY(cpu.fetch<uint32_t>(cpu.operand2(op)))); }
Z_PAIRED_INSTRUCTION(compare_storage_64) { return compare(cpu, cpu.gr(op.r1), TRY(cpu.fetch<uint64_t>(cpu.operand2(op)))); }
Z_INSTRUCTION(compare_storage_64_from_32) {
  return compare(cpu, cpu.gr(op.r1), extend<int32_t>(TRY(cpu.fetch<uint32_t>(cpu.operand2(op)))));
}
Z_INSTRUCTION(compare_storage_halfword_32) {
  return compare(cpu, cpu.gr32(op.r1), static_cast<uint32_t>(extend<int16_t>(TRY(cpu.fetch<uint16_t>(cpu.operand2(op))))));
}
Z_INSTRUCTION(compare_storage_halfword_64) {
  return compare(cpu, cpu.gr(op.r1), extend<int16_t>(TRY(cpu.fetch<uint16_t>(cpu.operand2(op)))));
}
Z_INSTRUCTION(compare_immediate_32) { return compare(cpu, cpu.gr32(op.r1), static_cast<uint32_t>(op.imm)); }
Z_INSTRUCTION(compare_immediate_64) { return compare(cpu, cpu.gr(op.r1), static_cast<uint64_t>(op.imm)); }
Z_INSTRUCTION(compare_storage_with_immediate_16) {
  return compare(cpu, static_cast<uint32_t>(extend<int16_t>(TRY(cpu.fetch<uint16_t>(cpu.operand1(op))))), static_cast<uint32_t>(op.imm));
}
Z_INSTRUCTION(compare_storage_with_immediate_32) {
  return compare(cpu, TRY(cpu.fetch<uint32_t>(cpu.operand1(op))), static_cast<uint32_t>(op.imm));
}
Z_INSTRUCTION(compare_storage_with_immediate_64) {
  return compare(cpu, TRY(cpu.fetch<uint64_t>(cpu.operand1(op))), static_cast<uint64_t>(op.imm));
}
Z_INSTRUCTION(compare_relative_halfword_32) {
  return compare(cpu, cpu.gr32(op.r1), static_cast<uint32_t>(extend<int16_t>(TRY(fetch_relative<uint16_t>(cpu, op)))));
}
Z_INSTRUCTION(compare_relative_halfword_64) {
  return compare(cpu, cpu.gr(op.r1), extend<int16_t>(TRY(fetch_relative<uint16_t>(cpu, op))));
}
Z_INSTRUCTION(compare_relative_32) { return compare(cpu, cpu.gr32(op.r1), TRY(fetch_relative<uint32_t>(cpu, op))); }
Z_INSTRUCTION(compare_relative_64) { return compare(cpu, cpu.gr(op.r1), TRY(fetch_relative<uint64_t>(cpu, op))); }
Z_INSTRUCTION(compare_relative_64_from_32) {
  return compare(cpu, cpu.gr(op.r1), extend<int32_t>(TRY(fetch_relative<uint32_t>(cpu, op))));
}
Z_INSTRUCTION(compare_high_high) { return compare(cpu, cpu.high32(op.r1), cpu.high32(op.r2)); }
Z_INSTRUCTION(compare_high_low) { return compare(cpu, cpu.high32(op.r1), cpu.gr32(op.r2)); }
Z_INSTRUCTION(compare_high_storage) { return compare(cpu, cpu.high32(op.r1), TRY(cpu.fetch<uint32_t>(cpu.operand2(op)))); }
Z_INSTRUCTION(compare_immediate_high) { return compare(cpu, cpu.high32(op.r1), static_cast<uint32_t>(op.imm)); }

Z_INSTRUCTION(compare_logical_32) { return compare_logical(cpu, cpu.gr32(op.r1), cpu.gr32(op.r2)); }
Z_PAIRED_INSTRUCTION(compare_logical_64) { return compare_logical<uint64_t>(cpu, cpu.gr(op.r1), cpu.gr(op.r2)); }
Z_INSTRUCTION(compare_logical_64_from_32) { return compare_logical<uint64_t>(cpu, cpu.gr(op.r1), cpu.gr32(op.r2)); }
Z_INSTRUCTION(compare_logical_storage_32) { return compare_logical(cpu, cpu.gr32(op.r1), TRY(cpu.fetch<uint32_t>(cpu.operand2(op)))); }
Z_PAIRED_INSTRUCTION(compare_logical_storage_64) {
  return compare_logical<uint64_t>(cpu, cpu.gr(op.r1), TRY(cpu.fetch<uint64_t>(cpu.operand2(op))));
}
Z_INSTRUCTION(compare_logical_storage_64_from_32) {
  return compare_logical<uint64_t>(cpu, cpu.gr(op.r1), TRY(cpu.fetch<uint32_t>(cpu.operand2(op))));
}
Z_PAIRED_INSTRUCTION(compare_logical_immediate_8) {
  return compare_logical(cpu, TRY(cpu.fetch<uint8_t>(cpu.operand1(op))), static_cast<uint8_t>(op.imm));
}
Z_INSTRUCTION(compare_logical_high_high) { return compare_logical(cpu, cpu.high32(op.r1), cpu.high32(op.r2)); }
Z_INSTRUCTION(compare_logical_high_low) { return compare_logical(cpu, cpu.high32(op.r1), cpu.gr32(op.r2)); }
Z_INSTRUCTION(compare_logical_high_storage) {
  return compare_logical(cpu, cpu.high32(op.r1), TRY(cpu.fetch<uint32_t>(cpu.operand2(op))));
}
Z_INSTRUCTION(compare_logical_immediate_32) { return compare_logical(cpu, cpu.gr32(op.r1), static_cast<uint32_t>(op.imm)); }
Z_INSTRUCTION(compare_logical_immediate_64) { return compare_logical<uint64_t>(cpu, cpu.gr(op.r1), static_cast<uint32_t>(op.imm)); }
Z_INSTRUCTION(compare_logical_immediate_high) { return compare_logical(cpu, cpu.high32(op.r1), static_cast<uint32_t>(op.imm)); }
// CLHHSI, CLFHSI, CLGHSI: the immediate has 16 bits and is extended with zeros.
Z_INSTRUCTION(compare_logical_storage_with_immediate_16) {
  return compare_logical(cpu, TRY(cpu.fetch<uint16_t>(cpu.operand1(op))), static_cast<uint16_t>(op.imm));
}
Z_INSTRUCTION(compare_logical_storage_with_immediate_32) {
  return compare_logical<uint32_t>(cpu, TRY(cpu.fetch<uint32_t>(cpu.operand1(op))), static_cast<uint16_t>(op.imm));
}
Z_INSTRUCTION(compare_logical_storage_with_immediate_64) {
  return compare_logical<uint64_t>(cpu, TRY(cpu.fetch<uint64_t>(cpu.operand1(op))), static_cast<uint16_t>(op.imm));
}
Z_INSTRUCTION(compare_logical_relative_32_from_16) {
  return compare_logical<uint32_t>(cpu, cpu.gr32(op.r1), TRY(fetch_relative<uint16_t>(cpu, op)));
}
Z_INSTRUCTION(compare_logical_relative_64_from_16) {
  return compare_logical<uint64_t>(cpu, cpu.gr(op.r1), TRY(fetch_relative<uint16_t>(cpu, op)));
}
Z_INSTRUCTION(compare_logical_relative_32) { return compare_logical(cpu, cpu.gr32(op.r1), TRY(fetch_relative<uint32_t>(cpu, op))); }
Z_INSTRUCTION(compare_logical_relative_64) {
  return compare_logical<uint64_t>(cpu, cpu.gr(op.r1), TRY(fetch_relative<uint64_t>(cpu, op)));
}
Z_INSTRUCTION(compare_logical_relative_64_from_32) {
  return compare_logical<uint64_t>(cpu, cpu.gr(op.r1), TRY(fetch_relative<uint32_t>(cpu, op)));
}

namespace {

// CLM, CLMY, CLMH: the bytes of the register that the mask selects against as many bytes of storage, left to right.
Step compare_under_mask(Cpu& cpu, uint32_t word, unsigned mask, uint64_t address) {
  unsigned count = 0;
  std::array<std::byte, 4> selected{}, second{};
  for (unsigned i = 0; i < 4; ++i)
    if ((mask >> (3 - i) & 1) != 0) selected[count++] = static_cast<std::byte>(word >> (24 - 8 * i));
  // With a mask of zero access exceptions are still recognised, for one byte.
  TRY(cpu.fetch_bytes(address, std::span{second}.first(count == 0 ? 1 : count)));
  for (unsigned i = 0; i < count; ++i)
    if (selected[i] != second[i]) return set_compared(cpu, compare_code(selected[i], second[i]));
  return set_compared(cpu, 0);
}

}  // namespace

Z_INSTRUCTION(compare_logical_under_mask) { return compare_under_mask(cpu, cpu.gr32(op.r1), op.r3, cpu.operand2_rs(op)); }
Z_INSTRUCTION(compare_logical_under_mask_high) { return compare_under_mask(cpu, cpu.high32(op.r1), op.r3, cpu.operand2_rs(op)); }

Z_INSTRUCTION(compare_and_trap_32) {
  return trap_if(cpu, compare_code(static_cast<int32_t>(cpu.gr32(op.r1)), static_cast<int32_t>(cpu.gr32(op.r2))), op.r3);
}
Z_INSTRUCTION(compare_and_trap_64) {
  return trap_if(cpu, compare_code(static_cast<int64_t>(cpu.gr(op.r1)), static_cast<int64_t>(cpu.gr(op.r2))), op.r3);
}
Z_INSTRUCTION(compare_immediate_and_trap_32) {
  return trap_if(cpu, compare_code(static_cast<int32_t>(cpu.gr32(op.r1)), static_cast<int32_t>(op.imm)), op.r3);
}
Z_INSTRUCTION(compare_immediate_and_trap_64) {
  return trap_if(cpu, compare_code(static_cast<int64_t>(cpu.gr(op.r1)), op.imm), op.r3);
}
Z_INSTRUCTION(compare_logical_and_trap_32) { return trap_if(cpu, compare_code(cpu.gr32(op.r1), cpu.gr32(op.r2)), op.r3); }
Z_INSTRUCTION(compare_logical_and_trap_64) { return trap_if(cpu, compare_code(cpu.gr(op.r1), cpu.gr(op.r2)), op.r3); }
Z_INSTRUCTION(compare_logical_storage_and_trap_32) {
  return trap_if(cpu, compare_code(cpu.gr32(op.r1), TRY(cpu.fetch<uint32_t>(cpu.operand2_rs(op)))), op.r3);
}
Z_INSTRUCTION(compare_logical_storage_and_trap_64) {
  return trap_if(cpu, compare_code<uint64_t>(cpu.gr(op.r1), TRY(cpu.fetch<uint64_t>(cpu.operand2_rs(op)))), op.r3);
}
Z_INSTRUCTION(compare_logical_immediate_and_trap_32) {
  return trap_if(cpu, compare_code<uint32_t>(cpu.gr32(op.r1), static_cast<uint16_t>(op.imm)), op.r3);
}
Z_INSTRUCTION(compare_logical_immediate_and_trap_64) {
  return trap_if(cpu, compare_code<uint64_t>(cpu.gr(op.r1), static_cast<uint16_t>(op.imm)), op.r3);
}

namespace {

template <class R>
Step load_and_test(Cpu& cpu, unsigned target, typename R::Unsigned value) {
  R::set(cpu, target, value);
  cpu.cc = sign_code(static_cast<typename R::Signed>(value));
  return Step::next;
}

// The complement of the largest negative number is that number again, with overflow.
template <class R>
Step load_complement(Cpu& cpu, unsigned target, typename R::Unsigned value) {
  return subtract<R>(cpu, target, 0, value);
}
template <class R>
Step load_negative(Cpu& cpu, unsigned target, typename R::Unsigned value) {
  const bool is_negative = static_cast<typename R::Signed>(value) < 0;
  return load_and_test<R>(cpu, target, is_negative ? value : 0 - value);
}
template <class R>
Step load_positive(Cpu& cpu, unsigned target, typename R::Unsigned value) {
  const bool is_negative = static_cast<typename R::Signed>(value) < 0;
  return is_negative ? load_complement<R>(cpu, target, value) : load_and_test<R>(cpu, target, value);
}

}  // namespace

Z_INSTRUCTION(load_and_test_32) { return load_and_test<Low>(cpu, op.r1, cpu.gr32(op.r2)); }
Z_PAIRED_INSTRUCTION(load_and_test_64) { return load_and_test<Whole>(cpu, op.r1, cpu.gr(op.r2)); }
Z_INSTRUCTION(load_and_test_64_from_32) { return load_and_test<Whole>(cpu, op.r1, extend<int32_t>(cpu.gr32(op.r2))); }
Z_INSTRUCTION(load_and_test_storage_32) { return load_and_test<Low>(cpu, op.r1, TRY(cpu.fetch<uint32_t>(cpu.operand2(op)))); }
Z_INSTRUCTION(load_and_test_storage_64) { return load_and_test<Whole>(cpu, op.r1, TRY(cpu.fetch<uint64_t>(cpu.operand2(op)))); }
Z_INSTRUCTION(load_and_test_storage_64_from_32) {
  return load_and_test<Whole>(cpu, op.r1, extend<int32_t>(TRY(cpu.fetch<uint32_t>(cpu.operand2(op)))));
}
Z_INSTRUCTION(load_complement_32) { return load_complement<Low>(cpu, op.r1, cpu.gr32(op.r2)); }
Z_INSTRUCTION(load_complement_64) { return load_complement<Whole>(cpu, op.r1, cpu.gr(op.r2)); }
Z_INSTRUCTION(load_complement_64_from_32) { return load_complement<Whole>(cpu, op.r1, extend<int32_t>(cpu.gr32(op.r2))); }
Z_INSTRUCTION(load_negative_32) { return load_negative<Low>(cpu, op.r1, cpu.gr32(op.r2)); }
Z_INSTRUCTION(load_negative_64) { return load_negative<Whole>(cpu, op.r1, cpu.gr(op.r2)); }
Z_INSTRUCTION(load_negative_64_from_32) { return load_negative<Whole>(cpu, op.r1, extend<int32_t>(cpu.gr32(op.r2))); }
Z_INSTRUCTION(load_positive_32) { return load_positive<Low>(cpu, op.r1, cpu.gr32(op.r2)); }
Z_INSTRUCTION(load_positive_64) { return load_positive<Whole>(cpu, op.r1, cpu.gr(op.r2)); }
Z_INSTRUCTION(load_positive_64_from_32) { return load_positive<Whole>(cpu, op.r1, extend<int32_t>(cpu.gr32(op.r2))); }

namespace {

// cc 0: all selected bits zero (or none selected), 3: all one; mixed: of 16 bits, 1 when the leftmost selected is zero and 2 when it
// is one; of a byte, always 1.
Step test_halfword(Cpu& cpu, uint64_t value, unsigned shift, std::int64_t immediate) {
  const auto mask = static_cast<uint16_t>(immediate);
  const auto selected = static_cast<uint16_t>(value >> shift & mask);
  if (selected == 0) return set_compared(cpu, 0);
  if (selected == mask) return set_compared(cpu, 3);
  return set_compared(cpu, selected >= std::bit_floor(mask) ? 2 : 1);
}

}  // namespace

Z_PAIRED_INSTRUCTION(test_under_mask) {
  const auto mask = static_cast<uint8_t>(op.imm);
  const auto selected = static_cast<uint8_t>(TRY(cpu.fetch<uint8_t>(cpu.operand1(op))) & mask);
  return set_compared(cpu, selected == 0 ? 0 : selected == mask ? 3 : 1);
}
Z_INSTRUCTION(test_under_mask_high_high) { return test_halfword(cpu, cpu.gr(op.r1), 48, op.imm); }
Z_INSTRUCTION(test_under_mask_high_low) { return test_halfword(cpu, cpu.gr(op.r1), 32, op.imm); }
Z_INSTRUCTION(test_under_mask_low_high) { return test_halfword(cpu, cpu.gr(op.r1), 16, op.imm); }
Z_INSTRUCTION(test_under_mask_low_low) { return test_halfword(cpu, cpu.gr(op.r1), 0, op.imm); }

}  // namespace cpu
