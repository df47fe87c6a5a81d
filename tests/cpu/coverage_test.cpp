// Which instructions of the table have a spec.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "cpu/isa/instruction_table.h"
#include "instruction_spec.h"

namespace cpu {
namespace {

std::set<std::string_view> specified() {
  std::set<std::string_view> found;
  for (const auto& spec : read_specs(ENDICOTT_SPECS))
    if (const auto* instruction = find_instruction(spec.text)) found.insert(instruction->mnemonic);
  return found;
}

TEST(Coverage, EveryInstructionHasASpec) {
  const auto found = specified();
  std::vector<std::string_view> missing;
  std::map<Model, std::pair<unsigned, unsigned>> of_model;
  for (const auto& instruction : instructions()) {
    auto& [count, tested] = of_model[instruction.since];
    ++count;
    if (found.contains(instruction.mnemonic)) ++tested;
    else missing.push_back(instruction.mnemonic);
  }
  for (const auto& [model, counts] : of_model)
    fmt::print("{:6} {:4} instructions, {:4} with specs\n", identity_of(model).name, counts.first, counts.second);
  EXPECT_TRUE(missing.empty()) << missing.size() << " without: " << fmt::format("{}", fmt::join(missing, " "));
}

}  // namespace
}  // namespace cpu
