#include "cpu/address_space.h"

#include "cpu/host_access.h"
#include "cpu/storage.h"

namespace cpu {
namespace {

template <class T>
std::expected<T, Pic> control_value(Cpu& cpu, std::uint64_t real) {
  const z::AbsoluteAddress at = cpu.absolute({real});
  if (!cpu.storage().contains(at, sizeof(T))) return std::unexpected{Pic::addressing};
  return host_load<T>(cpu.storage().host(at));
}

}  // namespace

std::expected<std::uint32_t, Pic> control_word(Cpu& cpu, std::uint64_t real) { return control_value<std::uint32_t>(cpu, real); }
std::expected<std::uint64_t, Pic> control_doubleword(Cpu& cpu, std::uint64_t real) {
  return control_value<std::uint64_t>(cpu, real);
}

std::expected<Aste, Pic> Aste::at(Cpu& cpu, std::uint64_t origin) {
  Aste aste;
  aste.origin_ = origin;
  for (unsigned i = 0; i < aste.word_.size(); ++i) {
    const auto word = control_word(cpu, origin + i * 4);
    if (!word) return std::unexpected{word.error()};
    aste.word_[i] = *word;
  }
  return aste;
}

std::expected<bool, Pic> Aste::has_authority(Cpu& cpu, std::uint16_t index, Authority kind) const {
  const std::uint32_t length = word_[1] >> 4 & 0xFFF;  // in units of 4 bytes, less one
  if (index >> 4 > length) return false;
  const std::uint64_t table = word_[0] & 0x7FFF'FFFC;
  const auto word = control_word(cpu, table + (index / 16) * 4);
  if (!word) return std::unexpected{word.error()};
  const unsigned bit = index % 16 * 2 + (kind == Authority::secondary ? 1 : 0);
  return (*word >> (31 - bit) & 1) != 0;
}

std::expected<Aste, Pic> translate_asn(Cpu& cpu, std::uint16_t asn) {
  // CR14 bits 45-63 are the origin of the first table in units of 4 KiB; its entries have a word each.
  const std::uint64_t first_table = (cpu.cr(14) & 0x7'FFFF) << 12;
  const auto first = control_word(cpu, first_table + (asn >> 6) * 4u);
  if (!first) return std::unexpected{first.error()};
  if (*first >> 31 != 0) return std::unexpected{Pic::afx_translation};
  const auto aste = Aste::at(cpu, (*first & 0x7FFF'FFC0) + (asn & 0x3F) * 64u);
  if (!aste) return aste;
  if (aste->is_invalid()) return std::unexpected{Pic::asx_translation};
  return aste;
}

std::expected<std::uint64_t, Pic> asce_with_subspace(Cpu& cpu, const Aste& aste) {
  constexpr std::uint64_t subspace_group = 0x200, kept = 0xC0;  // storage-alteration-event and space-switch-event bits
  if ((aste.asce() & subspace_group) == 0) return aste.asce();
  const auto base = control_word(cpu, duct_origin(cpu) + duct::base_aste_origin);
  const auto subspace = control_word(cpu, duct_origin(cpu) + duct::subspace_aste_origin);
  const auto sequence_number = control_word(cpu, duct_origin(cpu) + duct::subspace_sequence_number);
  if (!base || !subspace || !sequence_number) return std::unexpected{Pic::addressing};
  if ((*subspace & duct::subspace_active) == 0 || (*base & duct::aste_origin) != aste.origin()) return aste.asce();
  const auto replacing = Aste::at(cpu, *subspace & duct::aste_origin);
  if (!replacing) return std::unexpected{replacing.error()};
  if (replacing->is_invalid()) return std::unexpected{Pic::aste_validity};
  if (replacing->sequence_number() != *sequence_number) return std::unexpected{Pic::aste_sequence};
  return (replacing->asce() & ~kept) | (aste.asce() & kept);
}

}  // namespace cpu
