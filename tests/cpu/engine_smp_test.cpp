#include <algorithm>

#include "cpu/saved_state.h"
#include "machine.h"

namespace cpu {
namespace {

class Smp : public testing::Test {
 protected:
  Smp() {
    machine.put_stops();
    machine.put_psw(0x800, Machine::disabled_wait, 0xE0D);
    for (unsigned n = 1; n < 4; ++n)
      machine.configuration().with_stopped(n, [&](Cpu& cpu) { cpu.set_prefix(0x10'0000 + n * 0x2000); });
    for (unsigned n = 1; n < 4; ++n) {
      machine.put_psw(0x10'0000 + n * 0x2000 + 0x800, Machine::disabled_wait, 0xE0D);
      for (const std::uint64_t at : {0x1A0, 0x1B0, 0x1D0})
        machine.put_psw(0x10'0000 + n * 0x2000 + at, Machine::disabled_wait, at);
    }
  }
  Machine machine{4};
};

TEST_F(Smp, CompareAndSwapOnFourCpusLosesNoUpdate) {
  machine.put(0x4000, {0xE3, 0x20, 0x50, 0x00, 0x00, 0x04,   // LG    2,0(5)
                       0xB9, 0x04, 0x00, 0x32,               // LGR   3,2
                       0xA7, 0x3B, 0x00, 0x01,               // AGHI  3,1
                       0xEB, 0x23, 0x50, 0x00, 0x00, 0x30,   // CSG   2,3,0(5)
                       0xA7, 0x74, 0xFF, 0xF9,               // BRC   7,*-14
                       0xA7, 0x17, 0xFF, 0xF4,               // BRCTG 1,*-24
                       0xB2, 0xB2, 0x08, 0x00});
  for (unsigned n = 0; n < 4; ++n) {
    machine.configuration().with_stopped(n, [](Cpu& cpu) {
      cpu.gr(1) = 20'000;
      cpu.gr(5) = 0x20000;
    });
    machine.begin(n, 0x4000);
  }
  machine.wait_for_end(4);
  EXPECT_EQ(machine.value(0x20000), 80'000u);
}

// CPU 1 runs in a loop whose LGHI CPU 0 rewrites: the loop must see it in the end and leave.
TEST_F(Smp, AStoreIntoCodeThatAnotherCpuExecutesIsSeenThere) {
  machine.put(0x5000, {0xA7, 0x29, 0x00, 0x01,    // LGHI  2,1
                       0xA7, 0x2B, 0xFF, 0xFE,    // AGHI  2,-2
                       0xB9, 0x04, 0x00, 0x12,    // LGR   1,2
                       0xA7, 0x1B, 0x00, 0x01,    // AGHI  1,1: 0 until the LGHI loads 2, then 1
                       0xA7, 0x17, 0xFF, 0xF8,    // BRCTG 1,*-16: falls through when R1 was 1
                       0xB2, 0xB2, 0x08, 0x00});
  machine.put(0x6000, {0x92, 0x02, 0x50, 0x03,    // MVI 3(5),2
                       0xB2, 0xB2, 0x08, 0x00});
  machine.configuration().with_stopped(0, [](Cpu& cpu) { cpu.gr(5) = 0x5000; });
  machine.begin(1, 0x5000);
  while (machine.cpu(1).instruction_count() < 1000) {
  }
  machine.begin(0, 0x6000);
  machine.wait_for_end(2);
  EXPECT_EQ(machine.cpu(1).gr(2), 0u);
}

// R1 status, R3 CPU address, order in the displacement; the parameter is in the odd register.
TEST_F(Smp, SigpStopsSensesAndStartsAnotherCpu) {
  machine.put(0x1000, {0xA7, 0xF4, 0x00, 0x00});  // CPU 1 loops (its real 0x1000 is prefixed)
  machine.put(0x10'3000, {0xA7, 0xF4, 0x00, 0x00});
  machine.put(0x4000, {0xAE, 0x23, 0x00, 0x01,    // SIGP 2,3,1: sense: running, cc 0
                       0xA7, 0x74, 0x00, 0x10,    // BRC  7,*+32 (not taken)
                       0xAE, 0x23, 0x00, 0x05,    // SIGP 2,3,5: stop
                       0xAE, 0x23, 0x00, 0x01,    // SIGP 2,3,1: until stopped
                       0xA7, 0xB4, 0xFF, 0xFE,    // BRC  11,*-4
                       0xB2, 0xB2, 0x08, 0x00});
  machine.configuration().with_stopped(0, [](Cpu& cpu) { cpu.gr(3) = 1; });
  machine.begin(1, 0x1000);
  while (machine.cpu(1).instruction_count() == 0) {
  }
  machine.run(0x4000);
  EXPECT_EQ(machine.cpu().gr32(2), 0x40u);
  EXPECT_EQ(machine.cpu(1).state(), CpuState::stopped);
}

TEST_F(Smp, SigpOfAnAbsentCpuIsNotOperational) {
  machine.put(0x4000, {0xAE, 0x23, 0x00, 0x01, 0xB2, 0xB2, 0x08, 0x00});
  machine.configuration().with_stopped(0, [](Cpu& cpu) { cpu.gr(3) = 9; });
  machine.configuration().load_psw(0, {Machine::supervisor, 0x4000});
  machine.step();
  EXPECT_EQ(machine.cpu().cc, 3);
}

TEST_F(Smp, SigpStoresTheVectorRegistersOfAStoppedCpuAsAdditionalStatus) {
  machine.put(0x4000, {0xAE, 0x46, 0x00, 0x17});  // SIGP 4,6,23: the parameter is R5
  machine.configuration().with_stopped(0, [](Cpu& cpu) {
    cpu.gr(5) = 0x20'0000;
    cpu.gr(6) = 1;
  });
  machine.configuration().with_stopped(1, [](Cpu& cpu) { cpu.vr(31) = {0x1234, 0x5678}; });
  machine.configuration().load_psw(0, {Machine::supervisor, 0x4000});
  machine.step();
  EXPECT_EQ(machine.cpu().cc, 0);
  EXPECT_EQ(machine.value(0x20'01F0), 0x1234u);
  EXPECT_EQ(machine.value(0x20'01F8), 0x5678u);
}

TEST_F(Smp, SigpSetsThePrefixOfAStoppedCpuAndRestartsItThere) {
  machine.put(0x4000, {0xAE, 0x46, 0x00, 0x0D,    // SIGP 4,6,13: set prefix; the parameter is R5
                       0xAE, 0x46, 0x00, 0x06,    // SIGP 4,6,6: restart
                       0xB2, 0xB2, 0x08, 0x00});
  machine.put_psw(0x10'81A0, Machine::disabled_wait, 0xABC);
  machine.configuration().with_stopped(0, [](Cpu& cpu) {
    cpu.gr(5) = 0x10'8000;
    cpu.gr(6) = 1;
  });
  machine.begin(0, 0x4000);
  machine.wait_for_end(2);
  EXPECT_EQ(machine.cpu(1).prefix(), 0x10'8000u);
  EXPECT_EQ(machine.cpu(1).psw.ia, 0xABCu);
}

// An idle CPU costs the host nothing when others change their page tables.
TEST_F(Smp, ACpuThatWaitsIsNotWokenToForgetTranslations) {
  constexpr std::uint64_t enabled_wait = 0x0302'0001'8000'0000;
  machine.begin(1, 0x5000, enabled_wait);
  while (!machine.cpu(1).is_waiting()) {
  }
  machine.configuration().purge_everywhere({Purge::Kind::all});
  EXPECT_FALSE(machine.cpu(1).attention().any());
}

TEST_F(Smp, ACpuThatIsStoppedWhileItRunsTransactionsIsInNone) {
  constexpr std::uint64_t transactional_execution = 1ull << 55;
  machine.put(0x5000, {0xE5, 0x60, 0x00, 0x00, 0xFF, 0x00,    // TBEGIN 0,X'FF00'
                       0xA7, 0x2B, 0x00, 0x01,                // AGHI   2,1
                       0xB2, 0xF8, 0x00, 0x00,                // TEND
                       0xA7, 0xF4, 0xFF, 0xF9});              // BRC    15,*-14
  machine.configuration().with_stopped(0, [&](Cpu& cpu) {
    cpu.cr(0) |= transactional_execution;
    cpu.control_registers_changed();
  });
  machine.begin(0, 0x5000);
  while (machine.cpu().instruction_count() < 100) {
  }
  machine.configuration().stop_all();
  EXPECT_EQ(machine.cpu().transaction(), nullptr);
}

TEST_F(Smp, PauseHoldsEveryCpuBetweenTwoInstructions) {
  machine.put(0x4000, {0xA7, 0x2B, 0x00, 0x01, 0xA7, 0xF4, 0xFF, 0xFE});  // AGHI 2,1; BRC 15,*-4
  for (unsigned n = 0; n < 3; ++n) machine.begin(n, 0x4000);
  machine.configuration().pause();
  const std::uint64_t count = machine.cpu(0).instruction_count(), value = machine.cpu(0).gr(2);
  const auto first = machine.configuration().save(), second = machine.configuration().save();
  EXPECT_EQ(first, second);
  EXPECT_EQ(machine.cpu(0).instruction_count(), count);
  EXPECT_EQ(machine.cpu(0).gr(2), value);
  machine.configuration().unpause();
  while (machine.cpu(0).instruction_count() < count + 1000) {
  }
  machine.configuration().stop_all();
}

TEST_F(Smp, RestoredCpusGoOnWhereTheSavedOnesStood) {
  machine.put(0x4000, {0xA7, 0x2B, 0x00, 0x01,    // AGHI  2,1
                       0xA7, 0x17, 0xFF, 0xFE,    // BRCTG 1,*-4
                       0xB2, 0xB2, 0x08, 0x00});
  machine.configuration().with_stopped(1, [](Cpu& cpu) {
    cpu.gr(1) = 50'000'000;
    cpu.fpr(3) = 0x1234;
    cpu.ar(7) = 0x77;
  });
  machine.begin(1, 0x4000);
  machine.configuration().post_service_signal(0x20);
  machine.clock.advance(std::chrono::seconds{5});
  machine.configuration().pause();
  const auto state = machine.configuration().save();
  const z::TodClock tod = machine.cpu().tod();

  Machine target{4};
  ASSERT_EQ(target.storage().store({0}, machine.storage().bytes(), 0), StorageCheck::none);
  target.configuration().pause();
  ASSERT_TRUE(target.configuration().restore(state));
  // The clock of the target is behind, so its epoch difference grew; the rest of the header and the CPUs are the same.
  const auto again = target.configuration().save();
  EXPECT_TRUE(std::ranges::equal(std::span{again}.subspan(sizeof(SavedConfiguration)),
                                 std::span{state}.subspan(sizeof(SavedConfiguration))));
  EXPECT_GE(target.cpu().tod(), tod);
  target.configuration().unpause();
  target.wait_for_end();
  EXPECT_EQ(target.cpu(1).gr(2), 50'000'000u);
  EXPECT_EQ(target.cpu(1).prefix(), 0x10'2000u);
  EXPECT_EQ(target.cpu(1).fpr(3), 0x1234u);
  EXPECT_EQ(target.cpu(1).ar(7), 0x77u);
  machine.configuration().unpause();
}

TEST_F(Smp, StateForAnotherNumberOfCpusIsRefused) {
  machine.configuration().pause();
  const auto state = machine.configuration().save();
  machine.configuration().unpause();
  Machine target{2};
  target.configuration().pause();
  EXPECT_FALSE(target.configuration().restore(state));
  target.configuration().unpause();
}

}  // namespace
}  // namespace cpu
