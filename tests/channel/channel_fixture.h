#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "channel/subsystem.h"
#include "channel/trace.h"
#include "cpu/storage.h"

namespace channel::test {

// A device that does for each command what the test says: by default it ends at once and keeps its name in the log.
class ScriptedDevice final : public Device {
 public:
  using Step = std::function<Ending(Transfer&)>;

  // Every execution of the command does this.
  ScriptedDevice& on(std::uint8_t command, Step step) {
    z::Lock lock{lock_};
    steps_[command] = std::move(step);
    return *this;
  }
  // Commands and events in order: "02", "begin", "end", "halt".
  std::vector<std::string> log() const {
    z::Lock lock{lock_};
    return log_;
  }
  // Data that write commands brought.
  std::vector<std::byte> received() const {
    z::Lock lock{lock_};
    return received_;
  }
  Port& port() const { return *port_; }
  void set_sense(std::uint8_t byte_0) { sense_byte_0_ = byte_0; }
  std::function<void()> on_pause;  // set before the first start

  static Step sends(std::vector<std::uint8_t> bytes);
  Step receives(std::size_t most);
  static Step ends(DeviceStatus status) {
    return [status](Transfer&) { return Ending::with(status); };
  }

  std::string_view type() const override { return "scripted"; }
  std::string description() const override { return "scripted"; }
  std::string_view command_name(std::uint8_t command) const override { return command == 0x02 ? "READ" : ""; }
  void attached(Port& port) override { port_ = &port; }
  void begin_program() override { note("begin"); }
  void end_program() override { note("end"); }
  void pause_program() override {
    if (on_pause) on_pause();
  }
  Ending execute(std::uint8_t command, Transfer& data) override;
  Sense sense() override {
    note("sense");
    Sense sense;
    sense.bytes[0] = sense_byte_0_;
    return sense;
  }
  void signal(Signal signal) override { note(signal == Signal::halt ? "halt" : signal == Signal::clear ? "clear" : "reset"); }
  void reset_path(std::uint8_t path) override { note(path == 0x80 ? "reset path 80" : "reset path"); }
  std::vector<std::byte> save() const override { return saved_; }
  z::Result<> restore(std::span<const std::byte> state) override {
    saved_.assign(state.begin(), state.end());
    return {};
  }
  void set_saved(std::vector<std::byte> bytes) { saved_ = std::move(bytes); }
  std::vector<std::byte> saved() const { return saved_; }

 private:
  void note(std::string event) {
    z::Lock lock{lock_};
    log_.push_back(std::move(event));
  }

  mutable z::Mutex lock_;
  std::map<std::uint8_t, Step> steps_ Z_GUARDED_BY(lock_);
  std::vector<std::string> log_ Z_GUARDED_BY(lock_);
  std::vector<std::byte> received_ Z_GUARDED_BY(lock_);
  Port* port_ = nullptr;
  std::atomic<std::uint8_t> sense_byte_0_{0x80};
  std::vector<std::byte> saved_;
};

// Words of a format-1 CCW.
constexpr std::uint64_t ccw1(std::uint8_t command, std::uint8_t flags, std::uint16_t count, std::uint32_t address) {
  return std::uint64_t{command} << 56 | std::uint64_t{flags} << 48 | std::uint64_t{count} << 32 | address;
}
constexpr std::uint64_t ccw0(std::uint8_t command, std::uint8_t flags, std::uint16_t count, std::uint32_t address) {
  return std::uint64_t{command} << 56 | std::uint64_t{address} << 32 | std::uint64_t{flags} << 24 | count;
}

// A channel subsystem with one scripted device 0200 at subchannel 0, enabled, in ISC 3.
class ChannelTest : public ::testing::Test {
 protected:
  static constexpr std::uint32_t ssid = 0x0001'0000;
  static constexpr std::uint32_t program_at = 0x1000, data_at = 0x4000;
  static constexpr z::DeviceNumber number{std::uint16_t{0x0200}};

  ChannelTest() : ChannelTest(1) {}
  explicit ChannelTest(unsigned threads);

  // Storage.
  void put(std::uint64_t address, std::uint64_t doubleword) { store(address, z::be64{doubleword}); }
  void put_word(std::uint64_t address, std::uint32_t word) { store(address, z::be32{word}); }
  void put_bytes(std::uint64_t address, std::vector<std::uint8_t> bytes);
  std::vector<std::uint8_t> bytes(std::uint64_t address, std::size_t size) const;

  // CCWs one after the other from `program_at`.
  void program(std::vector<std::uint64_t> ccws, std::uint32_t at = program_at);
  static Orb orb(std::uint32_t bits = Orb::format_1);
  Answer start(std::uint32_t bits = Orb::format_1) { return subsystem->start(ssid, orb(bits)); }

  // Waits for the interruption, takes it, and does TEST SUBCHANNEL.
  Irb interruption();
  // Start and its final IRB.
  Irb run(std::vector<std::uint64_t> ccws, std::uint32_t bits = Orb::format_1);
  void wait_until(const std::function<bool()>& reached);
  // Waits for a channel report, which must be this one.
  void wait_for_report(std::uint32_t word);
  Scsw scsw() const;
  void modify(const std::function<void(Pmcw&)>& change);
  // The program goes on after this many slices of I/O threads: nothing is in progress any more.
  void settle() {
    subsystem->quiesce();
    subsystem->continue_io();
  }

  template <class T>
  void store(std::uint64_t address, const T& value) {
    ASSERT_EQ(storage->store({address}, std::as_bytes(std::span{&value, 1}), 0), cpu::StorageCheck::none);
  }

  z::VirtualClock clock;
  std::unique_ptr<cpu::Storage> storage;
  z::Mutex lock;
  z::Condition changed;
  std::unique_ptr<Subsystem> subsystem;
  ScriptedDevice* device = nullptr;
};

inline constexpr std::uint8_t CC = ccw_flag::chain_command, CD = ccw_flag::chain_data, SLI = ccw_flag::suppress_length,
                              SKIP = ccw_flag::skip, PCI = ccw_flag::pci, IDA = ccw_flag::indirect,
                              S = ccw_flag::suspend, MIDA = ccw_flag::modified_indirect;

}  // namespace channel::test
