#include <bit>

#include "cpu/fixed_point.h"
#include "cpu/instruction.h"

// Loading registers from registers, immediates and storage (PoP ch. 7, "LOAD" and its like).
namespace cpu {
namespace {

using S8 = std::int8_t;
using S16 = std::int16_t;
using S32 = std::int32_t;
using S64 = std::int64_t;
using U8 = std::uint8_t;
using U16 = std::uint16_t;
using U32 = std::uint32_t;
using U64 = std::uint64_t;

// `T` is the result: a narrower value was extended with its own sign, or with zeros.
template <class T>
Step load(Cpu& cpu, const Op& op, T value) {
  set_register(cpu, op.r1, value);
  return Step::next;
}
Step load_high_word(Cpu& cpu, const Op& op, U32 value) {
  cpu.set_high32(op.r1, value);
  return Step::next;
}

template <class T, class Stored>
Step load_relative(Cpu& cpu, const Op& op) {
  if (!is_aligned<Stored>(cpu.relative(op))) return cpu.program_interruption(Pic::specification);
  return load<T>(cpu, op, TRY(relative_operand<Stored>(cpu, op)));
}

// An address takes 64 bits in the 64-bit mode; otherwise the high word stays (PoP ch. 5, "Formation of ... Addresses").
Step load_address_value(Cpu& cpu, const Op& op, U64 address) {
  if (cpu.psw.amode == AddressingMode::a64) cpu.gr(op.r1) = address;
  else cpu.set_gr32(op.r1, static_cast<U32>(address));
  return Step::next;
}

// LOAD LOGICAL IMMEDIATE and INSERT IMMEDIATE: a halfword or word of the register by its shift.
Step load_logical_halfword(Cpu& cpu, const Op& op, unsigned shift) {
  cpu.gr(op.r1) = static_cast<U64>(static_cast<U16>(op.imm)) << shift;
  return Step::next;
}
Step insert_halfword(Cpu& cpu, const Op& op, unsigned shift) {
  cpu.gr(op.r1) = (cpu.gr(op.r1) & ~(0xFFFFull << shift)) | static_cast<U64>(static_cast<U16>(op.imm)) << shift;
  return Step::next;
}

}  // namespace

Z_INSTRUCTION(load_32) { return load(cpu, op, register_as<U32>(cpu, op.r2)); }
Z_INSTRUCTION(load_64) { return load(cpu, op, register_as<U64>(cpu, op.r2)); }
Z_INSTRUCTION(load_64_from_32) { return load<S64>(cpu, op, register_as<S32>(cpu, op.r2)); }
Z_INSTRUCTION(load_storage_32) { return load(cpu, op, TRY(storage_operand<U32>(cpu, op))); }
Z_INSTRUCTION(load_storage_64) { return load(cpu, op, TRY(storage_operand<U64>(cpu, op))); }
Z_INSTRUCTION(load_storage_64_from_32) { return load<S64>(cpu, op, TRY(storage_operand<S32>(cpu, op))); }
Z_INSTRUCTION(load_immediate_32) { return load(cpu, op, static_cast<S32>(op.imm)); }
Z_INSTRUCTION(load_immediate_64) { return load<S64>(cpu, op, op.imm); }
Z_INSTRUCTION(load_relative_32) { return load_relative<U32, U32>(cpu, op); }
Z_INSTRUCTION(load_relative_64) { return load_relative<U64, U64>(cpu, op); }
Z_INSTRUCTION(load_relative_64_from_32) { return load_relative<S64, S32>(cpu, op); }

Z_INSTRUCTION(load_address) { return load_address_value(cpu, op, cpu.operand2(op)); }
Z_INSTRUCTION(load_address_relative_long) { return load_address_value(cpu, op, cpu.relative(op)); }

Z_INSTRUCTION(load_byte_32) { return load<S32>(cpu, op, register_as<S8>(cpu, op.r2)); }
Z_INSTRUCTION(load_byte_64) { return load<S64>(cpu, op, register_as<S8>(cpu, op.r2)); }
Z_INSTRUCTION(load_storage_byte_32) { return load<S32>(cpu, op, TRY(storage_operand<S8>(cpu, op))); }
Z_INSTRUCTION(load_storage_byte_64) { return load<S64>(cpu, op, TRY(storage_operand<S8>(cpu, op))); }
Z_INSTRUCTION(load_halfword_32) { return load<S32>(cpu, op, register_as<S16>(cpu, op.r2)); }
Z_INSTRUCTION(load_halfword_64) { return load<S64>(cpu, op, register_as<S16>(cpu, op.r2)); }
Z_INSTRUCTION(load_storage_halfword_32) { return load<S32>(cpu, op, TRY(storage_operand<S16>(cpu, op))); }
Z_INSTRUCTION(load_storage_halfword_64) { return load<S64>(cpu, op, TRY(storage_operand<S16>(cpu, op))); }
Z_INSTRUCTION(load_relative_halfword_32) { return load_relative<S32, S16>(cpu, op); }
Z_INSTRUCTION(load_relative_halfword_64) { return load_relative<S64, S16>(cpu, op); }

Z_INSTRUCTION(load_logical_64_from_32) { return load<U64>(cpu, op, register_as<U32>(cpu, op.r2)); }
Z_INSTRUCTION(load_logical_storage_64_from_32) { return load<U64>(cpu, op, TRY(storage_operand<U32>(cpu, op))); }
Z_INSTRUCTION(load_logical_relative_64_from_32) { return load_relative<U64, U32>(cpu, op); }
Z_INSTRUCTION(load_logical_character_32) { return load<U32>(cpu, op, register_as<U8>(cpu, op.r2)); }
Z_INSTRUCTION(load_logical_character_64) { return load<U64>(cpu, op, register_as<U8>(cpu, op.r2)); }
Z_INSTRUCTION(load_logical_storage_character_32) { return load<U32>(cpu, op, TRY(storage_operand<U8>(cpu, op))); }
Z_INSTRUCTION(load_logical_storage_character_64) { return load<U64>(cpu, op, TRY(storage_operand<U8>(cpu, op))); }
Z_INSTRUCTION(load_logical_halfword_32) { return load<U32>(cpu, op, register_as<U16>(cpu, op.r2)); }
Z_INSTRUCTION(load_logical_halfword_64) { return load<U64>(cpu, op, register_as<U16>(cpu, op.r2)); }
Z_INSTRUCTION(load_logical_storage_halfword_32) { return load<U32>(cpu, op, TRY(storage_operand<U16>(cpu, op))); }
Z_INSTRUCTION(load_logical_storage_halfword_64) { return load<U64>(cpu, op, TRY(storage_operand<U16>(cpu, op))); }
Z_INSTRUCTION(load_logical_relative_halfword_32) { return load_relative<U32, U16>(cpu, op); }
Z_INSTRUCTION(load_logical_relative_halfword_64) { return load_relative<U64, U16>(cpu, op); }
Z_INSTRUCTION(load_logical_thirty_one_bits) { return load<U64>(cpu, op, cpu.gr(op.r2) & 0x7FFF'FFFF); }
Z_INSTRUCTION(load_logical_thirty_one_bits_storage) {
  return load<U64>(cpu, op, TRY(storage_operand<U32>(cpu, op)) & 0x7FFF'FFFF);
}

Z_INSTRUCTION(load_logical_immediate_high_high) { return load_logical_halfword(cpu, op, 48); }
Z_INSTRUCTION(load_logical_immediate_high_low) { return load_logical_halfword(cpu, op, 32); }
Z_INSTRUCTION(load_logical_immediate_low_high) { return load_logical_halfword(cpu, op, 16); }
Z_INSTRUCTION(load_logical_immediate_low_low) { return load_logical_halfword(cpu, op, 0); }
Z_INSTRUCTION(load_logical_immediate_high) { return load<U64>(cpu, op, static_cast<U64>(op.imm) << 32); }
Z_INSTRUCTION(load_logical_immediate_low) { return load<U64>(cpu, op, static_cast<U32>(op.imm)); }
Z_INSTRUCTION(insert_immediate_high_high) { return insert_halfword(cpu, op, 48); }
Z_INSTRUCTION(insert_immediate_high_low) { return insert_halfword(cpu, op, 32); }
Z_INSTRUCTION(insert_immediate_low_high) { return insert_halfword(cpu, op, 16); }
Z_INSTRUCTION(insert_immediate_low_low) { return insert_halfword(cpu, op, 0); }
Z_INSTRUCTION(insert_immediate_high) { return load_high_word(cpu, op, static_cast<U32>(op.imm)); }
Z_INSTRUCTION(insert_immediate_low) { return load(cpu, op, static_cast<U32>(op.imm)); }

Z_INSTRUCTION(load_high) { return load_high_word(cpu, op, TRY(storage_operand<U32>(cpu, op))); }
Z_INSTRUCTION(load_byte_high) { return load_high_word(cpu, op, static_cast<U32>(S32{TRY(storage_operand<S8>(cpu, op))})); }
Z_INSTRUCTION(load_halfword_high) {
  return load_high_word(cpu, op, static_cast<U32>(S32{TRY(storage_operand<S16>(cpu, op))}));
}
Z_INSTRUCTION(load_logical_character_high) { return load_high_word(cpu, op, TRY(storage_operand<U8>(cpu, op))); }
Z_INSTRUCTION(load_logical_halfword_high) { return load_high_word(cpu, op, TRY(storage_operand<U16>(cpu, op))); }

Z_INSTRUCTION(load_and_zero_rightmost_byte_32) { return load(cpu, op, TRY(storage_operand<U32>(cpu, op)) & ~0xFFu); }
Z_INSTRUCTION(load_and_zero_rightmost_byte_64) { return load(cpu, op, TRY(storage_operand<U64>(cpu, op)) & ~0xFFull); }
Z_INSTRUCTION(load_logical_and_zero_rightmost_byte) {
  return load<U64>(cpu, op, TRY(storage_operand<U32>(cpu, op)) & ~0xFFu);
}

Z_INSTRUCTION(load_reversed_register_32) { return load(cpu, op, std::byteswap(cpu.gr32(op.r2))); }
Z_INSTRUCTION(load_reversed_register_64) { return load(cpu, op, std::byteswap(cpu.gr(op.r2))); }
Z_INSTRUCTION(load_reversed_32) { return load(cpu, op, std::byteswap(TRY(storage_operand<U32>(cpu, op)))); }
Z_INSTRUCTION(load_reversed_64) { return load(cpu, op, std::byteswap(TRY(storage_operand<U64>(cpu, op)))); }
// Bits 0-47 of the register stay.
Z_INSTRUCTION(load_reversed_16) {
  const U16 value = std::byteswap(TRY(storage_operand<U16>(cpu, op)));
  cpu.gr(op.r1) = (cpu.gr(op.r1) & ~0xFFFFull) | value;
  return Step::next;
}

Z_INSTRUCTION(insert_character) {
  const U8 value = TRY(storage_operand<U8>(cpu, op));
  cpu.gr(op.r1) = (cpu.gr(op.r1) & ~0xFFull) | value;
  return Step::next;
}

}  // namespace cpu
