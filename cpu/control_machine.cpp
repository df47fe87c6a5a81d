#include <algorithm>

#include "cpu/configuration.h"
#include "cpu/control.h"
#include "cpu/environment.h"
#include "cpu/instruction.h"
#include "cpu/isa/facilities.h"
#include "cpu/low_core.h"

// What the machine is, and what it asks its environment (PoP ch. 10).
namespace cpu {

Z_INSTRUCTION(store_facility_list) {
  const auto& list = facility_list(cpu.configuration().model());
  const auto bits = static_cast<std::uint32_t>(list[0] >> 32);
  // Neither low-address nor key-controlled protection applies.
  host_store<std::uint32_t>(TRY(cpu.absolute_store(cpu.absolute({low_core::facility_list}), 4)), bits);
  return Step::next;
}

Z_INSTRUCTION(store_facility_list_extended) {
  const std::uint64_t address = cpu.operand2_rs(op);
  if (address % 8 != 0) return cpu.program_interruption(Pic::specification);
  const auto& list = facility_list(cpu.configuration().model());
  const std::uint64_t wanted = (cpu.gr(0) & 0xFF) + 1, stored = std::min<std::uint64_t>(wanted, list.size());
  TRY(cpu.probe_store(address, stored * 8));
  for (std::uint64_t i = 0; i < stored; ++i) TRY(cpu.store<std::uint64_t>(cpu.wrap(address + i * 8), list[i]));
  cpu.gr(0) = (cpu.gr(0) & ~0xFFull) | (list.size() - 1);
  cpu.cc = wanted >= list.size() ? 0 : 3;
  return Step::next;
}

namespace {

constexpr unsigned virtual_machine_level = 3, topology_function = 15;

std::uint8_t system_information(Cpu& cpu, unsigned function, unsigned selector1, unsigned selector2, std::span<std::byte, 4096> sysib) {
  if (function != topology_function) return cpu.environment().store_system_information(cpu, function, selector1, selector2, sysib);
  if (cpu.model() < Model::z10) return 3;
  return topology_information(cpu.configuration(), selector1, selector2, sysib);
}

}  // namespace

Z_INSTRUCTION(store_system_information) {
  constexpr std::uint64_t reserved_of_gr0 = 0x0FFF'FF00, reserved_of_gr1 = 0xFFFF'0000;
  const unsigned function = cpu.gr32(0) >> 28;
  if (function != 0 && ((cpu.gr(0) & reserved_of_gr0) != 0 || (cpu.gr(1) & reserved_of_gr1) != 0))
    return cpu.program_interruption(Pic::specification);
  Environment& environment = cpu.environment();
  if (function == 0) {
    cpu.set_gr32(0, environment.configuration_level() << 28 | (cpu.gr32(0) & 0x0FFF'FFFF));
    cpu.cc = 0;
    return Step::next;
  }
  const std::uint64_t address = cpu.operand2_rs(op);
  if (function > environment.configuration_level() && function != topology_function) {
    cpu.cc = 3;
    return Step::next;
  }
  if (address % z::page_size != 0) return cpu.program_interruption(Pic::specification);
  TRY(cpu.probe_store(address, z::page_size));
  std::array<std::byte, z::page_size> sysib{};
  const auto selector1 = static_cast<unsigned>(cpu.gr(0) & 0xFF), selector2 = static_cast<unsigned>(cpu.gr(1) & 0xFFFF);
  const std::uint8_t cc = system_information(cpu, function, selector1, selector2, sysib);
  if (cc == 0) TRY(cpu.store_bytes(address, sysib));
  cpu.cc = cc;
  return Step::next;
}

// PERFORM TOPOLOGY FUNCTION. The CPUs of a virtual machine run where its hypervisor lets them: it polarizes nothing.
Z_INSTRUCTION(perform_topology_function) {
  enum Function : std::uint64_t { polarize_horizontally, polarize_vertically, check_change_report };
  constexpr std::uint64_t reason_mask = 0xFF00, already_so = 0x0100;
  const std::uint64_t function = cpu.gr(op.r1);
  if (function > check_change_report) return cpu.program_interruption(Pic::specification);
  Topology& topology = cpu.configuration().topology();
  if (function == check_change_report) {
    cpu.cc = topology.take_report() ? 1 : 0;
    return Step::next;
  }
  const auto wanted = function == polarize_vertically ? Topology::Polarization::vertical : Topology::Polarization::horizontal;
  const bool is_virtual = cpu.environment().configuration_level() >= virtual_machine_level;
  if (!is_virtual && topology.polarize(wanted)) {
    cpu.cc = 0;
    return Step::next;
  }
  const std::uint64_t reason = topology.polarization() == wanted ? already_so : 0;
  cpu.gr(op.r1) = (function & ~reason_mask) | reason;
  cpu.cc = 2;
  return Step::next;
}

Z_INSTRUCTION(diagnose) { return cpu.environment().diagnose(cpu, op); }

Step Environment::inter_user_communication(Cpu& cpu, const Op&) { return cpu.program_interruption(Pic::operation); }

Z_INSTRUCTION(inter_user_communication) { return cpu.environment().inter_user_communication(cpu, op); }

Z_INSTRUCTION(service_call) {
  return cpu.environment().service_call(cpu, cpu.gr32(op.r1), cpu.wrap(cpu.gr(op.r2)));
}

// No cache is described: the topology ends at the first level, and every other attribute is "not there".
Z_INSTRUCTION(extract_cpu_attribute) {
  const unsigned attribute = cpu.operand2_rs(op) >> 4 & 0xF;
  cpu.gr(op.r1) = attribute == 0 ? 0 : ~0ull;
  return Step::next;
}

}  // namespace cpu
