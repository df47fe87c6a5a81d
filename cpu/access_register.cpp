// Access-register translation (PoP ch. 5, "Access-Register Translation"): from an ALET to an address space, by way of an
// access list. Nothing is kept in a lookaside buffer, so PURGE ALB has nothing to do.
#include "cpu/address_space.h"
#include "cpu/cpu.h"

namespace cpu {
namespace {

// ALET: zeros, primary-list bit, ALESN, ALEN.
constexpr std::uint32_t alet_reserved = 0xFE00'0000, alet_primary_list = 0x0100'0000;
constexpr std::uint32_t primary_alet = 0, secondary_alet = 1;

}  // namespace

std::expected<ListedSpace, Pic> listed_space(Cpu& cpu, std::uint32_t alet) {
  if ((alet & alet_reserved) != 0) return std::unexpected{Pic::alet_specification};
  // The dispatchable-unit control table and the primary ASTE have their access-list designation at the same place.
  constexpr std::uint64_t designation_offset = 16, control_origin = 0x7FFF'FFC0;
  const std::uint64_t owner = ((alet & alet_primary_list) != 0 ? cpu.cr(5) : cpu.cr(2)) & control_origin;
  const auto designation = control_word(cpu, owner + designation_offset);
  if (!designation) return std::unexpected{designation.error()};
  const std::uint32_t number = alet & 0xFFFF;
  if (number >> 3 > (*designation & 0x7F)) return std::unexpected{Pic::alen_translation};
  const std::uint64_t at = (*designation & 0x7FFF'FF80) + number * 16;
  const auto control = control_word(cpu, at), origin = control_word(cpu, at + 8), sequence = control_word(cpu, at + 12);
  if (!control || !origin || !sequence) return std::unexpected{Pic::addressing};
  if (*control >> 31 != 0) return std::unexpected{Pic::alen_translation};
  if ((*control >> 16 & 0xFF) != (alet >> 16 & 0xFF)) return std::unexpected{Pic::ale_sequence};

  const auto aste = Aste::at(cpu, *origin & control_origin);
  if (!aste) return std::unexpected{aste.error()};
  if (aste->is_invalid()) return std::unexpected{Pic::aste_validity};
  if (aste->sequence_number() != *sequence) return std::unexpected{Pic::aste_sequence};
  return ListedSpace{*control, *aste};
}

std::expected<AddressSpaceChoice, Pic> Cpu::translate_alet(std::uint32_t alet, std::uint16_t extended_authorization) {
  if (alet == primary_alet) return AddressSpaceChoice{cr_[1]};
  if (alet == secondary_alet) return AddressSpaceChoice{cr_[7]};
  const auto space = listed_space(*this, alet);
  if (!space) return std::unexpected{space.error()};
  if (space->is_private() && space->authorization_index() != extended_authorization) {
    const auto authorized = space->aste.has_authority(*this, extended_authorization, Authority::secondary);
    if (!authorized) return std::unexpected{authorized.error()};
    if (!*authorized) return std::unexpected{Pic::extended_authority};
  }
  return AddressSpaceChoice{space->aste.asce(), space->is_fetch_only()};
}

// Access register 0, and no register, mean the primary space whatever the register holds.
Context Cpu::access_register_context(unsigned n) {
  constexpr unsigned no_register = 16;
  if (n == 0 || n == no_register) return context_of_alet(primary_alet, 0);
  return context_of_alet(ar_[n], n);
}

Context Cpu::context_of_alet(std::uint32_t alet, unsigned access_register) {
  if (!psw.dat) return real_context(psw.key);
  const auto found = translate_alet(alet, static_cast<std::uint16_t>(cr_[8] >> 16));
  ContextMeaning meaning{.space = AddressSpace::access_register,
                         .key = psw.key,
                         .access_register = static_cast<std::uint8_t>(access_register)};
  if (found) {
    meaning.asce = found->asce;
    meaning.fetch_only = found->fetch_only;
  } else {
    meaning.refused = found.error();
  }
  return intern(meaning);
}

std::expected<std::uint64_t, Pic> Cpu::operand_asce(unsigned access_register) {
  if (psw.as != AddressSpace::access_register) return asce_of(psw.as);
  const std::uint32_t alet = access_register == 0 || access_register > 15 ? 0 : ar_[access_register];
  const auto found = translate_alet(alet, static_cast<std::uint16_t>(cr_[8] >> 16));
  if (!found) return std::unexpected{found.error()};
  return found->asce;
}

}  // namespace cpu
