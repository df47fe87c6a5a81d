// The fuzzer: `fuzz_instructions DIRECTORY` of the preset `fuzz` (README.md).
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <span>
#include <string_view>
#include <vector>

#include "cpu/decoding.h"
#include "cpu/isa/instruction_table.h"
#include "random_case.h"

using namespace std::string_view_literals;

// Those that need control structures to get anywhere (control_structures.h), or that trace.
constexpr std::array between_spaces{
    "PC"sv,   "PR"sv,   "PT"sv,    "PTI"sv,   "SSAR"sv, "SSAIR"sv, "BSG"sv,  "BAKR"sv, "BSA"sv,  "LASP"sv,  "EREG"sv, "EREGG"sv,
    "ESTA"sv, "MSTA"sv, "TRACE"sv, "TRACG"sv, "SAC"sv,  "SACF"sv,  "TAR"sv,  "EPAR"sv, "ESAR"sv, "EPAIR"sv, "BALR"sv, "BASR"sv,
    "BASSM"sv, "BSM"sv, "SAM24"sv, "SAM31"sv, "SAM64"sv, "TRAP2"sv, "MVCP"sv, "MVCS"sv, "MVCK"sv, "LAM"sv};

const cpu::Instruction& any(unsigned random) { return cpu::instructions()[random % cpu::instructions().size()]; }
const cpu::Instruction& any_between_spaces(unsigned random) {
  static const auto rows = [] {
    std::vector<const cpu::Instruction*> found;
    for (const auto& row : cpu::instructions())
      if (std::ranges::find(between_spaces, row.mnemonic) != between_spaces.end()) found.push_back(&row);
    return found;
  }();
  return *rows[random % rows.size()];
}

// The structures, DAT, and control registers as they say.
void ask_for_spaces(std::uint8_t* data) {
  constexpr std::uint8_t spaces = 0x80, dat = 8;
  data[1] |= spaces;
  data[2] |= dat;
  std::fill(data + 36, data + 52, 0);
}

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
  const bool wants_spaces = random() % 4 == 0;
  if (wants_spaces) ask_for_spaces(data);
  const auto& row = wants_spaces ? any_between_spaces(random()) : any(random());
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
