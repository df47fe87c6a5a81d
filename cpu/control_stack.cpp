// Linkage-stack instructions (PoP ch. 10): BRANCH AND STACK, PROGRAM RETURN from what it stacked, and the look at an entry.
#include <array>

#include "cpu/control.h"
#include "cpu/instruction.h"
#include "cpu/linkage_stack.h"

namespace cpu {
namespace {

using std::uint16_t;
using std::uint32_t;
using std::uint64_t;
using Purpose = LinkageStack::Purpose;

bool may_use_stack(const Cpu& cpu) { return cpu.psw.dat && cpu.psw.as != AddressSpace::secondary; }
bool is_primary_or_access_register(const Cpu& cpu) {
  return cpu.psw.dat && (cpu.psw.as == AddressSpace::primary || cpu.psw.as == AddressSpace::access_register);
}

// An address with its addressing mode in bits 63 and 32, as BRANCH AND SAVE AND SET MODE has them.
void set_address_and_mode(Psw& psw, uint64_t address) {
  if ((address & 1) != 0) {
    psw.amode = AddressingMode::a64;
    psw.ia = address & ~1ull;
    return;
  }
  psw.amode = (address & 0x8000'0000) != 0 ? AddressingMode::a31 : AddressingMode::a24;
  psw.ia = address & address_mask(psw.amode);
}
uint64_t address_and_mode(AddressingMode mode, uint64_t address) {
  if (mode == AddressingMode::a64) return address | 1;
  return mode == AddressingMode::a31 ? address | 0x8000'0000 : address;
}

std::array<std::byte, LinkageStack::state_size> state_of(Cpu& cpu, const PswImage& psw, uint64_t target) {
  std::array<std::byte, LinkageStack::state_size> state{};
  const auto put = [&]<class T>(uint64_t offset, T value) { z::Be<T>::store(state.data() + offset, value); };
  for (unsigned n = 0; n < 16; ++n) {
    put(LinkageStack::general_registers + n * 8, cpu.gr(n));
    put(LinkageStack::access_registers + n * 4, cpu.ar(n));
  }
  put(LinkageStack::key_mask, static_cast<uint16_t>(cpu.cr(3) >> 16));
  put(LinkageStack::secondary_asn, static_cast<uint16_t>(cpu.cr(3)));
  put(LinkageStack::extended_authorization, static_cast<uint16_t>(cpu.cr(8) >> 16));
  put(LinkageStack::primary_asn, static_cast<uint16_t>(cpu.cr(4)));
  put(LinkageStack::psw_mask, psw.mask);
  put(LinkageStack::psw_address, psw.address);
  put(LinkageStack::branch_target, target);
  put(LinkageStack::secondary_instance, static_cast<uint32_t>(cpu.cr(3) >> 32));
  put(LinkageStack::primary_instance, static_cast<uint32_t>(cpu.cr(4) >> 32));
  return state;
}

// EREG and EREGG: general and access registers R1 to R2 from the last state entry.
template <class T>
Step extract_registers(Cpu& cpu, const Op& op) {
  if (!may_use_stack(cpu)) return cpu.program_interruption(Pic::special_operation);
  LinkageStack stack{cpu};
  const auto entry = TRY(stack.last(Purpose::look));
  const unsigned count = ((op.r2 - op.r1) & 0xFu) + 1;
  std::array<T, 16> general{};
  std::array<uint32_t, 16> access{};
  for (unsigned i = 0; i < count; ++i) {
    const unsigned n = (op.r1 + i) & 0xF;
    general[n] = TRY(stack.fetch<T>(entry.state + LinkageStack::general_registers + n * 8 + (8 - sizeof(T))));
    access[n] = TRY(stack.fetch<uint32_t>(entry.state + LinkageStack::access_registers + n * 4));
  }
  for (unsigned i = 0; i < count; ++i) {
    const unsigned n = (op.r1 + i) & 0xF;
    if constexpr (sizeof(T) == 8) cpu.gr(n) = general[n];
    else cpu.set_gr32(n, general[n]);
    cpu.ar(n) = access[n];
  }
  return Step::next;
}

}  // namespace

// Where R1 is 0 the return address is the next instruction; where R2 is 0 there is no branch.
Z_INSTRUCTION(branch_and_stack) {
  if (!is_primary_or_access_register(cpu)) return cpu.program_interruption(Pic::special_operation);
  Psw returning = cpu.psw;
  if (op.r1 == 0) returning.ia = cpu.next_instruction_address(op);
  else set_address_and_mode(returning, cpu.gr(op.r1));
  const uint64_t target = op.r2 == 0 ? cpu.next_instruction_address(op) : cpu.wrap(cpu.gr(op.r2));
  const auto state = state_of(cpu, returning.image(cpu.cc), address_and_mode(cpu.psw.amode, target));
  TRY(LinkageStack{cpu}.push(LinkageStack::Type::branch, state));
  return op.r2 == 0 ? Step::next : cpu.branch(target);
}

// Registers 2 to 14 and the PSW, but for its PER mask, are as they were stacked.
Z_INSTRUCTION(program_return) {
  if (!is_primary_or_access_register(cpu)) return cpu.program_interruption(Pic::special_operation);
  LinkageStack stack{cpu};
  const auto entry = TRY(stack.last(Purpose::unstack));
  // Only PROGRAM CALL makes the other kind, and there is none.
  if (entry.type != LinkageStack::Type::branch) return cpu.program_interruption(Pic::stack_type);
  std::array<uint64_t, 16> general{};
  std::array<uint32_t, 16> access{};
  for (unsigned n = 2; n < 15; ++n) {
    general[n] = TRY(stack.fetch<uint64_t>(entry.state + LinkageStack::general_registers + n * 8));
    access[n] = TRY(stack.fetch<uint32_t>(entry.state + LinkageStack::access_registers + n * 4));
  }
  const auto mask = TRY(stack.fetch<uint64_t>(entry.state + LinkageStack::psw_mask));
  const auto address = TRY(stack.fetch<uint64_t>(entry.state + LinkageStack::psw_address));
  TRY(stack.remove(entry));
  for (unsigned n = 2; n < 15; ++n) {
    cpu.gr(n) = general[n];
    cpu.ar(n) = access[n];
  }
  constexpr uint64_t per_mask = 1ull << 62;
  cpu.set_breaking_event_address(cpu.instruction_address(op));
  return cpu.load_psw({(mask & ~per_mask) | (cpu.psw_image().mask & per_mask), address});
}

Z_INSTRUCTION(extract_stacked_registers_32) { return extract_registers<uint32_t>(cpu, op); }
Z_INSTRUCTION(extract_stacked_registers_64) { return extract_registers<uint64_t>(cpu, op); }

// The code in R2 tells which eight or sixteen bytes; the condition code which kind of entry it is.
Z_INSTRUCTION(extract_stacked_state) {
  const unsigned code = cpu.gr(op.r2) & 0xFF;
  if (op.r1 % 2 != 0 || code > 5) return cpu.program_interruption(Pic::specification);
  if (!may_use_stack(cpu)) return cpu.program_interruption(Pic::special_operation);
  LinkageStack stack{cpu};
  const auto entry = TRY(stack.last(Purpose::look));
  const auto at = [&](uint64_t offset) { return stack.fetch<uint64_t>(entry.state + offset); };
  constexpr unsigned short_psw = 1, psw = 4;
  if (code == psw) {
    const auto mask = TRY(at(LinkageStack::psw_mask));
    cpu.gr(op.r1 + 1u) = TRY(at(LinkageStack::psw_address));
    cpu.gr(op.r1) = mask;
  } else {
    constexpr uint64_t fields[] = {LinkageStack::key_mask, LinkageStack::psw_mask, LinkageStack::branch_target,
                                   LinkageStack::modifiable_area, 0, LinkageStack::secondary_instance};
    uint64_t value = TRY(at(fields[code]));
    constexpr uint64_t bit_12 = 1ull << 51;
    if (code == short_psw) value = (value & ~0x7FFF'FFFFull) | bit_12 | (TRY(at(LinkageStack::psw_address)) & 0x7FFF'FFFF);
    cpu.set_gr32(op.r1, static_cast<uint32_t>(value >> 32));
    cpu.set_gr32(op.r1 + 1u, static_cast<uint32_t>(value));
  }
  cpu.cc = entry.type == LinkageStack::Type::branch ? 0 : 1;
  return Step::next;
}

Z_INSTRUCTION(modify_stacked_state) {
  if (op.r1 % 2 != 0) return cpu.program_interruption(Pic::specification);
  if (!may_use_stack(cpu)) return cpu.program_interruption(Pic::special_operation);
  LinkageStack stack{cpu};
  const auto entry = TRY(stack.last(Purpose::look));
  const uint64_t value = static_cast<uint64_t>(cpu.gr32(op.r1)) << 32 | cpu.gr32(op.r1 + 1u);
  TRY(stack.store<uint64_t>(entry.state + LinkageStack::modifiable_area, value));
  return Step::next;
}

}  // namespace cpu
