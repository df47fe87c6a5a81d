#include "control_structures.h"

#include "../cpu/machine.h"

namespace cpu {
namespace {

// Real storage; PoP ch. 5 and 10 have the formats.
namespace place {
constexpr std::uint32_t duct = 0x30000, access_list = 0x30080, subspace_aste = 0x30400, authority_table = 0x30600, first_table = 0x32000,
                        second_table = 0x33000, linkage_table = 0x34000, second_linkage_table = 0x34800, entry_table = 0x35000, stack = 0x36000,
                        next_section = 0x37000, trace_table = 0x38000;
constexpr std::uint32_t aste(unsigned asn) { return second_table + asn * 64; }
}  // namespace place

constexpr unsigned own_asn = 2, other_asn = 3;
constexpr std::uint64_t subspace_group = 0x200;

void put_aste(Machine& machine, std::uint64_t at, std::uint64_t asce, std::uint32_t sequence_number) {
  machine.put_value<std::uint32_t>(at, place::authority_table);
  machine.put_value<std::uint32_t>(at + 4, 0x0005'0010);
  machine.put_value<std::uint64_t>(at + 8, asce);
  machine.put_value<std::uint32_t>(at + 16, place::access_list | 7);
  machine.put_value<std::uint32_t>(at + 20, sequence_number);
  machine.put_value<std::uint32_t>(at + 24, 0x8000'0000 | place::linkage_table | 1);
}

// Half of the entries stay as they should be; of the others one word is noise.
void put_entries(Machine& machine, std::uint64_t program, Noise& noise) {
  for (unsigned n = 0; n < 16; ++n) {
    const std::uint64_t at = place::entry_table + 32 * n;
    const auto options = static_cast<std::uint32_t>(noise.next());
    machine.put_value<std::uint32_t>(at + 4, 0x8000'0000 | static_cast<std::uint32_t>(program) | (options & 8) | (options >> 8 & 1));
    machine.put_value<std::uint32_t>(at + 8, 0xFFFF'0000 | (n % 4 < 2 ? 0 : n % 4 == 2 ? own_asn : other_asn));
    machine.put_value<std::uint32_t>(at + 12, 0xF0F0'0000);
    machine.put_value<std::uint32_t>(at + 16, options & 0x9FF0'FFFF);
    machine.put_value<std::uint32_t>(at + 20, n % 4 < 2 ? 0 : place::aste(n % 4));
    machine.put_value<std::uint64_t>(at + 24, noise.next());
    if (n >= 8) machine.put_value<std::uint32_t>(at + noise.next() % 8 * 4, static_cast<std::uint32_t>(noise.next()));
  }
}

// Header and trailer entries name the sections on both sides.
void put_stack(Machine& machine) {
  constexpr std::uint64_t room = 0x700;
  const auto put_section = [&](std::uint64_t at, std::uint64_t backward, std::uint64_t forward) {
    machine.put_value<std::uint64_t>(at, backward);
    machine.put_value<std::uint64_t>(at + 8, 9ULL << 56 | 1ULL << 48 | room << 32);
    machine.put_value<std::uint64_t>(at + 16 + room, forward);
    machine.put_value<std::uint64_t>(at + 24 + room, 10ULL << 56 | 1ULL << 48);
  };
  put_section(place::stack, 0, (place::next_section + 8) | 1);
  put_section(place::next_section, (place::stack + 24 + room) | 1, 0);
}

}  // namespace

void put_control_structures(Machine& machine, std::uint64_t segment_table, std::uint64_t program, Noise& noise) {
  machine.put_value<std::uint32_t>(place::duct, place::aste(own_asn));
  machine.put_value<std::uint32_t>(place::duct + 16, place::access_list | 7);
  for (unsigned n = 2; n < 8; ++n) {
    machine.put_value<std::uint32_t>(place::access_list + 16 * n + 8, n == 2 ? place::subspace_aste : place::aste(n % 2 == 0 ? own_asn : other_asn));
    machine.put_value<std::uint32_t>(place::access_list + 16 * n + 12, n);
  }
  put_aste(machine, place::subspace_aste, segment_table | subspace_group, 2);
  put_aste(machine, place::aste(own_asn), segment_table | subspace_group, 4);
  put_aste(machine, place::aste(other_asn), segment_table, 3);
  for (unsigned i = 0; i < 4; ++i) machine.put_value<std::uint64_t>(place::authority_table + 8 * i, noise.next() | noise.next());
  machine.put_value<std::uint32_t>(place::first_table, place::second_table);
  for (unsigned i = 0; i < 32; ++i) machine.put_value<std::uint32_t>(place::linkage_table + 4 * i, i == 0 ? place::entry_table | 3 : 0x8000'0000);
  machine.put_value<std::uint64_t>(place::second_linkage_table, std::uint64_t{place::entry_table | 3} << 32);
  put_entries(machine, program, noise);
  put_stack(machine);
}

void use_control_structures(Cpu& cpu, Noise& noise) {
  constexpr std::uint64_t secondary_space = 1 << 26, extraction_authority = 1 << 27, reuse = 1 << 19, asn_translation = 1 << 19;
  cpu.cr(0) |= secondary_space | extraction_authority | (noise.next() % 8 == 0 ? reuse : 0);
  cpu.cr(1) |= subspace_group;
  cpu.cr(2) = place::duct;
  cpu.cr(3) = 0xFFFF'0000 | own_asn;
  cpu.cr(4) = 5 << 16 | own_asn;
  cpu.cr(5) = place::aste(own_asn);
  cpu.cr(8) = 0xFFFF'FFFF;
  // Branches, modes, spaces and explicit entries; now and then at the end of a page.
  cpu.cr(12) = 0xC000'0000'0000'0003 | (place::trace_table + (noise.next() % 4 == 0 ? 0xFF0 : 0));
  cpu.cr(14) = asn_translation | place::first_table >> 12;
  cpu.cr(15) = place::stack + 8;
}

}  // namespace cpu
