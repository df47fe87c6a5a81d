#include "cp/directory/directory.h"

#include <gmock/gmock.h>

namespace cp {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view sample = R"(* Sample of the planning book
DIRECTORY SSI 0123 3390 M01RES
DIRECTORY SSI 0123 3390 M02RES
GLOBALDEFS
PROFILE LINDFLT
  MACHINE ESA 4
  CONSOLE 0009 3215
  SPOOL 00C 2540 READER *
IDENTITY MAINT    SECRET   256M 1000M ABCDEFG
  BUILD ON MEMBER1 USING SUBCONFIG MAINT-1
  BUILD ON MEMBER2 USING SUBCONFIG MAINT-2
  ACCOUNT 1 MAINT
  CONSOLE 009 3215
  LINK PMAINT 551 551 RR
SUBCONFIG MAINT-1
  MDISK 190 3390 280 214 M01RES MR ALL WRITE MULTIPLE
  MDISK CF1 3390  39 120 M01RES RR
SUBCONFIG MAINT-2
  MDISK 190 3390 280 214 M02RES MR ALL WRITE MULTIPLE
USER PMAINT SECRET 256M
  MDISK 141 3390 000 END VMCOM1 MWV
  MDISK 551 3390 100 40 VMCOM1 MR
USER LINUX01 SECRET 4G 16G G
  INCLUDE LINDFLT
  CPU 00 BASE
  CPU 01
  OPTION CHPIDVIRTUALIZATION ONE QUICKDSP
  VMRELOCATE DOMAIN PROD
  COMMAND SET VMRELOCATE * DOMAIN Z15only
  NICDEF 0600 TYPE QDIO,
         LAN SYSTEM VSW1
  MDISK 0200 3390 0001 10016 LNX301 MR
  SPECIAL 0700 CTCA LINUX02
  DEDICATE 0800 2100
  IPL 0200 LOADPARM 0001 PARM ROOT=/DEV/DASDA1
  SHARE ABSOLUTE 10.5%
)";

Directory parse(std::string_view text) { return Directory::parse(text, "USER.DIRECT"); }

std::vector<std::string> errors(std::string_view text) {
  std::vector<std::string> lines;
  for (const auto& diagnostic : parse(text).diagnostics()) lines.push_back(diagnostic.line());
  return lines;
}

// Errors of an entry that is added to the sample; its first line is line 37.
std::vector<std::string> added(std::string_view text) { return errors(std::string{sample} + std::string{text}); }

TEST(Directory, TheSampleHasNoErrors) {
  EXPECT_THAT(errors(sample), IsEmpty());
  EXPECT_THAT(parse(sample).userids(), ElementsAre("MAINT", "PMAINT", "LINUX01"));
  ASSERT_THAT(parse(sample).volumes(), SizeIs(2));
  EXPECT_TRUE(parse(sample).volumes()[1].is_for_ssi);
  EXPECT_EQ(parse(sample).volumes()[1].volume, "M02RES");
}

TEST(Directory, AUserIsTheSameOnEveryMember) {
  const auto entry = parse(sample).resolve("linux01", "MEMBER2").value();
  EXPECT_EQ(entry.configuration, DirectoryEntry::Configuration::single);
  EXPECT_EQ(entry.storage, (z::Bytes{4ULL << 30}));
  EXPECT_EQ(entry.maximum_storage, (z::Bytes{16ULL << 30}));
  EXPECT_EQ(entry.classes, ClassSet{"G"});
  EXPECT_TRUE(entry.has_option("CHPIDVIRTUALIZATION"));
  EXPECT_TRUE(entry.has_option("QUICKDSP"));
  EXPECT_TRUE(entry.relocation.is_enabled);
  EXPECT_EQ(entry.relocation.domain, "PROD");
  EXPECT_THAT(entry.commands, ElementsAre("SET VMRELOCATE * DOMAIN Z15only"));
  EXPECT_EQ(entry.ipl->target, "0200");
  EXPECT_EQ(entry.ipl->load_parameter, "0001");
  EXPECT_EQ(entry.ipl->parameter, "ROOT=/DEV/DASDA1");
  EXPECT_EQ(entry.share.kind, ShareDefinition::Kind::absolute);
  EXPECT_EQ(entry.share.amount, 105u);
  EXPECT_EQ(entry.specials.at(0).type, "CTCA");
  EXPECT_EQ(entry.dedicated.at(0).real_device, z::DeviceNumber{0x2100});
  EXPECT_EQ(entry.kept.at(0).keyword, "NICDEF");
  EXPECT_THAT(entry.kept.at(0).operands, ElementsAre("0600", "TYPE", "QDIO", "LAN", "SYSTEM", "VSW1"));
}

