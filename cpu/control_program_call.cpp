// PROGRAM CALL (PoP ch. 10), basic and stacking, to the current primary space or to another one.
#include "cpu/asn.h"
#include "cpu/entry_table.h"
#include "cpu/instruction.h"
#include "cpu/linkage_stack.h"
#include "cpu/stacked_state.h"
#include "cpu/trace_table.h"

namespace cpu {
namespace {

using std::uint16_t;
using std::uint32_t;
using std::uint64_t;

// What is known when nothing has changed yet.
struct Call {
  PcNumber number;
  EntryTableEntry entry;
  uint64_t return_address;  // with the problem state in bit 63
  std::optional<Aste> space;  // of a space-switching call
};

Step refuse_translation(Cpu& cpu, Pic code, PcNumber number) {
  return cpu.raise({.code = code, .translation_exception = number.value});
}

// The entry may be used from here, in this state and mode.
Pic check_entry(const Cpu& cpu, const EntryTableEntry& entry) {
  const uint16_t key_mask = middle_of(cpu.cr(3));
  if (cpu.psw.problem_state && (entry.authorization_key_mask() & key_mask) == 0) return Pic::privileged_operation;
  if (!entry.is_stacking() && (cpu.psw.as != AddressSpace::primary ||
                               entry.is_64_bit() != (cpu.psw.amode == AddressingMode::a64)))
    return Pic::special_operation;
  if (!entry.is_valid()) return Pic::pc_translation_specification;
  if (entry.asn() != 0 && (cpu.cr(14) & asn_translation) == 0) return Pic::special_operation;
  return Pic::none;
}

// Bits 32-63: the PC number, whose bit 0 tells whether the entry is in the 64-bit mode; in front of it what space was called.
uint64_t called_space_and_number(const Call& call) {
  const uint64_t space = call.space ? static_cast<uint64_t>(call.entry.asn()) << 16 | (call.space->sequence_number() & 0xFFFF) : 0;
  const uint32_t number = (call.number.value & 0x7FFF'FFFF) | (call.entry.is_64_bit() ? 0x8000'0000 : 0);
  return space << 32 | number;
}

// Basic linkage: return address in register 14, PSW-key mask and primary ASN in register 3.
void save_in_registers(Cpu& cpu, uint64_t return_address) {
  if (cpu.psw.amode == AddressingMode::a64) cpu.gr(14) = return_address;
  else cpu.set_gr32(14, static_cast<uint32_t>(return_address) | (cpu.psw.amode == AddressingMode::a31 ? 0x8000'0000 : 0));
  cpu.set_gr32(3, static_cast<uint32_t>(middle_of(cpu.cr(3))) << 16 | primary_asn(cpu));
}

PswImage entry_psw(const Cpu& cpu, const EntryTableEntry& entry) {
  Psw psw = cpu.psw;
  psw.problem_state = entry.enters_problem_state();
  psw.amode = entry.addressing_mode();
  psw.ia = entry.instruction_address();
  if (entry.is_stacking()) {
    if (entry.sets_key()) psw.key = entry.key();
    psw.as = entry.sets_access_register_mode() ? AddressSpace::access_register : AddressSpace::primary;
  }
  return psw.image(cpu.cc);
}

// The space that is left becomes the secondary one, unless the entry wants the new one there.
void set_registers(Cpu& cpu, const EntryTableEntry& entry, const std::optional<NewPrimary>& space) {
  const bool replaces = entry.is_stacking() && entry.replaces_key_mask();
  const auto key_mask = static_cast<uint16_t>((replaces ? 0 : middle_of(cpu.cr(3))) | entry.entry_key_mask());
  const bool new_secondary = entry.is_stacking() && entry.makes_new_space_secondary();
  if (new_secondary && space) set_primary(cpu, *space);
  cpu.cr(3) = with_instance(cpu, asn_register(instance_of(cpu.cr(3)), key_mask, primary_asn(cpu)), instance_of(cpu.cr(4)));
  cpu.cr(7) = cpu.cr(1);
  if (!new_secondary && space) set_primary(cpu, *space);
  if (entry.is_stacking() && entry.replaces_extended_authorization())
    cpu.cr(8) = with_middle(cpu.cr(8), entry.extended_authorization());
  if (entry.is_64_bit()) cpu.gr(4) = entry.parameter();
  else cpu.set_gr32(4, static_cast<uint32_t>(entry.parameter()));
}

Access<> trace_call(Cpu& cpu, const Call& call, TraceTable& table) {
  if (is_traced(cpu, tracing::address_space_numbers) &&
      !table.add(trace_program_call(
          {cpu.psw.key, call.number.is_long, call.number.value, cpu.psw.amode, call.return_address})))
    return Access<>::refused();
  if (!is_traced(cpu, tracing::modes) || !switches_mode(cpu.psw.amode, call.entry.addressing_mode())) return {};
  return table.add(trace_mode_switch(cpu.psw.amode, call.return_address & ~1ull));
}

Step perform(Cpu& cpu, const Op& op, const Call& call) {
  std::optional<NewPrimary> space;
  if (call.space) {
    const auto found = new_primary(cpu, *call.space, call.entry.asn());
    if (!found) return cpu.program_interruption(found.error());
    space = *found;
  }
  TraceTable table{cpu};
  TRY(trace_call(cpu, call, table));
  if (call.entry.is_stacking()) {
    Psw returning = cpu.psw;
    returning.ia = call.return_address & ~1ull;
    TRY(LinkageStack{cpu}.push(LinkageStack::Type::program_call,
                               stacked_state(cpu, returning.image(cpu.cc), called_space_and_number(call))));
  } else {
    save_in_registers(cpu, call.return_address);
  }
  table.commit();
  const uint64_t asce_before = cpu.cr(1);
  const uint16_t asn_before = primary_asn(cpu);
  const PswImage psw = entry_psw(cpu, call.entry);
  set_registers(cpu, call.entry, space);
  cpu.control_registers_changed();
  cpu.branch_to_psw(op, psw);
  return space ? space_switched(cpu, asce_before, asn_before) : Step::refetch;
}

}  // namespace

Z_INSTRUCTION(program_call) {
  constexpr uint32_t subsystem_linkage = 0x8000'0000;
  const bool is_in_space = cpu.psw.as == AddressSpace::primary || cpu.psw.as == AddressSpace::access_register;
  if (!cpu.psw.dat || !is_in_space) return cpu.program_interruption(Pic::special_operation);
  const auto primary = Aste::at(cpu, cpu.cr(5) & 0x7FFF'FFC0);
  if (!primary) return cpu.program_interruption(primary.error());
  if ((primary->linkage_table() & subsystem_linkage) == 0) return cpu.program_interruption(Pic::special_operation);
  const PcNumber number = PcNumber::of(cpu, cpu.operand2_rs(op));
  const auto entry = EntryTableEntry::translate(cpu, primary->linkage_table(), number);
  if (!entry) return refuse_translation(cpu, entry.error(), number);
  if (const Pic refused = check_entry(cpu, *entry); refused != Pic::none) return cpu.program_interruption(refused);
  Call call{number, *entry, cpu.next_instruction_address(op) | (cpu.psw.problem_state ? 1 : 0), std::nullopt};
  if (entry->asn() != 0) {
    const auto aste = Aste::at(cpu, entry->aste_origin());
    if (!aste) return cpu.program_interruption(aste.error());
    if (aste->is_invalid()) return asn_fault(cpu, Pic::asx_translation, entry->asn());
    call.space = *aste;
  }
  return perform(cpu, op, call);
}

}  // namespace cpu
