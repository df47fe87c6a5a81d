#include "cp/config/config_file.h"

#include <gmock/gmock.h>

namespace cp {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// The sample of a two-member cluster in the planning book.
constexpr std::string_view sample = R"(System_Identifier LPAR LP01 MEMBER1
System_Identifier LPAR LP02 MEMBER2
SSI MYCLUSTR PDR_Volume VMCOM1,
    Slot 1 MEMBER1,
    Slot 2 MEMBER2,
    Slot 3 Available,
    Slot 4 Available
MEMBER1: System_Residence, Checkpoint Volid M01RES From CYL 21 For 9 ,
                           Warmstart  Volid M01RES From CYL 30 For 9
MEMBER2: System_Residence, Checkpoint Volid M02RES From CYL 21 For 9 ,
                           Warmstart  Volid M02RES From CYL 30 For 9
MEMBER1: ACTIVATE ISLINK 6000 6001 6002 6003 NODE MEMBER2
MEMBER2: ACTIVATE ISLINK 6000-6003 NODE MEMBER1
MEMBER1: CP_Owned Slot  1 M01RES
MEMBER2: CP_Owned Slot  1 M02RES
CP_Owned Slot  5 VMCOM1
CP_Owned Slot 10 M01S01
CP_Owned Slot 11 M02S01
MEMBER1: CP_Owned Slot 255 M01P01
MEMBER2: CP_Owned Slot 255 M02P01
User_Volume_List VMCOM2 630RL1 LNX301
MEMBER1: VMLAN MACPREFIX 021111 USERPREFIX 02AAAA
MEMBER2: VMLAN MACPREFIX 022222 USERPREFIX 02AAAA
RDEVICE 2100-2102 EQID OSASET1 TYPE OSA
Relocation_Domain PROD Members MEMBER1 MEMBER2
)";

ConfigFile parse(std::string_view text) { return ConfigFile::parse(text, "SYSTEM.CONFIG"); }

std::vector<std::string> errors(std::string_view text) {
  std::vector<std::string> lines;
  for (const auto& diagnostic : parse(text).diagnostics()) lines.push_back(diagnostic.line());
  return lines;
}

// The sample with one piece of its text replaced.
std::string changed(std::string_view what, std::string_view to) {
  std::string text{sample};
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos);
  return text.replace(at, what.size(), to);
}

TEST(ConfigFile, TheSampleHasNoErrors) {
  EXPECT_THAT(errors(sample), IsEmpty());
  EXPECT_THAT(parse(sample).systems(), ElementsAre("MEMBER1", "MEMBER2"));
}

TEST(ConfigFile, TheLparNameChoosesTheSystem) {
  EXPECT_EQ(parse(sample).identify({.lpar = "LP02", .cpu_model = "8561", .cpuid = "012345"}), "MEMBER2");
  EXPECT_EQ(parse(sample).identify({.lpar = "LP03", .cpu_model = "8561", .cpuid = "012345"}), std::nullopt);
}

TEST(ConfigFile, TheFirstIdentifierThatFitsHoldsAndTheDefaultComesLast) {
  const auto file = parse("System_Identifier 8561 %12345 A\nSystem_Identifier 8561 * B\nSystem_Identifier_Default C\n");
  EXPECT_EQ(file.identify({.lpar = "", .cpu_model = "8561", .cpuid = "012345"}), "A");
  EXPECT_EQ(file.identify({.lpar = "", .cpu_model = "8561", .cpuid = "999999"}), "B");
  EXPECT_EQ(file.identify({.lpar = "", .cpu_model = "2827", .cpuid = "012345"}), "C");
}

