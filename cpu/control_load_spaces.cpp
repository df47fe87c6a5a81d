// LOAD ADDRESS SPACE PARAMETERS (PoP ch. 10): primary and secondary space, as an operating system dispatches a program.
#include "cpu/asn.h"
#include "cpu/control.h"
#include "cpu/instruction.h"

namespace cpu {
namespace {

using std::uint16_t;
using std::uint32_t;
using std::uint64_t;
using std::uint8_t;

// The first operand, in the form of control registers 3 and 4, and the three bits of the second.
struct Wanted {
  uint64_t secondary, primary;
  bool forces_translation, uses_own_authorization, skips_authority_test;
};

// What the instruction would load, or the condition code that says why it does not.
struct Parameters {
  NewPrimary primary;
  uint64_t secondary_asn_register, secondary_asce;
};
struct Refusal {
  Pic code = Pic::none;  // none: only the condition code
  uint8_t cc = 0;
};
constexpr uint8_t primary_refused = 1, secondary_refused = 2, space_switch = 3;

Refusal refusal_of(Pic code, uint8_t cc) {
  return code == Pic::afx_translation || code == Pic::asx_translation ? Refusal{Pic::none, cc} : Refusal{code, 0};
}

std::expected<Aste, Refusal> space_of(Cpu& cpu, uint64_t wanted, uint8_t cc) {
  const auto aste = translate_asn(cpu, asn_of(wanted));
  if (!aste) return std::unexpected{refusal_of(aste.error(), cc)};
  if (cpu.has_cr0_bit(asn_and_lx_reuse) && aste->instance_number() != instance_of(wanted))
    return std::unexpected{Refusal{Pic::none, cc}};
  return *aste;
}

std::expected<NewPrimary, Refusal> primary_of(Cpu& cpu, const Wanted& wanted) {
  NewPrimary result{cpu.cr(1), cpu.cr(5), cpu.cr(4)};
  if (wanted.forces_translation || asn_of(wanted.primary) != primary_asn(cpu)) {
    const auto aste = space_of(cpu, wanted.primary, primary_refused);
    if (!aste) return std::unexpected{aste.error()};
    const auto found = new_primary(cpu, *aste, asn_of(wanted.primary));
    if (!found) return std::unexpected{Refusal{found.error(), 0}};
    if (((cpu.cr(1) | found->asce) & asce::space_switch_event) != 0) return std::unexpected{Refusal{Pic::none, space_switch}};
    result = *found;
  }
  if (wanted.uses_own_authorization) result.asn_register = with_middle(result.asn_register, middle_of(wanted.primary));
  return result;
}

std::expected<Parameters, Refusal> parameters_of(Cpu& cpu, const Wanted& wanted) {
  const auto primary = primary_of(cpu, wanted);
  if (!primary) return std::unexpected{primary.error()};
  const uint64_t fresh = with_instance(cpu, asn_register(instance_of(cpu.cr(3)), middle_of(wanted.secondary), asn_of(wanted.secondary)),
                                       instance_of(wanted.secondary));
  if (asn_of(wanted.secondary) == asn_of(primary->asn_register))
    return Parameters{*primary, with_instance(cpu, fresh, instance_of(primary->asn_register)), primary->asce};
  const bool is_current = asn_of(wanted.secondary) == asn_of(cpu.cr(3)) && !wanted.forces_translation;
  if (is_current && wanted.skips_authority_test) return Parameters{*primary, fresh, cpu.cr(7)};
  const auto aste = space_of(cpu, wanted.secondary, secondary_refused);
  if (!aste) return std::unexpected{aste.error()};
  if (!wanted.skips_authority_test) {
    const auto allowed = aste->has_authority(cpu, middle_of(primary->asn_register), Authority::secondary);
    if (!allowed) return std::unexpected{Refusal{allowed.error(), 0}};
    if (!*allowed) return std::unexpected{Refusal{Pic::none, secondary_refused}};
  }
  const auto asce = asce_with_subspace(cpu, *aste);
  if (!asce) return std::unexpected{Refusal{asce.error(), 0}};
  return Parameters{*primary, fresh, *asce};
}

}  // namespace

Z_INSTRUCTION(load_address_space_parameters) {
  const uint64_t address = cpu.operand1(op), controls = cpu.operand2_rs(op);
  if (address % 8 != 0) return cpu.program_interruption(Pic::specification);
  if ((cpu.cr(14) & asn_translation) == 0) return cpu.program_interruption(Pic::special_operation);
  const Context space = cpu.space_of(op.b1);
  const auto first = TRY(cpu.fetch_in<uint64_t>(space, address));
  Wanted wanted{first >> 32, first & 0xFFFF'FFFF, (controls & 4) != 0, (controls & 2) != 0, (controls & 1) != 0};
  if (cpu.has_cr0_bit(asn_and_lx_reuse)) {
    wanted.secondary = first;
    wanted.primary = TRY(cpu.fetch_in<uint64_t>(space, cpu.wrap(address + 8)));
  }
  const auto parameters = parameters_of(cpu, wanted);
  if (!parameters) {
    if (parameters.error().code != Pic::none) return cpu.program_interruption(parameters.error().code);
    cpu.cc = parameters.error().cc;
    return Step::next;
  }
  set_primary(cpu, parameters->primary);
  cpu.cr(3) = parameters->secondary_asn_register;
  cpu.cr(7) = parameters->secondary_asce;
  cpu.control_registers_changed();
  cpu.cc = 0;
  return Step::refetch;
}

}  // namespace cpu
