#include "fake_system.h"

namespace cp {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(CommandTest, QueryTime) {
  EXPECT_THAT(run("QUERY TIME"), ElementsAre("TIME IS 11:59:14 EDT THURSDAY 09/05/13",
                                             "CONNECT= 00:12:04 VIRTCPU= 000:00.21 TOTCPU= 000:00.30"));
}

TEST_F(CommandTest, QueryCplevel) {
  EXPECT_THAT(run("Q CPLEVEL"), ElementsAre("z/VM Version 6 Release 3.0, service level 1301 (64-bit)",
                                            "Generated at 05/31/13 07:33:20 EDT", "IPL at 09/05/13 11:46:40 EDT"));
}

TEST_F(CommandTest, QueryNamesShowsFourToALine) {
  system.sessions = {{"OPERATOR", "MEMBER1", "0009"}, {"MAINT", "MEMBER1", "L0003"}, {"LINUX01", "MEMBER1", ""},
                     {"TCPIP", "MEMBER1", ""}, {"BEAT1", "MEMBER2", ""}};
  EXPECT_THAT(run("Q N"), ElementsAre("OPERATOR - 0009, MAINT    - L0003, LINUX01  - DSC , TCPIP    - DSC ,",
                                      "BEAT1    - DSC"));
}

TEST_F(CommandTest, QueryNamesAtAllShowsTheMemberOfEach) {
  EXPECT_THAT(run("QUERY NAMES AT ALL"), ElementsAre("MEMBER1 : OPERATOR - 0009", "MEMBER1 : BEAT1    - DSC",
                                                     "MEMBER2 : OPERATOR - DSC"));
}

TEST_F(CommandTest, QueryUsersCountsThem) {
  EXPECT_THAT(run("Q USERS"), ElementsAre("    2 USERS,     0 DIALED,     0 NET"));
}

TEST_F(CommandTest, QueryOfAUseridSaysWhereItIs) {
  EXPECT_THAT(run("QUERY BEAT1"), ElementsAre("BEAT1    - DSC"));
  EXPECT_THAT(run("query beat1 at all"), ElementsAre("MEMBER1 : BEAT1    - DSC"));
  EXPECT_THAT(run("Q OPERATOR AT MEMBER2"), ElementsAre("MEMBER2 : OPERATOR - DSC"));
  EXPECT_THAT(run("Q NOBODY"), ElementsAre("HCPCQU045E NOBODY not logged on"));
  EXPECT_EQ(return_code, 45);
  EXPECT_THAT(run("Q NOBODY AT ALL"), ElementsAre("HCPCQU045E NOBODY not logged on"));
}

TEST_F(CommandTest, QueryProcessorsAndStorage) {
  EXPECT_THAT(run("Q PROC"), ElementsAre("PROCESSOR 00 MASTER CP", "PROCESSOR 01 ALTERNATE CP"));
  EXPECT_THAT(run("Q STOR"), ElementsAre("STORAGE = 16G CONFIGURED = 16G INC = 64M STANDBY = 0 RESERVED = 0"));
}

TEST_F(CommandTest, QueryOfTheOwnVirtualMachine) {
  EXPECT_THAT(run(guest, "Q CPUID"), ElementsAre("CPUID = FF0123452097 8000"));
  EXPECT_THAT(run(guest, "Q V STOR"), ElementsAre("STORAGE = 64M"));
  EXPECT_THAT(run(guest, "Q V CONS"), ElementsAre("CONS 0009 DISCONNECTED"));
  EXPECT_THAT(run(guest, "Q V CPUS"), ElementsAre("CPU 00  ID  FF01234520978000 (BASE) CP",
                                                  "CPU 01  ID  FF11234520978000 CP STOPPED"));
  EXPECT_THAT(run(guest, "Q VIRTUAL DASD"),
              ElementsAre("DASD 0190 3390 M01RES R/O        214 CYL ON DASD  6205 SUBCHANNEL = 0009",
                          "DASD 0191 3390 VMCOM1 R/W       1000 CYL ON DASD  6206 SUBCHANNEL = 000A"));
  EXPECT_THAT(run(guest, "Q V 700"), ElementsAre("CTCA 0700 NOT COUPLED  SUBCHANNEL = 000B"));
  EXPECT_THAT(run(guest, "Q V 600"), ElementsAre("HCPQMD040E Device 0600 does not exist"));
  EXPECT_EQ(run(guest, "Q V ALL").size(), 7u);
  EXPECT_THAT(run("Q V ALL"), ElementsAre("HCPCQU045E MAINT not logged on"));
}

TEST_F(CommandTest, QuerySet) {
  EXPECT_THAT(run(guest, "Q SET"), ElementsAre("MSG ON  , WNG ON  , EMSG ON  , ACNT OFF, RUN OFF", "MACHINE ESA"));
}

SsiStatus cluster() {
  const auto at = [](int seconds) { return z::Nanoseconds{std::chrono::seconds{1'370'032'792 + seconds}}; };
  SsiStatus ssi;
  ssi.name = "MYCLUSTR";
  ssi.pdr_volume = "VMCOM1";
  ssi.pdr_device = z::DeviceNumber{0xB20A};
  ssi.slots = {{1, "MEMBER1", SsiStatus::State::joined, {}, at(11), at(11)},
               {2, "MEMBER2", SsiStatus::State::suspended, {}, at(0), std::nullopt},
               {3, "MEMBER3", SsiStatus::State::down, SsiStatus::DownReason::left, {}, {}},
               {4, "", {}, {}, {}, {}}};
  return ssi;
}

TEST_F(CommandTest, QuerySsi) {
  system.ssi_status = cluster();
  EXPECT_THAT(run("QUERY SSI"),
              ElementsAre("SSI Name: MYCLUSTR", "SSI Mode: Stable", "Cross-System Timeouts: Enabled",
                          "SSI Persistent Data Record (PDR) device: VMCOM1 on B20A",
                          "SLOT SYSTEMID STATE     PDR HEARTBEAT       RECEIVED HEARTBEAT",
                          "   1 MEMBER1  Joined    2013-05-31 16:40:03 2013-05-31 16:40:03",
                          "   2 MEMBER2  Suspended 2013-05-31 16:39:52 N/A",
                          "   3 MEMBER3  Down (shut down successfully)", "   4 -------- Available"));
}

TEST_F(CommandTest, QuerySsiOutsideOfAClusterIsRefused) {
  EXPECT_THAT(run("QUERY SSI"), ElementsAre("HCPPLM1651E This system is not a member of an SSI cluster"));
}

TEST_F(CommandTest, QueryIslinkShowsEachDevice) {
  system.links_status = {{"8EMBLANE", {{z::DeviceNumber{0x6000}, "FCTC", "Up", "Idle", 409'600, 393'216, 1}}}};
  EXPECT_THAT(run("query islink"), ElementsAre("Node 8EMBLANE",
                                               "  Link device: 6000        Type: FCTC       Node: 8EMBLANE",
                                               "    Bytes Sent:          409600            State: Up",
                                               "    Bytes Received:      393216            Status: Idle",
                                               "    Buffer Count: 1"));
  EXPECT_EQ(run("QUERY ISLINK 6000").size(), 5u);
  EXPECT_THAT(run("QUERY ISLINK 6001"), ElementsAre("HCPKCL1702E Link device 6001 is not active"));
  EXPECT_THAT(run("QUERY ISFC"), ElementsAre("ISFC node: MEMBER1", "  Link to 8EMBLANE Up   devices  1 of  1 up"));
}

TEST_F(CommandTest, QueryCpowned) {
  using Use = OwnedVolume::Use;
  using Status = OwnedVolume::Status;
  system.owned = {{10, "M01S01", z::DeviceNumber{0xC4A8}, Use::own, Status::attached, {"CLUSTERA", "VMSYS01"}},
                  {11, "M02S01", z::DeviceNumber{0xC4B8}, Use::share, Status::attached, {"CLUSTERA", "VMSYS02"}},
                  {16, "", std::nullopt, Use::none, Status::reserved, {}},
                  {255, "M01P01", std::nullopt, Use::none, Status::offline, {"NOSSI", "VMSYS01"}}};
  EXPECT_THAT(run("QUERY CPOWNED"),
              ElementsAre("SLOT VOL-ID RDEV TYPE  STATUS               SSIOWNER SYSOWNER",
                          " 10  M01S01 C4A8 Own   Online and attached  CLUSTERA VMSYS01",
                          " 11  M02S01 C4B8 Share Online and attached  CLUSTERA VMSYS02",
                          " 16  ------ ---- ----- Reserved             -------- --------",
                          "255  M01P01 ---- ----- Offline              -------- VMSYS01"));
  EXPECT_EQ(run("QUERY CPOWNED SLOT 11").size(), 2u);
}

TEST_F(CommandTest, QueryAllocPage) {
  system.extents = {{"M01P01", z::DeviceNumber{0x206}, AllocationType::page, 1, 3337, 600'660, 25, 34, false}};
  EXPECT_THAT(run("query alloc page"),
              ElementsAre("                EXTENT     EXTENT  TOTAL  PAGES   HIGH    %",
                          "VOLID  RDEV      START        END  PAGES IN USE   PAGE USED",
                          "------ ---- ---------- ---------- ------ ------ ------ ----",
                          "M01P01 0206          1       3337 600660     25     34   1%",
                          "                                  ------ ------        ----",
                          "SUMMARY                           600660     25          1%",
                          "USABLE                            600660     25          1%"));
}

TEST_F(CommandTest, QueryAllocMapNamesTheTypeOfEachExtent) {
  system.extents = {{"M01RES", z::DeviceNumber{0x123}, AllocationType::directory, 1, 20, 3600, 0, 0, true}};
  EXPECT_THAT(run("QUERY ALLOC DRCT"), testing::Contains("M01RES 0123          1         20     20 DRCT ACTIVE"));
}

TEST_F(CommandTest, QueryDasd) {
  using Use = RealDasd::Use;
  system.dasd_list = {{z::DeviceNumber{0x206}, "M01P01", Use::cp_owned, 3, "", {}, false},
                      {z::DeviceNumber{0x300}, "LNX300", Use::attached, 0, "MAINT", z::DeviceNumber{0x300}, false},
                      {z::DeviceNumber{0x301}, "LNX301", Use::cp_system, 2, "", {}, false},
                      {z::DeviceNumber{0x302}, "LNX302", Use::free, 0, "", {}, false}};
  EXPECT_THAT(run("Q DASD"), ElementsAre("DASD 0206 CP OWNED  M01P01    3", "DASD 0300 ATTACHED TO MAINT    0300 R/W",
                                         "DASD 0301 CP SYSTEM LNX301   2", "DASD 0302 LNX302"));
  EXPECT_THAT(run("Q DASD FREE"), ElementsAre("DASD 0302 LNX302"));
  EXPECT_THAT(run("Q DASD SYSTEM"), testing::SizeIs(2));
  EXPECT_THAT(run("Q DASD 301"), ElementsAre("DASD 0301 CP SYSTEM LNX301   2"));
  EXPECT_THAT(run("Q DASD 999"), ElementsAre("HCPQMD040E Device 0999 does not exist"));
}

TEST_F(CommandTest, QueryCtca) {
  system.ctca_list = {{z::DeviceNumber{0x6000}, "ISFC", {}}, {z::DeviceNumber{0x6001}, "", {}}};
  EXPECT_THAT(run("Q CTCA"), ElementsAre("CTCA 6000 ATTACHED TO ISFC", "CTCA 6001 FREE"));
  EXPECT_THAT(run("Q CTCA FREE"), ElementsAre("CTCA 6001 FREE"));
}

TEST_F(CommandTest, QueryMdiskAndLinks) {
  EXPECT_THAT(run(guest, "QUERY MDISK 100 LOCATION"),
              ElementsAre("TargetID Tdev OwnerID  Odev Dtype Vol-ID Rdev   StartLoc       Size",
                          "BEAT1    0100 BEAT1    0100 3390  LNX301 0300          1         10"));
  system.link_list = {{"MAINT", z::DeviceNumber{0x190}, false, ""}, {"CMSUSER", z::DeviceNumber{0x190}, true, "MEMBER2"}};
  EXPECT_THAT(run(guest, "Q LINKS 190"), ElementsAre("MAINT 0190 R/W, CMSUSER 0190 R/O AT MEMBER2"));
}

TEST_F(CommandTest, QueryOfRelocationSettingsAndDomains) {
  EXPECT_THAT(run("QUERY VMRELOCATE USER BEAT1"),
              ElementsAre("Running on member  MEMBER1", "Relocation enabled in Domain SSI"));
  EXPECT_THAT(run("QUERY RELODOMAIN ALL"), ElementsAre("DOMAIN SSI  MEMBERS: MEMBER1 MEMBER2"));
  EXPECT_THAT(run("QUERY RELODOMAIN PROD"), ElementsAre("HCPRLB1901E Relocation domain PROD is not defined"));
}

}  // namespace
}  // namespace cp
