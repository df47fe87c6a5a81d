#include <algorithm>
#include <thread>

#include "cpu/storage_key.h"
#include "machine.h"

namespace cpu {
namespace {

// Tables built by hand: a segment table at 0x10000 whose first entry has its page table at 0x20000, pages identical to
// real addresses unless a test changes an entry.
class DynamicTranslation : public testing::Test {
 protected:
  static constexpr std::uint64_t segment_table = 0x10000, page_table = 0x20000;
  static constexpr std::uint64_t dat_on = 0x0400'0001'8000'0000;

  DynamicTranslation() {
    machine.put_stops();
    machine.put_psw(0x800, Machine::disabled_wait, 0xE0D);
    for (std::uint64_t i = 0; i < 2048; ++i) machine.put_value<std::uint64_t>(segment_table + i * 8, 0x20);
    machine.put_value<std::uint64_t>(segment_table, page_table);
    for (std::uint64_t page = 0; page < 256; ++page) set_page(page, page << 12);
    machine.put(0x1000, {0xE3, 0x20, 0x30, 0x00, 0x00, 0x04,   // LG  2,0(3)
                         0xE3, 0x20, 0x30, 0x08, 0x00, 0x24,   // STG 2,8(3)
                         0xB2, 0xB2, 0x08, 0x00});             // LPSWE 0x800
    machine.configuration().with_stopped(0, [](Cpu& cpu) {
      cpu.cr(1) = segment_table | 3;  // segment table of full length
      cpu.control_registers_changed();
    });
  }
  void set_page(std::uint64_t page, std::uint64_t entry) {
    machine.put_value<std::uint64_t>(page_table + page * 8, entry);
  }
  void set_control(unsigned n, std::uint64_t value) {
    machine.configuration().with_stopped(0, [&](Cpu& cpu) {
      cpu.cr(n) = value;
      cpu.control_registers_changed();
    });
  }
  void run_on(std::uint64_t address, std::uint64_t mask = dat_on) {
    machine.configuration().with_stopped(0, [&](Cpu& cpu) { cpu.gr(3) = address; });
    machine.run(0x1000, mask);
  }
  std::uint16_t program_code() { return machine.value<std::uint16_t>(0x8E); }

