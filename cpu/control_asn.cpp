// Address-space numbers and authority (PoP ch. 10): the instructions that name and change primary and secondary space.
#include "cpu/address_space.h"
#include "cpu/control.h"
#include "cpu/instruction.h"

namespace cpu {
namespace {

using std::uint16_t;
using std::uint32_t;
using std::uint64_t;

constexpr unsigned asn_and_lx_reuse = 44;      // bit of CR0
constexpr uint64_t asn_translation = 0x8'0000;  // in CR14

// CR3 and CR4: ASTE instance number; PSW-key mask or authorization index; ASN.
uint16_t primary_asn(const Cpu& cpu) { return static_cast<uint16_t>(cpu.cr(4)); }
uint16_t authorization_index(const Cpu& cpu) { return static_cast<uint16_t>(cpu.cr(4) >> 16); }
constexpr uint64_t with_asn(uint64_t cr, uint16_t asn) { return (cr & ~0xFFFFull) | asn; }
constexpr uint64_t with_middle(uint64_t cr, uint16_t value) { return (cr & ~0xFFFF'0000ull) | static_cast<uint64_t>(value) << 16; }
constexpr uint64_t with_instance(uint64_t cr, uint32_t number) { return (cr & 0xFFFF'FFFF) | static_cast<uint64_t>(number) << 32; }

Step fault(Cpu& cpu, Pic code, uint16_t asn) { return cpu.raise({.code = code, .translation_exception = asn}); }

// With instance numbers (SSAIR, PTI) that of the ASTE must be the one asked for; without them an ASTE that may be reused
// cannot be named.
Step check_instance(Cpu& cpu, const Aste& aste, std::optional<uint32_t> wanted) {
  if (!cpu.has_cr0_bit(asn_and_lx_reuse)) return Step::next;
  if (!wanted) return aste.is_reusable() ? cpu.program_interruption(Pic::special_operation) : Step::next;
  if (aste.is_controlled() && cpu.psw.problem_state) return cpu.program_interruption(Pic::special_operation);
  return aste.instance_number() == *wanted ? Step::next : cpu.program_interruption(Pic::aste_instance);
}

Step set_secondary(Cpu& cpu, uint16_t asn, std::optional<uint32_t> instance) {
  if (!cpu.psw.dat || (cpu.cr(14) & asn_translation) == 0) return cpu.program_interruption(Pic::special_operation);
  if (asn == primary_asn(cpu)) {
    cpu.cr(3) = with_instance(with_asn(cpu.cr(3), asn), static_cast<uint32_t>(cpu.cr(4) >> 32));
    cpu.cr(7) = cpu.cr(1);
  } else {
    const auto aste = translate_asn(cpu, asn);
    if (!aste) return fault(cpu, aste.error(), asn);
    if (const Step step = check_instance(cpu, *aste, instance); step != Step::next) return step;
    const auto allowed = aste->has_authority(cpu, authorization_index(cpu), Authority::secondary);
    if (!allowed) return cpu.program_interruption(allowed.error());
    if (!*allowed) return fault(cpu, Pic::secondary_authority, asn);
    cpu.cr(3) = with_instance(with_asn(cpu.cr(3), asn), cpu.has_cr0_bit(asn_and_lx_reuse) ? aste->instance_number() : 0);
    cpu.cr(7) = aste->asce();
  }
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
  const auto asn = static_cast<uint16_t>(key_mask_and_asn);
  const auto key_mask = static_cast<uint16_t>(cpu.cr(3) >> 16 & key_mask_and_asn >> 16);
  if (asn != primary_asn(cpu)) {
    if ((cpu.cr(14) & asn_translation) == 0) return cpu.program_interruption(Pic::special_operation);
    const auto aste = translate_asn(cpu, asn);
    if (!aste) return fault(cpu, aste.error(), asn);
    if (const Step step = check_instance(cpu, *aste, instance); step != Step::next) return step;
    const auto allowed = aste->has_authority(cpu, authorization_index(cpu), Authority::primary);
    if (!allowed) return cpu.program_interruption(allowed.error());
    if (!*allowed) return fault(cpu, Pic::primary_authority, asn);
    const uint32_t number = cpu.has_cr0_bit(asn_and_lx_reuse) ? aste->instance_number() : 0;
    cpu.cr(1) = aste->asce();
    cpu.cr(4) = with_instance(with_middle(with_asn(cpu.cr(4), asn), aste->authorization_index()), number);
    cpu.cr(5) = aste->origin();
  }
  cpu.cr(3) = with_instance(with_middle(with_asn(cpu.cr(3), asn), key_mask), static_cast<uint32_t>(cpu.cr(4) >> 32));
  cpu.cr(7) = cpu.cr(1);
  cpu.control_registers_changed();
  cpu.set_breaking_event_address(cpu.instruction_address(op));
  return cpu.load_psw(transfer_target(cpu, where));
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
