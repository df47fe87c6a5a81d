// Linkage-stack instructions (PoP ch. 10): BRANCH AND STACK, PROGRAM RETURN from what it stacked, and the look at an entry.
#include <array>
#include <optional>

#include "cpu/asn.h"
#include "cpu/control.h"
#include "cpu/instruction.h"
#include "cpu/linkage_stack.h"
#include "cpu/stacked_state.h"
#include "cpu/trace_table.h"

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

// Where RETURN goes: a space, and what becomes secondary.
struct Returning {
  NewPrimary primary;
  uint64_t secondary_asn_register, secondary_asce;
  bool switches_space;
};

// The part of PROGRAM RETURN that PROGRAM CALL stacked for it. Nullopt: the exception is recorded.
std::optional<Aste> returned_space(Cpu& cpu, uint16_t asn, uint32_t instance) {
  if ((cpu.cr(14) & asn_translation) == 0) {
    cpu.program_interruption(Pic::special_operation);
    return std::nullopt;
  }
  const auto aste = translate_asn(cpu, asn);
  if (!aste) {
    asn_fault(cpu, aste.error(), asn);
    return std::nullopt;
  }
  if (cpu.has_cr0_bit(asn_and_lx_reuse) && aste->instance_number() != instance) {
    cpu.program_interruption(Pic::aste_instance);
    return std::nullopt;
  }
  return *aste;
}

// The secondary space needs authority of the program that is returned to.
std::optional<uint64_t> returned_secondary(Cpu& cpu, uint16_t asn, uint32_t instance, uint16_t authorization) {
  const auto aste = returned_space(cpu, asn, instance);
  if (!aste) return std::nullopt;
  const auto allowed = aste->has_authority(cpu, authorization, Authority::secondary);
  if (!allowed || !*allowed) {
    if (!allowed) cpu.program_interruption(allowed.error());
    else asn_fault(cpu, Pic::secondary_authority, asn);
    return std::nullopt;
  }
  const auto asce = asce_with_subspace(cpu, *aste);
  if (!asce) {
    cpu.program_interruption(asce.error());
    return std::nullopt;
  }
  return *asce;
}

std::optional<Returning> returning(Cpu& cpu, uint64_t stacked_primary, uint64_t stacked_secondary) {
  Returning result{{cpu.cr(1), cpu.cr(5), with_instance(cpu, cpu.cr(4), instance_of(stacked_primary))}, 0, 0, false};
  const uint16_t asn = asn_of(stacked_primary), second = asn_of(stacked_secondary);
  if (asn != primary_asn(cpu)) {
    const auto aste = returned_space(cpu, asn, instance_of(stacked_primary));
    if (!aste) return std::nullopt;
    const auto found = new_primary(cpu, *aste, asn);
    if (!found) {
      cpu.program_interruption(found.error());
      return std::nullopt;
    }
    result.primary = *found;
    result.switches_space = true;
  }
  result.secondary_asn_register =
      with_instance(cpu, asn_register(instance_of(cpu.cr(3)), middle_of(stacked_secondary), second), instance_of(stacked_secondary));
  result.secondary_asce = result.primary.asce;
  if (second != asn) {
    const auto asce = returned_secondary(cpu, second, instance_of(stacked_secondary), middle_of(result.primary.asn_register));
    if (!asce) return std::nullopt;
    result.secondary_asce = *asce;
  }
  return result;
}

}  // namespace

