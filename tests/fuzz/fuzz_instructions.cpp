// The fuzzer: `fuzz_instructions DIRECTORY` of the preset `fuzz` (README.md).
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <span>

#include "cpu/decoding.h"
#include "cpu/isa/instruction_table.h"
#include "random_case.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static cpu::RandomMachines machines;
  machines.run({data, size});
  return 0;
}

// Half of the changes put an instruction of the table somewhere; random bytes seldom are one.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  std::minstd_rand random(seed);
  if (random() % 2 == 0 || most < cpu::first_instruction_byte + 6) return LLVMFuzzerMutate(data, size, most);
  if (size < cpu::first_instruction_byte) std::fill(data + size, data + cpu::first_instruction_byte, 0);
  size = std::max(size, cpu::first_instruction_byte);
  const auto all = cpu::instructions();
  const auto& row = all[random() % all.size()];
  std::uint8_t text[6];
  for (auto& byte : text) byte = static_cast<std::uint8_t>(random() >> 8);
  const auto second = static_cast<std::uint8_t>(row.opcode);
  text[0] = row.opcode > 0xFF ? static_cast<std::uint8_t>(row.opcode >> 8) : second;
  // Wherever the second part of the operation code stands: the place that finds the row.
  const auto is_found = [&] { return cpu::find_instruction(text) == &row; };
  if (!is_found()) {
    const std::uint8_t first_operand = text[1];
    text[1] = second;
    if (!is_found()) {
      text[1] = static_cast<std::uint8_t>((first_operand & 0xF0) | (second & 0xF));
      if (!is_found()) {
        text[1] = first_operand;
        text[5] = second;
      }
    }
  }
  const std::size_t length = cpu::instruction_length(text[0]);
  const std::size_t behind = (size - cpu::first_instruction_byte) / 2 * 2;
  const std::size_t at = cpu::first_instruction_byte + std::min<std::size_t>(random() % (behind + 2), behind) / 2 * 2;
  if (at + length > most) return LLVMFuzzerMutate(data, size, most);
  std::memcpy(data + at, text, length);
  return std::max(size, at + length);
}
