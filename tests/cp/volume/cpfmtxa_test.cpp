#include "cp/volume/cpfmtxa.h"

#include <gmock/gmock.h>

#include <cstdio>

#include "dasd3390/tools/list.h"
#include "new_volume.h"

namespace cp {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

FormatRequest page_volume() {
  return {.volume = "M01P01",
          .format = CylinderRange{0, 0},
          .allocate = {{AllocationType::page, {1, 3338}}},
          .owner = OwnerMark{"MYCLUSTR", "MEMBER1"},
          .consent = Consent::given};
}

class CpVolumeTest : public NewVolumeTest {
 protected:
  std::string error_of(const FormatRequest& request) const {
    auto disk = open();
    const auto result = cpfmtxa(disk, request);
    EXPECT_FALSE(result);
    return result ? std::string{} : result.error().text();
  }
  void format(const FormatRequest& request) const {
    auto disk = open();
    const auto result = cpfmtxa(disk, request);
    ASSERT_TRUE(result) << result.error().text();
  }
  CpVolume read() const { return read_cp_volume(open(dasd3390::Access::read)).value(); }
};

TEST_F(CpVolumeTest, LabelOwnerAndAllocationsReadBack) {
  format(page_volume());
  const auto volume = read();
  EXPECT_EQ(volume.label.volume, "M01P01");
  EXPECT_EQ(volume.label.owner, (OwnerMark{"MYCLUSTR", "MEMBER1"}));
  EXPECT_THAT(volume.allocations, ElementsAre(Allocation{AllocationType::perm, {0, 0}},
                                              Allocation{AllocationType::page, {1, 3338}}));
}

TEST_F(CpVolumeTest, TheReportShowsTypeStartEndTotal) {
  format(page_volume());
  EXPECT_THAT(cpfmtxa_report(read()), ElementsAre("VOLUME SERIAL = M01P01",
                                                  "VOLUME VM SSI OWNER = MYCLUSTR",
                                                  "VOLUME SYSTEM OWNER = MEMBER1",
                                                  "CYLINDER ALLOCATION CURRENTLY IS AS FOLLOWS:",
                                                  "TYPE     START      END        TOTAL",
                                                  "----     -----      ---        -----",
                                                  "PERM     0          0          1",
                                                  "PAGE     1          3338       3338"));
}

TEST_F(CpVolumeTest, FormattingLeavesAllSpacePermAndNoOwner) {
  format({.volume = "VMCOM1", .format = CylinderRange{0, 0}, .consent = Consent::given});
  EXPECT_THAT(read().allocations, ElementsAre(Allocation{AllocationType::perm, {0, 3338}}));
  EXPECT_THAT(cpfmtxa_report(read()), testing::Contains("VOLUME SYSTEM OWNER = (NO OWNER ASSIGNED)"));
}

TEST_F(CpVolumeTest, TheLabelHasTheBytesOfACpVolume) {
  format(page_volume());
  const auto record = open(dasd3390::Access::read).read_record({0, 0}, 3).value();
  std::string hex;
  for (const auto byte : record.data) hex += fmt::format("{:02X}", std::to_integer<unsigned>(byte));
  EXPECT_EQ(hex.substr(0, 0x33 * 2), "E5D6D3F1" "D4F0F1D7F0F1" "F0" "0000000005" "0000000000"
                                     "4040404040404040404040404040404040404040" "0000000000" "C3D7E5D6D3");
}

TEST_F(CpVolumeTest, TracksHoldTwelveBlocksOf4096Bytes) {
  auto request = page_volume();
  request.format = CylinderRange{0, 1};
  format(request);
  const auto track = open(dasd3390::Access::read).read_track({1, 14}).value();
  EXPECT_EQ(track.record_count(), 13u);
  EXPECT_EQ(track.count(12).data_length, 4096u);
}

TEST_F(CpVolumeTest, OtherCylindersStayHolesOfTheFile) {
  format(page_volume());
  EXPECT_EQ(open(dasd3390::Access::read).read_track({1, 0}).value().record_count(), 1u);
}

TEST_F(CpVolumeTest, AllocationsAndOwnerCanChangeLater) {
  format(page_volume());
  format({.volume = "M01P01",
          .allocate = {{AllocationType::directory, {20, 39}}, {AllocationType::temporary, {3000, 3338}}},
          .consent = Consent::given});
  EXPECT_THAT(read().allocations,
              ElementsAre(Allocation{AllocationType::perm, {0, 0}}, Allocation{AllocationType::page, {1, 19}},
                          Allocation{AllocationType::directory, {20, 39}}, Allocation{AllocationType::page, {40, 2999}},
                          Allocation{AllocationType::temporary, {3000, 3338}}));
  format({.volume = "M01P01", .owner = OwnerMark{"NOSSI", "OTHER"}, .consent = Consent::given});
  EXPECT_EQ(read().label.owner.system, "OTHER");
}

TEST_F(CpVolumeTest, ALabelledVolumeIsAlteredOnlyWithConsent) {
  auto request = page_volume();
  request.consent = Consent::none;
  EXPECT_THAT(error_of(request), HasSubstr("volume OLDLBL already has a label"));
  EXPECT_EQ(open(dasd3390::Access::read).volume().volser().value(), "OLDLBL");
}

TEST_F(CpVolumeTest, WrongRequestsAreRefusedBeforeAnythingIsWritten) {
  auto request = page_volume();
  request.allocate = {{AllocationType::page, {1, 100}}, {AllocationType::spool, {100, 200}}};
  EXPECT_EQ(error_of(request), "cylinders 100-200 as SPOL overlap cylinders 1-100 as PAGE");
  request.allocate = {{AllocationType::page, {1, 3339}}};
  EXPECT_EQ(error_of(request), "cylinders 1-3339 to allocate are not all on a volume of 3339 cylinders (0-3338)");
  request.allocate = {{AllocationType::page, {0, 10}}};
  EXPECT_EQ(error_of(request), "cylinder 0 holds label and allocation map; it stays PERM, not PAGE");
  request.allocate = {};
  request.volume = "TOOLONG";
  EXPECT_EQ(error_of(request), "TOOLONG is not a volume label of one to six characters");
  EXPECT_EQ(open(dasd3390::Access::read).volume().volser().value(), "OLDLBL");
}

TEST_F(CpVolumeTest, OnlyACpVolumeHasAllocationsAndAnOwner) {
  EXPECT_THAT(error_of({.volume = "OLDLBL", .owner = OwnerMark{"A", "B"}, .consent = Consent::given}),
              HasSubstr("not a CP volume; format cylinder 0 first"));
  format(page_volume());
  EXPECT_THAT(error_of({.volume = "M02P01", .owner = OwnerMark{"A", "B"}, .consent = Consent::given}),
              HasSubstr("volume is labelled M01P01, not M02P01"));
}

TEST_F(CpVolumeTest, ItsVtocHasNoDataSets) {
  format(page_volume());
  EXPECT_THAT(dasd3390::list_data_sets(open(dasd3390::Access::read)).value(), IsEmpty());
}

std::string output_of(const std::string& command) {
  std::string text;
  auto* const pipe = ::popen((command + " 2>&1").c_str(), "r");
  for (int c = 0; (c = std::fgetc(pipe)) != EOF;) text += static_cast<char>(c);
  ::pclose(pipe);
  return text;
}

// An independent reader: Debian's hercules package.
TEST_F(CpVolumeTest, DasdlsReadsLabelAndVtoc) {
  format(page_volume());
  const auto text = output_of("dasdls " + path_.string());
  EXPECT_THAT(text, HasSubstr("VOLSER=M01P01"));
  EXPECT_THAT(text, testing::Not(HasSubstr("HHCDU0")));
}

TEST_F(CpVolumeTest, IplFindsWhatItMustKnowOfAVolume) {
  auto request = page_volume();
  request.allocate = {{AllocationType::spool, {1, 3338}}};
  format(request);
  const auto found = examine_volume(open(dasd3390::Access::read), z::DeviceNumber{0x203}).value();
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->is_cp_volume);
  EXPECT_TRUE(found->has_spool);
  EXPECT_EQ(found->owner.system, "MEMBER1");
}

