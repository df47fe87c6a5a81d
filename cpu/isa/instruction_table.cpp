#include "cpu/isa/instruction_table.h"

#include <algorithm>
#include <array>
#include <vector>

#include "cpu/decoding.h"

namespace cpu {

#define INSN(opcode, mnemonic, format, since, privilege, flow, semantics, name) Z_HANDLER run_##semantics(Cpu&, const Op*);
#include "cpu/isa/isa.inc"
#undef INSN

namespace {

constexpr auto table = std::to_array<Instruction>({
#define INSN(opcode, mnemonic, format, since, privilege, flow, semantics, name)                                        \
  {opcode, #mnemonic, Format::format, Model::since, Unit::ISA_UNIT, Privilege::privilege, Flow::flow, run_##semantics, name},
#include "cpu/isa/isa.inc"
#undef INSN
});

constexpr bool has_duplicate_opcode() {
  std::array<std::uint16_t, table.size()> opcodes{};
  for (std::size_t i = 0; i < table.size(); ++i) opcodes[i] = table[i].opcode;
  std::ranges::sort(opcodes);
  return std::ranges::adjacent_find(opcodes) != opcodes.end();
}
static_assert(!has_duplicate_opcode(), "two instructions have one operation code");

struct FormatRow {
  Layout layout;
  std::string_view operands;
};
constexpr auto formats = std::to_array<FormatRow>({
#define FORMAT(name, layout, operands) {Layout::layout, operands},
#include "cpu/isa/formats.inc"
#undef FORMAT
});

// Where the second part of an operation code stands, which the first byte alone decides.
enum class Second : std::uint8_t { nowhere, byte_1, low_digit_1, byte_5 };

constexpr Second second_of(Layout layout) {
  switch (layout) {
    case Layout::e: case Layout::ie: case Layout::rrd: case Layout::rre: case Layout::rrf: case Layout::s: case Layout::sil: case Layout::sse:
      return Second::byte_1;
    case Layout::ri_a: case Layout::ri_b: case Layout::ril_a: case Layout::ril_b: case Layout::ssf:
      return Second::low_digit_1;
    case Layout::rie_a: case Layout::rie_b: case Layout::rie_c: case Layout::rie_d: case Layout::rie_e: case Layout::rie_f:
    case Layout::rie_g: case Layout::ris: case Layout::rrs: case Layout::rsl: case Layout::rsy: case Layout::rxy: case Layout::siy:
    case Layout::rsl_b: case Layout::rxe: case Layout::rxf: case Layout::vri_a: case Layout::vri_b: case Layout::vri_c:
    case Layout::vri_d: case Layout::vri_e: case Layout::vri_f: case Layout::vri_g: case Layout::vri_h: case Layout::vri_i:
    case Layout::vrr_a: case Layout::vrr_b: case Layout::vrr_c: case Layout::vrr_d: case Layout::vrr_e: case Layout::vrr_f:
    case Layout::vrr_g: case Layout::vrr_h: case Layout::vrr_i: case Layout::vrr_j: case Layout::vrr_k: case Layout::vrs_a: case Layout::vrs_b: case Layout::vrs_c:
    case Layout::vrs_d: case Layout::vrv: case Layout::vrx: case Layout::vsi:
      return Second::byte_5;
    default: return Second::nowhere;
  }
}

// Rows by first byte and second part: 128 KiB, made once.
class Lookup {
 public:
  Lookup() : rows_(1 << 16, none) {
    for (std::size_t i = 0; i < table.size(); ++i) {
      const auto opcode = table[i].opcode;
      const auto second = second_of(layout_of(table[i].format));
      const bool is_short = second == Second::nowhere;
      const auto first = static_cast<std::uint8_t>(is_short ? opcode : opcode >> 8);
      second_[first] = second;
      rows_[is_short ? first << 8 : opcode] = static_cast<std::uint16_t>(i);
    }
  }
  const Instruction* find(std::span<const std::uint8_t> text) const {
    const auto row = rows_[text[0] << 8 | second_part(text)];
    return row == none ? nullptr : &table[row];
  }

 private:
  static constexpr std::uint16_t none = 0xFFFF;
  unsigned second_part(std::span<const std::uint8_t> text) const {
    switch (second_[text[0]]) {
      case Second::nowhere: return 0;
      case Second::byte_1: return text[1];
      case Second::low_digit_1: return text[1] & 0xF;
      case Second::byte_5: return text[5];
    }
    return 0;
  }
  std::vector<std::uint16_t> rows_;
  std::array<Second, 256> second_{};
};

}  // namespace

std::span<const Instruction> instructions() { return table; }

const Instruction* find_instruction(std::span<const std::uint8_t> text) {
  static const Lookup lookup;
  return lookup.find(text);
}

Layout layout_of(Format format) { return formats[static_cast<std::size_t>(format)].layout; }
std::string_view operands_of(Format format) { return formats[static_cast<std::size_t>(format)].operands; }

}  // namespace cpu
