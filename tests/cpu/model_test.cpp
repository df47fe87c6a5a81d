#include "machine.h"

#include "cpu/isa/facilities.h"
#include "cpu/low_core.h"

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

}  // namespace
}  // namespace cpu
