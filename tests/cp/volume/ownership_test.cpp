#include "cp/volume/ownership.h"

#include <gmock/gmock.h>

namespace cp {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Use = OwnedVolume::Use;
using Status = OwnedVolume::Status;

class OwnershipTest : public testing::Test {
 protected:
  OwnershipTest() {
    config_.system = "MEMBER1";
    config_.ssi = SsiStatement{};
    config_.ssi->name = "MYCLUSTR";
    config_.cp_owned[10].volume = "VOL001";
  }
  OwnershipCheck check(OwnerMark owner, bool has_spool = false) const {
    FoundVolume volume;
    volume.volume = "VOL001";
    volume.device = z::DeviceNumber{0x206};
    volume.owner = std::move(owner);
    volume.is_cp_volume = true;
    volume.has_spool = has_spool;
    return check_ownership(config_, {volume});
  }
  static std::vector<std::string> texts(const OwnershipCheck& check) {
    std::vector<std::string> result;
    for (const auto& message : check.messages) result.push_back(message.text);
    return result;
  }
  SystemConfig config_;
};

TEST_F(OwnershipTest, AVolumeOfThisMemberIsItsOwn) {
  const auto result = check({"MYCLUSTR", "MEMBER1"});
  EXPECT_EQ(result.slots.at(0).use, Use::own);
  EXPECT_EQ(result.slots.at(0).status, Status::attached);
  EXPECT_EQ(result.slots.at(0).device, z::DeviceNumber{0x206});
  EXPECT_THAT(result.messages, IsEmpty());
}

TEST_F(OwnershipTest, TheSpoolOfAnotherMemberIsShared) {
  EXPECT_EQ(check({"MYCLUSTR", "MEMBER2"}, true).slots.at(0).use, Use::share);
}

TEST_F(OwnershipTest, OtherVolumesOfAnotherMemberAreNotBroughtOnline) {
  const auto result = check({"MYCLUSTR", "MEMBER2"});
  EXPECT_EQ(result.slots.at(0).use, Use::none);
  EXPECT_EQ(result.slots.at(0).status, Status::offline);
  EXPECT_THAT(texts(result),
              ElementsAre("HCPCPO6700E VOL001 is owned by MYCLUSTR.MEMBER2 and is not brought online as Own"));
}

TEST_F(OwnershipTest, AVolumeOfAnotherClusterIsNotBroughtOnlineEvenWithSpool) {
  EXPECT_EQ(check({"OTHER", "MEMBER1"}, true).slots.at(0).use, Use::none);
  EXPECT_EQ(check({"NOSSI", "MEMBER1"}).slots.at(0).use, Use::none);
}

TEST_F(OwnershipTest, ASystemOutsideOfClustersTakesNossiVolumes) {
  config_.ssi.reset();
  EXPECT_EQ(check({"NOSSI", "MEMBER1"}).slots.at(0).use, Use::own);
  EXPECT_EQ(check({"MYCLUSTR", "MEMBER1"}).slots.at(0).use, Use::none);
}

TEST_F(OwnershipTest, ASharedVolumeOfTheClusterHasNoSystemOwner) {
  const auto result = check({"MYCLUSTR", "NOSYS"});
  EXPECT_EQ(result.slots.at(0).use, Use::own);
  EXPECT_THAT(result.messages, IsEmpty());
}

TEST_F(OwnershipTest, AnUnmarkedVolumeIsUsedWithAWarning) {
  EXPECT_THAT(texts(check({})),
              ElementsAre("HCPCPO6702W VOL001 carries no mark of ownership; it is used as this system's own"));
}

TEST_F(OwnershipTest, AMissingVolumeLeavesItsSlotEmpty) {
  const auto result = check_ownership(config_, {});
  EXPECT_EQ(result.slots.at(0).status, Status::offline);
  EXPECT_THAT(texts(result), ElementsAre("HCPCPO6701W VOL001 is not mounted; slot 10 of the CP-owned list stays empty"));
}

TEST_F(OwnershipTest, OfTwoVolumesWithOneLabelTheFirstIsUsed) {
  FoundVolume volume;
  volume.volume = "VOL001";
  volume.owner = {"MYCLUSTR", "MEMBER1"};
  volume.device = z::DeviceNumber{0x200};
  auto copy = volume;
  copy.device = z::DeviceNumber{0x300};
  const auto result = check_ownership(config_, {volume, copy});
  EXPECT_EQ(result.slots.at(0).device, z::DeviceNumber{0x200});
  EXPECT_THAT(texts(result), ElementsAre("HCPCPO6703E VOL001 is mounted on 0200 and on 0300; 0200 is used"));
}

}  // namespace
}  // namespace cp