TEST(CpLayout, LargeVolumesHaveExtentsInsteadOfAMap) {
  const std::vector<Allocation> allocations{{AllocationType::perm, {0, 0}}, {AllocationType::page, {1, 30'050}}};
  const auto record = encode_allocations(allocations, 30'051);
  EXPECT_EQ(record.size(), 4096u);
  EXPECT_EQ(record[2], std::byte{0x80});
  EXPECT_EQ(decode_allocations(record).value(), allocations);
}

TEST(CpLayout, ADamagedMapIsRefused) {
  const std::vector<Allocation> allocations{{AllocationType::perm, {0, 9}}};
  auto record = encode_allocations(allocations, 10);
  record[20] = std::byte{0x03};
  EXPECT_EQ(decode_allocations(record).error().text(), "allocation record: X'03' is not a type of space");
}

TEST(CpLayout, RangesAndOwnersAreParsed) {
  EXPECT_EQ(parse_cylinders("1-END", 3339).value(), (CylinderRange{1, 3338}));
  EXPECT_EQ(parse_cylinders("20", 3339).value(), (CylinderRange{20, 20}));
  EXPECT_EQ(parse_cylinders("9-1", 3339).error().text(), "9-1 is not a range of cylinders, as 1-3338 or 1-END");
  EXPECT_EQ(parse_owner("myclustr.nosys").value(), (OwnerMark{"MYCLUSTR", "NOSYS"}));
  EXPECT_FALSE(parse_owner("MYCLUSTR"));
}

}  // namespace
}  // namespace cp
