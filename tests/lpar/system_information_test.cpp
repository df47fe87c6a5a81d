#include "lpar/system_information.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <span>
#include <string>

#include "base/be.h"
#include "base/ebcdic.h"

namespace lpar {
namespace {

// What is published of the machines: their types are those that Linux knows the models by.
struct Machine {
  cpu::Model model;
  std::uint16_t type;
};
class EachModel : public testing::TestWithParam<Machine> {
 protected:
  std::uint8_t store(unsigned function, unsigned selector1, unsigned selector2) {
    return partition_information(function, selector1, selector2, {.name = "LP1", .model = GetParam().model, .cpus = 3, .standby = 1}, block);
  }
  std::string text(std::size_t at, std::size_t length) { return z::from_ebcdic(std::span{block}.subspan(at, length)); }
  std::uint16_t halfword(std::size_t at) { return z::Be<std::uint16_t>::load(block.data() + at); }
  std::array<std::byte, 4096> block{};
};

TEST_P(EachModel, HasItsMachineTypeInTheCpuIdentification) {
  EXPECT_EQ(cpu_id(0, 0x12'3456, GetParam().model), 0x0012'3456'0000'8000 | static_cast<std::uint64_t>(GetParam().type) << 16);
}

TEST_P(EachModel, HasItsMachineTypeInTheBasicMachineConfiguration) {
  ASSERT_EQ(store(1, 1, 1), 0);
  EXPECT_EQ(text(0x20, 16), "IBM             ");
  char type[5];
  std::snprintf(type, sizeof type, "%04X", GetParam().type);
  EXPECT_EQ(text(0x30, 4), type);
}

TEST_P(EachModel, CountsItsCpus) {
  for (const auto& [function, selector1] : {std::pair{1U, 2U}, std::pair{2U, 2U}}) {
    ASSERT_EQ(store(function, selector1, 2), 0);
    EXPECT_EQ(halfword(0x24), 3);
    EXPECT_EQ(halfword(0x26), 2);
    EXPECT_EQ(halfword(0x28), 1);
  }
}

INSTANTIATE_TEST_SUITE_P(Models, EachModel,
                         testing::Values(Machine{cpu::Model::z900, 0x2064}, Machine{cpu::Model::z990, 0x2084}, Machine{cpu::Model::z9, 0x2094},
                                         Machine{cpu::Model::z10, 0x2097}, Machine{cpu::Model::z196, 0x2817}, Machine{cpu::Model::zec12, 0x2827},
                                         Machine{cpu::Model::z13, 0x2964}, Machine{cpu::Model::z14, 0x3906}, Machine{cpu::Model::z15, 0x8561},
                                         Machine{cpu::Model::z16, 0x3931}),
                         [](const auto& info) { return std::string{cpu::identity_of(info.param.model).name}; });

}  // namespace
}  // namespace lpar