  Machine machine;
};

TEST_F(DynamicTranslation, AccessGoesWhereThePageTableSays) {
  set_page(0x40, 0x41000);
  machine.put_value<std::uint64_t>(0x41100, 0x1122'3344'5566'7788);
  run_on(0x40100);
  EXPECT_EQ(machine.value(0x41108), 0x1122'3344'5566'7788u);
}

TEST_F(DynamicTranslation, AnInvalidPageNullifiesWithItsAddressInTheTeid) {
  set_page(0x40, 0x41000 | 0x400);
  run_on(0x40FF8);
  EXPECT_EQ(program_code(), 0x11);
  EXPECT_EQ(machine.value(0xA8), 0x40000u | 0x800);  // fetch, primary space
  EXPECT_EQ(machine.value(0x158), 0x1000u);          // at the instruction
}

TEST_F(DynamicTranslation, AnOperandOverTwoPagesIsRefusedAsAWhole) {
  set_page(0x41, 0x41000 | 0x400);
  machine.put_value<std::uint64_t>(0x40FF4, 0x0102'0304'0506'0708);
  run_on(0x40FF4);  // the fetch fits, the store at 0x40FFC crosses
  EXPECT_EQ(program_code(), 0x11);
  EXPECT_EQ(machine.value(0xA8), 0x41000u | 0x400);
  EXPECT_EQ(machine.value<std::uint32_t>(0x40FFC), 0u);
}

TEST_F(DynamicTranslation, AnInvalidSegmentAndAnAddressBeyondTheTableHaveTheirOwnCodes) {
  run_on(0x0010'0000);
  EXPECT_EQ(program_code(), 0x10);
  run_on(0x1'0000'0000);
  EXPECT_EQ(program_code(), 0x38);
}

TEST_F(DynamicTranslation, AProtectedPageSuppressesAStore) {
  set_page(0x40, 0x41000 | 0x200);
  run_on(0x40000);
  EXPECT_EQ(program_code(), 0x04);
  EXPECT_EQ(machine.value(0xA8), 0x40000u | 0x400 | 4);
  EXPECT_EQ(machine.value(0x158), 0x100Cu);  // behind the STG
}

TEST_F(DynamicTranslation, ALargePageNeedsEdat) {
  machine.put_value<std::uint64_t>(segment_table + 8, 0x20'0000 | 0x400);
  machine.put_value<std::uint64_t>(0x20'1230, 77);
  set_control(0, 0xE0 | 1ull << 23);
  run_on(0x10'1230);
  EXPECT_EQ(machine.value(0x20'1238), 77u);
}

TEST_F(DynamicTranslation, ALargePageMayHaveItsKeyInTheSegmentTable) {
  machine.put_value<std::uint64_t>(segment_table + 8, 0x20'0000 | 0x1'0000 | 0x9800 | 0x400);  // key 9, fetch-protected
  set_control(0, 1ull << (63 - 40));
  run_on(0x10'1230, dat_on | 0x0080ull << 48);
  EXPECT_EQ(program_code(), 0x04);
  run_on(0x10'1230, dat_on | 0x0090ull << 48);
  EXPECT_EQ(machine.cpu().psw.ia, 0xE0Du);
}

TEST_F(DynamicTranslation, ARegionThirdTableEntryMayBeAFrameOf2GiB) {
  constexpr std::uint64_t region_third_table = 0x30000;
  for (std::uint64_t i = 0; i < 2048; ++i) machine.put_value<std::uint64_t>(region_third_table + i * 8, 0x24);
  machine.put_value<std::uint64_t>(region_third_table, segment_table | 0x4 | 3);
  machine.put_value<std::uint64_t>(region_third_table + 8, 0x4 | 0x400);  // the frame at 0
  machine.put_value<std::uint64_t>(0x40100, 0x55);
  set_control(1, region_third_table | 4 | 3);
  set_control(0, 1ull << (63 - 40));
  run_on(0x8004'0100);
  EXPECT_EQ(machine.value(0x40108), 0x55u);
}

TEST_F(DynamicTranslation, InstructionsAreNotFetchedFromAnExecutionProtectedPage) {
  set_page(0x1, 0x1000 | 0x100);
  run_on(0x40000);  // the control is off
  EXPECT_EQ(machine.cpu().psw.ia, 0xE0Du);
  set_control(0, 1ull << (63 - 20));
  run_on(0x40000);
  EXPECT_EQ(program_code(), 0x04);
  EXPECT_EQ(machine.value(0xA8), 0x1000u | 0x800 | 0x84);
  EXPECT_EQ(machine.value(0x158), 0x1000u + 2);  // suppressed: behind two bytes, which is all that is known of the length
}

TEST_F(DynamicTranslation, AnExecutionProtectedPageHoldsOperands) {
  set_page(0x40, 0x40000 | 0x100);
  set_control(0, 1ull << (63 - 20));
  machine.put_value<std::uint64_t>(0x40100, 0x66);
  run_on(0x40100);
  EXPECT_EQ(machine.value(0x40108), 0x66u);
}

TEST_F(DynamicTranslation, RegionTablesAreWalkedFromTheLevelOfTheAsce) {
  // Region second at 0x30000, third at 0x34000; the address has RSX 1, RTX 2, SX 0, PX X'40'.
  machine.put_value<std::uint64_t>(0x30000 + 8, 0x34000 | 2 << 2 | 3);
  machine.put_value<std::uint64_t>(0x34000 + 16, segment_table | 1 << 2 | 3);
  for (const std::uint64_t address : {0x30010, 0x34018}) machine.put_value<std::uint64_t>(address, 0x20);
  // The program itself is at 0, which must stay mapped.
  machine.put_value<std::uint64_t>(0x30000, 0x38000 | 2 << 2 | 3);
  machine.put_value<std::uint64_t>(0x38000, segment_table | 1 << 2 | 3);
  machine.put_value<std::uint64_t>(0x40010, 99);
  set_control(1, 0x30000 | 2 << 2 | 3);
  run_on(0x0000'0400'0000'0000 | 2ull << 31 | 0x40010);
  EXPECT_EQ(machine.value(0x40018), 99u);
  run_on(0x0000'0400'0000'0000 | 3ull << 31);
  EXPECT_EQ(program_code(), 0x3B);
  run_on(0x0000'0800'0000'0000);
  EXPECT_EQ(program_code(), 0x3A);
}

TEST_F(DynamicTranslation, IpteTakesEffectOnTheNextAccess) {
  machine.put(0x1800, {0xE3, 0x20, 0x30, 0x00, 0x00, 0x04,   // LG   2,0(3)
                       0xB2, 0x21, 0x00, 0x43,               // IPTE 4,3
                       0xE3, 0x20, 0x30, 0x00, 0x00, 0x04,   // LG   2,0(3)
                       0xB2, 0xB2, 0x08, 0x00});
  machine.configuration().with_stopped(0, [&](Cpu& cpu) {
    cpu.gr(3) = 0x40000;
    cpu.gr(4) = page_table;
  });
  machine.run(0x1800, dat_on);
  EXPECT_EQ(program_code(), 0x11);
  EXPECT_EQ(machine.value(0x158), 0x180Au);
  EXPECT_EQ(machine.value(page_table + 0x40 * 8), 0x40400u);
}

TEST_F(DynamicTranslation, LowAddressProtectionGuardsTheFirst512BytesOfTwoPages) {
  set_control(0, 0xE0 | 1ull << 28);
  run_on(0x1F0);
  EXPECT_EQ(program_code(), 0x04);
  EXPECT_EQ(machine.value(0xA8) & 4, 0u);
  machine.put_value<std::uint16_t>(0x8E, 0);
  run_on(0x200);
  EXPECT_EQ(program_code(), 0);
  run_on(0x11F0, Machine::supervisor);
  EXPECT_EQ(program_code(), 0x04);
}

TEST_F(DynamicTranslation, APrivateSpaceHasNoLowAddressProtection) {
  set_control(0, 0xE0 | 1ull << 28);
  set_control(1, segment_table | 3 | 0x100);
  run_on(0x1F0);
  EXPECT_EQ(program_code(), 0);
}

TEST_F(DynamicTranslation, AKeyMismatchRefusesStoresAndWithFetchProtectionFetches) {
  machine.storage().set_key(z::FrameIndex{0x40}, 0x30);
  machine.storage().set_key(z::FrameIndex{1}, 0x10);
  const std::uint64_t key_1 = 0x0010'0001'8000'0000;
  run_on(0x40000, key_1);
  EXPECT_EQ(program_code(), 0x04);
  EXPECT_EQ(machine.value(0x158), 0x100Cu);  // the store
  machine.storage().set_key(z::FrameIndex{0x40}, 0x38);
  run_on(0x40000, key_1);
  EXPECT_EQ(machine.value(0x158), 0x1006u);  // the fetch
}

TEST_F(DynamicTranslation, AccessSetsReferenceAndStoreSetsChange) {
  machine.storage().set_key(z::FrameIndex{0x40}, 0);
  machine.put(0x1800, {0xE3, 0x20, 0x30, 0x00, 0x00, 0x04, 0xB2, 0xB2, 0x08, 0x00});
  machine.configuration().with_stopped(0, [&](Cpu& cpu) { cpu.gr(3) = 0x40000; });
  machine.run(0x1800);
  EXPECT_EQ(machine.storage().key(z::FrameIndex{0x40}), storage_key::reference);
  run_on(0x40000);
  EXPECT_EQ(machine.storage().key(z::FrameIndex{0x40}), storage_key::reference | storage_key::change);
}

TEST_F(DynamicTranslation, PrefixingExchangesTheFirst8KiB) {
  machine.configuration().with_stopped(0, [](Cpu& cpu) { cpu.set_prefix(0x8000); });
  machine.put_value<std::uint64_t>(0x8700, 5);
  machine.put_psw(0x8800, Machine::disabled_wait, 0xE0D);
  machine.put(0x9000, {0xE3, 0x20, 0x07, 0x00, 0x00, 0x04, 0xB2, 0xB2, 0x08, 0x00});  // at real 0x1000
  machine.run(0x1000);
  EXPECT_EQ(machine.cpu().gr(2), 5u);
}

TEST(Storage, ChecksAddressAndKeyBeforeMovingAnything) {
  Machine machine;
  const std::array<std::byte, 8> bytes{std::byte{1}};
  EXPECT_EQ(machine.storage().store({machine.storage().size() - 4}, bytes, 0), StorageCheck::addressing);
  machine.storage().set_key(z::FrameIndex{3}, 0x20);
  EXPECT_EQ(machine.storage().store({0x2FFC}, bytes, 0x1), StorageCheck::protection);
  EXPECT_EQ(machine.value<std::uint32_t>(0x2FFC), 0u);
}

TEST(Storage, ASliceHasTheBytesOfItsParentAndKeysOfItsOwn) {
  Machine machine;
  const auto slice = *Storage::slice(machine.storage(), {0x10'0000}, {1 << 20});
  const std::array<std::byte, 1> bytes{std::byte{7}};
  ASSERT_EQ(slice->store({0x2000}, bytes, 0), StorageCheck::none);
  EXPECT_EQ(machine.value<std::uint8_t>(0x10'2000), 7);
  slice->set_key(z::FrameIndex{2}, 0x50);
  EXPECT_EQ(machine.storage().key(z::FrameIndex{0x102}), 0);
}

TEST(DirtyPages, AHarvestIsExactlyWhatWasWrittenSinceTheLastOne) {
  Machine machine;
  machine.put_stops();
  machine.put_psw(0x800, Machine::disabled_wait, 0xE0D);
  machine.put(0x1000, {0xE3, 0x20, 0x30, 0x00, 0x00, 0x24, 0xB2, 0xB2, 0x08, 0x00});  // STG 2,0(3)
  const auto store_at = [&](std::uint64_t address) {
    machine.configuration().with_stopped(0, [&](Cpu& cpu) { cpu.gr(3) = address; });
    machine.run(0x1000);
  };
  store_at(0x30000);
  machine.storage().begin_dirty_tracking();
  EXPECT_TRUE(machine.storage().harvest_dirty().empty());
  store_at(0x30000);
  machine.put_value<std::uint8_t>(0x50000, 1);
  EXPECT_EQ(machine.storage().harvest_dirty(), (std::vector{z::FrameIndex{0x30}, z::FrameIndex{0x50}}));
  EXPECT_TRUE(machine.storage().harvest_dirty().empty());
}

// A CPU counts up in a page while passes copy what they harvest: after the CPU has stopped, one more pass makes the copy
// complete, whatever was torn on the way.
TEST(DirtyPages, NoStoreIsLostWhilePassesRun) {
  Machine machine;
  machine.put_stops();
  machine.put_psw(0x800, Machine::disabled_wait, 0xE0D);
  machine.put(0x1000, {0xA7, 0x2B, 0x00, 0x01,              // AGHI 2,1
                       0xE3, 0x20, 0x30, 0x00, 0x00, 0x24,  // STG  2,0(3)
                       0xA7, 0x3B, 0x10, 0x08,              // AGHI 3,4104: another page each time
                       0xA7, 0x17, 0xFF, 0xF9,              // BRCTG 1,*-14
                       0xE3, 0x10, 0x09, 0x00, 0x00, 0x04,  // LG   1,0x900
                       0xE3, 0x30, 0x09, 0x08, 0x00, 0x04,  // LG   3,0x908
                       0xA7, 0x4B, 0xFF, 0xFF,              // AGHI 4,-1
                       0xA7, 0x47, 0xFF, 0xEE,              // BRCTG 4,*-36
                       0xB2, 0xB2, 0x08, 0x00});
  machine.put_value<std::uint64_t>(0x900, 16);
  machine.put_value<std::uint64_t>(0x908, 0x40000);
  std::vector<std::byte> copy{machine.storage().bytes().begin(), machine.storage().bytes().end()};
  const auto pass = [&] {
    for (const auto frame : machine.storage().harvest_dirty()) {
      const auto page = machine.storage().bytes().subspan(frame.value * z::page_size, z::page_size);
      for (std::size_t i = 0; i < page.size(); i += 8) {
        const auto value = host_load<std::uint64_t>(page.data() + i);
        z::be64::store(copy.data() + frame.value * z::page_size + i, value);
      }
    }
  };
  machine.storage().begin_dirty_tracking();
  machine.configuration().with_stopped(0, [](Cpu& cpu) {
    cpu.gr(1) = 16;
    cpu.gr(3) = 0x40000;
    cpu.gr(4) = 40'000;
  });
  machine.begin(0, 0x1000);
  while (machine.environment.ended == 0) pass();
  machine.wait_for_end();
  pass();
  EXPECT_TRUE(std::ranges::equal(copy, machine.storage().bytes()));
}

}  // namespace
}  // namespace cpu
