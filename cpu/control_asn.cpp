// Address-space numbers and authority (PoP ch. 10): the instructions that name and change primary and secondary space.
#include <optional>

#include "cpu/asn.h"
#include "cpu/control.h"
#include "cpu/instruction.h"
#include "cpu/trace_table.h"

namespace cpu {
namespace {

using std::uint16_t;
using std::uint32_t;
using std::uint64_t;

WithInstance traced(std::optional<uint32_t> instance) { return instance ? WithInstance::yes : WithInstance::no; }

// With instance numbers (SSAIR, PTI) that of the ASTE must be the one asked for; without them an ASTE that may be reused
// cannot be named.
Step check_instance(Cpu& cpu, const Aste& aste, std::optional<uint32_t> wanted) {
  if (!cpu.has_cr0_bit(asn_and_lx_reuse)) return Step::next;
  if (!wanted) return aste.is_reusable() ? cpu.program_interruption(Pic::special_operation) : Step::next;
  if (aste.is_controlled() && cpu.psw.problem_state) return cpu.program_interruption(Pic::special_operation);
  return aste.instance_number() == *wanted ? Step::next : cpu.program_interruption(Pic::aste_instance);
}

Step check_authority(Cpu& cpu, const Aste& aste, uint16_t asn, Authority kind) {
  const auto allowed = aste.has_authority(cpu, authorization_index(cpu), kind);
  if (!allowed) return cpu.program_interruption(allowed.error());
  if (*allowed) return Step::next;
  return asn_fault(cpu, kind == Authority::primary ? Pic::primary_authority : Pic::secondary_authority, asn);
}

Step set_secondary(Cpu& cpu, uint16_t asn, std::optional<uint32_t> instance) {
  if (!cpu.psw.dat || (cpu.cr(14) & asn_translation) == 0) return cpu.program_interruption(Pic::special_operation);
  TraceTable table{cpu};
  if (is_traced(cpu, tracing::address_space_numbers)) TRY(table.add(trace_set_secondary_asn(asn, traced(instance))));
  uint64_t asce = cpu.cr(1);
  uint32_t number = instance_of(cpu.cr(4));
  if (asn != primary_asn(cpu)) {
    const auto aste = translate_asn(cpu, asn);
    if (!aste) return asn_fault(cpu, aste.error(), asn);
    if (const Step step = check_instance(cpu, *aste, instance); step != Step::next) return step;
    if (const Step step = check_authority(cpu, *aste, asn, Authority::secondary); step != Step::next) return step;
    const auto found = asce_with_subspace(cpu, *aste);
    if (!found) return cpu.program_interruption(found.error());
    asce = *found;
    number = aste->instance_number();
  }
  table.commit();
  cpu.cr(3) = with_instance(cpu, with_asn(cpu.cr(3), asn), number);
  cpu.cr(7) = asce;
  cpu.control_registers_changed();
  return Step::refetch;
}

// What PROGRAM TRANSFER goes to: an address with its mode, and bit 63 for the problem state.
PswImage transfer_target(const Cpu& cpu, uint64_t where) {
  Psw psw = cpu.psw;
  psw.problem_state = (where & 1) != 0;
  if (psw.amode != AddressingMode::a64) {
    psw.amode = (where & 0x8000'0000) != 0 ? AddressingMode::a31 : AddressingMode::a24;
    where &= address_mask(psw.amode);
  }
  psw.ia = where & ~1ull;
  return psw.image(cpu.cc);
}

Step transfer(Cpu& cpu, const Op& op, std::optional<uint32_t> instance) {
  constexpr uint32_t subsystem_linkage = 0x8000'0000;
  const uint64_t where = cpu.gr(op.r2), key_mask_and_asn = cpu.gr(op.r1);
  const auto primary = Aste::at(cpu, cpu.cr(5) & 0x7FFF'FFC0);
  if (!primary) return cpu.program_interruption(primary.error());
  if (!cpu.psw.dat || cpu.psw.as != AddressSpace::primary || (primary->linkage_table() & subsystem_linkage) == 0)
    return cpu.program_interruption(Pic::special_operation);
  if (cpu.psw.problem_state && (where & 1) == 0) return cpu.program_interruption(Pic::privileged_operation);
  const PswImage target = transfer_target(cpu, where);
  // A 24-bit address with more bits than that.
  if (Psw::of(target).amode == AddressingMode::a24 && cpu.psw.amode != AddressingMode::a64 && (where & 0x7F00'0000) != 0)
    return cpu.program_interruption(Pic::specification);
  const auto asn = asn_of(key_mask_and_asn);
  const auto key_mask = static_cast<uint16_t>(middle_of(cpu.cr(3)) & middle_of(key_mask_and_asn));
  TraceTable table{cpu};
  if (is_traced(cpu, tracing::address_space_numbers))
    TRY(table.add(trace_program_transfer(cpu.psw.key, asn, cpu.psw.amode, where, traced(instance))));
  const uint64_t asce_before = cpu.cr(1);
  const uint16_t asn_before = primary_asn(cpu);
  const bool switches = asn != asn_before;
  NewPrimary space{cpu.cr(1), cpu.cr(5), cpu.cr(4)};
  if (switches) {
    if ((cpu.cr(14) & asn_translation) == 0) return cpu.program_interruption(Pic::special_operation);
    const auto aste = translate_asn(cpu, asn);
    if (!aste) return asn_fault(cpu, aste.error(), asn);
    if (const Step step = check_instance(cpu, *aste, instance); step != Step::next) return step;
    if (const Step step = check_authority(cpu, *aste, asn, Authority::primary); step != Step::next) return step;
    const auto found = new_primary(cpu, *aste, asn);
    if (!found) return cpu.program_interruption(found.error());
    space = *found;
  }
  table.commit();
  set_primary(cpu, space);
  cpu.cr(3) = with_instance(cpu, asn_register(instance_of(cpu.cr(3)), key_mask, asn), instance_of(cpu.cr(4)));
  cpu.cr(7) = cpu.cr(1);
  cpu.control_registers_changed();
  cpu.branch_to_psw(op, target);
  return switches ? space_switched(cpu, asce_before, asn_before) : Step::refetch;
}

Step extract_with_instance(Cpu& cpu, const Op& op, uint64_t cr) {
  if (!cpu.psw.dat) return cpu.program_interruption(Pic::special_operation);
  if (!has_extraction_authority(cpu)) return cpu.program_interruption(Pic::privileged_operation);
  cpu.gr(op.r1) = cr & 0xFFFF'FFFF'0000'FFFF;
  return Step::next;
}

}  // namespace

Z_INSTRUCTION(set_secondary_asn) { return set_secondary(cpu, static_cast<uint16_t>(cpu.gr(op.r1)), std::nullopt); }
Z_INSTRUCTION(set_secondary_asn_with_instance) {
  return set_secondary(cpu, static_cast<uint16_t>(cpu.gr(op.r1)), cpu.high32(op.r1));
}
Z_INSTRUCTION(extract_primary_asn_and_instance) { return extract_with_instance(cpu, op, cpu.cr(4)); }
Z_INSTRUCTION(extract_secondary_asn_and_instance) { return extract_with_instance(cpu, op, cpu.cr(3)); }
Z_INSTRUCTION(program_transfer) { return transfer(cpu, op, std::nullopt); }
Z_INSTRUCTION(program_transfer_with_instance) { return transfer(cpu, op, cpu.high32(op.r1)); }

// The extended authorization index goes to bits 32-47 of R1, and bits 48-63 take its place.
Z_INSTRUCTION(extract_and_set_extended_authority) {
  const uint64_t before = cpu.gr(op.r1);
  cpu.gr(op.r1) = with_middle(before, middle_of(cpu.cr(8)));
  cpu.cr(8) = with_middle(cpu.cr(8), asn_of(before));
  cpu.control_registers_changed();
  return Step::next;
}

// The ALET in access register R1, access register 0 included, with the authorization index in bits 32-47 of R2.
Z_INSTRUCTION(test_access) {
  constexpr uint32_t primary_alet = 0, secondary_alet = 1, primary_list = 0x0100'0000;
  const uint32_t alet = cpu.ar(op.r1);
  if (alet == primary_alet || alet == secondary_alet) {
    cpu.cc = alet == primary_alet ? 0 : 3;
    return Step::next;
  }
  const auto found = cpu.translate_alet(alet, static_cast<uint16_t>(cpu.gr(op.r2) >> 16));
  if (!found && !is_access_register_exception(found.error())) return cpu.program_interruption(found.error());
  cpu.cc = !found ? 3 : (alet & primary_list) != 0 ? 2 : 1;
  return Step::next;
}

}  // namespace cpu
