// The I/O debugger: programs that stand, steps, changes, and faults.
#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

#include "channel/debug/debugger.h"
#include "channel_fixture.h"

namespace channel::test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Debugger : public ChannelTest {
 protected:
  Debugger() {
    subsystem->debugger().set_host({.stopped =
                                        [this](const std::string& why) {
                                          z::Lock guard{lock};
                                          stops.push_back(why);
                                          changed.notify_all();
                                        },
                                    .resumed = {}});
    modify([](Pmcw& pmcw) { pmcw.control = Pmcw::concurrent_sense; });
  }
  std::vector<std::string> io(std::string_view command) { return subsystem->debugger().command(command); }
  std::string stop(std::size_t number) {
    z::Lock guard{lock};
    changed.wait(lock, [&]() Z_NO_THREAD_SAFETY_ANALYSIS { return stops.size() >= number; });
    return stops[number - 1];
  }

  std::vector<std::string> stops;
};

TEST_F(Debugger, StopsBeforeACommandAndGoesOn) {
  EXPECT_THAT(io("break command=02"), ElementsAre("1: break at=command command=02"));
  program({ccw1(0x07, CC, 6, data_at), ccw1(0x02, SLI, 8, data_at)});
  start();
  EXPECT_THAT(stop(1), HasSubstr("0200 before CCW 00001008: 02 READ flags=SLI count=8 address=00004000"));
  settle();
  EXPECT_THAT(device->log(), ElementsAre("begin", "07")) << "the device has not seen the command";
  EXPECT_THAT(io("go"), ElementsAre("gone on"));
  EXPECT_EQ(interruption().scsw.device_status, ended.bits);
  EXPECT_THAT(device->log(), ElementsAre("begin", "07", "02", "end"));
}

TEST_F(Debugger, StopsBeforeAStartOnADevice) {
  io("break device=0200");
  program({ccw1(0x03, CC, 0, 0), ccw1(0x03, 0, 0, 0)});
  start();
  EXPECT_THAT(stop(1), HasSubstr("before CCW 00001000: 03"));
  io("go");
  interruption();
  EXPECT_EQ(stops.size(), 1u);
}

TEST_F(Debugger, StepsCommandByCommandAndShowsHowTheLastOneEnded) {
  io("break at=start");
  program({ccw1(0x03, CC | SLI, 1, 0), ccw1(0x13, 0, 0, 0)});
  start();
  stop(1);
  io("step");
  EXPECT_THAT(stop(2), HasSubstr("before CCW 00001008: 13"));
  io("step");
  EXPECT_THAT(stop(3), AllOf(HasSubstr("behind CCW 00001008: 13"), HasSubstr("status CE DE")));
  EXPECT_FALSE(scsw().has(Scsw::status_pending)) << "the end is not presented yet";
  io("go");
  EXPECT_EQ(interruption().scsw.ccw_address, 0x1010u);
}

TEST_F(Debugger, ChangesTheCommandWordBeforeItGoesOn) {
  io("break command=07");
  program({ccw1(0x07, 0, 6, data_at)});
  start();
  stop(1);
  EXPECT_THAT(io("set ccw 1300000000000000"), Contains(HasSubstr("before CCW 00001000: 13")));
  io("delete all");
  io("go");
  interruption();
  EXPECT_THAT(device->log(), Contains("13"));
}

TEST_F(Debugger, ChangesTheDataAreaThroughItsAddressWords) {
  put_word(0x6000, data_at + 0x7FF);  // one byte here, the rest in the next block
  put_word(0x6004, data_at + 0x1000);
  io("break command=01");
  device->on(0x01, device->receives(4));
  program({ccw1(0x01, IDA, 4, 0x6000)});
  start();
  stop(1);
  io("set data 0 A1B2C3D4");
  io("go");
  interruption();
  EXPECT_EQ(bytes(data_at + 0x7FF, 1), (std::vector<std::uint8_t>{0xA1}));
  EXPECT_EQ(bytes(data_at + 0x1000, 3), (std::vector<std::uint8_t>{0xB2, 0xC3, 0xD4}));
  EXPECT_EQ(device->received().size(), 4u);
  EXPECT_EQ(device->received()[3], std::byte{0xD4});
}

TEST_F(Debugger, ShowsAndChangesTheSenseDataOfAUnitCheck) {
  io("break at=unit-check");
  device->on(0x07, ScriptedDevice::ends(ended | unit_check));
  program({ccw1(0x07, 0, 6, data_at)});
  start();
  EXPECT_THAT(stop(1), AllOf(HasSubstr("status CE DE UC"), HasSubstr("sense 80000000")));
  io("set sense 0800");
  io("go");
  const auto irb = interruption();
  EXPECT_EQ(irb.ecw[0], 0x08);
}

TEST_F(Debugger, AClearFunctionEndsAProgramThatStands) {
  io("break at=start");
  program({ccw1(0x03, 0, 0, 0)});
  start();
  stop(1);
  EXPECT_EQ(subsystem->clear(ssid), Answer::cc0);
  EXPECT_TRUE(interruption().scsw.has(Scsw::clear_function));
}

