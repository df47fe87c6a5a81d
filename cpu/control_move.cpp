#include <algorithm>
#include <array>

#include "cpu/control.h"
#include "cpu/instruction.h"

// Moves between address spaces and with other keys (PoP ch. 10).
namespace cpu {
namespace {

Step move(Cpu& cpu, Context to_context, std::uint64_t to, Context from_context, std::uint64_t from, std::uint64_t length) {
  std::array<std::byte, 4096> buffer;
  const auto bytes = std::span{buffer}.first(length);
  TRY(cpu.fetch_bytes_in(from_context, from, bytes));
  TRY(cpu.store_bytes_in(to_context, to, bytes));
  return Step::next;
}

constexpr std::uint64_t longest_key_move = 256;

std::uint8_t key_in(const Cpu& cpu, unsigned r) { return cpu.gr(r) >> 4 & 0xF; }

// The part of MVCP, MVCS and MVCK that the length in R1 decides.
struct Length {
  std::uint64_t moved;
  std::uint8_t cc;
};
Length length_in(const Cpu& cpu, unsigned r, std::uint64_t limit) {
  const std::uint64_t length = register_length(cpu, r);
  return {std::min(length, limit), static_cast<std::uint8_t>(length > limit ? 3 : 0)};
}

bool may_move_between_spaces(const Cpu& cpu) {
  return cpu.psw.dat && cpu.has_cr0_bit(cr0::secondary_space) &&
         (cpu.psw.as == AddressSpace::primary || cpu.psw.as == AddressSpace::secondary);
}

Step move_between_spaces(Cpu& cpu, const Op& op, AddressSpace to, AddressSpace from) {
  if (!may_move_between_spaces(cpu)) return cpu.program_interruption(Pic::special_operation);
  const std::uint8_t key = key_in(cpu, op.r3);  // of the operand in the secondary space
  if (!may_use_key(cpu, key)) return cpu.program_interruption(Pic::privileged_operation);
  const Length length = length_in(cpu, op.r1, longest_key_move);
  const auto context = [&](AddressSpace space) {
    return cpu.context_of(space, space == AddressSpace::secondary ? key : cpu.psw.key);
  };
  const Context to_context = context(to), from_context = context(from);
  const Step step = move(cpu, to_context, cpu.operand1(op), from_context, cpu.operand2_rs(op), length.moved);
  if (step == Step::next) cpu.cc = length.cc;
  return step;
}

// One 16-bit operand-access control of MVCOS.
struct OperandAccess {
  AddressSpace space;
  std::uint8_t key;
};
OperandAccess operand_access(const Cpu& cpu, std::uint64_t control) {
  const bool key_given = (control & 2) != 0, space_given = (control & 1) != 0;
  return {space_given ? static_cast<AddressSpace>(control >> 6 & 3) : cpu.psw.as,
          key_given ? static_cast<std::uint8_t>(control >> 12 & 0xF) : cpu.psw.key};
}

Context context_of(Cpu& cpu, const OperandAccess& access, unsigned base) {
  if (access.space != AddressSpace::access_register) return cpu.context_of(access.space, access.key);
  return cpu.with_key(cpu.access_register_space(base), access.key);
}

bool may_access(const Cpu& cpu, AddressSpace space) {
  return space != AddressSpace::secondary || cpu.has_cr0_bit(cr0::secondary_space);
}

}  // namespace

Z_INSTRUCTION(move_to_primary) {
  return move_between_spaces(cpu, op, AddressSpace::primary, AddressSpace::secondary);
}
Z_INSTRUCTION(move_to_secondary) {
  return move_between_spaces(cpu, op, AddressSpace::secondary, AddressSpace::primary);
}

Z_INSTRUCTION(move_with_key) {
  const std::uint8_t key = key_in(cpu, op.r3);
  if (!may_use_key(cpu, key)) return cpu.program_interruption(Pic::privileged_operation);
  const Length length = length_in(cpu, op.r1, longest_key_move);
  const Context from = cpu.with_key(cpu.space_of(op.b2), key), to = cpu.space_of(op.b1);
  const Step step = move(cpu, to, cpu.operand1(op), from, cpu.operand2_rs(op), length.moved);
  if (step == Step::next) cpu.cc = length.cc;
  return step;
}

Z_INSTRUCTION(move_with_source_key) {
  const std::uint8_t key = key_in(cpu, 1);
  if (!may_use_key(cpu, key)) return cpu.program_interruption(Pic::privileged_operation);
  const Context from = cpu.with_key(cpu.space_of(op.b2), key), to = cpu.space_of(op.b1);
  return move(cpu, to, cpu.operand1(op), from, cpu.operand2_rs(op), (cpu.gr(0) & 0xFF) + 1);
}

Z_INSTRUCTION(move_with_destination_key) {
  const std::uint8_t key = key_in(cpu, 1);
  if (!may_use_key(cpu, key)) return cpu.program_interruption(Pic::privileged_operation);
  const Context to = cpu.with_key(cpu.space_of(op.b1), key), from = cpu.space_of(op.b2);
  return move(cpu, to, cpu.operand1(op), from, cpu.operand2_rs(op), (cpu.gr(0) & 0xFF) + 1);
}

Z_INSTRUCTION(move_with_optional_specifications) {
  if (!cpu.psw.dat) return cpu.program_interruption(Pic::special_operation);
  const OperandAccess first = operand_access(cpu, cpu.gr(0) >> 16), second = operand_access(cpu, cpu.gr(0));
  if (!may_access(cpu, first.space) || !may_access(cpu, second.space) ||
      (first.space == AddressSpace::home && cpu.psw.problem_state))
    return cpu.program_interruption(Pic::special_operation);
  if (!may_use_key(cpu, first.key) || !may_use_key(cpu, second.key))
    return cpu.program_interruption(Pic::privileged_operation);
  const Length length = length_in(cpu, op.r3, 4096);
  const Context to = context_of(cpu, first, op.b1), from = context_of(cpu, second, op.b2);
  const Step step = move(cpu, to, cpu.operand1(op), from, cpu.operand2_rs(op), length.moved);
  if (step == Step::next) cpu.cc = length.cc;
  return step;
}

}  // namespace cpu
