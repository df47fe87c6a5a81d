// The I/O of a device written down, and given again to a driver without it.
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>

#include "channel/replay/recording.h"
#include "channel_fixture.h"

namespace channel::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr z::DeviceNumber replayed{std::uint16_t{0x0300}};

class Replay : public ChannelTest {
 protected:
  // Device 0300 is another scripted device, recorded.
  void attach_recorded() {
    auto inner = std::make_unique<ScriptedDevice>();
    inner_ = inner.get();
    attach(make_recorder(std::move(inner), *RecordingWriter::create(path_, "scripted"), {}));
  }
  void attach_replay(std::bitset<256> ignored = {}) {
    ASSERT_TRUE(subsystem->detach(replayed));
    attach(make_replayer(*Recording::read(path_), ignored, [this](const std::string& line) { complaints_.push_back(line); }));
  }
  Irb run_it(const std::vector<std::uint64_t>& ccws) {
    program(ccws);
    EXPECT_EQ(subsystem->start(ssid_, orb()), Answer::cc0);
    return interruption_of(ssid_);
  }

  ScriptedDevice* inner_ = nullptr;
  std::vector<std::string> complaints_;
  const std::string path_ = ::testing::TempDir() + "recording-" + std::to_string(::getpid());

 private:
  void attach(std::unique_ptr<Device> device) {
    ssid_ = subsystem->attach(replayed, std::move(device))->word();
    Schib schib{};
    subsystem->store(ssid_, schib);
    schib.pmcw.flags = static_cast<std::uint16_t>(schib.pmcw.flags | Pmcw::enabled | 3 << 11);
    schib.pmcw.control = Pmcw::concurrent_sense;
    EXPECT_EQ(subsystem->modify(ssid_, schib), Answer::cc0);
  }
  Irb interruption_of(std::uint32_t of) {
    wait_until([&] {
      Schib schib{};
      subsystem->store(of, schib);
      return schib.scsw.has(Scsw::status_pending);
    });
    Irb irb{};
    subsystem->test(of, irb);
    subsystem->clear_status(of);
    return irb;
  }
  std::uint32_t ssid_ = 0;
};

TEST_F(Replay, GivesTheSameDataStatusAndSense) {
  attach_recorded();
  inner_->on(0x02, ScriptedDevice::sends({1, 2, 3, 4})).on(0x07, inner_->receives(2)).on(0x13, ScriptedDevice::ends(ended | unit_check));
  inner_->set_sense(0x10);
  put_bytes(data_at, {0xAA, 0xBB});
  const std::vector<std::uint64_t> ccws{ccw1(0x07, CC, 2, data_at), ccw1(0x02, CC | SLI, 8, data_at + 16), ccw1(0x13, 0, 0, 0)};
  const auto first = run_it(ccws);
  attach_replay();
  put_bytes(data_at + 16, {0, 0, 0, 0});
  const auto second = run_it(ccws);
  EXPECT_EQ(bytes(data_at + 16, 4), (std::vector<std::uint8_t>{1, 2, 3, 4}));
  EXPECT_EQ(second.scsw.device_status, (ended | unit_check).bits);
  EXPECT_EQ(second.ecw[0], 0x10);
  EXPECT_EQ(first.scsw.ccw_address, second.scsw.ccw_address);
  EXPECT_TRUE(complaints_.empty());
}

TEST_F(Replay, TellsWhatDiffersAndEndsWithInterventionRequired) {
  attach_recorded();
  inner_->on(0x01, inner_->receives(2));
  put_bytes(data_at, {0xAA, 0xBB});
  run_it({ccw1(0x01, 0, 2, data_at)});
  attach_replay();
  put_bytes(data_at, {0xAA, 0xBC});
  EXPECT_EQ(run_it({ccw1(0x01, 0, 2, data_at)}).ecw[0], intervention_required);
  run_it({ccw1(0x02, SLI, 2, data_at)});
  EXPECT_THAT(complaints_, ElementsAre("replay differs at event 1: command 01 with AABC, recorded was AABB",
                                       "replay differs at event 1: command 02, recorded was 01"));
  EXPECT_THAT(subsystem->device(replayed)->description(), HasSubstr("event 0 of 1; replay differs"));
}

TEST_F(Replay, DataOfIgnoredCommandsMayDiffer) {
  attach_recorded();
  inner_->on(0x01, inner_->receives(2));
  run_it({ccw1(0x01, 0, 2, data_at)});
  attach_replay(std::bitset<256>{}.set(0x01));
  put_bytes(data_at, {9, 9});
  EXPECT_EQ(run_it({ccw1(0x01, 0, 2, data_at)}).scsw.device_status, ended.bits);
}

TEST_F(Replay, AFileThatIsNoRecordingIsRefused) {
  EXPECT_THAT(Recording::read("/dev/null").error().text(), HasSubstr("is not a recording"));
  EXPECT_FALSE(Recording::read(path_ + ".none"));
}

}  // namespace
}  // namespace channel::test
