// Programs whose instructions a compiler chose for each architecture, against the same programs on the host (programs/kernels.h).
#include "programs/kernels.h"

#include <fstream>
#include <iterator>

#include "cpu/isa/model.h"
#include "machine.h"

namespace cpu {
namespace {

std::vector<char> image(const std::string& architecture) {
  std::ifstream file{std::string{ENDICOTT_PROGRAMS} + "/kernels-" + architecture + ".bin", std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

// What gcc calls an architecture (-march), and the model that runs its programs.
struct Architecture {
  std::string name;
  Model model;
  friend void PrintTo(const Architecture& architecture, std::ostream* out) { *out << architecture.name; }
};
class CompiledProgram : public testing::TestWithParam<Architecture> {
 protected:
  static void run(Machine& machine, const std::string& architecture) {
    machine.put_stops();
    const auto program = image(architecture);
    ASSERT_FALSE(program.empty());
    ASSERT_EQ(machine.storage().store({0x10000}, std::as_bytes(std::span{program}), 0), StorageCheck::none);
    machine.run(0x10000);
  }
};

TEST_P(CompiledProgram, HasTheResultsOfTheHostOnTheModelItIsFor) {
  Machine machine{1, Timing::driven, {16 << 20}, GetParam().model};
  run(machine, GetParam().name);
  ASSERT_EQ(machine.cpu().psw.ia, 0u) << "interrupted at " << std::hex << machine.value(0x158) << ", code " << machine.value<std::uint32_t>(0x8C);
  std::array<std::uint64_t, result_count> expected{};
  run_kernels(expected.data());
  for (unsigned i = 0; i < result_count; ++i) EXPECT_EQ(machine.value(0x20'0000 + 8 * i), expected[i]) << "kernel " << i;
}

INSTANTIATE_TEST_SUITE_P(Architectures, CompiledProgram,
                         testing::Values(Architecture{"z900", Model::z900}, Architecture{"z990", Model::z990}, Architecture{"z9-109", Model::z9},
                                         Architecture{"z10", Model::z10}, Architecture{"z196", Model::z196}, Architecture{"zEC12", Model::zec12},
                                         Architecture{"z13", Model::z13}, Architecture{"z14", Model::z14}, Architecture{"z15", Model::z15},
                                         Architecture{"arch14", Model::z16}),
                         [](const auto& info) { return std::string{identity_of(info.param.model).name}; });

class LaterProgram : public CompiledProgram {};

TEST_P(LaterProgram, IsAnOperationExceptionOnAnEarlierModel) {
  Machine machine{1, Timing::driven, {16 << 20}, GetParam().model};
  run(machine, GetParam().name);
  EXPECT_EQ(machine.cpu().psw.ia, 0x1D0u);  // its program interruption
  EXPECT_EQ(machine.value<std::uint16_t>(0x8E), 1);
}

INSTANTIATE_TEST_SUITE_P(Architectures, LaterProgram,
                         testing::Values(Architecture{"z990", Model::z900}, Architecture{"z9-109", Model::z990}, Architecture{"z10", Model::z9},
                                         Architecture{"z196", Model::z10}, Architecture{"z13", Model::zec12}, Architecture{"z14", Model::z13}),
                         [](const auto& info) { return std::string{identity_of(info.param.model).name}; });

}  // namespace
}  // namespace cpu
