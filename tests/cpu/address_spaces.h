#pragma once

#include "machine.h"

namespace cpu {

// A machine with address spaces: pages are identical to real addresses but for page 0x40000, which each space has its own
// frame for: 0x51000 primary, 0x52000 secondary, 0x53000 home, 0x54000 the data space of the access list.
class AddressSpaces : public testing::Test {
 protected:
  static constexpr std::uint64_t common = 0x40000;
  static constexpr std::uint64_t frame(unsigned space) { return 0x50000 + space * 0x1000; }
  enum : unsigned { primary = 1, secondary = 2, home = 3, data = 4 };
  static constexpr std::uint64_t asce_of(unsigned space) { return 0x80000 + space * 0x4000; }  // one block: 512 segments
  static constexpr std::uint64_t page_table_of(unsigned space) { return 0xA0000 + space * 0x1000; }

  // Control structures in real storage.
  static constexpr std::uint64_t duct = 0x30000, access_list = 0x30080, data_aste = 0x30100, primary_aste = 0x30140,
                                 secondary_aste = 0x30180, authority_table = 0x301C0, program = 0x1000;
  static constexpr std::uint64_t dat_on = 0x0400'0001'8000'0000, access_register_mode = 0x0400'4001'8000'0000;

  AddressSpaces() {
    machine.put_stops();
    for (unsigned space = primary; space <= data; ++space) {
      for (unsigned i = 0; i < 512; ++i) machine.put_value<std::uint64_t>(asce_of(space) + i * 8, i == 0 ? page_table_of(space) : 0x20);
      for (std::uint64_t page = 0; page < 256; ++page) set_page(space, page, page << 12);
      set_page(space, common >> 12, frame(space));
    }
    // Access-list entry 2 is the data space, with ALESN 7 and ASTESN 0x1234.
    put_access_list_entry(0x0007'0000, 0x1234);
    machine.put_value<std::uint32_t>(duct + 16, access_list);
    put_aste(data_aste, asce_of(data), 0x1234, 0);
    put_aste(primary_aste, asce_of(primary), 1, 0);
    put_aste(secondary_aste, asce_of(secondary), 2, 0);
    machine.configuration().with_stopped(0, [](Cpu& cpu) {
      cpu.cr(0) = 1ull << 26;  // secondary-space control
      cpu.cr(1) = asce_of(primary);
      cpu.cr(2) = duct;
      cpu.cr(5) = primary_aste;
      cpu.cr(7) = asce_of(secondary);
      cpu.cr(13) = asce_of(home);
      cpu.control_registers_changed();
    });
  }
  void set_page(unsigned space, std::uint64_t page, std::uint64_t entry) {
    machine.put_value<std::uint64_t>(page_table_of(space) + page * 8, entry);
  }
  void put_access_list_entry(std::uint32_t control, std::uint32_t sequence_number) {
    machine.put_value<std::uint32_t>(access_list + 32, control);
    machine.put_value<std::uint32_t>(access_list + 40, data_aste);
    machine.put_value<std::uint32_t>(access_list + 44, sequence_number);
  }
  void put_aste(std::uint64_t at, std::uint64_t asce, std::uint32_t sequence_number, std::uint32_t authorization) {
    machine.put_value<std::uint32_t>(at, authority_table);
    machine.put_value<std::uint32_t>(at + 4, authorization);
    machine.put_value<std::uint64_t>(at + 8, asce);
    machine.put_value<std::uint32_t>(at + 20, sequence_number);
  }
  // Executes the instructions put at `program`.
  void execute(std::uint64_t mask = dat_on, unsigned count = 1) {
    machine.configuration().load_psw(0, {mask, program});
    machine.step(count);
  }
  std::uint16_t program_code() { return machine.value<std::uint16_t>(0x8E); }

  Machine machine;
};

}  // namespace cpu