TEST(ConfigFile, EachMemberGetsItsOwnStatementsAndTheCommonOnes) {
  const auto first = parse(sample).for_system("MEMBER1");
  const auto second = parse(sample).for_system("member2");
  ASSERT_THAT(first.cp_owned, SizeIs(5));
  EXPECT_EQ(first.cp_owned.at(1).volume, "M01RES");
  EXPECT_EQ(second.cp_owned.at(1).volume, "M02RES");
  EXPECT_EQ(first.cp_owned.at(11).volume, "M02S01");
  EXPECT_EQ(second.cp_owned.at(255).volume, "M02P01");
  EXPECT_EQ(first.vmlan.mac_prefix, "021111");
  EXPECT_EQ(second.residence->warmstart.volume, "M02RES");
  EXPECT_EQ(second.residence->warmstart.first_cylinder, 30u);
  EXPECT_EQ(second.residence->warmstart.cylinders, 9u);
}

TEST(ConfigFile, TheSsiStatementIsTyped) {
  const auto ssi = *parse(sample).for_system("MEMBER1").ssi;
  EXPECT_EQ(ssi.name, "MYCLUSTR");
  EXPECT_EQ(ssi.pdr_volume, "VMCOM1");
  EXPECT_EQ(ssi.slot_of("MEMBER2"), 2u);
  EXPECT_THAT(ssi.members(), ElementsAre("MEMBER1", "MEMBER2"));
}

TEST(ConfigFile, LinksMayBeGivenAsARange) {
  const auto second = parse(sample).for_system("MEMBER2");
  ASSERT_THAT(second.islinks, SizeIs(1));
  EXPECT_EQ(second.islinks[0].node, "MEMBER1");
  EXPECT_THAT(second.islinks[0].devices, ElementsAre(z::DeviceNumber{0x6000}, z::DeviceNumber{0x6001},
                                                     z::DeviceNumber{0x6002}, z::DeviceNumber{0x6003}));
}

TEST(ConfigFile, UserVolumesComeFromTheListAndThePatterns) {
  const auto config = parse("System_Identifier_Default A\nUser_Volume_List VOL001\n"
                            "User_Volume_Include LNX*\nUser_Volume_Exclude LNX9%%\n").for_system("A");
  EXPECT_TRUE(config.is_user_volume("VOL001"));
  EXPECT_TRUE(config.is_user_volume("LNX301"));
  EXPECT_FALSE(config.is_user_volume("LNX901"));
  EXPECT_FALSE(config.is_user_volume("VOL002"));
}

TEST(ConfigFile, BlocksEquatesAndSeveralNamesSelectSystems) {
  const auto file = parse("System_Identifier LPAR A A\nSystem_Identifier LPAR B B\nSystem_Identifier LPAR C C\n"
                          "Equate BOTH A B\nBOTH: BEGIN\n A C: CP_Owned Slot 1 INNER\nEND\nB C: CP_Owned Slot 2 TWO\n");
  EXPECT_THAT(file.diagnostics(), IsEmpty());
  EXPECT_EQ(file.for_system("A").cp_owned.at(1).volume, "INNER");
  EXPECT_THAT(file.for_system("B").cp_owned, SizeIs(1));
  EXPECT_EQ(file.for_system("C").cp_owned.at(2).volume, "TWO");
}

TEST(ConfigFile, FeaturesAndTheLikeAreKept) {
  const auto config = parse("System_Identifier_Default A\nFeatures ,\n Disable ,\n  Auto_Warm_IPL\n").for_system("A");
  ASSERT_NE(config.find_kept("FEATURES"), nullptr);
  EXPECT_THAT(config.find_kept("FEATURES")->operands, ElementsAre("DISABLE", "AUTO_WARM_IPL"));
}

TEST(ConfigFile, SystemUseridsAreTyped) {
  const auto config = parse("System_Identifier_Default A\nSystem_Userids , Operator OP1 Disconnect ,\n Startup AUTO2\n")
                          .for_system("A");
  EXPECT_EQ(config.userids.operator_, "OP1");
  EXPECT_EQ(config.userids.startup, "AUTO2");
  EXPECT_EQ(config.userids.erep, "EREP");
}

TEST(ConfigFile, MembersAgreeOnTheDigestOfTheSsiStatement) {
  const auto file = parse(sample);
  EXPECT_EQ(file.for_system("MEMBER1").ssi_digest(), file.for_system("MEMBER2").ssi_digest());
  EXPECT_NE(file.for_system("MEMBER1").ssi_digest(),
            parse(changed("Slot 3 Available", "Slot 3 MEMBER3")).for_system("MEMBER1").ssi_digest());
}

