#include "cpu/asn.h"

namespace cpu {

std::expected<NewPrimary, Pic> new_primary(Cpu& cpu, const Aste& aste, std::uint16_t asn) {
  const auto asce = asce_with_subspace(cpu, aste);
  if (!asce) return std::unexpected{asce.error()};
  const std::uint64_t asn_part = asn_register(instance_of(cpu.cr(4)), aste.authorization_index(), asn);
  return NewPrimary{*asce, aste.origin(), with_instance(cpu, asn_part, aste.instance_number())};
}

void set_primary(Cpu& cpu, const NewPrimary& space) {
  cpu.cr(1) = space.asce;
  cpu.cr(4) = space.asn_register;
  cpu.cr(5) = space.aste_origin;
}

Step space_switched(Cpu& cpu, std::uint64_t asce_before, std::uint16_t asn_before) {
  if (((asce_before | cpu.cr(1)) & asce::space_switch_event) == 0) {
    cpu.note_space_switch(asn_before);
    return Step::refetch;
  }
  const std::uint64_t old_event = (asce_before & asce::space_switch_event) != 0 ? 1ull << 31 : 0;
  return cpu.raise({.code = Pic::space_switch_event, .translation_exception = old_event | asn_before, .is_at_next = true});
}

}  // namespace cpu
