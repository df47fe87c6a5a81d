#include "machine.h"

#include <map>

#include "cpu/isa/facilities.h"
#include "cpu/low_core.h"
#include "disassembly_samples.h"

namespace cpu {
namespace {

struct OfModel : Machine {
  explicit OfModel(Model model) : Machine{1, Timing::driven, {16 << 20}, model} { put_stops(); }
  std::uint16_t interruption_of(std::initializer_list<std::uint8_t> instruction) {
    put(0x1000, instruction);
    configuration().load_psw(0, {supervisor, 0x1000});
    step();
    return value<std::uint16_t>(low_core::program_code + 2);
  }
};

TEST(CpuModel, AnInstructionOfALaterModelIsAnOperationException) {
  EXPECT_EQ(OfModel{Model::z900}.interruption_of({0xE3, 0x10, 0x00, 0x08, 0x00, 0x71}), 1);  // LAY 1,8: z990
  EXPECT_EQ(OfModel{Model::z990}.interruption_of({0xE3, 0x10, 0x00, 0x08, 0x00, 0x71}), 0);
  EXPECT_EQ(OfModel{Model::z10}.interruption_of({0xB9, 0xF8, 0x30, 0x12}), 1);  // ARK 1,2,3: z196
  EXPECT_EQ(OfModel{Model::z196}.interruption_of({0xB9, 0xF8, 0x30, 0x12}), 0);
}

TEST(CpuModel, AnAbsentPrivilegedInstructionIsAnOperationExceptionInTheProblemStateToo) {
  OfModel machine{Model::z900};
  machine.put(0x1000, {0xB9, 0xAF, 0x00, 0x12});  // PFMF 1,2: z10
  machine.configuration().load_psw(0, {Machine::supervisor | 0x0001'0000'0000'0000, 0x1000});
  machine.step();
  EXPECT_EQ(machine.value<std::uint16_t>(low_core::program_code + 2), 1);
}

TEST(CpuModel, OffersWhatTheOneBeforeItDid) {
  for (std::size_t i = 1; i < models().size(); ++i) {
    const auto &before = facility_list(static_cast<Model>(i - 1)), &here = facility_list(static_cast<Model>(i));
    ASSERT_LE(before.size(), here.size());
    for (std::size_t word = 0; word < before.size(); ++word)
      EXPECT_EQ(before[word] & ~here[word], 0u) << models()[i].name << " lacks a facility of " << models()[i - 1].name;
  }
}

TEST(CpuModel, TheFacilityListIsThatOfTheModel) {
  constexpr std::uint64_t long_displacement = 1ULL << (63 - 18), stfle = 1ULL << (63 - 7), z_architecture = 1ULL << (63 - 2);
  EXPECT_EQ(facility_list(Model::z900)[0] & (long_displacement | stfle | z_architecture), z_architecture);
  EXPECT_EQ(facility_list(Model::z9)[0] & (long_displacement | stfle | z_architecture), long_displacement | stfle | z_architecture);
}

TEST(CpuModel, IsFoundByTheNameItsUsersGiveIt) {
  EXPECT_EQ(find_model("zEC12"), Model::zec12);
  EXPECT_EQ(find_model("z11"), std::nullopt);
  EXPECT_EQ(identity_of(Model::z15).machine_type, 0x8561);
}

// An instruction of each row with zeros for operands.
std::map<const Instruction*, Text> plain_instructions() {
  std::map<const Instruction*, Text> found;
  for (const Sample& sample : samples()) {
    Text text = sample.text;
    const Text bits = operand_bits(sample);
    for (std::size_t i = 0; i < text.size(); ++i) text[i] &= static_cast<std::uint8_t>(~bits[i]);
    if (find_instruction(text) == sample.row) found.emplace(sample.row, text);
  }
  return found;
}

class EachModel : public testing::TestWithParam<Model> {
 protected:
  static constexpr std::uint64_t afp_and_vector = 0x6'0000, transactions = 0x0080'0000'0000'0000;
  std::uint16_t interruption_of(const Text& text) {
    machine.configuration().reset_all(Configuration::Reset::clear);
    machine.put_stops();
    machine.put(0, {0x07, 0x00});  // what EX finds at 0: BCR 0,0
    machine.put(0x1006, {0xB2, 0xB2, 0x0E, 0x00});
    machine.put(0x1000, {text[0], text[1], text[2], text[3], text[4], text[5]});
    machine.configuration().load_psw(0, {Machine::supervisor, 0x1000});
    machine.cpu().cr(0) = afp_and_vector | transactions;
    machine.cpu().control_registers_changed();
    machine.step();
    return machine.value<std::uint16_t>(low_core::program_code + 2) & 0xFF;
  }
  Machine machine{1, Timing::driven, {1 << 20}, GetParam()};
};

TEST_P(EachModel, KnowsItsInstructionsAndNoneOfALaterOne) {
  static const auto all = plain_instructions();
  ASSERT_GT(all.size(), 1100U);
  for (const auto& [row, text] : all) {
    if (row->mnemonic == "IUCV") continue;  // of virtual machines alone
    const bool is_operation_exception = interruption_of(text) == 1;
    EXPECT_EQ(is_operation_exception, row->since > GetParam()) << row->mnemonic;
  }
}

// STFL since the first model, STFLE since the z9: "up to z16" is four doublewords.
TEST_P(EachModel, StoresItsFacilityList) {
  const auto& list = facility_list(GetParam());
  EXPECT_EQ(interruption_of({0xB2, 0xB1, 0, 0, 0, 0}), 0);  // STFL 0
  EXPECT_EQ(machine.value<std::uint32_t>(low_core::facility_list), list[0] >> 32);
  machine.configuration().reset_all(Configuration::Reset::clear);
  machine.put_stops();
  machine.put(0x1000, {0xB2, 0xB0, 0x20, 0x00});  // STFLE 0(2)
  machine.configuration().load_psw(0, {Machine::supervisor, 0x1000});
  machine.cpu().gr(0) = 7;
  machine.cpu().gr(2) = 0x3000;
  machine.step();
  if (GetParam() < Model::z9) {
    EXPECT_EQ(machine.value<std::uint16_t>(low_core::program_code + 2), 1);
    return;
  }
  EXPECT_EQ(machine.cpu().cc, 0);
  EXPECT_EQ(machine.cpu().gr(0), list.size() - 1);
  for (std::size_t i = 0; i < list.size(); ++i) EXPECT_EQ(machine.value(0x3000 + 8 * i), list[i]);
}

INSTANTIATE_TEST_SUITE_P(Models, EachModel,
                         testing::Values(Model::z900, Model::z990, Model::z9, Model::z10, Model::z196, Model::zec12, Model::z13, Model::z14,
                                         Model::z15, Model::z16),
                         [](const auto& info) { return std::string{identity_of(info.param).name}; });

}  // namespace
}  // namespace cpu
