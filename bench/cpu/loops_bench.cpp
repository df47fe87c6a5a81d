#include <benchmark/benchmark.h>

#include <initializer_list>
#include <vector>

#include "../../tests/cpu/machine.h"

// Instructions a second of short loops on one CPU. Each program counts R1 down and ends in a disabled wait.
namespace cpu {
namespace {

constexpr std::uint64_t rounds = 1'000'000;

constexpr std::uint64_t dat_on = 0x0400'0001'8000'0000;

// What the guest did before the loop. None of it may cost the loop anything.
enum class Before { nothing, recorded_events, transactions };

// Program-event recording of everything, or a transaction, in a program of its own.
void do_before(Machine& machine, Before before) {
  constexpr std::uint64_t per = 1ull << 62, transactional_execution = 1ull << 55, all_events = 0xF000'0000;
  if (before == Before::nothing) return;
  machine.put(0x2000, {0xE5, 0x60, 0x00, 0x00, 0xFF, 0x00,    // TBEGIN 0,X'FF00'
                       0xA7, 0x74, 0x00, 0x04,                // BRC   7,*+8
                       0xB2, 0xF8, 0x00, 0x00,                // TEND
                       0xB2, 0xB2, 0x08, 0x00});              // LPSWE 0x800
  machine.configuration().with_stopped(0, [&](Cpu& cpu) {
    if (before == Before::transactions) cpu.cr(0) |= transactional_execution;
    else cpu.cr(9) = all_events;
    cpu.cr(11) = ~0ull;
    cpu.control_registers_changed();
  });
  if (before == Before::transactions) machine.run(0x2000);
  else machine.run(0x200A, Machine::supervisor | per);
  machine.configuration().with_stopped(0, [](Cpu& cpu) {
    cpu.cr(9) = cpu.cr(11) = 0;
    cpu.control_registers_changed();
  });
}

void run_loop(benchmark::State& state, std::initializer_list<std::uint8_t> program, std::uint64_t mask,
              Before before_it = Before::nothing, unsigned cpus = 1) {
  Machine machine{cpus};
  machine.put_stops();
  machine.put_psw(0x800, Machine::disabled_wait, 0);
  machine.put(0x1000, program);
  // For the loops with DAT: 1 MiB of pages identical to real addresses.
  constexpr std::uint64_t segment_table = 0x10000, page_table = 0x20000;
  for (std::uint64_t i = 0; i < 2048; ++i) machine.put_value<std::uint64_t>(segment_table + i * 8, 0x20);
  machine.put_value<std::uint64_t>(segment_table, page_table);
  for (std::uint64_t page = 0; page < 256; ++page) machine.put_value<std::uint64_t>(page_table + page * 8, page << 12);
  do_before(machine, before_it);
  const std::uint64_t before = machine.cpu().instruction_count();
  for (auto _ : state) {
    machine.configuration().with_stopped(0, [](Cpu& cpu) {
      cpu.cr(1) = segment_table | 3;
      cpu.control_registers_changed();
      cpu.gr(1) = rounds;
      cpu.gr(3) = 0x40000;
    });
    machine.run(0x1000, mask);
  }
  const auto executed = static_cast<double>(machine.cpu().instruction_count() - before);
  state.counters["MIPS"] = benchmark::Counter(executed / 1e6, benchmark::Counter::kIsRate);
}

void count_down(benchmark::State& state) {
  run_loop(state, {0xA7, 0x2B, 0x00, 0x03,    // AGHI  2,3
                   0xA7, 0x17, 0xFF, 0xFE,    // BRCTG 1,*-4
                   0xB2, 0xB2, 0x08, 0x00}, Machine::supervisor);
}
BENCHMARK(count_down)->UseRealTime();

void load_and_store(benchmark::State& state, Before before, unsigned cpus) {
  run_loop(state, {0xE3, 0x20, 0x30, 0x00, 0x00, 0x04,    // LG    2,0(3)
                   0xA7, 0x2B, 0x00, 0x03,                // AGHI  2,3
                   0xE3, 0x20, 0x30, 0x00, 0x00, 0x24,    // STG   2,0(3)
                   0xB9, 0x04, 0x00, 0x42,                // LGR   4,2
                   0xA7, 0x17, 0xFF, 0xF6,                // BRCTG 1,*-20
                   0xB2, 0xB2, 0x08, 0x00}, dat_on, before, cpus);
}
BENCHMARK_CAPTURE(load_and_store, alone, Before::nothing, 1)->UseRealTime();
BENCHMARK_CAPTURE(load_and_store, after_recording, Before::recorded_events, 1)->UseRealTime();
BENCHMARK_CAPTURE(load_and_store, after_transactions, Before::transactions, 1)->UseRealTime();
BENCHMARK_CAPTURE(load_and_store, of_four_cpus, Before::nothing, 4)->UseRealTime();

// Every branch of the loop goes to another block.
void branches(benchmark::State& state) {
  run_loop(state, {0xA7, 0xF4, 0x00, 0x04,    // BRC   15,*+8
                   0xB2, 0xB2, 0x08, 0x00,
                   0xA7, 0xF4, 0x00, 0x04,    // BRC   15,*+8
                   0xB2, 0xB2, 0x08, 0x00,
                   0xA7, 0x17, 0xFF, 0xF8,    // BRCTG 1,*-16
                   0xB2, 0xB2, 0x08, 0x00}, dat_on);
}
BENCHMARK(branches)->UseRealTime();

void execute(benchmark::State& state) {
  run_loop(state, {0xA7, 0x59, 0x10, 0x0C,    // LGHI  5,0x100C
                   0xA7, 0xF4, 0x00, 0x06,    // BRC   15,*+12
                   0x00, 0x00, 0x00, 0x00,
                   0x92, 0x00, 0x3A, 0x00,    // MVI   0xA00(3),0
                   0x44, 0x00, 0x50, 0x00,    // EX    0,0(5)
                   0xA7, 0x17, 0xFF, 0xFE,    // BRCTG 1,*-4
                   0xB2, 0xB2, 0x08, 0x00}, dat_on);
}
BENCHMARK(execute)->UseRealTime();

}  // namespace
}  // namespace cpu

BENCHMARK_MAIN();
