#include "cpu/dat.h"

#include "cpu/host_access.h"
#include "cpu/storage.h"

namespace cpu {
namespace {

constexpr std::uint64_t invalid = 0x20, protection = 0x200, format_control = 0x400, page_invalid = 0x400,
                        page_protection = 0x200, page_reserved = 0x800, common_segment = 0x10, execution_protection = 0x100;
constexpr std::uint64_t table_origin = ~0xFFFull;

// Index of a table at level 3 (region first) to 0 (segment): 11 bits each.
constexpr unsigned index_at(std::uint64_t address, unsigned level) { return address >> (20 + 11 * level) & 0x7FF; }

constexpr Pic missing_at(unsigned level) {
  constexpr Pic codes[] = {Pic::segment_translation, Pic::region_third_translation, Pic::region_second_translation,
                           Pic::region_first_translation};
  return codes[level];
}

std::unexpected<TranslationFault> fault(Pic code, std::uint64_t entry_address = 0) {
  return std::unexpected{TranslationFault{code, entry_address}};
}

// A frame of 1 MiB or 2 GiB whose entry has, where its bit 47 says so, the key that counts instead of those in storage.
Translation large_frame(std::uint64_t entry, std::uint64_t address, std::uint64_t offset_mask, bool is_protected) {
  constexpr std::uint64_t access_control_validity = 0x1'0000;
  Translation result{{(entry & ~offset_mask) | (address & offset_mask)}, is_protected, (entry & execution_protection) != 0, is_protected};
  if ((entry & access_control_validity) != 0) result.storage_key = static_cast<std::uint8_t>(entry >> 8 & 0xF8);
  return result;
}

}  // namespace

std::expected<Translation, TranslationFault> translate(const Storage& storage, std::uint64_t asce,
                                                       std::uint64_t address, TranslationOptions options) {
  if ((asce & asce::real_space) != 0) return Translation{{address}};
  unsigned level = asce >> 2 & 3;
  // Bits to the left of what the table of the highest level covers (PoP ch. 3, "ASCE-Type Exception").
  if (level < 3 && address >> (31 + 11 * level) != 0) return fault(Pic::asce_type);

  bool is_protected = false;
  std::uint64_t origin = asce & table_origin;
  unsigned offset = 0, length = asce & 3;
  std::uint64_t entry = 0;
  for (;; --level) {
    const unsigned index = index_at(address, level);
    if (index >> 9 < offset || index >> 9 > length) 
      return std::unexpected{TranslationFault{.code = missing_at(level), .is_outside_table = true}};
    const std::uint64_t at = origin + index * 8ull;
    if (!storage.contains({at}, 8)) return fault(Pic::addressing, at);
    entry = host_load<std::uint64_t>(storage.host({at}));
    if ((entry & invalid) != 0) return fault(missing_at(level), at);
    if ((entry >> 2 & 3) != level) return fault(Pic::translation_specification, at);
    if (level == 0) {
      if ((entry & common_segment) != 0 && (asce & asce::private_space) != 0)
        return fault(Pic::translation_specification, at);
      break;
    }
    if (options.edat_1 && (entry & protection) != 0) is_protected = true;
    if (level == 1 && options.edat_2 && (entry & format_control) != 0) return large_frame(entry, address, 0x7FFF'FFFF, is_protected);
    origin = entry & table_origin;
    offset = entry >> 6 & 3;
    length = entry & 3;
  }
  if ((entry & protection) != 0) is_protected = true;
  if (options.edat_1 && (entry & format_control) != 0) return large_frame(entry, address, 0xF'FFFF, is_protected);

  const std::uint64_t at = (entry & ~0x7FFull) + (address >> 12 & 0xFF) * 8;
  if (!storage.contains({at}, 8)) return fault(Pic::addressing, at);
  entry = host_load<std::uint64_t>(storage.host({at}));
  const bool tables_protect = is_protected;
  if ((entry & page_invalid) != 0) return std::unexpected{TranslationFault{Pic::page_translation, at, tables_protect}};
  if ((entry & page_reserved) != 0) return fault(Pic::translation_specification, at);
  if ((entry & page_protection) != 0) is_protected = true;
  return Translation{{(entry & table_origin) | (address & 0xFFF)}, is_protected, (entry & execution_protection) != 0, tables_protect, at};
}

}  // namespace cpu
