#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "cp/guest/frames.h"
#include "cp/guest/vm_definition.h"
#include "cp/guest/volumes.h"
#include "lpar/console_3215.h"
#include "lpar/machine.h"

namespace cp {

// A virtual machine: a lpar::Machine in frames of its partition's storage, with virtual devices, and CP as its firmware.
// All functions are for CP's event loop; what happens on CPU and I/O threads comes back through `post`.
class VirtualMachine final : private lpar::Firmware {
 public:
  // What a virtual machine needs of the CP it runs under. Called on the event loop, except `post`, which is thread-safe.
  struct Host {
    std::function<void(std::function<void()>)> post;
    std::function<void(VirtualMachine&, std::string line)> console_line;
    std::function<void(VirtualMachine&)> stopped;  // all CPUs stopped or in a disabled wait
  };
  enum class RunState { stopped, running, loading };

  // Reserves frames and builds the devices; nothing runs.
  static z::Result<std::unique_ptr<VirtualMachine>> create(VmDefinition definition, Frames& frames,
                                                           cpu::Storage& partition, Volumes& volumes,
                                                           const z::Clock& clock, Host host);
  ~VirtualMachine() override;

  const VmDefinition& definition() const { return definition_; }
  const std::string& userid() const { return definition_.userid; }
  RunState run_state() const { return run_state_; }
  lpar::Machine& machine() { return *machine_; }

  void ipl(z::DeviceNumber device, lpar::Machine::Clear clear, std::function<void(z::Result<>)> done);
  void stop();   // CP STOP: CPUs stand still at an instruction boundary
  void begin();  // CP BEGIN
  void reset(lpar::Machine::Clear clear);
  void console_input(std::string line);

  // Relocation. `quiesce` calls `parked` and then `drained` through the loop; `unquiesce` goes on as before.
  void quiesce(std::function<void()> parked, std::function<void()> drained);
  void unquiesce();
  z::Result<std::vector<std::byte>> save_state();
  // At the destination: nothing runs until `activate`, whatever state is restored.
  void expect_state();
  z::Result<> restore_state(std::span<const std::byte> state);
  void activate();

 private:
  VirtualMachine(VmDefinition definition, const z::Clock& clock, Host host);
  z::Result<> build(Frames& frames, cpu::Storage& partition, Volumes& volumes);
  z::Result<> attach_console();
  z::Result<> attach_minidisk(const MinidiskDefinition& minidisk, Volumes& volumes);
  void console_text(std::string_view text);
  void post_if_quiesced(unsigned epoch, std::function<void()> work);

  unsigned configuration_level() const override { return 3; }
  std::uint64_t cpu_id(unsigned cpu_address) const override;
  std::uint8_t system_information(unsigned function, unsigned selector1, unsigned selector2,
                                  std::span<std::byte, 4096> sysib) override;
  cpu::Step diagnose(cpu::Cpu& cpu, const cpu::Op& op) override;
  cpu::Step service_call(cpu::Cpu& cpu, std::uint32_t command, std::uint64_t sccb_real_address) override;
  void machine_idle_for_good() override;

  const VmDefinition definition_;
  const z::Clock& clock_;
  Host host_;
  RunState run_state_ = RunState::stopped;
  bool paused_ = false;  // by CP STOP
  bool quiesced_ = false;
  unsigned quiesce_epoch_ = 0;  // tells a quiesce from one before it that was undone
  std::string console_line_;    // until its end has come
  std::optional<Frames::Range> frames_;  // returned when the machine above it is gone
  lpar::Console3215* console_ = nullptr;
  std::shared_ptr<bool> alive_;  // posted functions run only while true
  std::unique_ptr<lpar::Machine> machine_;
  std::jthread quiescing_;
};

}  // namespace cp
