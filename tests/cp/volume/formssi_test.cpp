#include "cp/volume/formssi.h"

#include <gmock/gmock.h>

#include "new_volume.h"

namespace cp {
namespace {

using testing::HasSubstr;

class PlainVolumeTest : public NewVolumeTest {};

class FormssiTest : public NewVolumeTest {
 protected:
  FormssiTest() {
    auto disk = open();
    EXPECT_TRUE(cpfmtxa(disk, {.volume = "VMCOM1", .format = CylinderRange{0, 0}, .consent = Consent::given}));
  }
  z::Result<> create(Consent consent) const {
    auto disk = open();
    return formssi_create(disk, {.ssi = "MYCLUSTR", .slots = {}, .now = z::TodClock{}, .consent = consent});
  }
};

TEST_F(FormssiTest, TheRecordIsShownAfterItIsCreated) {
  ASSERT_TRUE(create(Consent::none));
  const auto lines = formssi_display(open(dasd3390::Access::read), "0141").value();
  EXPECT_EQ(lines.at(0), "HCPPDF6618I Persistent Data Record on device 0141 (label VMCOM1) is for MYCLUSTR");
}

TEST_F(FormssiTest, ItLeavesTheCpVolumeWhole) {
  ASSERT_TRUE(create(Consent::none));
  EXPECT_EQ(read_cp_volume(open(dasd3390::Access::read)).value().label.volume, "VMCOM1");
}

TEST_F(FormssiTest, APresentRecordIsReplacedOnlyWithConsent) {
  ASSERT_TRUE(create(Consent::none));
  EXPECT_THAT(create(Consent::none).error().text(), HasSubstr("already holds the persistent data record of MYCLUSTR"));
  EXPECT_TRUE(create(Consent::given));
}

TEST_F(FormssiTest, WithoutARecordThereIsNothingToShow) {
  EXPECT_THAT(formssi_display(open(dasd3390::Access::read), "0141").error().text(),
              HasSubstr("there is no persistent data record"));
}

TEST_F(PlainVolumeTest, APdrNeedsACpVolume) {
  auto disk = open();
  EXPECT_THAT(formssi_create(disk, {.ssi = "MYCLUSTR", .slots = {}, .now = {}}).error().text(),
              HasSubstr("not a CP volume"));
}

}  // namespace
}  // namespace cp
