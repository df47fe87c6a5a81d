#include <bit>
#include <functional>

#include "cpu/fixed_point.h"
#include "cpu/instruction.h"

// AND, OR, EXCLUSIVE OR on registers and immediates, and the counting of bits (PoP ch. 7).
namespace cpu {
namespace {

using U8 = std::uint8_t;
using U16 = std::uint16_t;
using U32 = std::uint32_t;
using U64 = std::uint64_t;
using And = std::bit_and<>;
using Or = std::bit_or<>;
using ExclusiveOr = std::bit_xor<>;

template <class Operation, class T>
Step combine(Cpu& cpu, unsigned target, T first, T second) {
  const T result = static_cast<T>(Operation{}(first, second));
  set_register(cpu, target, result);
  cpu.cc = zero_cc(result);
  return Step::next;
}
template <class Operation, class T>
Step combine_registers(Cpu& cpu, const Op& op) {
  return combine<Operation, T>(cpu, op.r1, register_as<T>(cpu, op.r1), register_as<T>(cpu, op.r2));
}
template <class Operation, class T>
Step combine_distinct(Cpu& cpu, const Op& op) {
  return combine<Operation, T>(cpu, op.r1, register_as<T>(cpu, op.r2), register_as<T>(cpu, op.r3));
}
template <class Operation, class T>
Step combine_storage(Cpu& cpu, const Op& op) {
  return combine<Operation, T>(cpu, op.r1, register_as<T>(cpu, op.r1), TRY(storage_operand<T>(cpu, op)));
}

// SI: an interlocked update of the byte (PoP ch. 7, with the interlocked-access facility 2).
template <class Operation>
Step combine_byte(Cpu& cpu, const Op& op) {
  const auto immediate = static_cast<U8>(op.imm);
  const auto combined = [=](U8 byte) { return static_cast<U8>(Operation{}(byte, immediate)); };
  const U8 old = TRY(cpu.interlocked_update<U8>(cpu.operand1(op), combined));
  cpu.cc = zero_cc(combined(old));
  return Step::next;
}

// RI-a and RIL-a: one part of the register with the immediate; the code tells of that part alone.
template <class Operation, class Part>
Step combine_part(Cpu& cpu, const Op& op, unsigned shift) {
  const auto part = static_cast<Part>(cpu.gr(op.r1) >> shift);
  const auto result = static_cast<Part>(Operation{}(part, static_cast<Part>(op.imm)));
  cpu.gr(op.r1) ^= static_cast<U64>(static_cast<Part>(part ^ result)) << shift;
  cpu.cc = zero_cc(result);
  return Step::next;
}

}  // namespace

Z_INSTRUCTION(and_32) { return combine_registers<And, U32>(cpu, op); }
Z_INSTRUCTION(and_64) { return combine_registers<And, U64>(cpu, op); }
Z_INSTRUCTION(and_distinct_32) { return combine_distinct<And, U32>(cpu, op); }
Z_INSTRUCTION(and_distinct_64) { return combine_distinct<And, U64>(cpu, op); }
Z_INSTRUCTION(and_storage_32) { return combine_storage<And, U32>(cpu, op); }
Z_INSTRUCTION(and_storage_64) { return combine_storage<And, U64>(cpu, op); }
Z_INSTRUCTION(and_immediate_8) { return combine_byte<And>(cpu, op); }
Z_INSTRUCTION(and_immediate_high) { return combine_part<And, U32>(cpu, op, 32); }
Z_INSTRUCTION(and_immediate_low) { return combine_part<And, U32>(cpu, op, 0); }
Z_INSTRUCTION(and_immediate_high_high) { return combine_part<And, U16>(cpu, op, 48); }
Z_INSTRUCTION(and_immediate_high_low) { return combine_part<And, U16>(cpu, op, 32); }
Z_INSTRUCTION(and_immediate_low_high) { return combine_part<And, U16>(cpu, op, 16); }
Z_INSTRUCTION(and_immediate_low_low) { return combine_part<And, U16>(cpu, op, 0); }

Z_INSTRUCTION(or_32) { return combine_registers<Or, U32>(cpu, op); }
Z_INSTRUCTION(or_64) { return combine_registers<Or, U64>(cpu, op); }
Z_INSTRUCTION(or_distinct_32) { return combine_distinct<Or, U32>(cpu, op); }
Z_INSTRUCTION(or_distinct_64) { return combine_distinct<Or, U64>(cpu, op); }
Z_INSTRUCTION(or_storage_32) { return combine_storage<Or, U32>(cpu, op); }
Z_INSTRUCTION(or_storage_64) { return combine_storage<Or, U64>(cpu, op); }
Z_INSTRUCTION(or_immediate_8) { return combine_byte<Or>(cpu, op); }
Z_INSTRUCTION(or_immediate_high) { return combine_part<Or, U32>(cpu, op, 32); }
Z_INSTRUCTION(or_immediate_low) { return combine_part<Or, U32>(cpu, op, 0); }
Z_INSTRUCTION(or_immediate_high_high) { return combine_part<Or, U16>(cpu, op, 48); }
Z_INSTRUCTION(or_immediate_high_low) { return combine_part<Or, U16>(cpu, op, 32); }
Z_INSTRUCTION(or_immediate_low_high) { return combine_part<Or, U16>(cpu, op, 16); }
Z_INSTRUCTION(or_immediate_low_low) { return combine_part<Or, U16>(cpu, op, 0); }

Z_INSTRUCTION(exclusive_or_32) { return combine_registers<ExclusiveOr, U32>(cpu, op); }
Z_INSTRUCTION(exclusive_or_64) { return combine_registers<ExclusiveOr, U64>(cpu, op); }
Z_INSTRUCTION(exclusive_or_distinct_32) { return combine_distinct<ExclusiveOr, U32>(cpu, op); }
Z_INSTRUCTION(exclusive_or_distinct_64) { return combine_distinct<ExclusiveOr, U64>(cpu, op); }
Z_INSTRUCTION(exclusive_or_storage_32) { return combine_storage<ExclusiveOr, U32>(cpu, op); }
Z_INSTRUCTION(exclusive_or_storage_64) { return combine_storage<ExclusiveOr, U64>(cpu, op); }
Z_INSTRUCTION(exclusive_or_immediate_8) { return combine_byte<ExclusiveOr>(cpu, op); }
Z_INSTRUCTION(exclusive_or_immediate_high) { return combine_part<ExclusiveOr, U32>(cpu, op, 32); }
Z_INSTRUCTION(exclusive_or_immediate_low) { return combine_part<ExclusiveOr, U32>(cpu, op, 0); }

// PoP ch. 7, "FIND LEFTMOST ONE": R1 the number of zeros on the left (64 if all), R1+1 the rest without that one.
Z_INSTRUCTION(find_leftmost_one) {
  if (op.r1 & 1) return cpu.program_interruption(Pic::specification);
  const U64 value = cpu.gr(op.r2);
  const auto zeros = static_cast<unsigned>(std::countl_zero(value));
  cpu.gr(op.r1) = zeros;
  cpu.gr(op.r1 + 1u) = value == 0 ? 0 : value & ~(1ull << 63 >> zeros);
  cpu.cc = value == 0 ? 0 : 2;
  return Step::next;
}

// Ones in each byte of the second operand.
Z_INSTRUCTION(population_count) {
  U64 counts = cpu.gr(op.r2);
  counts -= counts >> 1 & 0x5555'5555'5555'5555;
  counts = (counts & 0x3333'3333'3333'3333) + (counts >> 2 & 0x3333'3333'3333'3333);
  counts = (counts + (counts >> 4)) & 0x0F0F'0F0F'0F0F'0F0F;
  cpu.gr(op.r1) = counts;
  cpu.cc = zero_cc(counts);
  return Step::next;
}

}  // namespace cpu
