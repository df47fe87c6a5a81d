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

}  // namespace cpu
