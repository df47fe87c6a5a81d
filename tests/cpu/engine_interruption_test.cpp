#include "machine.h"

namespace cpu {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t comparator_mask = 1ull << 11;  // CR0 bit 52

class Interruption : public testing::Test {
 protected:
  // New PSWs wait at an address that names the class; the program loops at 0x1000 with everything enabled.
  static constexpr std::uint64_t enabled = 0x0304'0001'8000'0000, enabled_wait = 0x0306'0001'8000'0000;

  Interruption() {
    machine.put_stops();
    machine.put(0x1000, {0xA7, 0xF4, 0x00, 0x00});  // BRC 15,*
    set_masks(0xFFFF, 0xFF00'0000, 0x1000'0000);
  }
  void set_masks(std::uint64_t cr0, std::uint64_t cr6, std::uint64_t cr14) {
    machine.configuration().with_stopped(0, [&](Cpu& cpu) {
      cpu.cr(0) = cr0;
      cpu.cr(6) = cr6;
      cpu.cr(14) = cr14;
      cpu.timers().set_comparator({~0ull});
      cpu.control_registers_changed();
    });
  }
  std::uint64_t run(std::uint64_t mask = enabled) {
    machine.run(0x1000, mask);
    return machine.cpu().psw.ia;
  }
  std::uint16_t external_code() { return machine.value<std::uint16_t>(0x86); }