TEST(ConfigFile, AnUnknownStatementNamesTheNearestOne) {
  EXPECT_THAT(errors("System_Identifier_Default A\n  CP_Owend Slot 5 VMCOM1\n"),
              ElementsAre("SYSTEM.CONFIG:2:3: error: CP_Owend is not a statement of SYSTEM CONFIG; did you mean "
                          "CP_Owned?"));
  EXPECT_THAT(errors("Qwertyuiop\n"),
              ElementsAre("SYSTEM.CONFIG:1:1: error: Qwertyuiop is not a statement of SYSTEM CONFIG"));
}

TEST(ConfigFile, AllErrorsAreReportedEachWithItsLine) {
  EXPECT_THAT(errors("System_Identifier_Default A\nCP_Owned Slot 256 VMCOM1\nRDEVICE XYZ1\nCP_Owned 5 VMCOM1\n"
                     "User_Volume_List TOOLONG\nVMLAN MACPREFIX 02\n"),
              ElementsAre("SYSTEM.CONFIG:2:15: error: 256 is not a slot number: it is a number from 1 to 255",
                          "SYSTEM.CONFIG:3:9: error: XYZ1 is not a device number: it takes 1 to 4 hexadecimal digits",
                          "SYSTEM.CONFIG:4:10: error: SLOT is expected before 5",
                          "SYSTEM.CONFIG:5:18: error: TOOLONG is longer than a volume label",
                          "SYSTEM.CONFIG:6:17: error: 02 is not a prefix of MAC addresses: it takes six hexadecimal "
                          "digits"));
}

TEST(ConfigFile, ASsiSlotIsGivenOnce) {
  EXPECT_THAT(errors("System_Identifier_Default A\nSSI X SLOT 1 A SLOT 1 B\n"),
              ElementsAre("SYSTEM.CONFIG:2:21: error: slot 1 is given twice"));
  EXPECT_THAT(errors("System_Identifier_Default A\nSSI X SLOT 1 A SLOT 2 A\n"),
              ElementsAre("SYSTEM.CONFIG:2:23: error: A already has a slot"));
}

TEST(ConfigFile, ASecondSsiStatementIsIgnoredWithAMessage) {
  const auto text = std::string{sample} + "SSI OTHER SLOT 1 MEMBER1\n";
  EXPECT_THAT(errors(text),
              ElementsAre("SYSTEM.CONFIG:26:1: warning: this SSI statement is ignored: the one in line 3 holds"));
  EXPECT_EQ(parse(text).for_system("MEMBER1").ssi->name, "MYCLUSTR");
}

TEST(ConfigFile, AQualifierThatFitsNoSystemIsAnError) {
  EXPECT_THAT(errors(std::string{sample} + "MEMBR1: CP_Owned Slot 12 X\n"),
              ElementsAre("SYSTEM.CONFIG:26:1: error: MEMBR1 is not a system of this file; did you mean MEMBER1?"));
}

TEST(ConfigFile, EveryMemberNeedsALinkToEveryOther) {
  EXPECT_THAT(errors(changed("Slot 3 Available", "Slot 3 MEMBER3")),
              testing::AllOf(testing::Contains("SYSTEM.CONFIG:3:5: error: MEMBER1 has no ACTIVATE ISLINK to MEMBER3"),
                             testing::Contains("SYSTEM.CONFIG:3:5: error: MEMBER3 has no ACTIVATE ISLINK to MEMBER2")));
}

TEST(ConfigFile, ThePdrVolumeMustBeOneOfTheSystemsVolumes) {
  EXPECT_THAT(errors(changed("PDR_Volume VMCOM1", "PDR_Volume VMCOM9")),
              ElementsAre("SYSTEM.CONFIG:3:5: error: PDR volume VMCOM9 is neither CP-owned nor a user volume on MEMBER1",
                          "SYSTEM.CONFIG:3:5: error: PDR volume VMCOM9 is neither CP-owned nor a user volume on "
                          "MEMBER2"));
}