TEST(Directory, TheProfileIsPartOfItsUsers) {
  const auto entry = parse(sample).resolve("LINUX01", "MEMBER1").value();
  EXPECT_EQ(entry.console->device, z::DeviceNumber{9});
  EXPECT_EQ(entry.console->type, "3215");
  EXPECT_EQ(entry.maximum_cpus, 4u);
  EXPECT_EQ(entry.spool_devices.at(0).type, "2540");
}

TEST(Directory, AnIdentityGetsTheSubconfigOfTheMember) {
  const auto first = parse(sample).resolve("MAINT", "MEMBER1").value();
  const auto second = parse(sample).resolve("MAINT", "MEMBER2").value();
  EXPECT_EQ(first.configuration, DirectoryEntry::Configuration::multiple);
  EXPECT_EQ(first.classes.text(), "ABCDEFG");
  ASSERT_THAT(first.minidisks, SizeIs(2));
  EXPECT_TRUE(first.minidisks[0].is_local);
  EXPECT_EQ(first.minidisks[0].volume, "M01RES");
  EXPECT_EQ(second.minidisks.at(0).volume, "M02RES");
  EXPECT_THAT(second.minidisks.at(0).passwords, ElementsAre("ALL", "WRITE", "MULTIPLE"));
  EXPECT_EQ(second.links.at(0).owner, "PMAINT");
  EXPECT_EQ(second.links.at(0).mode, "RR");
}

TEST(Directory, AnIdentityWithoutABuildForTheMemberCannotLogOnThere) {
  EXPECT_EQ(parse(sample).resolve("MAINT", "MEMBER3").error().text(), "MAINT has no BUILD for MEMBER3 in USER.DIRECT");
  EXPECT_EQ(parse(sample).resolve("NOBODY", "MEMBER1").error().text(), "NOBODY is not in the directory USER.DIRECT");
}

TEST(Directory, AFullPackMinidiskRunsToTheEndOfTheVolume) {
  const auto entry = parse(sample).resolve("PMAINT", "MEMBER1").value();
  const auto* const disk = entry.minidisk(z::DeviceNumber{0x141});
  EXPECT_EQ(disk->kind, Minidisk::Kind::full_volume);
  EXPECT_TRUE(disk->has_virtual_reserve());
  EXPECT_FALSE(disk->is_local);
}

TEST(Directory, WithoutCpuStatementsThereIsOneBaseCpu) {
  const auto entry = parse(sample).resolve("PMAINT", "MEMBER1").value();
  ASSERT_THAT(entry.cpus, SizeIs(1));
  EXPECT_TRUE(entry.cpus[0].is_base);
  EXPECT_EQ(entry.cpus[0].address, 0);
}

TEST(Directory, NamesAreUnique) {
  EXPECT_THAT(added("USER MAINT-1 X\n"), ElementsAre("USER.DIRECT:37:1: error: MAINT-1 is already defined in line 15"));
  EXPECT_THAT(added("USER SYSTEM X\n"), ElementsAre("USER.DIRECT:37:1: error: SYSTEM is a reserved name"));
  EXPECT_THAT(added("USER LOGN0001 X\n"), ElementsAre("USER.DIRECT:37:1: error: LOGN0001 is a reserved name"));
}

