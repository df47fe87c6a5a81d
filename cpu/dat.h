#pragma once

#include <cstdint>
#include <expected>
#include <optional>

#include "base/address.h"
#include "cpu/interruption_codes.h"

namespace cpu {

class Storage;

// Address-space-control element (PoP ch. 3, "Control Register 1").
namespace asce {
inline constexpr std::uint64_t private_space = 0x100, real_space = 0x20, space_switch_event = 0x40;
}

struct Translation {
  z::RealAddress real;
  bool dat_protected = false;
  bool execution_protected = false;        // instructions may not be fetched from it
  bool tables_protect = false;             // entries of segment and region tables alone
  std::uint64_t page_entry_address = 0;    // 0: there is no page table
  std::optional<std::uint8_t> storage_key{};  // access-control bits and fetch protection that a large frame has in its table entry
};

// What the control registers and the model let the tables say.
struct TranslationOptions {
  bool edat_1 = false, edat_2 = false;
};

// Why there is no translation, and where: the table entry that refused, for LRA and STRAG.
struct TranslationFault {
  Pic code;
  std::uint64_t entry_address = 0;
  bool tables_protect = false;    // when the page-table entry is invalid: those in front of it
  bool is_outside_table = false;  // the index is beyond the offset or the length of the table
};

// Dynamic address translation of one address (PoP ch. 3, "Dynamic Address Translation"). Table entries are fetched with
// absolute addresses, as the machine may.
std::expected<Translation, TranslationFault> translate(const Storage& storage, std::uint64_t asce,
                                                       std::uint64_t address, TranslationOptions options);

}  // namespace cpu
