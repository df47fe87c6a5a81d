#include "cp/guest/vm_definition.h"

#include <gtest/gtest.h>

namespace {

cp::VmDefinition beat() {
  return {.userid = "BEAT1", .storage = {64 << 20}, .cpus = 2, .model = cpu::Model::z13, .cpu_serial = 0x012345, .secondary_user = "OPERATOR",
          .minidisks = {{.number = z::DeviceNumber{std::uint16_t{0x100}}, .volume = "LNX301", .start = 1, .cylinders = 3}},
          .ctcas = {{.number = z::DeviceNumber{std::uint16_t{0x600}}, .partner = "SYSTEM", .vswitch = "LAN1"}},
          .readers = {z::DeviceNumber{std::uint16_t{0xC}}}};
}

TEST(VmDefinition, ArrivesOnTheOtherMemberAsItWasSent) {
  const auto decoded = cp::VmDefinition::decode(beat().encode());
  ASSERT_TRUE(decoded) << decoded.error().text();
  EXPECT_EQ(*decoded, beat());
}

TEST(VmDefinition, CutShortAnywhereIsAnErrorAndNeverACrash) {
  const auto bytes = beat().encode();
  for (std::size_t length = 0; length < bytes.size(); ++length)
    EXPECT_FALSE(cp::VmDefinition::decode(std::span{bytes}.first(length))) << length;
}

TEST(VmDefinition, OfAnotherVersionIsRefusedByName) {
  auto bytes = beat().encode();
  bytes[3] = std::byte{9};
  EXPECT_EQ(cp::VmDefinition::decode(bytes).error().text(), "virtual machine definition has version 9, this program knows 4");
}

}  // namespace
