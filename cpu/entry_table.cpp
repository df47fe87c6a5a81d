#include "cpu/entry_table.h"

#include "cpu/address_space.h"
#include "cpu/asn.h"

namespace cpu {
namespace {

using std::uint32_t;
using std::uint64_t;

constexpr uint32_t invalid = 0x8000'0000, long_number = 0x8'0000;

// Where the entry table is, and its length in units of 4 entries less one.
struct EntryTable {
  uint32_t designation;
  uint64_t origin() const { return designation & 0x7FFF'FFC0; }
  uint32_t length() const { return designation & 0x3F; }
};

std::expected<EntryTable, Pic> by_linkage_index(Cpu& cpu, uint32_t linkage_table, uint32_t linkage_index) {
  if (linkage_index >> 5 > (linkage_table & 0x7F)) return std::unexpected{Pic::lx_translation};
  const auto entry = control_word(cpu, (linkage_table & 0x7FFF'FF80) + linkage_index * 4);
  if (!entry) return std::unexpected{entry.error()};
  if ((*entry & invalid) != 0) return std::unexpected{Pic::lx_translation};
  return EntryTable{*entry};
}

// Linkage first index: bits 32-43 and 45-50 of the number; linkage second index: bits 51-55.
std::expected<EntryTable, Pic> by_two_indexes(Cpu& cpu, uint32_t first_table, PcNumber number) {
  const uint32_t first_left = number.is_long ? number.value >> 20 : 0, first_right = number.value >> 13 & 0x3F;
  if (first_left > (first_table & 0xFF)) return std::unexpected{Pic::lfx_translation};
  const auto first = control_word(cpu, (first_table & 0x7FFF'FF00) + (first_left << 6 | first_right) * 4);
  if (!first) return std::unexpected{first.error()};
  if ((*first & invalid) != 0) return std::unexpected{Pic::lfx_translation};
  const uint64_t second_entry = (*first & 0x7FFF'FF00) + (number.value >> 8 & 0x1F) * 8;
  const auto second = control_word(cpu, second_entry), sequence_number = control_word(cpu, second_entry + 4);
  if (!second || !sequence_number) return std::unexpected{Pic::addressing};
  if ((*second & invalid) != 0) return std::unexpected{Pic::lsx_translation};
  if (*sequence_number != 0 && *sequence_number != cpu.high32(15)) return std::unexpected{Pic::lste_sequence};
  return EntryTable{*second};
}

}  // namespace

PcNumber PcNumber::of(const Cpu& cpu, uint64_t second_operand) {
  const auto low = static_cast<uint32_t>(second_operand);
  const bool is_long = cpu.has_cr0_bit(asn_and_lx_reuse) && (low & long_number) != 0;
  return {is_long ? low : low & 0xF'FFFF, is_long};
}

std::expected<EntryTableEntry, Pic> EntryTableEntry::translate(Cpu& cpu, uint32_t linkage_table, PcNumber number) {
  const auto table = cpu.has_cr0_bit(asn_and_lx_reuse) ? by_two_indexes(cpu, linkage_table, number)
                                                       : by_linkage_index(cpu, linkage_table, number.value >> 8);
  if (!table) return std::unexpected{table.error()};
  if (number.entry_index() >> 2 > table->length()) return std::unexpected{Pic::ex_translation};
  EntryTableEntry entry;
  for (unsigned i = 0; i < entry.word_.size(); ++i) {
    const auto word = control_word(cpu, table->origin() + number.entry_index() * 32 + i * 4);
    if (!word) return std::unexpected{word.error()};
    entry.word_[i] = *word;
  }
  return entry;
}

}  // namespace cpu