std::array<std::byte, LinkageStack::state_size> stacked_state(Cpu& cpu, const PswImage& psw, uint64_t target) {
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

namespace {

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
  const auto state = stacked_state(cpu, returning.image(cpu.cc), address_and_mode(cpu.psw.amode, target));
  if (op.r2 != 0 && is_traced(cpu, tracing::branches)) {
    TraceTable table{cpu};
    TRY(table.add(trace_branch(cpu.psw.amode, target)));
    TRY(LinkageStack{cpu}.push(LinkageStack::Type::branch, state));
    table.commit();
    return cpu.branch(target);
  }
  TRY(LinkageStack{cpu}.push(LinkageStack::Type::branch, state));
  return op.r2 == 0 ? Step::next : cpu.branch(target);
}

namespace {

// What is traced of a PROGRAM RETURN: all of it for an entry of PROGRAM CALL, else only a switch of the mode.
Access<> trace_return(Cpu& cpu, const Op& op, LinkageStack::Type type, uint16_t asn, PswImage psw, TraceTable& table) {
  const Psw after = Psw::of(psw);
  if (type == LinkageStack::Type::program_call && is_traced(cpu, tracing::address_space_numbers))
    return table.add(trace_program_return({cpu.psw.key, asn, cpu.psw.amode, after.amode,
                                           psw.address | (after.problem_state ? 1 : 0), cpu.next_instruction_address(op)}));
  if (!is_traced(cpu, tracing::modes) || !switches_mode(cpu.psw.amode, after.amode)) return {};
  return table.add(trace_mode_switch(cpu.psw.amode, cpu.next_instruction_address(op)));
}

}  // namespace

// Registers 2 to 14 and the PSW, but for its PER mask, are as they were stacked; after a PROGRAM CALL, also the spaces, the
// PSW-key mask and the extended authorization index.
Z_INSTRUCTION(program_return) {
  if (!is_primary_or_access_register(cpu)) return cpu.program_interruption(Pic::special_operation);
  LinkageStack stack{cpu};
  const auto entry = TRY(stack.last(Purpose::unstack));
  std::array<uint64_t, 16> general{};
  std::array<uint32_t, 16> access{};
  for (unsigned n = 2; n < 15; ++n) {
    general[n] = TRY(stack.fetch<uint64_t>(entry.state + LinkageStack::general_registers + n * 8));
    access[n] = TRY(stack.fetch<uint32_t>(entry.state + LinkageStack::access_registers + n * 4));
  }
  const auto masks = TRY(stack.fetch<uint64_t>(entry.state + LinkageStack::key_mask));
  const auto instances = TRY(stack.fetch<uint64_t>(entry.state + LinkageStack::secondary_instance));
  constexpr uint64_t per_mask = 1ull << 62;
  const auto mask = TRY(stack.fetch<uint64_t>(entry.state + LinkageStack::psw_mask));
  const PswImage psw{(mask & ~per_mask) | (cpu.psw_image().mask & per_mask),
                     TRY(stack.fetch<uint64_t>(entry.state + LinkageStack::psw_address))};
  TraceTable table{cpu};
  TRY(trace_return(cpu, op, entry.type, asn_of(masks), psw, table));
  const bool after_call = entry.type == LinkageStack::Type::program_call;
  std::optional<Returning> spaces;
  if (after_call) {
    const uint64_t primary = asn_register(static_cast<uint32_t>(instances), 0, asn_of(masks));
    const uint64_t secondary = asn_register(instance_of(instances), static_cast<uint16_t>(masks >> 48), static_cast<uint16_t>(masks >> 32));
    spaces = returning(cpu, primary, secondary);
    if (!spaces) return Step::interrupted;
  }
  TRY(stack.remove(entry));
  table.commit();
  for (unsigned n = 2; n < 15; ++n) {
    cpu.gr(n) = general[n];
    cpu.ar(n) = access[n];
  }
  const uint64_t asce_before = cpu.cr(1);
  const uint16_t asn_before = primary_asn(cpu);
  if (spaces) {
    set_primary(cpu, spaces->primary);
    cpu.cr(3) = spaces->secondary_asn_register;
    cpu.cr(7) = spaces->secondary_asce;
    cpu.cr(8) = with_middle(cpu.cr(8), static_cast<uint16_t>(masks >> 16));
    cpu.control_registers_changed();
  }
  cpu.branch_to_psw(op, psw);
  return spaces && spaces->switches_space ? space_switched(cpu, asce_before, asn_before) : Step::refetch;
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
