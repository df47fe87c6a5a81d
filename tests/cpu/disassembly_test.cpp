// Our disassembly against binutils' objdump, row by row of the instruction table.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <regex>
#include <vector>

#include "cpu/decoding.h"
#include "cpu/isa/disassemble.h"
#include "cpu/isa/instruction_table.h"
#include "disassembly_samples.h"

namespace cpu {
namespace {

// "agr %r1,%r2" with one space; objdump's "<name+0x12>" and comments go.
std::string normal(const std::string& text) {
  std::string result;
  for (const char c : text.substr(0, text.find_first_of("<#\n"))) {
    const bool is_space = c == ' ' || c == '\t';
    if (!is_space) result += c;
    else if (!result.empty() && result.back() != ' ') result += ' ';
  }
  if (result.ends_with(' ')) result.pop_back();
  return result;
}

// Rows with a mask of the condition code that objdump makes part of the mnemonic: * is its place.
const std::map<std::string_view, std::string_view> conditional{
    {"BCR", "b*r"}, {"BC", "b*"}, {"BRC", "j*"}, {"BRCL", "jg*"}, {"BIC", "bi*"},
    {"LOCHI", "lochi*"}, {"LOCGHI", "locghi*"}, {"LOCHHI", "lochhi*"}, {"LOCR", "locr*"}, {"LOCGR", "locgr*"}, {"LOCFHR", "locfhr*"},
    {"LOC", "loc*"}, {"LOCG", "locg*"}, {"LOCFH", "locfh*"}, {"STOC", "stoc*"}, {"STOCG", "stocg*"}, {"STOCFH", "stocfh*"},
    {"SELR", "selr*"}, {"SELGR", "selgr*"}, {"SELFHR", "selfhr*"},
};
// Rows named as before the vector-enhancements facility 2, which widened them and gave them new names.
const std::map<std::string_view, std::string_view> renamed{
    {"VCDG", "vcfps"}, {"VCDLG", "vcfpl"}, {"VCGD", "vcsfp"}, {"VCLGD", "vclfp"}, {"VLDE", "vfll"}, {"VLED", "vflr"},
};
// Rows to which binutils adds a second register where the PoP has a reserved field.
const std::map<std::string_view, std::string_view> with_an_optional_register{
    {"EFPC", "PoP ch. 9, EXTRACT FPC: bits 28-31 are reserved"},
    {"SFPC", "PoP ch. 9, SET FPC: bits 28-31 are reserved"},
};
// Rows binutils 2.40 does not know.
const std::map<std::string_view, std::string_view> unknown_to_objdump{
    {"SERVC", "SERVICE CALL is not in the PoP"},
    {"CHSC", "CHANNEL SUBSYSTEM CALL is not in the PoP"},
    {"IUCV", "INTER-USER COMMUNICATION VEHICLE is z/VM's"},
};

// RISBG with the leftmost bit of I4 (zero the remaining bits) is RISBGZ of I4 without it.
std::string with_zeroing(const std::string& text) {
  static const std::regex form{"^(risbgn?) (%r\\d+,%r\\d+,\\d+),(\\d+),(\\d+)$"};
  std::smatch parts;
  if (!std::regex_match(text, parts, form)) return text;
  constexpr unsigned zero_remaining = 128;
  const auto end = static_cast<unsigned>(std::stoul(parts[3]));
  if (end < zero_remaining) return text;
  return fmt::format("{}z {},{},{}", parts[1].str(), parts[2].str(), end - zero_remaining, parts[4].str());
}

// objdump takes vector register 0 for no index, but it is an index as any other (PoP ch. 21, "Vector Gather Element").
std::string without_index_0(const std::string& text) {
  constexpr std::string_view index = "(%v0,";
  const auto at = text.find(index);
  return at == text.npos ? text : text.substr(0, at + 1) + text.substr(at + index.size());
}

// objdump leaves a last mask of zero out where it is optional, and then has the older names of CU12 and CU21.
bool differ_by_optional_mask(const std::string& ours, const std::string& theirs) {
  static const std::map<std::string, std::string> older{{"cutfu", "cu12"}, {"cuutf", "cu21"}};
  const auto name = theirs.substr(0, theirs.find(' '));
  const auto known = older.find(name);
  return ours == (known == older.end() ? name : known->second) + theirs.substr(name.size()) + ",0";
}

// Our text with the extended mnemonics that objdump prefers.
std::string as_objdump_names_it(const Sample& sample, const std::string& text) {
  const auto mnemonic = sample.row->mnemonic;
  if (const auto it = conditional.find(mnemonic); it != conditional.end()) return with_condition(text, it->second);
  if (const auto it = renamed.find(mnemonic); it != renamed.end()) return std::string{it->second} + text.substr(text.find(' '));
  return without_index_0(with_zeroing(text));
}

// Each sample has a place of its own, filled up with two-byte instructions: after what it does not know objdump goes on
// with the next four bytes, and is in step again before the next sample.
constexpr std::uint64_t distance = 16;

// By address: what objdump makes of the bytes at the places of samples.
std::map<std::uint64_t, std::string> objdump(const std::vector<std::uint8_t>& image) {
  const std::string file = testing::TempDir() + fmt::format("disassembly-{}.bin", ::getpid());
  std::ofstream{file, std::ios::binary}.write(reinterpret_cast<const char*>(image.data()), static_cast<std::streamsize>(image.size()));
  const std::string command = "s390x-linux-gnu-objdump -D -b binary -m s390:64-bit -z --no-show-raw-insn " + file;
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe{::popen(command.c_str(), "r"), ::pclose};
  std::map<std::uint64_t, std::string> lines;
  std::array<char, 512> line{};
  while (std::fgets(line.data(), line.size(), pipe.get()) != nullptr) {
    const std::string text = line.data();
    const auto colon = text.find(":\t");
    if (colon == text.npos) continue;
    const auto address = std::stoull(text.substr(0, colon), nullptr, 16);
    if (address % distance == 0) lines[address] = normal(text.substr(colon + 2));
  }
  std::remove(file.c_str());
  return lines;
}

std::map<std::uint64_t, std::string> objdump(const std::vector<Sample>& all) {
  std::vector<std::uint8_t> image(all.size() * distance, 0x07);
  for (std::size_t i = 0; i < all.size(); ++i) std::ranges::copy(all[i].bytes(), image.begin() + static_cast<std::ptrdiff_t>(i * distance));
  return objdump(image);
}

TEST(Disassembly, EveryRowHasASample) {
  for (const Instruction& row : instructions()) EXPECT_TRUE(has_operation_code(row)) << row.mnemonic;
}

TEST(Disassembly, EveryRowReadsAsObjdumpReadsIt) {
  const auto all = samples();
  const auto judged = objdump(all);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto found = judged.find(i * distance);
    ASSERT_NE(found, judged.end()) << all[i].row->mnemonic;
    if (unknown_to_objdump.contains(all[i].row->mnemonic)) {
      EXPECT_TRUE(found->second.starts_with(".long")) << "objdump knows it now: " << found->second;
      continue;
    }
    const auto ours = as_objdump_names_it(all[i], normal(disassemble_at(all[i].bytes(), i * distance)));
    if (differ_by_optional_mask(ours, found->second)) continue;
    EXPECT_EQ(ours, found->second) << fmt::format("{:02x}", fmt::join(all[i].text, ""));
  }
}

// One sample of each row, followed by itself with each of the bits set that belong to no operand.
std::vector<Sample> samples_with_reserved_bits() {
  std::vector<Sample> all;
  for (const Sample& sample : samples()) {
    if (!all.empty() && all.back().row == sample.row) continue;
    all.push_back(sample);
    const Text bits = operand_bits(sample);
    for (unsigned bit = 8; bit < 8 * sample.bytes().size(); ++bit) {
      Sample changed = sample;
      const auto one = static_cast<std::uint8_t>(0x80 >> bit % 8);
      changed.text[bit / 8] |= one;
      const bool is_reserved = (bits[bit / 8] & one) == 0 && changed.text != sample.text;
      if (is_reserved && find_instruction(changed.text) == sample.row) all.push_back(changed);
    }
  }
  return all;
}

// Relative operands differ with the place of the sample.
std::string without_address(const std::string& text) { return text.substr(0, text.find("0x")); }

// What we take for reserved is no operand to objdump either: with such a bit it sees no instruction, or the same one.
TEST(Disassembly, NoOperandIsLeftOut) {
  const auto all = samples_with_reserved_bits();
  const auto judged = objdump(all);
  std::string plain;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto found = judged.find(i * distance);
    ASSERT_NE(found, judged.end()) << all[i].row->mnemonic;
    const std::string text = without_address(found->second);
    if (i == 0 || all[i].row != all[i - 1].row) plain = text;
    if (text.starts_with(".long") || with_an_optional_register.contains(all[i].row->mnemonic)) continue;
    EXPECT_EQ(text, plain) << fmt::format("{:02x}", fmt::join(all[i].text, ""));
  }
}

}  // namespace
}  // namespace cpu
