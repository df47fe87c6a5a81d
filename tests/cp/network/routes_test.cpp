#include "cp/network/routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cp {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr IpAddress first{0x0A00'020F}, second{0x0A00'0210};
const PortName linux1{"LINUX1", z::DeviceNumber{std::uint16_t{0x600}}}, linux2{"LINUX2", z::DeviceNumber{std::uint16_t{0x600}}};

TEST(Routes, LearnAnAddressOnceAndSayThatItIsNews) {
  Routes routes;
  EXPECT_TRUE(routes.learn(first, linux1));
  EXPECT_FALSE(routes.learn(first, linux1));
  EXPECT_EQ(routes.find(first), Routes::Place{linux1});
  EXPECT_FALSE(routes.find(second));
}

TEST(Routes, AreTheLastSpeakers) {
  Routes routes;
  routes.learn(first, linux1);
  routes.told(first, "MEMBER2");
  EXPECT_EQ(routes.find(first), Routes::Place{std::string{"MEMBER2"}});
  EXPECT_TRUE(routes.learn(first, linux1)) << "it has come back";
}

TEST(Routes, ForgetAPortAndAMember) {
  Routes routes;
  routes.learn(first, linux1);
  routes.learn(second, linux2);
  routes.forget(linux1);
  EXPECT_THAT(routes.here(), ElementsAre(second));
  routes.told(second, "MEMBER2");
  routes.forget(std::string{"MEMBER2"});
  EXPECT_THAT(routes.all(), IsEmpty());
}

TEST(Routes, LearnNoAddressThatNoHostHas) {
  Routes routes;
  for (const auto address : {0U, 0xE000'0001U, 0xFFFF'FFFFU}) EXPECT_FALSE(routes.learn(IpAddress{address}, linux1)) << address;
  EXPECT_THAT(routes.all(), IsEmpty());
}

TEST(Routes, OfAGuestThatMakesUpAddressesEnd) {
  Routes routes;
  for (unsigned i = 0; i < 10'000; ++i) routes.learn(IpAddress{0x0A00'0000U + i}, linux1);
  EXPECT_EQ(routes.all().size(), 4096);
}

TEST(IpHeader, NamesSourceAndDestination) {
  std::vector<std::byte> packet(20);
  packet[0] = std::byte{0x45};
  for (const auto [at, value] : {std::pair{12, 10}, {13, 0}, {14, 2}, {15, 15}, {16, 10}, {17, 0}, {18, 2}, {19, 16}})
    packet[static_cast<std::size_t>(at)] = static_cast<std::byte>(value);
  const auto header = ip_header(packet);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->source, first);
  EXPECT_EQ(header->destination, second);
  EXPECT_EQ(show(second), "10.0.2.16");
}

TEST(IpHeader, IsNotInWhatIsTooShortOrOfAnotherVersion) {
  std::vector<std::byte> packet(20, std::byte{0x60});
  EXPECT_FALSE(ip_header(packet));
  packet.assign(19, std::byte{0x45});
  EXPECT_FALSE(ip_header(packet));
}

}  // namespace
}  // namespace cp
