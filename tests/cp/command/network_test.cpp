#include "fake_system.h"

namespace cp {
namespace {

using testing::ElementsAre;

TEST_F(CommandTest, DefineMakesAVirtualCtc) {
  EXPECT_THAT(run(guest, "DEFINE CTCA 600"), ElementsAre("CTCA 0600 DEFINED"));
  EXPECT_THAT(run(guest, "DEF 3088 601 USER LINUX2"), ElementsAre("CTCA 0601 DEFINED"));
  EXPECT_THAT(system.log, ElementsAre("define ctca 0600 ''", "define ctca 0601 'LINUX2'"));
  EXPECT_THAT(run(guest, "DEFINE RELODOMAIN PROD MEMBERS MEMBER1"), ElementsAre("HCPCFC003E Invalid option - RELODOMAIN"));
}

TEST_F(CommandTest, CoupleNamesTheOtherCtc) {
  EXPECT_THAT(run(guest, "COUPLE 600 TO LINUX2 601"), ElementsAre("CTCA 0600 COUPLED TO LINUX2 0601"));
  EXPECT_THAT(run(guest, "COUPLE 601 * 600"), ElementsAre("CTCA 0601 COUPLED TO BEAT1 0600"));
  EXPECT_THAT(system.log, ElementsAre("couple BEAT1 0600 to LINUX2 0601 ''", "couple BEAT1 0601 to BEAT1 0600 ''"));
}

TEST_F(CommandTest, CoupleToSystemNamesASwitch) {
  EXPECT_THAT(run(guest, "COUPLE 600 TO SYSTEM LAN1"), ElementsAre("CTCA 0600 COUPLED TO SYSTEM LAN1"));
  EXPECT_THAT(system.log, ElementsAre("couple BEAT1 0600 to SYSTEM 0000 'LAN1'"));
  system.answer = refusal(6723, std::string{"LAN2"});
  EXPECT_THAT(run(guest, "COUPLE 600 TO SYSTEM LAN2"), ElementsAre("HCPCPL6723E VSWITCH LAN2 is not defined on this system"));
}

TEST_F(CommandTest, UncoupleTakesThemApart) {
  EXPECT_THAT(run(guest, "UNCOUPLE 600"), ElementsAre("CTCA 0600 UNCOUPLED"));
  EXPECT_THAT(system.log, ElementsAre("uncouple BEAT1 0600"));
}

TEST_F(CommandTest, QueryVswitchShowsWhoHasWhichAddress) {
  system.switch_list = {{.name = "LAN1",
                         .has_uplink = true,
                         .addresses = {{.text = "10.0.2.15", .userid = "LINUX1", .device = z::DeviceNumber{std::uint16_t{0x600}}, .member = {}},
                                       {.text = "10.0.2.16", .userid = {}, .device = {}, .member = "MEMBER2"}}}};
  EXPECT_THAT(run("QUERY VSWITCH"),
              ElementsAre("VSWITCH SYSTEM LAN1     Type: IP  Global  Uplink: HOST", "  10.0.2.15        LINUX1 0600", "  10.0.2.16        AT MEMBER2"));
  EXPECT_THAT(run("QUERY VSWITCH LAN2"), ElementsAre("HCPCPL6723E VSWITCH LAN2 is not defined on this system"));
}

}  // namespace
}  // namespace cp
