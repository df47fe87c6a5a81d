// Many subchannels, several threads of I/O, CPUs that start, halt, clear and take interruptions all at once.
#include <thread>

#include "channel_fixture.h"

namespace channel::test {
namespace {

// Waits in every second command and lets another thread end the wait.
class PatientDevice final : public Device {
 public:
  std::string_view type() const override { return "patient"; }
  std::string description() const override { return "patient"; }
  std::string_view command_name(std::uint8_t) const override { return ""; }
  void attached(Port& port) override { port_ = &port; }
  Ending execute(std::uint8_t, Transfer& data) override {
    std::array<std::byte, 16> bytes{};
    data.send(bytes);
    waits_ = !waits_;
    if (!waits_) return Ending::with(ended);
    waiting_ = true;
    return Ending::wait();
  }
  Sense sense() override { return {}; }
  void signal(Signal) override { waits_ = false; }
  void poke() {
    if (waiting_.exchange(false)) port_->resume();
    port_->present_unsolicited(attention);
  }
  // As a device does that has a thread of its own.
  void poke_and_perform() {
    if (waiting_.exchange(false)) port_->resume_by_caller();
    port_->present_by_caller(attention);
    port_->perform();
  }

 private:
  Port* port_ = nullptr;
  bool waits_ = false;
  std::atomic<bool> waiting_{false};
};

class ConcurrentIo : public ChannelTest {
 protected:
  static constexpr std::uint16_t devices = 8;
  static constexpr int rounds = 300;

  ConcurrentIo() : ChannelTest(3) {
    for (std::uint16_t i = 0; i < devices; ++i) {
      auto patient = std::make_unique<PatientDevice>();
      patients.push_back(patient.get());
      EXPECT_TRUE(subsystem->attach(z::DeviceNumber{static_cast<std::uint16_t>(0x0400 + i)}, std::move(patient)));
      Schib schib{};
      subsystem->store(id(i), schib);
      schib.pmcw.flags = schib.pmcw.flags | Pmcw::enabled;
      EXPECT_EQ(subsystem->modify(id(i), schib), Answer::cc0);
    }
    program({ccw1(0x02, CC | SLI, 16, data_at), ccw1(0x02, SLI | PCI, 16, data_at)});
  }
  static std::uint32_t id(std::uint16_t i) { return 0x0001'0001U + i; }
  // Runs one program to its primary status, whatever else is presented meanwhile.
  void run_one(std::uint16_t i) {
    while (true) {
      const auto answer = i % 2 == 0 ? subsystem->start(id(i), orb()) : subsystem->start_by_caller(id(i), orb());
      if (answer == Answer::cc0) break;
      take(i);
    }
    while (!take(i).has(Scsw::primary)) {
      if (i % 4 < 2) patients[i]->poke();
      else patients[i]->poke_and_perform();
    }
  }
  Scsw take(std::uint16_t i) {
    Irb irb{};
    if (subsystem->test(id(i), irb) != Answer::cc0) return {};
    subsystem->clear_status(id(i));
    return irb.scsw;
  }
  std::vector<PatientDevice*> patients;
};

TEST_F(ConcurrentIo, EveryStartEndsOnce) {
  {
    std::vector<std::jthread> cpus;
    for (std::uint16_t i = 0; i < devices; ++i)
      cpus.emplace_back([this, i] {
        for (int round = 0; round < rounds; ++round) run_one(i);
      });
  }
  for (std::uint16_t i = 0; i < devices; ++i) {
    Schib schib{};
    subsystem->store(id(i), schib);
    EXPECT_EQ(schib.scsw.control & Scsw::start_function, 0U);
  }
}

TEST_F(ConcurrentIo, ClearAlwaysEndsWithItsStatus) {
  std::vector<std::jthread> cpus;
  for (std::uint16_t i = 0; i < devices; ++i)
    cpus.emplace_back([this, i] {
      for (int round = 0; round < rounds; ++round) {
        subsystem->start(id(i), orb());
        patients[i]->poke();
        EXPECT_EQ(subsystem->clear(id(i)), Answer::cc0);
        while (!take(i).has(Scsw::clear_function)) std::this_thread::yield();
      }
    });
}

TEST_F(ConcurrentIo, QuiesceStopsAllWhileTheyRun) {
  std::atomic<bool> over{false};
  std::vector<std::jthread> cpus;
  for (std::uint16_t i = 0; i < devices; ++i)
    cpus.emplace_back([&, i] {
      while (!over) run_one(i);
    });
  for (int round = 0; round < 50; ++round) {
    subsystem->quiesce();
    EXPECT_FALSE(subsystem->save().empty());
    subsystem->continue_io();
  }
  over = true;
}

TEST_F(ConcurrentIo, DetachAndResetWaitForTheCommandInProgress) {
  std::vector<std::jthread> cpus;
  for (std::uint16_t i = 0; i < devices; i += 2)
    cpus.emplace_back([&, i] {
      for (int round = 0; round < rounds; ++round) subsystem->start(id(i), orb());
    });
  for (int round = 0; round < 20; ++round) subsystem->reset();
  for (std::uint16_t i = 0; i < devices; ++i)
    EXPECT_TRUE(subsystem->detach(z::DeviceNumber{static_cast<std::uint16_t>(0x0400 + i)}));
  EXPECT_EQ(subsystem->devices(), std::vector{number});
}

}  // namespace
}  // namespace channel::test
