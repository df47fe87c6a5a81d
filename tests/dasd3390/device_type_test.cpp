#include "dasd3390/device_type.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scripted_channel.h"

namespace dasd3390::test {
namespace {

using ::testing::HasSubstr;

std::string refusal(const std::string& arguments) {
  const auto device = make_device(arguments);
  return device ? "made" : device.error().text();
}

TEST(DeviceType, MakesADeviceOfAFile) {
  const Disk disk;
  const auto device = make_device("file=" + disk.path().string());
  ASSERT_TRUE(device);
  EXPECT_EQ((*device)->type(), "3390");
  EXPECT_EQ((*device)->description(), "3390 file=" + disk.path().string() + " cyls=5");
}

TEST(DeviceType, IsRegisteredAs3390) {
  channel::Registry registry;
  ASSERT_TRUE(register_types(registry));
  EXPECT_EQ(registry.types(), std::vector<std::string>{"3390"});
}

TEST(DeviceType, MakesAReadOnlyMinidisk) {
  const Disk disk;
  const auto device = make_device("file=" + disk.path().string() + ",ro,start=2,cyls=1");
  ASSERT_TRUE(device);
  EXPECT_THAT((*device)->description(), HasSubstr("cyls=1 start=2 ro"));
}

TEST(DeviceType, SaysWhatItDoesNotUnderstand) {
  const Disk disk;
  const auto file = "file=" + disk.path().string();
  EXPECT_THAT(refusal(""), HasSubstr("file=PATH"));
  EXPECT_THAT(refusal(file + ",rw"), HasSubstr("not: rw"));
  EXPECT_THAT(refusal(file + ",start=x"), HasSubstr("start=x"));
  EXPECT_THAT(refusal(file + ",start=9"), HasSubstr("which has 5"));
  EXPECT_THAT(refusal("file=/nowhere"), HasSubstr("No such file"));
}

}  // namespace
}  // namespace dasd3390::test
