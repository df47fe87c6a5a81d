#pragma once

#include <array>
#include <cstdint>
#include <expected>

#include "cpu/cpu.h"

namespace cpu {

// What PROGRAM CALL is given: 20 bits, or with ASN-and-LX reuse 32 bits when bit 44 is one (PoP ch. 5, "PC-Number Translation").
struct PcNumber {
  std::uint32_t value = 0;
  bool is_long = false;

  static PcNumber of(const Cpu& cpu, std::uint64_t second_operand);
  std::uint32_t entry_index() const { return value & 0xFF; }
};

// Entry-table entry (PoP ch. 5, "Entry-Table Entries"): 32 bytes.
class EntryTableEntry {
 public:
  // The linkage (first) table is designated in the primary ASTE; LX, LFX, LSX and EX translation and LSTE sequence exceptions.
  static std::expected<EntryTableEntry, Pic> translate(Cpu& cpu, std::uint32_t linkage_table, PcNumber number);

  std::uint16_t authorization_key_mask() const { return static_cast<std::uint16_t>(word_[2] >> 16); }
  std::uint16_t asn() const { return static_cast<std::uint16_t>(word_[2]); }
  std::uint16_t entry_key_mask() const { return static_cast<std::uint16_t>(word_[3] >> 16); }
  bool is_stacking() const { return has(31); }
  bool is_64_bit() const { return has(30); }
  bool sets_key() const { return has(28); }
  bool replaces_key_mask() const { return has(27); }
  bool replaces_extended_authorization() const { return has(26); }
  bool sets_access_register_mode() const { return has(25); }
  bool makes_new_space_secondary() const { return has(24); }
  std::uint8_t key() const { return word_[4] >> 20 & 0xF; }
  std::uint16_t extended_authorization() const { return static_cast<std::uint16_t>(word_[4]); }
  std::uint64_t aste_origin() const { return word_[5] & 0x7FFF'FFC0; }
  std::uint64_t parameter() const { return doubleword(6); }
  bool enters_problem_state() const { return (word_[1] & 1) != 0; }
  AddressingMode addressing_mode() const {
    if (is_64_bit()) return AddressingMode::a64;
    return word_[1] >> 31 != 0 ? AddressingMode::a31 : AddressingMode::a24;
  }
  std::uint64_t instruction_address() const { return (is_64_bit() ? doubleword(0) : word_[1] & 0x7FFF'FFFF) & ~1ull; }
  bool is_valid() const { return addressing_mode() != AddressingMode::a24 || instruction_address() >> 24 == 0; }

 private:
  bool has(unsigned bit) const { return (word_[4] >> bit & 1) != 0; }
  std::uint64_t doubleword(unsigned n) const { return static_cast<std::uint64_t>(word_[n]) << 32 | word_[n + 1]; }
  std::array<std::uint32_t, 8> word_{};
};

}  // namespace cpu
