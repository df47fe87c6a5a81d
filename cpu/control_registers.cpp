#include "cpu/control.h"
#include "cpu/environment.h"
#include "cpu/instruction.h"
#include "cpu/storage.h"

// Control registers, prefix and identity (PoP ch. 10).
namespace cpu {
namespace {

template <class T>
Step load_control(Cpu& cpu, const Op& op) {
  const std::uint64_t address = cpu.operand2_rs(op);
  if (address % sizeof(T) != 0) return cpu.program_interruption(Pic::specification);
  const unsigned count = ((op.r3 - op.r1) & 0xF) + 1;
  std::array<T, 16> values{};
  for (unsigned i = 0; i < count; ++i) values[i] = TRY(cpu.fetch<T>(cpu.wrap(address + i * sizeof(T))));
  for (unsigned i = 0; i < count; ++i) {
    std::uint64_t& cr = cpu.cr((op.r1 + i) & 0xF);
    if constexpr (sizeof(T) == 8) cr = values[i];
    else cr = (cr & ~0xFFFF'FFFFull) | values[i];
  }
  cpu.control_registers_changed();
  return Step::refetch;
}

template <class T>
Step store_control(Cpu& cpu, const Op& op) {
  const std::uint64_t address = cpu.operand2_rs(op);
  if (address % sizeof(T) != 0) return cpu.program_interruption(Pic::specification);
  const unsigned count = ((op.r3 - op.r1) & 0xF) + 1;
  TRY(cpu.probe_store(address, count * sizeof(T)));
  for (unsigned i = 0; i < count; ++i)
    TRY(cpu.store<T>(cpu.wrap(address + i * sizeof(T)), static_cast<T>(cpu.cr((op.r1 + i) & 0xF))));
  return Step::next;
}

}  // namespace

Z_INSTRUCTION(load_control_32) { return load_control<std::uint32_t>(cpu, op); }
Z_INSTRUCTION(load_control_64) { return load_control<std::uint64_t>(cpu, op); }
Z_INSTRUCTION(store_control_32) { return store_control<std::uint32_t>(cpu, op); }
Z_INSTRUCTION(store_control_64) { return store_control<std::uint64_t>(cpu, op); }

Z_INSTRUCTION(set_prefix) {
  const std::uint64_t address = cpu.operand2_rs(op);
  if (address % 4 != 0) return cpu.program_interruption(Pic::specification);
  const std::uint32_t prefix = TRY(cpu.fetch<std::uint32_t>(address)) & 0x7FFF'E000;
  if (!cpu.storage().contains({prefix}, 0x2000)) return cpu.program_interruption(Pic::addressing);
  cpu.set_prefix(prefix);
  return Step::refetch;
}

Z_INSTRUCTION(store_prefix) {
  const std::uint64_t address = cpu.operand2_rs(op);
  if (address % 4 != 0) return cpu.program_interruption(Pic::specification);
  TRY(cpu.store<std::uint32_t>(address, cpu.prefix()));
  return Step::next;
}

Z_INSTRUCTION(store_cpu_address) {
  const std::uint64_t address = cpu.operand2_rs(op);
  if (address % 2 != 0) return cpu.program_interruption(Pic::specification);
  TRY(cpu.store<std::uint16_t>(address, cpu.address()));
  return Step::next;
}

Z_INSTRUCTION(store_cpu_id) {
  const std::uint64_t address = cpu.operand2_rs(op);
  if (address % 8 != 0) return cpu.program_interruption(Pic::specification);
  TRY(cpu.store<std::uint64_t>(address, cpu.environment().cpu_id(cpu)));
  return Step::next;
}

Z_INSTRUCTION(load_program_parameter) {
  const std::uint64_t address = cpu.operand2_rs(op);
  if (address % 8 != 0) return cpu.program_interruption(Pic::specification);
  cpu.program_parameter() = TRY(cpu.fetch<std::uint64_t>(address));
  return Step::next;
}

}  // namespace cpu
