#include "cpu/configuration.h"
#include "cpu/control.h"
#include "cpu/instruction.h"

// Clocks (PoP ch. 4, "Timing"; ch. 7 and ch. 10).
namespace cpu {
namespace {

constexpr std::uint8_t clock_is_set = 0;

}  // namespace

Z_INSTRUCTION(store_clock) {
  TRY(cpu.probe_store(cpu.operand2_rs(op), 8));
  TRY(cpu.store<std::uint64_t>(cpu.operand2_rs(op), cpu.configuration().tod().unique(cpu.instruction_count()).value));
  cpu.cc = clock_is_set;
  return Step::next;
}

Z_INSTRUCTION(store_clock_fast) {
  TRY(cpu.store<std::uint64_t>(cpu.operand2_rs(op), cpu.tod().value));
  cpu.cc = clock_is_set;
  return Step::next;
}

Z_INSTRUCTION(store_clock_extended) {
  const std::uint64_t address = cpu.operand2_rs(op);
  TRY(cpu.probe_store(address, 16));
  // Byte 0 is the epoch index, then 104 bits of clock, then the programmable field.
  const std::uint64_t tod = cpu.configuration().tod().unique(cpu.instruction_count()).value;
  TRY(cpu.store<std::uint64_t>(address, tod >> 8));
  TRY(cpu.store<std::uint64_t>(cpu.wrap(address + 8), tod << 56 | cpu.tod_programmable()));
  cpu.cc = clock_is_set;
  return Step::next;
}

Z_INSTRUCTION(set_clock) {
  const std::uint64_t address = cpu.operand2_rs(op);
  if (address % 8 != 0) return cpu.program_interruption(Pic::specification);
  const auto value = TRY(cpu.fetch<std::uint64_t>(address));
  const std::uint64_t without_epoch = cpu.tod().value - cpu.configuration().tod().epoch();
  cpu.configuration().set_tod_epoch(value - without_epoch);
  cpu.cc = 0;
  return Step::refetch;
}

Z_INSTRUCTION(set_clock_comparator) {
  const std::uint64_t address = cpu.operand2_rs(op);
  if (address % 8 != 0) return cpu.program_interruption(Pic::specification);
  cpu.timers().set_comparator({TRY(cpu.fetch<std::uint64_t>(address))});
  cpu.check_timers();
  return Step::refetch;
}

Z_INSTRUCTION(store_clock_comparator) {
  const std::uint64_t address = cpu.operand2_rs(op);
  if (address % 8 != 0) return cpu.program_interruption(Pic::specification);
  TRY(cpu.store<std::uint64_t>(address, cpu.timers().comparator().value));
  return Step::next;
}

Z_INSTRUCTION(set_cpu_timer) {
  const std::uint64_t address = cpu.operand2_rs(op);
  if (address % 8 != 0) return cpu.program_interruption(Pic::specification);
  cpu.timers().set_cpu_timer(TRY(cpu.fetch<std::uint64_t>(address)), cpu.machine_time());
  cpu.check_timers();
  return Step::refetch;
}

Z_INSTRUCTION(store_cpu_timer) {
  const std::uint64_t address = cpu.operand2_rs(op);
  if (address % 8 != 0) return cpu.program_interruption(Pic::specification);
  TRY(cpu.store<std::uint64_t>(address, cpu.timers().cpu_timer(cpu.machine_time())));
  return Step::next;
}

Z_INSTRUCTION(set_clock_programmable_field) {
  if (cpu.gr32(0) >> 16 != 0) return cpu.program_interruption(Pic::specification);
  cpu.tod_programmable() = cpu.gr32(0);
  return Step::next;
}

Z_INSTRUCTION(extract_cpu_time) {
  const std::uint64_t first = TRY(cpu.fetch_in<std::uint64_t>(cpu.space_of(op.b1), cpu.operand1(op)));
  const std::uint64_t second = TRY(cpu.fetch_in<std::uint64_t>(cpu.space_of(op.b2), cpu.operand2_rs(op)));
  const std::uint64_t third = TRY(cpu.fetch_in<std::uint64_t>(cpu.space_of(op.r3), cpu.wrap(cpu.gr(op.r3))));
  cpu.gr(0) = first - cpu.timers().cpu_timer(cpu.machine_time());
  cpu.gr(1) = second;
  cpu.gr(op.r3) = third;
  return Step::next;
}

}  // namespace cpu
