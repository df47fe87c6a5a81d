// What the fuzzer found worth keeping, run again: instructions.corpus has one case a line, in hexadecimal.
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "random_case.h"

namespace cpu {
namespace {

std::vector<std::vector<std::uint8_t>> corpus() {
  std::ifstream file(ENDICOTT_CORPUS);
  std::vector<std::vector<std::uint8_t>> cases;
  for (std::string line; std::getline(file, line);) {
    std::vector<std::uint8_t> bytes;
    for (std::size_t i = 0; i + 1 < line.size(); i += 2) bytes.push_back(static_cast<std::uint8_t>(std::stoul(line.substr(i, 2), nullptr, 16)));
    cases.push_back(bytes);
  }
  return cases;
}

TEST(RandomInstructions, TheEmulatorComesThroughWhatTheFuzzerFound) {
  const auto cases = corpus();
  ASSERT_GT(cases.size(), 300U);
  RandomMachines machines;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    SCOPED_TRACE(testing::Message() << "line " << i + 1);
    machines.run(cases[i]);
  }
}

TEST(RandomInstructions, NoBytesAtAllAreACase) { RandomMachines{}.run({}); }

}  // namespace
}  // namespace cpu
