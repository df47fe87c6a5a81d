#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "cpu/isa/model.h"

namespace lpar {

// What STORE CPU ID gives for a CPU of this model: version code, six digits of identification, machine type; format 1, as
// partitions have (PoP ch. 10, "STORE CPU ID").
std::uint64_t cpu_id(std::uint8_t version, std::uint32_t identification, cpu::Model model);

// STORE SYSTEM INFORMATION blocks (PoP ch. 10). Each fills the zeroed SYSIB and returns the condition code: 3 when the
// selectors name nothing that is provided.
struct PartitionIdentity {
  std::string name;
  cpu::Model model;
  unsigned cpus;
  unsigned standby = 0;  // of them
};
std::uint8_t partition_information(unsigned function, unsigned selector1, unsigned selector2,
                                   const PartitionIdentity& identity, std::span<std::byte, 4096> sysib);

// Levels 1 and 2 as of the partition, level 3 for the virtual machine under CP.
struct VirtualMachineIdentity {
  std::string userid;
  std::string partition;
  cpu::Model model;
  unsigned cpus;
};
std::uint8_t virtual_machine_information(unsigned function, unsigned selector1, unsigned selector2,
                                         const VirtualMachineIdentity& identity, std::span<std::byte, 4096> sysib);

}  // namespace lpar
