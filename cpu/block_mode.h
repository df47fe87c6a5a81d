#pragma once

#include <cstdint>

#include "cpu/isa/model.h"

namespace cpu {

// What decoding depends on besides the bytes. A change of it enters other blocks, so that no instruction has to ask.
struct BlockMode {
  Model model = Model::z16;
  bool problem = false;  // problem state
  bool afp = false;      // AFP-register control, CR0 bit 45
  bool monitored = false;         // instructions run one by one: no block is remembered
  bool access_registers = false;  // access-register mode
  bool vector = false;   // vector-enablement control, CR0 bit 46, with that of the AFP registers

  bool operator==(const BlockMode&) const = default;
  // All of it but the model, which never changes while a configuration lives.
  constexpr std::uint8_t bits() const { return static_cast<std::uint8_t>(problem | afp << 1 | vector << 2 | access_registers << 3 | monitored << 4); }
};

}  // namespace cpu
