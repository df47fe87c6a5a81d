#pragma once

#include <array>
#include <cstdint>
#include <expected>

#include "cpu/cpu.h"

// Tables of the dual-address-space facility and its successors (PoP ch. 3, "ASN Translation"; ch. 5). They lie in real
// storage, and each entry that is fetched must exist.
namespace cpu {

// A word or doubleword of a control structure: a real address.
std::expected<std::uint32_t, Pic> control_word(Cpu& cpu, std::uint64_t real);
std::expected<std::uint64_t, Pic> control_doubleword(Cpu& cpu, std::uint64_t real);

enum class Authority : std::uint8_t { primary, secondary };

// ASN-second-table entry: 64 bytes, of which the first 48 have a meaning to the CPU.
class Aste {
 public:
  static std::expected<Aste, Pic> at(Cpu& cpu, std::uint64_t origin);

  std::uint64_t origin() const { return origin_; }
  bool is_invalid() const { return word_[0] >> 31 != 0; }
  bool is_base_space() const { return (word_[0] & 1) != 0; }
  std::uint16_t authorization_index() const { return static_cast<std::uint16_t>(word_[1] >> 16); }
  bool has_reserved_bits() const { return (word_[0] & 2) != 0 || (word_[1] & 0xC) != 0; }
  bool is_controlled() const { return (word_[1] & 2) != 0; }  // CA: only space-switching PC with ASN-and-LX reuse
  bool is_reusable() const { return (word_[1] & 1) != 0; }    // RA
  std::uint64_t asce() const { return static_cast<std::uint64_t>(word_[2]) << 32 | word_[3]; }
  std::uint32_t sequence_number() const { return word_[5]; }
  std::uint32_t linkage_table() const { return word_[6]; }
  std::uint32_t instance_number() const { return word_[11]; }

  // PoP ch. 3, "ASN Authorization": a bit of the authority table; beyond its end there is none.
  std::expected<bool, Pic> has_authority(Cpu& cpu, std::uint16_t index, Authority kind) const;

 private:
  std::uint64_t origin_ = 0;
  std::array<std::uint32_t, 12> word_{};
};

// PoP ch. 3, "ASN Translation": AFX or ASX translation exceptions.
std::expected<Aste, Pic> translate_asn(Cpu& cpu, std::uint16_t asn);

// Access-list entry (PoP ch. 5, "Access-List Entries") that an ALET other than 0 and 1 names, with its valid ASTE.
struct ListedSpace {
  std::uint32_t control = 0;
  Aste aste;
  bool is_fetch_only() const { return (control & 0x0200'0000) != 0; }
  bool is_private() const { return (control & 0x0100'0000) != 0; }
  std::uint16_t authorization_index() const { return static_cast<std::uint16_t>(control); }
};
std::expected<ListedSpace, Pic> listed_space(Cpu& cpu, std::uint32_t alet);

// PoP ch. 5, "Subspace-Replacement Operations": the ASCE of a space that becomes primary or secondary, which for the base space of
// a dispatchable unit that is in a subspace is mostly that of the subspace.
std::expected<std::uint64_t, Pic> asce_with_subspace(Cpu& cpu, const Aste& aste);

// The dispatchable-unit control table, by byte (PoP ch. 5, "Dispatchable-Unit Control Table").
namespace duct {
inline constexpr std::uint64_t base_aste_origin = 0, subspace_aste_origin = 4, subspace_sequence_number = 12, authority = 20,
                               return_address = 32, trap_control_block = 44;
inline constexpr std::uint32_t subspace_active = 0x8000'0000, aste_origin = 0x7FFF'FFC0;
}
inline std::uint64_t duct_origin(const Cpu& cpu) { return cpu.cr(2) & duct::aste_origin; }

// Stores into a control structure in real storage, which was found to exist.
template <class T>
Access<> store_control(Cpu& cpu, std::uint64_t real, T value) {
  return cpu.store_in<T>(cpu.real_context(0), real, value);
}

}  // namespace cpu
