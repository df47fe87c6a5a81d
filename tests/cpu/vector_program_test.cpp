// Programs whose vector instructions a compiler chose, against the same programs on the host (programs/kernels.h).
#include "programs/kernels.h"

#include <fstream>
#include <iterator>

#include "machine.h"

namespace cpu {
namespace {

std::vector<char> image(const std::string& architecture) {
  std::ifstream file{std::string{ENDICOTT_PROGRAMS} + "/kernels-" + architecture + ".bin", std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

class VectorProgram : public testing::TestWithParam<std::string> {};

TEST_P(VectorProgram, HasTheResultsOfTheHost) {
  Machine machine;
  machine.put_stops();
  const auto program = image(GetParam());
  ASSERT_FALSE(program.empty());
  ASSERT_EQ(machine.storage().store({0x10000}, std::as_bytes(std::span{program}), 0), StorageCheck::none);
  machine.run(0x10000);
  ASSERT_EQ(machine.cpu().psw.ia, 0u) << "interrupted at " << std::hex << machine.value(0x158) << ", code " << machine.value<std::uint32_t>(0x8C);
  std::array<std::uint64_t, result_count> expected{};
  run_kernels(expected.data());
  for (unsigned i = 0; i < result_count; ++i) EXPECT_EQ(machine.value(0x20'0000 + 8 * i), expected[i]) << "kernel " << i;
}

INSTANTIATE_TEST_SUITE_P(Architectures, VectorProgram, testing::Values("z10", "z13", "z14", "z15"), [](const auto& info) { return info.param; });

}  // namespace
}  // namespace cpu
