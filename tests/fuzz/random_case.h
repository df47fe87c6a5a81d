#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <utility>

#include "cpu/isa/model.h"

namespace cpu {

class Machine;

// Runs machines whose registers, PSW, storage and instructions follow from bytes; any bytes will do. The emulator must come
// through: what the guest does to itself is its own affair.
//
// 0 model, 1 flags (random_case.cpp), 2 PSW bits, 3 seed, 4-19 general registers, 20-35 vector registers, 36-51 control
// registers, 52 and on: instructions. What is missing counts as zero.
class RandomMachines {
 public:
  RandomMachines();
  ~RandomMachines();
  void run(std::span<const std::uint8_t> bytes);

 private:
  // One of each kind is made, and cleared for each case.
  Machine& machine(Model model, unsigned cpus);
  std::map<std::pair<Model, unsigned>, std::unique_ptr<Machine>> machines_;
};

inline constexpr std::size_t first_instruction_byte = 52;

}  // namespace cpu
