#pragma once

#include <cstdint>
#include <optional>

#include "base/address.h"
#include "cpu/isa/model.h"

namespace cpu {

class Cpu;

// Where a machine check, or STORE ADDITIONAL STATUS AT ADDRESS, leaves the registers that the 512 bytes of STORE STATUS have no
// room for: the vector registers, then the guarded-storage registers. PoP ch. 11, "Machine-Check Extended Save Area".
struct ExtendedSaveArea {
  z::AbsoluteAddress origin;
  std::uint64_t length;

  bool has_guarded_storage() const { return length > vector_length; }
  static constexpr std::uint64_t vector_length = 1024;  // of which half is used
};

// The area of a designation: its origin, and with the guarded-storage facility the logarithm of its length in the last four bits.
// None: it designates none, the facility is not there, or the designation is not valid.
std::optional<ExtendedSaveArea> extended_save_area(std::uint64_t designation, Model model);

void store_extended_status(Cpu& cpu, const ExtendedSaveArea& area);

}  // namespace cpu