TEST(ConfigFile, ASlotHoldsOneVolumeOnAMember) {
  EXPECT_THAT(errors(std::string{sample} + "MEMBER1: CP_Owned Slot 10 M01S02\n"),
              ElementsAre("SYSTEM.CONFIG:26:19: error: slot 10 already holds M01S01 (line 17)"));
  EXPECT_THAT(errors(std::string{sample} + "MEMBER2: CP_Owned Slot 12 M01S01\n"),
              ElementsAre("SYSTEM.CONFIG:26:19: error: M01S01 is already in slot 10 on MEMBER2"));
}

TEST(ConfigFile, MacPrefixesDifferAndUserPrefixesAgree) {
  EXPECT_THAT(errors(changed("022222", "021111")),
              ElementsAre("SYSTEM.CONFIG:23:16: error: MACPREFIX 021111 of MEMBER2 is also that of MEMBER1"));
  EXPECT_THAT(errors(changed("MACPREFIX 022222 USERPREFIX 02AAAA", "MACPREFIX 022222 USERPREFIX 02BBBB")),
              ElementsAre("SYSTEM.CONFIG:23:16: error: USERPREFIX of MEMBER2 differs from that of MEMBER1"));
}

TEST(ConfigFile, DomainsNameMembers) {
  EXPECT_THAT(errors(changed("PROD Members MEMBER1 MEMBER2", "PROD Members MEMBER1 MEMBER7")),
              ElementsAre("SYSTEM.CONFIG:25:19: error: MEMBER7 of relocation domain PROD is not a member of MYCLUSTR"));
}

TEST(ConfigFile, AVirtualSwitchHasTheUplinkOfItsMember) {
  const auto text = changed("Relocation_Domain",
                            "MEMBER1: DEFINE VSWITCH LAN1 IP GLOBAL UPLINK HOST FORWARD 2222 TO 10.0.2.15 22\n"
                            "MEMBER2: DEFINE VSWITCH LAN1 IP GLOBAL\nRelocation_Domain");
  EXPECT_THAT(errors(text), IsEmpty());
  const auto one = parse(text).for_system("MEMBER1"), other = parse(text).for_system("MEMBER2");
  ASSERT_THAT(one.vswitches, SizeIs(1));
  EXPECT_EQ(one.vswitches[0].name, "LAN1");
  EXPECT_TRUE(one.vswitches[0].has_host_uplink);
  ASSERT_THAT(one.vswitches[0].forwards, SizeIs(1));
  EXPECT_EQ(one.vswitches[0].forwards[0].host_port, 2222);
  EXPECT_EQ(one.vswitches[0].forwards[0].guest, 0x0A00'020FU);
  EXPECT_EQ(one.vswitches[0].forwards[0].guest_port, 22);
  ASSERT_THAT(other.vswitches, SizeIs(1));
  EXPECT_FALSE(other.vswitches[0].has_host_uplink);
}

TEST(ConfigFile, AVirtualSwitchOfAnotherKindIsAnError) {
  EXPECT_THAT(errors(changed("Relocation_Domain", "DEFINE VSWITCH LAN1 ETHERNET\nRelocation_Domain")),
              ElementsAre(testing::HasSubstr("SYSTEM.CONFIG:25:21: error: ")));
  EXPECT_THAT(errors(changed("Relocation_Domain", "DEFINE VSWITCH LAN1 UPLINK HOST FORWARD 80 TO here 80\nRelocation_Domain")),
              ElementsAre("SYSTEM.CONFIG:25:47: error: here is not an IP address"));
}

TEST(ConfigFile, TheReportEndsWithTheVerdict) {
  EXPECT_THAT(syntax_report({}), ElementsAre("CONFIGURATION FILE PROCESSING COMPLETE -- NO ERRORS ENCOUNTERED."));
  EXPECT_THAT(syntax_report(parse("BOGUSX\n").diagnostics()).back(),
              "CONFIGURATION FILE PROCESSING COMPLETE -- 1 ERROR(S) ENCOUNTERED.");
}

}  // namespace
}  // namespace cp
