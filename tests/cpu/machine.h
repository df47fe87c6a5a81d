#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <vector>

#include "base/be.h"
#include "base/clock.h"
#include "cpu/configuration.h"
#include "cpu/environment.h"

namespace cpu {

// An environment with nothing in it: no channel subsystem, no SCLP, no hypervisor.
class QuietEnvironment : public Environment {
 public:
  IoAnswer start_subchannel(std::uint32_t, const Orb&) override { return 3; }
  IoAnswer resume_subchannel(std::uint32_t) override { return 3; }
  IoAnswer halt_subchannel(std::uint32_t) override { return 3; }
  IoAnswer clear_subchannel(std::uint32_t) override { return 3; }
  IoAnswer cancel_subchannel(std::uint32_t) override { return 3; }
  IoAnswer store_subchannel(std::uint32_t, Schib&) override { return 3; }
  IoAnswer modify_subchannel(std::uint32_t, const Schib&) override { return 3; }
  IoAnswer test_subchannel(std::uint32_t, Irb&) override { return 3; }
  void commit_test(std::uint32_t) override {}
  IoAnswer reset_channel_path(std::uint32_t) override { return 3; }
  IoAnswer set_address_limit(std::uint64_t) override { return 0; }
  IoAnswer set_channel_monitor(std::uint64_t, std::uint64_t) override { return 0; }
  std::uint32_t store_channel_report_word() override { return 0; }
  IoAnswer channel_subsystem_call(std::span<std::byte, 4096>) override { return 3; }
  bool io_interruption_pending(std::uint8_t isc_mask) override { return (pending_isc & isc_mask) != 0; }
  std::optional<IoInterruption> peek_io_interruption(std::uint8_t isc_mask) override {
    if (!io_interruption_pending(isc_mask)) return std::nullopt;
    return IoInterruption{0x0001'0005, 0xCAFE'F00D, 0x1800'0000};
  }
  std::optional<IoInterruption> take_io_interruption(std::uint8_t isc_mask) override {
    const auto found = peek_io_interruption(isc_mask);
    if (found) pending_isc = 0;
    return found;
  }
  Step diagnose(Cpu& cpu, const Op&) override { return cpu.program_interruption(Pic::specification); }
  Step service_call(Cpu& cpu, std::uint32_t, std::uint64_t) override {
    cpu.cc = 3;
    return Step::next;
  }
  std::uint8_t store_system_information(Cpu&, unsigned, unsigned, unsigned, std::span<std::byte, 4096>) override {
    return 3;
  }
  unsigned configuration_level() const override { return level; }
  std::uint64_t cpu_id(const Cpu&) const override { return 0x0012'3456'2097'8000; }
  void cpu_state_changed(Cpu& cpu) override {
    // A disabled wait is how these programs end.
    if (cpu.is_waiting() && !cpu.psw.io && !cpu.psw.external && !cpu.psw.machine_check) {
      ++ended;
      ended.notify_all();
    }
  }

  unsigned level = 1;  // STSI function 0: 3 is a virtual machine
  std::atomic<std::uint8_t> pending_isc{0};
  std::atomic<unsigned> ended{0};  // CPUs that came to a disabled wait
};

// A configuration with its storage, at a time that stands still.
class Machine {
 public:
  explicit Machine(unsigned cpus = 1, Timing timing = Timing::driven, z::Bytes size = {16 << 20},
                   Model model = Model::z16) {
    storage_ = *Storage::create(size);
    configuration_ = *Configuration::create(*storage_, environment, clock, {.cpus = cpus, .model = model, .timing = timing});
  }

  Cpu& cpu(unsigned n = 0) { return configuration_->cpu(n); }
  Storage& storage() { return *storage_; }
  Configuration& configuration() { return *configuration_; }

  void put(std::uint64_t at, std::initializer_list<std::uint8_t> bytes) {
    const std::vector<std::uint8_t> copy{bytes};
    ASSERT_EQ(storage_->store({at}, std::as_bytes(std::span{copy}), 0), StorageCheck::none);
  }
  template <class T>
  void put_value(std::uint64_t at, T value) {
    std::array<std::byte, sizeof(T)> bytes;
    z::Be<T>::store(bytes.data(), value);
    ASSERT_EQ(storage_->store({at}, bytes, 0), StorageCheck::none);
  }
  template <class T = std::uint64_t>
  T value(std::uint64_t at) const { return z::Be<T>::load(storage_->host({at})); }

  void put_psw(std::uint64_t at, std::uint64_t mask, std::uint64_t address) {
    put_value<std::uint64_t>(at, mask);
    put_value<std::uint64_t>(at + 8, address);
  }
  // New PSWs that wait, disabled, at an address that names the class: 0xAA for a program interruption and so on.
  void put_stops() {
    for (const std::uint64_t at : {0x1A0, 0x1B0, 0x1C0, 0x1D0, 0x1E0, 0x1F0}) put_psw(at, disabled_wait, at);
  }
  // Starts at an address in the 64-bit mode and returns at the disabled wait.
  void run(std::uint64_t address, std::uint64_t mask = supervisor) {
    begin(0, address, mask);
    wait_for_end();
  }
  void begin(unsigned n, std::uint64_t address, std::uint64_t mask = supervisor) {
    configuration_->load_psw(n, {mask, address});
    configuration_->start(n);
  }
  void wait_for_end(unsigned cpus = 1) {
    for (unsigned seen = environment.ended; seen < cpus; seen = environment.ended) environment.ended.wait(seen);
    environment.ended = 0;
    configuration_->stop_all();
  }
  void step(unsigned count = 1) {
    for (; count > 0; --count) cpu().execute_one();
  }

  static constexpr std::uint64_t supervisor = 0x0000'0001'8000'0000;  // 64-bit mode, DAT off, disabled
  static constexpr std::uint64_t disabled_wait = 0x0002'0001'8000'0000;

  z::VirtualClock clock;
  QuietEnvironment environment;

 private:
  std::unique_ptr<Storage> storage_;
  std::unique_ptr<Configuration> configuration_;
};

}  // namespace cpu
