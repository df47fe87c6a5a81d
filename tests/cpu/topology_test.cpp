#include "cpu/low_core.h"
#include "machine.h"

namespace cpu {
namespace {

// Programs at 0x1000; what STORE SYSTEM INFORMATION stores is at 0x3000.
class CpuTopology : public testing::Test {
 protected:
  void run_one(std::initializer_list<std::uint8_t> instruction) {
    machine.put_stops();
    machine.put(0x1000, instruction);
    machine.configuration().load_psw(0, {Machine::supervisor, 0x1000});
    machine.step();
  }
  void perform(std::uint64_t function) {
    machine.cpu().gr(2) = function;
    run_one({0xB9, 0xA2, 0x00, 0x20});  // PTF 2
  }
  std::uint8_t store(unsigned levels) {
    machine.cpu().gr(0) = 0xF000'0001;
    machine.cpu().gr(1) = levels;
    machine.cpu().gr(3) = 0x3000;
    run_one({0xB2, 0x7D, 0x30, 0x00});  // STSI 0(3)
    return machine.cpu().cc;
  }
  Machine machine{10};
};

// 16 bytes of header; a container and an entry for eight CPUs; the same for two.
TEST_F(CpuTopology, NamesTheCpusOfEachSocket) {
  ASSERT_EQ(store(2), 0);
  EXPECT_EQ(machine.value<std::uint16_t>(0x3002), 16 + 2 * (8 + 16));
  EXPECT_EQ(machine.value(0x3004), 0x0000'0000'0808'0002u);  // eight sockets of eight; two levels
  EXPECT_EQ(machine.value(0x3010), 0x0100'0000'0000'0001u);
  EXPECT_EQ(machine.value(0x3018), 0u);
  EXPECT_EQ(machine.value(0x3020), 0xFF00'0000'0000'0000u);
  EXPECT_EQ(machine.value(0x3028), 0x0100'0000'0000'0002u);
  EXPECT_EQ(machine.value(0x3030), 8u);  // the address of its first CPU
  EXPECT_EQ(machine.value(0x3038), 0xC000'0000'0000'0000u);
}

TEST_F(CpuTopology, PutsSocketsIntoBooks) {
  ASSERT_EQ(store(3), 0);
  EXPECT_EQ(machine.value<std::uint16_t>(0x3002), 16 + 8 + 2 * (8 + 16));
  EXPECT_EQ(machine.value(0x3004), 0x0000'0004'0208'0003u);
  EXPECT_EQ(machine.value(0x3010), 0x0200'0000'0000'0001u);
  EXPECT_EQ(machine.value(0x3018), 0x0100'0000'0000'0001u);
}

TEST_F(CpuTopology, HasThreeLevelsAndNoMore) {
  EXPECT_EQ(store(1), 3);
  EXPECT_EQ(store(4), 3);
}

TEST_F(CpuTopology, LeavesOutCpusOnStandby) {
  machine.configuration().deconfigure(9);
  ASSERT_EQ(store(2), 0);
  EXPECT_EQ(machine.value(0x3038), 0x8000'0000'0000'0000u);
}

TEST_F(CpuTopology, AChangeIsReportedOnce) {
  perform(2);
  EXPECT_EQ(machine.cpu().cc, 0);
  machine.configuration().deconfigure(9);
  perform(2);
  EXPECT_EQ(machine.cpu().cc, 1);
  perform(2);
  EXPECT_EQ(machine.cpu().cc, 0);
}

TEST_F(CpuTopology, PolarizationIsAChangeThatTheEntriesShow) {
  perform(1);
  EXPECT_EQ(machine.cpu().cc, 0);
  perform(2);
  EXPECT_EQ(machine.cpu().cc, 1);
  ASSERT_EQ(store(2), 0);
  EXPECT_EQ(machine.value<std::uint8_t>(0x301C), 3);  // vertical, high entitlement
}

TEST_F(CpuTopology, PolarizingAsItIsAlreadyIsRejected) {
  perform(0);
  EXPECT_EQ(machine.cpu().cc, 2);
  EXPECT_EQ(machine.cpu().gr(2), 0x100u);
}

TEST_F(CpuTopology, AResetPolarizesHorizontally) {
  perform(1);
  machine.configuration().reset_all(Configuration::Reset::clear);
  perform(2);
  EXPECT_EQ(machine.cpu().cc, 0);
  perform(0);
  EXPECT_EQ(machine.cpu().cc, 2);
}

TEST_F(CpuTopology, AnUnknownFunctionIsASpecificationException) {
  perform(3);
  EXPECT_EQ(machine.value<std::uint16_t>(low_core::program_code + 2), 6);
}

TEST_F(CpuTopology, AVirtualMachineIsNotPolarized) {
  machine.environment.level = 3;
  perform(1);
  EXPECT_EQ(machine.cpu().cc, 2);
  EXPECT_EQ(machine.cpu().gr(2), 1u);
}

}  // namespace
}  // namespace cpu
