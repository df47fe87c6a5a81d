#pragma once

#include <cstdint>

namespace cpu {

// The guarded-storage registers of a CPU (PoP ch. 4, "Guarded-Storage Facility").
struct GuardedStorage {
  std::uint64_t designation = 0;     // GSD: origin, guarded-load shift, characteristic
  std::uint64_t section_mask = 0;    // GSSM: a bit for each 64th of the guarded area
  std::uint64_t parameter_list = 0;  // GSEPLA: address of the event parameter list

  unsigned characteristic() const { return designation & 0x3F; }
  unsigned load_shift() const { return designation >> 8 & 7; }
  // The characteristic is the number of bits of the origin. The smallest area has 32 MiB, the largest 512 GiB.
  static constexpr bool is_valid(std::uint64_t designation) {
    return (designation & 0x3F) >= 25 && (designation & 0x3F) <= 39 && (designation >> 8 & 7) <= 4;
  }
  // Whether an address lies in a guarded section.
  bool guards(std::uint64_t address) const {
    if (!is_valid(designation) || (address ^ designation) >> (64 - characteristic()) != 0) return false;
    const unsigned section = address >> (64 - characteristic() - 6) & 0x3F;
    return section_mask >> (63 - section) & 1;
  }
};

}  // namespace cpu
