#include "lpar/system_information.h"

#include <fmt/format.h>

#include <cstring>

#include "base/be.h"
#include "base/ebcdic.h"

namespace lpar {
namespace {

using z::be16;
using z::be32;
using z::EbcdicText;

// SYSIB 1.1.1, Basic Machine Configuration.
struct BasicMachine {
  std::uint8_t reserved0[0x20];
  EbcdicText<16> manufacturer;
  EbcdicText<4> type;
  std::uint8_t reserved1[12];
  EbcdicText<16> model_capacity;
  EbcdicText<16> sequence;
  EbcdicText<4> plant;
  EbcdicText<16> model;
};

// SYSIB 1.2.2, Basic Machine CPUs; 2.2.2 and 3.2.2 count the same way.
struct CpuCounts { be16 total, configured, standby, reserved; };
struct MachineCpus {
  std::uint8_t format, reserved0;
  be16 acc_offset;
  std::uint8_t reserved1[0x1C];
  be32 capability;
  CpuCounts cpus;
};
static_assert(offsetof(MachineCpus, cpus) == 0x24);
// SYSIB 2.2.2, Logical-Partition CPUs.
struct PartitionCpus {
  std::uint8_t reserved0[0x20];
  be16 number;
  std::uint8_t reserved1, characteristics;
  CpuCounts cpus;
  EbcdicText<8> name;
  be32 capability_adjustment;
  std::uint8_t reserved2[16];
  be16 dedicated, shared;
};
static_assert(offsetof(PartitionCpus, name) == 0x2C && offsetof(PartitionCpus, dedicated) == 0x48);

// SYSIB 3.2.2, Virtual-Machine CPUs: the nearest hypervisor first.
struct VirtualMachineCpus {
  std::uint8_t reserved0[0x1F];
  std::uint8_t levels;
  std::uint8_t reserved1[4];
  CpuCounts cpus;
  EbcdicText<8> name;
  be32 capability_adjustment;
  EbcdicText<16> control_program;
};
static_assert(offsetof(VirtualMachineCpus, name) == 0x2C && offsetof(VirtualMachineCpus, control_program) == 0x38);

constexpr std::uint8_t shared_processors = 0x40;
constexpr std::uint32_t unchanged_capability = 1000;

template <class Block>
std::uint8_t put(const Block& block, std::span<std::byte, 4096> sysib) {
  std::memcpy(sysib.data(), &block, sizeof block);
  return 0;
}

CpuCounts counts(unsigned cpus, unsigned standby = 0) {
  return {static_cast<std::uint16_t>(cpus), static_cast<std::uint16_t>(cpus - standby), static_cast<std::uint16_t>(standby), 0};
}

std::uint8_t basic_machine(cpu::Model model, std::span<std::byte, 4096> sysib) {
  const auto& machine = cpu::identity_of(model);
  BasicMachine block{};
  block.manufacturer = EbcdicText<16>::of("IBM");
  block.type = EbcdicText<4>::of(fmt::format("{:04X}", machine.machine_type));
  block.model_capacity = EbcdicText<16>::of(machine.capacity);
  block.sequence = EbcdicText<16>::of("0000000000012345");
  block.plant = EbcdicText<4>::of("02");
  block.model = EbcdicText<16>::of(machine.capacity);
  return put(block, sysib);
}

std::uint8_t machine_cpus(const PartitionIdentity& identity, std::span<std::byte, 4096> sysib) {
  MachineCpus block{};
  block.capability = 1;
  block.cpus = counts(identity.cpus, identity.standby);
  return put(block, sysib);
}

std::uint8_t partition_cpus(const PartitionIdentity& identity, std::span<std::byte, 4096> sysib) {
  PartitionCpus block{};
  block.number = 1;
  block.characteristics = shared_processors;
  block.cpus = counts(identity.cpus, identity.standby);
  block.name = EbcdicText<8>::of(identity.name);
  block.capability_adjustment = unchanged_capability;
  block.shared = static_cast<std::uint16_t>(identity.cpus);
  return put(block, sysib);
}

constexpr unsigned selected(unsigned function, unsigned selector1, unsigned selector2) {
  return function << 16 | selector1 << 8 | selector2;
}

}  // namespace

std::uint64_t cpu_id(std::uint8_t version, std::uint32_t identification, cpu::Model model) {
  constexpr std::uint64_t format_1 = 0x8000;
  return std::uint64_t{version} << 56 | std::uint64_t{identification & 0xFF'FFFF} << 32 |
         std::uint64_t{cpu::identity_of(model).machine_type} << 16 | format_1;
}

std::uint8_t partition_information(unsigned function, unsigned selector1, unsigned selector2,
                                   const PartitionIdentity& identity, std::span<std::byte, 4096> sysib) {
  switch (selected(function, selector1, selector2)) {
    case selected(1, 1, 1): return basic_machine(identity.model, sysib);
    case selected(1, 2, 2): return machine_cpus(identity, sysib);
    case selected(2, 2, 2): return partition_cpus(identity, sysib);
    default: return 3;
  }
}

std::uint8_t virtual_machine_information(unsigned function, unsigned selector1, unsigned selector2,
                                         const VirtualMachineIdentity& identity, std::span<std::byte, 4096> sysib) {
  if (selected(function, selector1, selector2) != selected(3, 2, 2))
    return partition_information(function, selector1, selector2, {.name = identity.partition, .model = identity.model, .cpus = identity.cpus}, sysib);
  VirtualMachineCpus block{};
  block.levels = 1;
  block.cpus = counts(identity.cpus);
  block.name = EbcdicText<8>::of(identity.userid);
  block.capability_adjustment = unchanged_capability;
  block.control_program = EbcdicText<16>::of("z/VM    6.3.0");
  return put(block, sysib);
}

}  // namespace lpar
