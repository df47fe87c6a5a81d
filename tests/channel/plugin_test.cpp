#include <gmock/gmock.h>

#include "channel/registry.h"
#include "channel_fixture.h"

namespace channel::test {
namespace {

using ::testing::HasSubstr;
using Bytes = std::vector<std::uint8_t>;

TEST(DeviceRegistry, CreatesDevicesOfRegisteredTypesOnly) {
  Registry registry;
  ASSERT_TRUE(registry.add("scripted", [](std::string_view) { return std::make_unique<ScriptedDevice>(); }));
  EXPECT_EQ(registry.create("scripted", "").value()->type(), "scripted");
  EXPECT_THAT(registry.create("3590", "").error().text(), HasSubstr("no device type 3590; there are scripted"));
  EXPECT_FALSE(registry.add("scripted", [](std::string_view) { return std::make_unique<ScriptedDevice>(); }));
}

TEST(DeviceRegistry, SplitsArguments) {
  const auto arguments = split_arguments("file=a.ckd,ro,cyls=3");
  ASSERT_EQ(arguments.size(), 3U);
  EXPECT_EQ(arguments[0].key, "file");
  EXPECT_EQ(arguments[0].value, "a.ckd");
  EXPECT_EQ(arguments[1].key, "ro");
  EXPECT_EQ(arguments[1].value, "");
  EXPECT_EQ(arguments[2].value, "3");
}

TEST(DevicePlugin, OfAnotherInterfaceVersionIsRefused) {
  Registry registry;
  EXPECT_THAT(registry.load_plugin(OLD_PLUGIN_PATH).error().text(), HasSubstr("has interface version 0, this program 2"));
}

TEST(DevicePlugin, ThatIsNoneIsRefused) {
  Registry registry;
  EXPECT_FALSE(registry.load_plugin("/nonexistent/plugin.so"));
}

class PluginDevice : public ChannelTest {
 protected:
  PluginDevice() {
    EXPECT_TRUE(registry.load_plugin(PLUGIN_PATH));
    EXPECT_TRUE(subsystem->detach(number));
    subsystem->reset();
    EXPECT_EQ(subsystem->attach(number, registry.create("echo", "text=hello").value()).value().number.value, 0);
    modify([](Pmcw& pmcw) { pmcw.flags = pmcw.flags | Pmcw::enabled; });
  }
  ~PluginDevice() override { subsystem.reset(); }
  Registry registry;
};

TEST_F(PluginDevice, DoesIoLikeOneThatCameWithTheProgram) {
  EXPECT_EQ(run({ccw1(0x02, 0, 5, data_at)}).scsw.subchannel_status, 0);
  EXPECT_EQ(bytes(data_at, 5), (Bytes{'h', 'e', 'l', 'l', 'o'}));
}

TEST_F(PluginDevice, AnswersSenseIdWithItsIdentityAndCommandInformation) {
  const auto irb = run({ccw1(0xE4, SLI, 64, data_at)});
  EXPECT_EQ(irb.scsw.count, 64 - 12);
  EXPECT_EQ(bytes(data_at, 12), (Bytes{0xFF, 0x12, 0x34, 0x05, 0x67, 0x89, 0x0A, 0x00, 0x40, 0x72, 0x00, 0x18}));
}

TEST_F(PluginDevice, KeepsSenseUntilItIsTaken) {
  EXPECT_EQ(run({ccw1(0x07, SLI, 1, data_at)}).scsw.device_status, 0x0E);
  EXPECT_EQ(run({ccw1(0x03, SLI, 1, data_at)}).scsw.device_status, 0x0C);
  run({ccw1(0x04, 0, 32, data_at)});
  EXPECT_EQ(bytes(data_at, 2), (Bytes{0x80, 0x00}));
  run({ccw1(0x04, 0, 32, data_at)});
  EXPECT_EQ(bytes(data_at, 2), (Bytes{0x00, 0x00}));
}

TEST_F(PluginDevice, LosesSenseToTheNextCommand) {
  run({ccw1(0x07, SLI, 1, data_at)});
  run({ccw1(0x02, SLI, 5, data_at)});
  run({ccw1(0x04, 0, 32, data_at)});
  EXPECT_EQ(bytes(data_at, 2), (Bytes{0x00, 0x00}));
}

}  // namespace
}  // namespace channel::test
