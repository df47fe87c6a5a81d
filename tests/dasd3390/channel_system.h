#pragma once

#include <gtest/gtest.h>

#include "channel/subsystem.h"
#include "scripted_channel.h"

namespace dasd3390::test {

using z::AbsoluteAddress;
namespace flag = channel::ccw_flag;

// A system with one 3390 at device number 0200: storage, channel, and a place for a channel program.
class System {
 public:
  explicit System(std::unique_ptr<Dasd3390> device) {
    subsystem_.attach(z::DeviceNumber{std::uint16_t{0x200}}, std::move(device)).value();
    channel::Schib schib;
    subsystem_.store(ssid, schib);
    schib.pmcw.flags = static_cast<std::uint16_t>(schib.pmcw.flags | channel::Pmcw::enabled);
    schib.pmcw.control = schib.pmcw.control | channel::Pmcw::concurrent_sense;
    EXPECT_EQ(subsystem_.modify(ssid, schib), channel::Answer::cc0);
  }

  // Lays the program down from 1000 on and its data areas, a page each, from 10000 on.
  void start(const std::vector<Ccw>& program) {
    for (std::size_t i = 0; i < program.size(); ++i) {
      const auto& ccw = program[i];
      const bool is_tic = ccw.command == 0x08;
      const auto area = is_tic ? program_at + (i - static_cast<std::size_t>(ccw.back)) * 8 : area_at(i);
      const auto chain = i + 1 < program.size() && !is_tic ? flag::chain_command : std::uint8_t{0};
      channel::Ccw1 word{ccw.command, chain, static_cast<std::uint16_t>(std::max(ccw.room, ccw.data.size())),
                         static_cast<std::uint32_t>(area)};
      if (is_tic) word.count = std::uint16_t{0};
      store(program_at + i * 8, std::as_bytes(std::span{&word, 1}));
      if (!is_tic) store(area_at(i), std::as_bytes(std::span{ccw.data}));
    }
    channel::Orb orb{};
    orb.control = channel::Orb::format_1 | 0xFF00u;
    orb.program_address = static_cast<std::uint32_t>(program_at);
    ASSERT_EQ(subsystem_.start(ssid, orb), channel::Answer::cc0);
  }

  // A transport-mode program whose control word is at `tcw`.
  channel::Irb run_transport(std::uint64_t tcw) {
    channel::Orb orb{};
    orb.control = channel::Orb::transport_mode | 0xFF00u;
    orb.program_address = static_cast<std::uint32_t>(tcw);
    EXPECT_EQ(subsystem_.start(ssid, orb), channel::Answer::cc0);
    return wait();
  }

  channel::Irb wait() {
    const z::Lock lock{mutex_};
    condition_.wait(mutex_, [&] { return subsystem_.take_interruption(0xFF).has_value(); });
    channel::Irb irb;
    subsystem_.test(ssid, irb);
    subsystem_.clear_status(ssid);
    return irb;
  }
  bool is_running() const {
    channel::Schib schib;
    subsystem_.store(ssid, schib);
    return !schib.scsw.has(channel::Scsw::status_pending);
  }
  channel::Irb run(const std::vector<Ccw>& program) {
    start(program);
    return wait();
  }
  // What the i-th command of the last program put into storage.
  Bytes area(std::size_t i, std::size_t length) {
    return fetch(area_at(i), length);
  }
  Bytes fetch(std::uint64_t at, std::size_t length) {
    Bytes result(length);
    storage_->fetch(AbsoluteAddress{at}, std::as_writable_bytes(std::span{result}), 0);
    return result;
  }
  void store(std::uint64_t at, std::span<const std::byte> bytes) { storage_->store(AbsoluteAddress{at}, bytes, 0); }

  channel::Subsystem& subsystem() { return subsystem_; }
  static constexpr std::uint32_t ssid = 0x0001'0000;

 private:
  static constexpr std::uint64_t program_at = 0x1000, first_area = 0x10000;
  static std::uint64_t area_at(std::size_t i) { return first_area + i * 4096; }
  void notify() {
    const z::Lock lock{mutex_};
    condition_.notify_all();
  }

  z::Mutex mutex_;
  z::Condition condition_;
  z::HostClock clock_;
  std::unique_ptr<cpu::Storage> storage_ = cpu::Storage::create(z::Bytes{1 << 20}).value();
  channel::Subsystem subsystem_{
      *storage_,
      clock_,
      {.threads = 1, .interruption_pending = [this](std::uint8_t) { notify(); }, .channel_report_pending = [] {}}};
};

}  // namespace dasd3390::test
