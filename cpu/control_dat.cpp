#include "cpu/configuration.h"
#include "cpu/control.h"
#include "cpu/instruction.h"

// Translation and its tables (PoP ch. 10): LOAD REAL ADDRESS, TEST PROTECTION, INVALIDATE ..., PURGE TLB.
namespace cpu {
namespace {

constexpr std::uint64_t page_table_invalid = 0x400, table_entry_invalid = 0x20;

// Where LOAD REAL ADDRESS puts what it found: a doubleword, or a word when the operand is one and the address fits.
struct RealAddressResult {
  std::uint64_t value;
  std::uint8_t cc;
};

std::expected<RealAddressResult, Pic> load_real(Cpu& cpu, const Op& op) {
  const auto asce = cpu.operand_asce(op.b2);
  if (!asce) {
    if (!nullifies(asce.error())) return std::unexpected{asce.error()};
    return RealAddressResult{static_cast<std::uint64_t>(asce.error()), 3};
  }
  const auto found = cpu.translate_operand(*asce, cpu.operand2(op));
  if (found) return RealAddressResult{found->real.value, 0};
  const TranslationFault& fault = found.error();
  if (!nullifies(fault.code)) return std::unexpected{fault.code};
  if (!fault.is_outside_table && fault.code == Pic::segment_translation) return RealAddressResult{fault.entry_address, 1};
  if (fault.code == Pic::page_translation) return RealAddressResult{fault.entry_address, 2};
  return RealAddressResult{static_cast<std::uint64_t>(fault.code), 3};
}

}  // namespace

Z_INSTRUCTION(load_real_address_32) {
  const auto result = load_real(cpu, op);
  if (!result) return cpu.program_interruption(result.error());
  if (cpu.psw.amode == AddressingMode::a64 && result->cc == 0) {
    cpu.gr(op.r1) = result->value;
  } else if (result->cc == 3 || result->value >> 31 != 0) {
    if (result->cc == 0) return cpu.program_interruption(Pic::special_operation);
    const auto code = result->cc == 3   ? static_cast<std::uint32_t>(result->value)
                      : result->cc == 1 ? static_cast<std::uint32_t>(Pic::segment_translation)
                                        : static_cast<std::uint32_t>(Pic::page_translation);
    cpu.set_gr32(op.r1, 0x8000'0000 | code);
    cpu.cc = 3;
    return Step::next;
  } else {
    cpu.set_gr32(op.r1, static_cast<std::uint32_t>(result->value));
  }
  cpu.cc = result->cc;
  return Step::next;
}

Z_INSTRUCTION(load_real_address_64) {
  const auto result = load_real(cpu, op);
  if (!result) return cpu.program_interruption(result.error());
  if (result->cc == 3) cpu.set_gr32(op.r1, 0x8000'0000 | static_cast<std::uint32_t>(result->value));
  else cpu.gr(op.r1) = result->value;
  cpu.cc = result->cc;
  return Step::next;
}

namespace {

// The space that M4 of LOAD PAGE-TABLE-ENTRY ADDRESS names; the access register is that of the address.
std::expected<std::uint64_t, Pic> named_asce(Cpu& cpu, const Op& op) {
  enum Space : unsigned { primary, by_access_register, secondary, home, current };
  switch (op.m4()) {
    case primary: return cpu.cr(1);
    case by_access_register: {
      const auto found = cpu.translate_alet(op.r2 == 0 ? 0 : cpu.ar(op.r2), static_cast<std::uint16_t>(cpu.cr(8) >> 16));
      if (!found) return std::unexpected{found.error()};
      return found->asce;
    }
    case secondary: return cpu.cr(7);
    case home: return cpu.cr(13);
    case current: return cpu.operand_asce(op.r2);
    default: return std::unexpected{Pic::specification};
  }
}

}  // namespace

// The real address of the page-table entry; where there is no page table, of the segment-table entry (condition code 2).
Z_INSTRUCTION(load_page_table_entry_address) {
  const auto asce = named_asce(cpu, op);
  if (!asce && !is_access_register_exception(asce.error())) return cpu.program_interruption(asce.error());
  if (asce && (*asce & asce::real_space) != 0) return cpu.program_interruption(Pic::special_operation);
  const auto result = [&](std::uint64_t value, std::uint8_t cc) {
    cpu.gr(op.r1) = value;
    cpu.cc = cc;
    return Step::next;
  };
  if (!asce) return result(static_cast<std::uint64_t>(asce.error()), 3);
  const auto found = cpu.translate_operand(*asce, cpu.wrap(cpu.gr(op.r2)));
  if (found && found->page_entry_address != 0) return result(found->page_entry_address, found->tables_protect ? 1 : 0);
  if (found) return cpu.program_interruption(Pic::translation_specification);
  const TranslationFault& fault = found.error();
  if (!nullifies(fault.code)) return cpu.program_interruption(fault.code);
  if (fault.code == Pic::page_translation) return result(fault.entry_address, fault.tables_protect ? 1 : 0);
  if (fault.code == Pic::segment_translation && !fault.is_outside_table) return result(fault.entry_address, 2);
  return result(static_cast<std::uint64_t>(fault.code), 3);
}

Z_INSTRUCTION(store_real_address) {
  if (!cpu.psw.dat) return cpu.program_interruption(Pic::special_operation);
  const std::uint64_t to = cpu.operand1(op), address = cpu.operand2_rs(op);
  if (to % 8 != 0) return cpu.program_interruption(Pic::specification);
  const auto asce = cpu.operand_asce(op.b2);
  if (!asce) return cpu.raise({.code = asce.error(), .exception_access = op.b2});
  const auto found = cpu.translate_operand(*asce, address);
  if (!found)
    return cpu.raise({.code = found.error().code,
                      .translation_exception = (address & page_mask) | static_cast<std::uint64_t>(cpu.psw.as)});
  TRY(cpu.store<std::uint64_t>(to, found->real.value));
  return Step::next;
}

Z_INSTRUCTION(test_protection) {
  const std::uint8_t key = cpu.operand2_rs(op) >> 4 & 0xF;
  cpu.cc = TRY(cpu.test_protection(cpu.with_key(cpu.space_of(op.b1), key), cpu.operand1(op)));
  return Step::next;
}

namespace {

template <class T>
Step load_using_real(Cpu& cpu, const Op& op) {
  const std::uint64_t address = cpu.wrap(cpu.gr(op.r2));
  if (address % sizeof(T) != 0) return cpu.program_interruption(Pic::specification);
  const T value = TRY(cpu.fetch_in<T>(cpu.real_context(cpu.psw.key), address));
  if constexpr (sizeof(T) == 8) cpu.gr(op.r1) = value;
  else cpu.set_gr32(op.r1, value);
  return Step::next;
}

template <class T>
Step store_using_real(Cpu& cpu, const Op& op) {
  const std::uint64_t address = cpu.wrap(cpu.gr(op.r2));
  if (address % sizeof(T) != 0) return cpu.program_interruption(Pic::specification);
  TRY(cpu.store_in<T>(cpu.real_context(cpu.psw.key), address, static_cast<T>(cpu.gr(op.r1))));
  cpu.note_store_using_real_address();
  return Step::next;
}

// Sets a bit in a table entry with one interlocked update, as other CPUs may walk the table.
Access<> set_in_entry(Cpu& cpu, std::uint64_t at, std::uint64_t bit) {
  const auto entry = cpu.absolute_store({at}, 8);
  if (!entry) return Access<>::refused();
  for (auto old = host_load<std::uint64_t>(entry.value());;) {
    const auto found = host_compare_and_swap<std::uint64_t>(entry.value(), old, old | bit);
    if (found == old) return {};
    old = found;
  }
}

template <class T>
Step compare_and_swap_and_purge(Cpu& cpu, const Op& op) {
  if (op.r1 % 2 != 0) return cpu.program_interruption(Pic::specification);
  const std::uint64_t address = cpu.wrap(cpu.gr(op.r2)) & ~(sizeof(T) - 1);
  const auto expected = static_cast<T>(cpu.gr(op.r1)), desired = static_cast<T>(cpu.gr(op.r1 + 1));
  const T found = TRY(cpu.compare_and_swap<T>(address, expected, desired));
  cpu.cc = found == expected ? 0 : 1;
  if (found != expected) {
    if constexpr (sizeof(T) == 8) cpu.gr(op.r1) = found;
    else cpu.set_gr32(op.r1, found);
    return Step::next;
  }
  // Bits 62 and 63 ask to clear the ALB and the TLB.
  if ((cpu.gr(op.r2) & 3) != 0) cpu.configuration().purge_everywhere({Purge::Kind::all});
  return Step::refetch;
}

}  // namespace

Z_INSTRUCTION(load_using_real_address_32) { return load_using_real<std::uint32_t>(cpu, op); }
Z_INSTRUCTION(load_using_real_address_64) { return load_using_real<std::uint64_t>(cpu, op); }
Z_INSTRUCTION(store_using_real_address_32) { return store_using_real<std::uint32_t>(cpu, op); }
Z_INSTRUCTION(store_using_real_address_64) { return store_using_real<std::uint64_t>(cpu, op); }
Z_INSTRUCTION(compare_and_swap_and_purge_32) { return compare_and_swap_and_purge<std::uint32_t>(cpu, op); }
Z_INSTRUCTION(compare_and_swap_and_purge_64) { return compare_and_swap_and_purge<std::uint64_t>(cpu, op); }

namespace {

// M4: only this CPU's translations are cleared (local-TLB-clearing facility).
void purge(Cpu& cpu, const Op& op, Purge purge) {
  constexpr unsigned local_clearing = 1;
  if ((op.m4() & local_clearing) != 0 && cpu.model() >= Model::zec12) cpu.purge_own(purge);
  else cpu.configuration().purge_everywhere(purge);
}

// Tables by the designation-type bits of IDTE and CRDTE: 0 segment, 1-3 region third to first.
std::uint64_t index_in_table(std::uint64_t address, unsigned level) { return address >> (20 + 11 * level) & 0x7FF; }
constexpr std::uint64_t entries_of_page_table = 256;
std::uint64_t page_table_entry(std::uint64_t origin, std::uint64_t index) { return (origin & ~0x7FFull) + index * 8; }
std::uint64_t page_index(std::uint64_t address) { return address >> 12 & (entries_of_page_table - 1); }

}  // namespace

// R3, where it is one, has the number of further entries (IPTE-range facility).
Z_INSTRUCTION(invalidate_page_table_entry) {
  const std::uint64_t first = page_index(cpu.gr(op.r2)), more = op.r3 == 0 || cpu.model() < Model::z196 ? 0 : cpu.gr(op.r3) & 0xFF;
  if (first + more >= entries_of_page_table) return cpu.program_interruption(Pic::specification);
  for (std::uint64_t i = 0; i <= more; ++i)
    TRY(set_in_entry(cpu, page_table_entry(cpu.gr(op.r1), first + i), page_table_invalid));
  for (std::uint64_t i = 0; i <= more; ++i) purge(cpu, op, {Purge::Kind::page_index, cpu.gr(op.r2) + i * 4096});
  return Step::refetch;
}

// Either clears what was formed with an ASCE, or sets the invalid bit in a range of region or segment entries first.
// Everything is purged in both cases, which is more than asked for and allowed.
Z_INSTRUCTION(invalidate_dat_table_entry) {
  const std::uint64_t address = cpu.gr(op.r2);
  constexpr std::uint64_t clear_by_asce = 0x800, additional_entries = 0x7FF;
  if ((address & clear_by_asce) == 0) {
    const std::uint64_t table = cpu.gr(op.r1) & page_mask;
    std::uint64_t index = index_in_table(address, cpu.gr(op.r1) >> 2 & 3);
    const std::uint64_t count = (address & additional_entries) + 1;
    for (std::uint64_t i = 0; i < count && index < 2048; ++i, ++index)
      TRY(set_in_entry(cpu, table + index * 8, table_entry_invalid));
  }
  purge(cpu, op, {Purge::Kind::all});
  return Step::refetch;
}

// The entry of the table in R2 that the address in R2 + 1 selects, if it is what R1 has, becomes what R1 + 1 has.
Z_INSTRUCTION(compare_and_replace_dat_table_entry) {
  if (op.r1 % 2 != 0 || op.r2 % 2 != 0) return cpu.program_interruption(Pic::specification);
  const std::uint64_t designation = cpu.gr(op.r2), address = cpu.gr(op.r2 + 1u);
  constexpr std::uint64_t not_a_page_table = 0x10;
  const std::uint64_t at = (designation & not_a_page_table) == 0
                               ? page_table_entry(designation, page_index(address))
                               : (designation & page_mask) + index_in_table(address, designation >> 2 & 3) * 8;
  auto* const entry = TRY(cpu.absolute_store({at}, 8));
  const std::uint64_t expected = cpu.gr(op.r1);
  const auto found = host_compare_and_swap<std::uint64_t>(entry, expected, cpu.gr(op.r1 + 1u));
  cpu.cc = found == expected ? 0 : 1;
  if (found != expected) {
    cpu.gr(op.r1) = found;
    return Step::next;
  }
  purge(cpu, op, {Purge::Kind::all});
  return Step::refetch;
}

Z_INSTRUCTION(reset_dat_protection) {
  constexpr std::uint64_t page_protection = 0x200;
  auto* const entry = TRY(cpu.absolute_store({page_table_entry(cpu.gr(op.r1), page_index(cpu.gr(op.r2)))}, 8));
  for (auto old = host_load<std::uint64_t>(entry);;) {
    const auto found = host_compare_and_swap<std::uint64_t>(entry, old, old & ~page_protection);
    if (found == old) break;
    old = found;
  }
  purge(cpu, op, {Purge::Kind::page_index, cpu.gr(op.r2)});
  return Step::refetch;
}

Z_INSTRUCTION(purge_tlb) {
  cpu.purge_own({Purge::Kind::all});
  return Step::refetch;
}

// Access-register translation keeps nothing.
Z_INSTRUCTION(purge_alb) { return Step::refetch; }

}  // namespace cpu