TEST(Directory, SubconfigsAreUsedByOneIdentity) {
  EXPECT_THAT(added("SUBCONFIG LONELY\n"), ElementsAre("USER.DIRECT:37:1: error: no BUILD statement uses SUBCONFIG "
                                                       "LONELY"));
  EXPECT_THAT(added("IDENTITY OPER X\n BUILD ON * USING SUBCONFIG MAINT-1\n"),
              ElementsAre("USER.DIRECT:38:2: error: SUBCONFIG MAINT-1 is already used by MAINT"));
  EXPECT_THAT(added("IDENTITY OPER X\n BUILD ON * USING SUBCONFIG OPER-9\n"),
              ElementsAre("USER.DIRECT:38:29: error: there is no SUBCONFIG OPER-9"));
  EXPECT_THAT(added("IDENTITY OPER X\n"), ElementsAre("USER.DIRECT:37:1: error: IDENTITY OPER has no BUILD statement"));
  EXPECT_THAT(added("USER A X\n BUILD ON * USING SUBCONFIG A-1\n"),
              ElementsAre("USER.DIRECT:38:2: error: BUILD belongs to an IDENTITY"));
}

TEST(Directory, ProfilesAndOwnersOfLinksExist) {
  EXPECT_THAT(added("USER A X\n INCLUDE NOPROF\n"), ElementsAre("USER.DIRECT:38:10: error: there is no PROFILE NOPROF"));
  EXPECT_THAT(added("USER A X\n LINK MAINT-1 190 190 RR\n"),
              ElementsAre("USER.DIRECT:38:7: error: MAINT-1 is not a user of this directory"));
}

TEST(Directory, EveryErrorIsReportedWithItsPlace) {
  EXPECT_THAT(added("USER A X 64Q\nUSER B X 64M 32M\nUSER C X 64M 64M G7\nUSER D X\n MDSK 100 3390 1 1 A MR\n"
                    " MDISK 100 3390 1 1 A QQ\n LINK MAINT XYZW\n CPU 0\n CPU 0\n MACHINE S370\n OPTION CHPIDV TWO\n"),
              ElementsAre("USER.DIRECT:37:10: error: 64Q is not a storage size: write it as 64M or 2G",
                          "USER.DIRECT:38:17: error: the maximum storage is less than the storage at logon",
                          "USER.DIRECT:39:18: error: G7 is not a set of privilege classes (A-Z, 1-6)",
                          "USER.DIRECT:41:2: error: MDSK is not a directory statement; did you mean MDISK?",
                          "USER.DIRECT:42:23: error: QQ is not an access mode: R RR W WR M MR MW, with V, S or E",
                          "USER.DIRECT:43:13: error: XYZW is not a device number of the owner: it takes 1 to 4 "
                          "hexadecimal digits",
                          "USER.DIRECT:45:6: error: CPU 00 is already defined",
                          "USER.DIRECT:46:10: error: a machine is ESA, XA, XC or Z",
                          "USER.DIRECT:47:16: error: ONE is expected before TWO"));
}

TEST(Directory, MinidisksMayShareCylindersButNotADeviceNumber) {
  EXPECT_THAT(added("USER A X\n MDISK 200 3390 1 10 LNX301 MR\n MDISK 201 3390 5 10 LNX301 MR\n"), IsEmpty());
  EXPECT_THAT(added("USER A X\n MDISK 200 3390 1 10 LNX301 MR\n MDISK 200 3390 11 10 LNX301 MR\n"),
              ElementsAre("USER.DIRECT:39:8: error: minidisk 0200 is already defined"));
}

TEST(Directory, LinesEndAtColumn72) {
  EXPECT_THAT(added("USER A X 64M 64M G" + std::string(56, ' ') + "X\n"),
              ElementsAre("USER.DIRECT:37:73: error: this line goes beyond column 72"));
}

TEST(Directory, StatementsBeforeTheFirstEntryAreErrors) {
  EXPECT_THAT(errors("DIRECTORY SSI 0123 3390 M01RES\nMDISK 100 3390 1 1 A MR\n"),
              ElementsAre("USER.DIRECT:2:1: error: MDISK stands before the first USER, IDENTITY or PROFILE"));
  EXPECT_THAT(errors("USER A X\n"), ElementsAre("USER.DIRECT: error: there is no DIRECTORY statement"));
}

}  // namespace
}  // namespace cp