TEST_F(Debugger, InjectsSenseDataOnTheNthCommand) {
  io("fault device=0200 command=07 nth=2 sense=equipment-check");
  EXPECT_EQ(run({ccw1(0x07, 0, 6, data_at)}).scsw.device_status, ended.bits);
  const auto second = run({ccw1(0x07, 0, 6, data_at)});
  EXPECT_EQ(second.scsw.device_status, (ended | unit_check).bits);
  EXPECT_EQ(second.ecw[0], 0x10);
  EXPECT_EQ(run({ccw1(0x07, 0, 6, data_at)}).scsw.device_status, ended.bits);
  EXPECT_THAT(io("list"), ElementsAre("1: fault device=0200 command=07 nth=2 sense=equipment-check (matched 3)"));
}

TEST_F(Debugger, InjectedSenseComesWithSenseWhenTheProgramAsksForIt) {
  modify([](Pmcw& pmcw) { pmcw.control = 0u; });
  io("fault command=07 sense=4001");
  run({ccw1(0x07, 0, 6, data_at)});
  run({ccw1(0x04, SLI, 32, data_at)});
  EXPECT_EQ(bytes(data_at, 2), (std::vector<std::uint8_t>{0x40, 0x01}));
}

TEST_F(Debugger, FlipsBitsOfDataThatAreRead) {
  io("fault command=read flip_byte=2 flip_mask=81");
  device->on(0x02, ScriptedDevice::sends({1, 2, 3, 4}));
  run({ccw1(0x02, 0, 4, data_at)});
  EXPECT_EQ(bytes(data_at, 4), (std::vector<std::uint8_t>{1, 2, 0x82, 4}));
}

TEST_F(Debugger, LosesAnInterruptionUntilTheProgramIsCleared) {
  io("fault lose=interruption");
  program({ccw1(0x03, 0, 0, 0)});
  start();
  while (device->log().size() < 3) settle();
  settle();
  EXPECT_FALSE(scsw().has(Scsw::status_pending));
  EXPECT_EQ(start(), Answer::cc2) << "still busy";
  subsystem->clear(ssid);
  EXPECT_TRUE(interruption().scsw.has(Scsw::clear_function));
  EXPECT_EQ(run({ccw1(0x03, 0, 0, 0)}).scsw.device_status, ended.bits);
}

TEST_F(Debugger, AMissingPathMakesTheStartNotOperational) {
  io("fault device=0200 missing_paths=80");
  program({ccw1(0x03, 0, 0, 0)});
  EXPECT_EQ(start(), Answer::cc3);
  EXPECT_EQ(start(), Answer::cc0) << "once only";
  interruption();
}

TEST_F(Debugger, DelaysACommandOnTheClock) {
  io("fault command=03 delay_ms=5");
  program({ccw1(0x03, 0, 0, 0)});
  start();
  // The delay counts from when the program reaches the command, which may be after the first look at the clock.
  auto waited = std::chrono::milliseconds::zero();
  for (; device->log().size() < 2; waited += std::chrono::milliseconds{1}) {
    clock.advance(std::chrono::milliseconds{1});
    settle();
  }
  EXPECT_GE(waited, std::chrono::milliseconds{5});
  interruption();
  EXPECT_THAT(device->log(), ElementsAre("begin", "03", "end"));
}

class RuleFile : public ::testing::Test {
 protected:
  static z::Result<std::vector<FaultRule>> read(std::string_view text) {
    const auto path = ::testing::TempDir() + "fault-rules-" + std::to_string(::getpid()) + ".toml";
    std::ofstream{path} << text;
    return FaultRule::read(path);
  }
};

TEST_F(RuleFile, HoldsRulesAsTables) {
  const auto rules = read("[[fault]]\ndevice = \"0200\"\ncommand = \"write\"\ncylinder = 5\nnth = 3\nsense = \"data-check\"\n"
                          "[[fault]]\nlose = \"interruption\"\n");
  ASSERT_TRUE(rules);
  ASSERT_EQ(rules->size(), 2u);
  EXPECT_EQ(rules->at(0).nth, 3u);
  EXPECT_TRUE(rules->at(0).match.takes(z::DeviceNumber{std::uint16_t{0x200}}, 0x85, RecordId{5, 1, 1}));
  EXPECT_FALSE(rules->at(0).match.takes(z::DeviceNumber{std::uint16_t{0x200}}, 0x85, RecordId{6, 1, 1}));
  EXPECT_FALSE(rules->at(0).match.takes(z::DeviceNumber{std::uint16_t{0x200}}, 0x86, RecordId{5, 1, 1}));
}

TEST_F(RuleFile, ErrorsNameFileLineAndWhatMayBeWritten) {
  EXPECT_THAT(read("[[fault]]\ndevice = \"0200\"\nsens = \"80\"\n").error().text(),
              AllOf(HasSubstr(".toml:3:"), HasSubstr("sens=80: a fault has device=")));
  EXPECT_THAT(read("[[fault]]\ndevice = \"0200\"\n").error().text(), AllOf(HasSubstr(".toml:1:"), HasSubstr("needs one of sense=")));
  EXPECT_THAT(read("[[fault]]\nnth = nine\n").error().text(), HasSubstr(".toml:2:"));
}

}  // namespace
}  // namespace channel::test
