// Which instructions there are and which have specs, facility by facility (README.md).
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "../cpu/instruction_spec.h"
#include "cpu/isa/facilities.h"
#include "cpu/isa/instruction_table.h"

namespace cpu {
namespace {

enum class Brings : bool { nothing, instructions };
struct FacilityRow {
  std::optional<unsigned> bit;
  std::optional<Model> since;  // where there is no bit to tell
  std::string_view name;
  Brings brings;
  std::string_view mnemonics;
};
constexpr FacilityRow facilities[] = {
#define FACILITY(bit, name, mnemonics) {bit, std::nullopt, name, Brings::instructions, mnemonics},
#define CHANGED_BY(bit, name, mnemonics) {bit, std::nullopt, name, Brings::nothing, mnemonics},
#define UNNUMBERED(model, name, mnemonics) {std::nullopt, Model::model, name, Brings::instructions, mnemonics},
#include "facility_instructions.inc"
#undef FACILITY
#undef CHANGED_BY
#undef UNNUMBERED
};

std::vector<std::string> words(std::string_view text) {
  std::istringstream stream{std::string{text}};
  return {std::istream_iterator<std::string>{stream}, {}};
}

const Instruction* instruction_named(std::string_view mnemonic) {
  const auto found = std::ranges::find(instructions(), mnemonic, &Instruction::mnemonic);
  return found == instructions().end() ? nullptr : &*found;
}

bool is_advertised(Model model, unsigned bit) {
  const auto& list = facility_list(model);
  return bit / 64 < list.size() && (list[bit / 64] >> (63 - bit % 64) & 1) != 0;
}
std::optional<Model> first_model_of(const FacilityRow& row) {
  if (!row.bit) return row.since;
  for (std::size_t i = 0; i < models().size(); ++i)
    if (is_advertised(static_cast<Model>(i), *row.bit)) return static_cast<Model>(i);
  return std::nullopt;
}

std::map<std::string_view, unsigned> specs_of_mnemonics() {
  std::map<std::string_view, unsigned> found;
  for (const auto& spec : read_specs(ENDICOTT_SPECS))
    if (const auto* instruction = find_instruction(spec.text)) ++found[instruction->mnemonic];
  return found;
}

struct Counts {
  unsigned instructions = 0, tested = 0, specs = 0;
  void add(unsigned specs_of_one) {
    ++instructions;
    if (specs_of_one != 0) ++tested;
    specs += specs_of_one;
  }
};
void print(std::string_view bit, std::string_view name, Model since, const Counts& counts) {
  fmt::print("{:>3} {:6} {:4} instructions, {:4} with specs ({:4})  {}\n", bit, identity_of(since).name, counts.instructions, counts.tested,
             counts.specs, name);
}

TEST(Coverage, EveryAdvertisedFacilityHasInstructionsAndEachOfThemASpec) {
  const auto specs = specs_of_mnemonics();
  const auto count_of = [&](std::string_view mnemonic) { return specs.contains(mnemonic) ? specs.at(mnemonic) : 0; };
  Counts base;
  for (const auto& instruction : instructions())
    if (instruction.since == Model::z900) base.add(count_of(instruction.mnemonic));
  print("", "those of the first model", Model::z900, base);
  for (const auto& row : facilities) {
    const auto since = first_model_of(row);
    ASSERT_TRUE(since) << row.name << " is not advertised by any model";
    Counts counts;
    for (const auto& mnemonic : words(row.mnemonics)) {
      counts.add(count_of(mnemonic));
      EXPECT_TRUE(instruction_named(mnemonic) != nullptr) << row.name << ": there is no " << mnemonic;
    }
    print(row.bit ? std::to_string(*row.bit) : "", row.name, *since, counts);
    EXPECT_GT(counts.instructions, 0U) << row.name;
    EXPECT_EQ(counts.tested, counts.instructions) << row.name;
  }
}

TEST(Coverage, EveryInstructionHasASpec) {
  const auto specs = specs_of_mnemonics();
  std::vector<std::string_view> missing;
  for (const auto& instruction : instructions())
    if (!specs.contains(instruction.mnemonic)) missing.push_back(instruction.mnemonic);
  EXPECT_TRUE(missing.empty()) << missing.size() << " without: " << fmt::format("{}", fmt::join(missing, " "));
}

TEST(Coverage, EveryBitThatAModelAdvertisesIsAFacilityKnownHere) {
  for (unsigned bit = 0; bit < 256; ++bit) {
    if (!is_advertised(Model::z16, bit)) continue;
    EXPECT_TRUE(std::ranges::any_of(facilities, [&](const auto& row) { return row.bit == bit; })) << "bit " << bit;
  }
}

TEST(Coverage, AnInstructionComesWithTheModelThatBringsItsFacility) {
  for (const auto& row : facilities) {
    if (row.brings == Brings::nothing) continue;
    for (const auto& mnemonic : words(row.mnemonics)) {
      const auto* instruction = instruction_named(mnemonic);
      ASSERT_NE(instruction, nullptr) << mnemonic;
      EXPECT_EQ(instruction->since, first_model_of(row)) << mnemonic << " of " << row.name;
    }
  }
}

TEST(Coverage, EveryInstructionOfALaterModelBelongsToOneFacility) {
  std::map<std::string, unsigned> claims;
  for (const auto& row : facilities)
    if (row.brings == Brings::instructions)
      for (const auto& mnemonic : words(row.mnemonics)) ++claims[mnemonic];
  for (const auto& instruction : instructions())
    if (instruction.since != Model::z900) EXPECT_EQ(claims[std::string{instruction.mnemonic}], 1U) << instruction.mnemonic;
}

}  // namespace
}  // namespace cpu
