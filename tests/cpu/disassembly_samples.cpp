#include "disassembly_samples.h"

#include <optional>
#include <regex>

#include "cpu/isa/disassemble.h"

namespace cpu {
namespace {

// What stands in the operand fields: neighbouring digits differ, and few masks have mnemonics of their own.
constexpr std::array<Text, 5> fillings{{
    {0x00, 0xB7, 0x9D, 0x5F, 0xD9, 0x7B},
    {0x00, 0x5D, 0x7B, 0x9D, 0xB6, 0x57},
    {0x00, 0x79, 0xD5, 0xB7, 0x5D, 0x93},
    {0x00, 0xB0, 0x9D, 0x5F, 0xD9, 0x7B},  // no index
    {0x00, 0xB7, 0x0D, 0x5F, 0xD9, 0x0B},  // no base
}};

// The operation code with nothing else. All places where its second part may stand are tried: the one that finds the row is right.
std::optional<Text> operation_code(const Instruction& row) {
  const auto second = static_cast<std::uint8_t>(row.opcode);
  const auto first = row.opcode > 0xFF ? static_cast<std::uint8_t>(row.opcode >> 8) : second;
  for (const Text& text : {Text{first}, Text{first, 0, 0, 0, 0, second}, Text{first, static_cast<std::uint8_t>(second & 0xF)}, Text{first, second}})
    if (find_instruction(text) == &row) return text;
  return std::nullopt;
}

// The names of the masks 1 to 14 of a condition code (PoP appendix, "Branch on Condition": extended mnemonics).
constexpr std::array<std::string_view, 16> conditions{"", "o", "h", "nle", "l", "nhe", "lh", "ne", "e", "nlh", "he", "nl", "le", "nh", "no", ""};

}  // namespace

bool has_operation_code(const Instruction& row) { return operation_code(row).has_value(); }

// The bits that belong to an operand: they change what is read. All others are reserved and must be zero.
Text operand_bits(const Sample& sample) {
  Text bits{};
  const std::string plain = disassemble(sample.bytes());
  for (unsigned bit = 8; bit < 8 * sample.bytes().size(); ++bit) {
    Sample changed = sample;
    const auto one = static_cast<std::uint8_t>(0x80 >> bit % 8);
    changed.text[bit / 8] ^= one;
    if (find_instruction(changed.text) == sample.row && disassemble(changed.bytes()) != plain) bits[bit / 8] |= one;
  }
  return bits;
}

std::vector<Sample> samples() {
  std::vector<Sample> all;
  for (const Instruction& row : instructions()) {
    const auto code = operation_code(row);
    if (!code) continue;
    const Text bits = operand_bits({&row, *code});
    for (const Text& filling : fillings) {
      Sample sample{&row, *code};
      for (std::size_t i = 0; i < bits.size(); ++i) sample.text[i] |= bits[i] & filling[i];
      all.push_back(sample);
    }
  }
  return all;
}

// "bc 11,8(%r9)" as "bnl 8(%r9)", "locr %r5,%r15,9" as "locrnlh %r5,%r15": a branch has its mask first, the others last.
std::string with_condition(const std::string& text, std::string_view mnemonic) {
  const bool branches = mnemonic[0] == 'b' || mnemonic[0] == 'j';
  static const std::regex first{"^\\S+ (\\d+),(.*)$"}, last{"^\\S+ (.*),(\\d+)$"};
  std::smatch parts;
  if (!std::regex_match(text, parts, branches ? first : last)) return text;
  const auto name = conditions.at(std::stoul(parts[branches ? 1 : 2]));
  if (name.empty()) return text;
  std::string result{mnemonic};
  return result.replace(result.find('*'), 1, name) + " " + parts[branches ? 2 : 1].str();
}

}  // namespace cpu
