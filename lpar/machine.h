#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "channel/subsystem.h"
#include "cpu/configuration.h"
#include "cpu/environment.h"
#include "cpu/storage.h"
#include "lpar/firmware.h"
#include "lpar/loader.h"

namespace lpar {

// CPUs, absolute storage and a channel subsystem: a bare partition, or a virtual machine of CP. Its functions are an operator's;
// they may be called from any thread, one at a time.
class Machine final : private cpu::Environment {
 public:
  struct Options {
    unsigned cpus = 1;
    cpu::Model model = cpu::Model::z16;
    unsigned io_threads = 1;
  };
  static z::Result<std::unique_ptr<Machine>> create(std::unique_ptr<cpu::Storage> storage, Firmware& firmware,
                                                    const z::Clock& clock, Options options);
  ~Machine() override;

  cpu::Storage& storage() { return *storage_; }
  cpu::Configuration& cpus() { return *cpus_; }
  channel::Subsystem& subsystem() { return *subsystem_; }

  // LOAD NORMAL / LOAD CLEAR (PoP ch. 17, "Initial Program Loading"): resets, reads the IPL program from the device and starts
  // CPU 0. `done` is called once, on any thread.
  enum class Clear { no, yes };
  void load(z::DeviceNumber device, Clear clear, std::function<void(z::Result<>)> done);
  // Starts CPU 0 with a program that is in storage already.
  void start(const LoadedProgram& program);
  void system_reset(Clear clear);

  struct CpuView {
    bool is_stopped, is_waiting, is_enabled;  // the last: for I/O, external or machine-check interruptions
    cpu::PswImage psw;
    std::uint64_t instructions;
  };
  CpuView view(unsigned cpu);  // pauses the CPUs for a moment
  // No CPU runs or can be interrupted: all are stopped or in a disabled wait.
  bool is_idle_for_good() const;
  // Somebody besides the firmware who hears of it, on a CPU's thread. Set while the CPUs are paused.
  void watch_idle(std::function<void()> watcher) { idle_watcher_ = std::move(watcher); }

  // Relocation: nothing runs between `quiesce` and `resume`; in between, `save` gives all state but storage, and a machine of the
  // same shape takes it.
  void quiesce();
  void resume();
  std::vector<std::byte> save() const;
  z::Result<> restore(std::span<const std::byte> state);

 private:
  Machine(std::unique_ptr<cpu::Storage> storage, Firmware& firmware) : firmware_(firmware), storage_(std::move(storage)) {}

  cpu::IoAnswer start_subchannel(std::uint32_t ssid, const cpu::Orb& orb) override;
  cpu::IoAnswer resume_subchannel(std::uint32_t ssid) override;
  cpu::IoAnswer halt_subchannel(std::uint32_t ssid) override;
  cpu::IoAnswer clear_subchannel(std::uint32_t ssid) override;
  cpu::IoAnswer cancel_subchannel(std::uint32_t ssid) override;
  cpu::IoAnswer store_subchannel(std::uint32_t ssid, cpu::Schib& schib) override;
  cpu::IoAnswer modify_subchannel(std::uint32_t ssid, const cpu::Schib& schib) override;
  cpu::IoAnswer test_subchannel(std::uint32_t ssid, cpu::Irb& irb) override;
  void commit_test(std::uint32_t ssid) override;
  cpu::IoAnswer reset_channel_path(std::uint32_t chpid) override;
  cpu::IoAnswer set_address_limit(std::uint64_t limit) override;
  cpu::IoAnswer set_channel_monitor(std::uint64_t control, std::uint64_t origin) override;
  std::uint32_t store_channel_report_word() override;
  cpu::IoAnswer channel_subsystem_call(std::span<std::byte, 4096> block) override;
  bool io_interruption_pending(std::uint8_t isc_mask) override;
  std::optional<cpu::IoInterruption> peek_io_interruption(std::uint8_t isc_mask) override;
  std::optional<cpu::IoInterruption> take_io_interruption(std::uint8_t isc_mask) override;
  cpu::Step diagnose(cpu::Cpu& cpu, const cpu::Op& op) override;
  cpu::Step service_call(cpu::Cpu& cpu, std::uint32_t command, std::uint64_t sccb_real_address) override;
  cpu::Step inter_user_communication(cpu::Cpu& cpu, const cpu::Op& op) override;
  std::uint8_t store_system_information(cpu::Cpu& cpu, unsigned function, unsigned selector1, unsigned selector2,
                                        std::span<std::byte, 4096> sysib) override;
  unsigned configuration_level() const override;
  std::uint64_t cpu_id(const cpu::Cpu& cpu) const override;
  void cpu_state_changed(cpu::Cpu& cpu) override;

  void io_became_pending(std::uint8_t isc_mask);
  z::Result<> begin_load(std::uint32_t ssid);
  z::Result<> end_load(std::uint32_t ssid);
  static bool is_enabled(const cpu::Cpu& cpu);

  Firmware& firmware_;
  std::unique_ptr<cpu::Storage> storage_;
  std::atomic<std::uint64_t> idle_{~0ULL};  // bit n: CPU n is stopped or in a disabled wait
  std::atomic<bool> idle_was_told_{true};
  std::function<void()> idle_watcher_;  // set while the CPUs are paused
  std::unique_ptr<cpu::Configuration> cpus_;

  z::Mutex load_mutex_;
  std::function<void(z::Result<>)> load_done_ Z_GUARDED_BY(load_mutex_);  // set while a load is under way
  std::uint32_t load_ssid_ Z_GUARDED_BY(load_mutex_) = 0;

  std::unique_ptr<channel::Subsystem> subsystem_;  // last: its threads call into what stands above
};

}  // namespace lpar
