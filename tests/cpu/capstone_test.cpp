// Our disassembly against Capstone's. Debian 12 has Capstone 4, which knows the instructions up to about those of z196 and no vectors;
// what it does not know stands in our table alone.
#include <capstone/capstone.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <regex>

#include "cpu/isa/disassemble.h"
#include "disassembly_samples.h"

namespace cpu {
namespace {

class Capstone {
 public:
  Capstone() { EXPECT_EQ(cs_open(CS_ARCH_SYSZ, CS_MODE_BIG_ENDIAN, &handle_), CS_ERR_OK); }
  ~Capstone() { cs_close(&handle_); }
  Capstone(const Capstone&) = delete;
  Capstone& operator=(const Capstone&) = delete;
  std::optional<std::string> read(std::span<const std::uint8_t> text, std::uint64_t address) const {
    cs_insn* found = nullptr;
    if (cs_disasm(handle_, text.data(), text.size(), address, 1, &found) == 0) return std::nullopt;
    std::string result = fmt::format("{} {}", found->mnemonic, found->op_str);
    if (result.ends_with(' ')) result.pop_back();
    cs_free(found, 1);
    return result;
  }

 private:
  csh handle_ = 0;
};

// "agr %r1, %r2", "mvc 0x234(6, %r1), 0x678(%r5)" with one space and decimal numbers.
std::string normal(const std::string& text) {
  static const std::regex number{"0x([0-9a-f]+)"};
  std::string result, rest = text;
  for (std::smatch found; std::regex_search(rest, found, number); rest = found.suffix())
    result += found.prefix().str() + std::to_string(std::stoull(found[1], nullptr, 16));
  result += rest;
  std::string compact;
  for (std::size_t i = 0; i < result.size(); ++i) {
    const bool is_space = result[i] == ' ' || result[i] == '\t';
    if (!is_space) compact += result[i];
    else if (compact.find(' ') == compact.npos) compact += ' ';
  }
  return compact;
}

// Rows whose mask of conditions Capstone makes part of the mnemonic.
const std::map<std::string_view, std::string_view> conditional{
    {"BCR", "b*r"}, {"BC", "b*"}, {"BRC", "j*"}, {"BRCL", "jg*"}, {"LOCR", "locr*"}, {"LOCGR", "locgr*"}, {"LOC", "loc*"},
    {"LOCG", "locg*"}, {"STOC", "stoc*"}, {"STOCG", "stocg*"},
};

// Capstone 4 disassembles the older forms of rows that the floating-point extension gave two more fields.
std::string in_older_form(const Sample& sample, const std::string& text) {
  static const std::regex rounding{"^(\\w+)a (%[rf]\\d+),(\\d+),(%[rf]\\d+),(\\d+)$"};
  std::smatch parts;
  if (!sample.row->mnemonic.ends_with("BRA") || !std::regex_match(text, parts, rounding) || parts[5] != "0") return text;
  const bool has_rounding = sample.row->mnemonic.starts_with("FI") || (parts[2].str()[1] == 'r');
  if (!has_rounding) return fmt::format("{} {},{}", parts[1].str(), parts[2].str(), parts[4].str());
  return fmt::format("{} {},{},{}", parts[1].str(), parts[2].str(), parts[3].str(), parts[4].str());
}

// "3423(%r7,%r0)" is "3423(%r7)": without a base there is but an index.
std::string without_base_0(const std::string& text) {
  static const std::regex base{",%r0\\)"};
  return std::regex_replace(text, base, ")");
}

std::string as_capstone_names_it(const Sample& sample, const std::string& text) {
  if (const auto it = conditional.find(sample.row->mnemonic); it != conditional.end()) return without_base_0(with_condition(text, it->second));
  return without_base_0(in_older_form(sample, text));
}

TEST(DisassemblyAndCapstone, AgreeInWhatBothKnow) {
  constexpr std::uint64_t address = 0x4000'0000'0000;  // relative operands of both signs are positive
  const Capstone capstone;
  unsigned known = 0;
  for (const Sample& sample : samples()) {
    const auto theirs = capstone.read(sample.bytes(), address);
    const std::string ours = normal(disassemble_at(sample.bytes(), address));
    EXPECT_FALSE(ours.empty()) << sample.row->mnemonic;
    if (!theirs) continue;
    ++known;
    EXPECT_EQ(as_capstone_names_it(sample, ours), normal(*theirs)) << fmt::format("{:02x}", fmt::join(sample.text, ""));
  }
  EXPECT_GT(known, 1500U);
}

}  // namespace
}  // namespace cpu