  Machine machine;
};

TEST_F(Interruption, IoStoresItsThreeWordsAndTheOldPsw) {
  machine.environment.pending_isc = 0x10;
  EXPECT_EQ(run(), 0x1F0u);
  EXPECT_EQ(machine.value<std::uint32_t>(0xB8), 0x0001'0005u);
  EXPECT_EQ(machine.value<std::uint32_t>(0xBC), 0xCAFE'F00Du);
  EXPECT_EQ(machine.value<std::uint32_t>(0xC0), 0x1800'0000u);
  EXPECT_EQ(machine.value(0x170), enabled);
  EXPECT_EQ(machine.value(0x178), 0x1000u);
}

// Linux has low-address protection on all the time.
TEST_F(Interruption, TpiAndStflStoreInTheLowCoreInSpiteOfItsProtection) {
  constexpr std::uint64_t low_address_protection = 1ull << 28, all_subclasses = 0xFF00'0000;
  set_masks(low_address_protection, all_subclasses, 0);
  machine.environment.pending_isc = 0x10;
  machine.put(0x1000, {0xB2, 0x36, 0x00, 0x00,    // TPI 0
                       0xB2, 0xB1, 0x00, 0x00});  // STFL 0
  machine.put(0x1008, {0x82, 0x00, 0x20, 0x00});  // LPSW 0(2)
  machine.put_value<std::uint64_t>(0x2000, 0x000A'0000'8000'0000);
  machine.configuration().with_stopped(0, [](Cpu& cpu) { cpu.gr(2) = 0x2000; });
  EXPECT_EQ(run(Machine::supervisor), 0u);
  EXPECT_EQ(machine.value<std::uint32_t>(0xB8), 0x0001'0005u);
  EXPECT_EQ(machine.value<std::uint32_t>(0xBC), 0xCAFE'F00Du);
  EXPECT_EQ(machine.value<std::uint32_t>(0xC0), 0x1800'0000u);
  EXPECT_NE(machine.value<std::uint32_t>(0xC8), 0u);
}

TEST_F(Interruption, AnIoInterruptionOfADisabledSubclassStaysPending) {
  set_masks(0xFFFF, 0x0800'0000, 0);
  machine.environment.pending_isc = 0x10;
  machine.configuration().press_interrupt_key();
  EXPECT_EQ(run(), 0x1B0u);
  EXPECT_EQ(machine.environment.pending_isc, 0x10);
}

TEST_F(Interruption, TheOrderIsMachineCheckThenExternalThenIo) {
  machine.environment.pending_isc = 0x10;
  machine.configuration().press_interrupt_key();
  machine.configuration().channel_report_pending();
  EXPECT_EQ(run(), 0x1E0u);
  EXPECT_EQ(machine.value(0xE8), 0x0040'0F1D'4033'0000u);
  EXPECT_EQ(run(), 0x1B0u);
  EXPECT_EQ(external_code(), 0x0040);
  EXPECT_EQ(run(), 0x1F0u);
}

TEST_F(Interruption, AMachineCheckLeavesTheVectorRegistersInTheExtendedSaveArea) {
  machine.put_value<std::uint64_t>(0x11B0, 0x20'0000);
  machine.cpu().vr(0) = {1, 2};
  machine.cpu().vr(31) = {3, 4};
  machine.configuration().channel_report_pending();
  EXPECT_EQ(run(), 0x1E0u);
  EXPECT_EQ(machine.value(0xE8), 0x0040'0F5D'4033'0000u) << "bit 25: vector registers are valid";
  EXPECT_EQ(machine.value(0x20'0000), 1u);
  EXPECT_EQ(machine.value(0x20'0008), 2u);
  EXPECT_EQ(machine.value(0x20'01F0), 3u);
  EXPECT_EQ(machine.value(0x20'01F8), 4u);
}

TEST_F(Interruption, AnExtendedSaveAreaOfTwoKilobytesHasTheGuardedStorageRegistersToo) {
  machine.put_value<std::uint64_t>(0x11B0, 0x20'000B);
  machine.cpu().guarded_storage() = {.designation = 0x1111, .section_mask = 0x2222, .parameter_list = 0x3333};
  machine.configuration().channel_report_pending();
  EXPECT_EQ(run(), 0x1E0u);
  EXPECT_EQ(machine.value(0xE8), 0x0040'0F5D'4833'0000u) << "bit 36: guarded-storage registers are valid";
  EXPECT_EQ(machine.value(0x20'0408), 0x1111u);
  EXPECT_EQ(machine.value(0x20'0410), 0x2222u);
  EXPECT_EQ(machine.value(0x20'0418), 0x3333u);
}

TEST_F(Interruption, ExternalConditionsAreTakenInTheirOrder) {
  machine.configuration().post_service_signal(0x1230);
  machine.cpu().external().add_external_call(0);
  machine.cpu().external().add_emergency_signal(0);
  machine.configuration().press_interrupt_key();
  for (const std::uint16_t code : {0x0040, 0x1201, 0x1202, 0x2401}) {
    EXPECT_EQ(run(), 0x1B0u);
    EXPECT_EQ(external_code(), code);
  }
  EXPECT_EQ(machine.value<std::uint32_t>(0x80), 0x1230u);
}

TEST_F(Interruption, AServiceSignalWakesAWaitingCpu) {
  machine.begin(0, 0x1000, enabled_wait);
  machine.configuration().post_service_signal(0x10);
  machine.wait_for_end();
  EXPECT_EQ(external_code(), 0x2401);
}

TEST_F(Interruption, TheClockComparatorInterruptsWhenTheClockHasPassedIt) {
  const auto due = z::tod_units(1ms);
  machine.configuration().with_stopped(0, [&](Cpu& cpu) {
    cpu.timers().set_comparator({cpu.tod().value + due});
    cpu.timers().set_cpu_timer(1000 * due, cpu.machine_time());  // else it is negative first
    cpu.check_timers();
  });
  machine.begin(0, 0x1000, enabled_wait);
  machine.clock.advance(1ms);
  machine.configuration().time_changed();
  machine.clock.advance(1us);
  machine.configuration().time_changed();
  machine.wait_for_end();
  EXPECT_EQ(external_code(), 0x1004);
}

TEST_F(Interruption, TheCpuTimerInterruptsWhileNegativeAndRunsInTheWaitState) {
  machine.configuration().with_stopped(0, [&](Cpu& cpu) {
    cpu.timers().set_cpu_timer(z::tod_units(1ms), cpu.machine_time());
    cpu.check_timers();
  });
  machine.clock.advance(5ms);  // stopped: does not count
  machine.begin(0, 0x1000, enabled_wait);
  machine.clock.advance(1001us);
  machine.configuration().time_changed();
  machine.wait_for_end();
  EXPECT_EQ(external_code(), 0x1005);
}

TEST_F(Interruption, InInstructionTimingAWaitingCpuSkipsToItsTimer) {
  Machine timed{1, Timing::instructions};
  timed.put_stops();
  timed.configuration().with_stopped(0, [](Cpu& cpu) {
    cpu.cr(0) |= comparator_mask;
    cpu.control_registers_changed();
    cpu.timers().set_comparator({cpu.tod().value + (1ull << 40)});
  });
  timed.run(0x1000, enabled_wait);
  EXPECT_EQ(timed.value<std::uint16_t>(0x86), 0x1004);
}

TEST_F(Interruption, InInstructionTimingALoopIsInterruptedAtTheSameInstructionEachTime) {
  const auto count = [] {
    Machine timed{1, Timing::instructions};
    timed.put_stops();
    timed.put(0x1000, {0xA7, 0x2B, 0x00, 0x01, 0xA7, 0xF4, 0xFF, 0xFE});  // AGHI 2,1; BRC 15,*-4
    timed.configuration().with_stopped(0, [](Cpu& cpu) {
      cpu.cr(0) |= comparator_mask;
      cpu.control_registers_changed();
      cpu.timers().set_comparator({cpu.tod().value + z::tod_units(100us)});
    });
    timed.run(0x1000, enabled);
    return timed.cpu().gr(2);
  };
  const std::uint64_t first = count();
  EXPECT_NEAR(static_cast<double>(first), 100.0 * 100 / 2, 4);
  EXPECT_EQ(count(), first);
}

TEST_F(Interruption, RestartSwapsThePswOfAStoppedCpuAndStartsIt) {
  machine.configuration().load_psw(0, {Machine::supervisor, 0x1234});
  machine.configuration().restart(0);
  machine.wait_for_end();
  EXPECT_EQ(machine.cpu().psw.ia, 0x1A0u);
  EXPECT_EQ(machine.value(0x128), 0x1234u);
}

TEST_F(Interruption, AHostTimerWakesACpuByItself) {
  z::HostClock clock;
  QuietEnvironment environment;
  const auto storage = *Storage::create({1 << 20});
  const auto configuration = *Configuration::create(*storage, environment, clock, {.cpus = 1, .timing = Timing::host});
  std::array<std::byte, 16> psw;
  z::be64::store(psw.data(), Machine::disabled_wait);
  z::be64::store(psw.data() + 8, 0x1B0);
  ASSERT_EQ(storage->store({0x1B0}, psw, 0), StorageCheck::none);
  configuration->with_stopped(0, [](Cpu& cpu) {
    cpu.cr(0) |= comparator_mask;
    cpu.control_registers_changed();
    cpu.timers().set_comparator({cpu.tod().value + z::tod_units(2ms)});
    cpu.check_timers();
  });
  configuration->load_psw(0, {enabled_wait, 0x1000});
  configuration->start(0);
  environment.ended.wait(0);
  configuration->stop(0);
  EXPECT_EQ(configuration->cpu(0).psw.ia, 0x1B0u);
}

// Its DIAGNOSE waits for something that never comes.
class PatientEnvironment : public QuietEnvironment {
 public:
  Step diagnose(Cpu& cpu, const Op&) override {
    cpu.wait_for_attention();
    return Step::repeat;
  }
};

TEST(WaitingInstruction, ATimerOfItsCpuInterruptsIt) {
  const z::HostClock clock;
  PatientEnvironment environment;
  const auto storage = *Storage::create({1 << 20});
  const auto configuration = *Configuration::create(*storage, environment, clock, {.cpus = 1, .timing = Timing::host});
  const auto put = [&](std::uint64_t at, std::uint64_t value) {
    std::array<std::byte, 8> bytes;
    z::Be<std::uint64_t>::store(bytes.data(), value);
    ASSERT_EQ(storage->store({at}, bytes, 0), StorageCheck::none);
  };
  put(0x1B0, Machine::disabled_wait);
  put(0x1B8, 0x1B0);
  put(0x1000, 0x83000000'07070707);  // DIAG 0,0,0
  configuration->with_stopped(0, [&](Cpu& cpu) {
    cpu.cr(0) = comparator_mask;
    cpu.timers().set_comparator({cpu.tod().value + z::tod_units(1ms)});
    cpu.control_registers_changed();
    cpu.check_timers();
  });
  configuration->load_psw(0, {0x0100'0001'8000'0000, 0x1000});
  configuration->start(0);
  environment.ended.wait(0);
  configuration->stop_all();
  EXPECT_EQ(z::Be<std::uint16_t>::load(storage->host({0x86})), 0x1004);
  EXPECT_EQ(z::Be<std::uint64_t>::load(storage->host({0x138})), 0x1000u) << "the instruction has not ended";
}

}  // namespace
}  // namespace cpu
