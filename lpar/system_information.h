#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace lpar {

inline constexpr std::uint16_t machine_type = 0x2097;  // z10 EC

// STORE SYSTEM INFORMATION blocks (PoP ch. 10). Each fills the zeroed SYSIB and returns the condition code: 3 when the
// selectors name nothing that is provided.
struct PartitionIdentity {
  std::string name;
  unsigned cpus;
};
std::uint8_t partition_information(unsigned function, unsigned selector1, unsigned selector2,
                                   const PartitionIdentity& identity, std::span<std::byte, 4096> sysib);

// Levels 1 and 2 as of the partition, level 3 for the virtual machine under CP.
struct VirtualMachineIdentity {
  std::string userid;
  unsigned cpus;
};
std::uint8_t virtual_machine_information(unsigned function, unsigned selector1, unsigned selector2,
                                         const VirtualMachineIdentity& identity, std::span<std::byte, 4096> sysib);

}  // namespace lpar
