#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "cp/command/reply.h"
#include "cp/command/system_status.h"
#include "cp/command/virtual_machine.h"
#include "cp/guest/command_calls.h"
#include "cp/guest/diagnose.h"
#include "cp/guest/frames.h"
#include "cp/guest/guest_ctcas.h"
#include "cp/guest/inter_user.h"
#include "cp/guest/vm_definition.h"
#include "cp/guest/volumes.h"
#include "gdb/server.h"
#include "lpar/console_3215.h"
#include "lpar/diagnose_308.h"
#include "lpar/machine.h"
#include "lpar/sclp.h"
#include "unitrecord/reader_3505.h"

namespace cp {

// A virtual machine of this member: a lpar::Machine in frames of its partition's storage, with virtual devices, and CP as its
// firmware. All functions are for CP's event loop; what happens on CPU and I/O threads comes back through `post`.
class GuestMachine final : public VirtualMachine, private lpar::Firmware {
 public:
  // What a virtual machine needs of the CP it runs under. Called on the event loop, except `post`, which is thread-safe.
  struct Host {
    std::function<void(std::function<void()>)> post;
    std::function<void(GuestMachine&, std::string line)> console_line;
    std::function<void(GuestMachine&)> stopped;  // all CPUs stopped or in a disabled wait
    // A CP command that the guest gave itself.
    std::function<void(GuestMachine&, std::string text, ReplyPtr reply)> command;
    std::string partition;  // the name of the LPAR
    VirtualSwitches& switches;
  };
  enum class RunState { stopped, running, loading };
  enum class Contents { cleared, left_over };  // of storage: left over from others, whoever fills it takes care of that

  // Reserves frames and builds the devices; nothing runs.
  static z::Result<std::unique_ptr<GuestMachine>> create(VmDefinition definition, Contents contents, Frames& frames,
                                                         cpu::Storage& partition, Volumes& volumes, const z::Clock& clock, Host host);
  ~GuestMachine() override;

  const VmDefinition& definition() const { return definition_; }
  RunState run_state() const { return run_state_; }
  lpar::Machine& machine() { return *machine_; }
  GuestCtcas& ctcas() { return ctcas_; }
  void set_relocation_domain(std::string domain) { definition_.relocation_domain = std::move(domain); }

  std::string userid() const override { return definition_.userid; }
  z::Bytes storage() const override { return definition_.storage; }
  std::vector<VirtualMachine::Cpu> cpus() const override;
  std::vector<Device> devices() const override;
  Settings settings() const override { return {}; }

  void ipl(Ipl request, Done done) override;
  void begin(std::optional<std::uint64_t> address, Done done) override;
  void stop(std::optional<std::uint8_t> cpu, Done done) override;
  void reset(Reset kind, Done done) override;
  void registers(std::uint8_t cpu, Told<RegisterSet> told) override;
  void set_registers(std::uint8_t cpu, RegisterSet registers, Done done) override;
  void read_storage(StoragePlace place, std::uint64_t length, Told<StoragePiece> told) override;
  void write_storage(StoragePlace place, std::vector<std::byte> bytes, Done done) override;
  void console_input(std::string text, Done done) override;
  void signal_shutdown(Done done) override;
  void detach(z::DeviceNumber device, Done done) override;
  void define_ctca(z::DeviceNumber device, std::string partner, Done done) override;
  Answer<> put_into_reader(ReaderFile file) override;
  std::vector<std::string> reader_files() const override;
  Answer<> purge_reader() override;
  // ATTACH: a real volume as a whole, until it is detached or the user logs off.
  struct AttachedVolume {
    z::DeviceNumber real;
    std::string volid;
    std::uint32_t cylinders = 0;
    bool is_read_only = false;
  };
  Answer<> attach(const RealVolume& volume, const AttachRequest& request);
  const std::map<z::DeviceNumber, AttachedVolume>& attached() const { return attached_; }  // by virtual device
  // While the stub is open the machine stays on this member.
  Answer<> open_debugger(std::uint16_t port) override;
  void close_debugger() override;
  std::optional<Debugger> debugger() const override;

  // Relocation. `quiesce` calls `parked` and then `drained` through the loop; `unquiesce` goes on as before.
  void quiesce(std::function<void()> parked, std::function<void()> drained);
  void unquiesce();
  z::Result<std::vector<std::byte>> save_state();
  // At the destination: nothing runs until `activate`, whatever state is restored.
  void expect_state();
  z::Result<> restore_state(std::span<const std::byte> state);
  void activate();

 private:
  GuestMachine(VmDefinition definition, const z::Clock& clock, Host host);
  z::Result<> build(Contents contents, Frames& frames, cpu::Storage& partition, Volumes& volumes);
  z::Result<> attach_console();
  z::Result<> attach_reader(z::DeviceNumber device);
  z::Result<> attach_minidisk(const MinidiskDefinition& minidisk, Volumes& volumes);
  void console_text(std::string_view text);
  void run_command(std::string text, CommandCalls::Response response, std::function<void(CommandCalls::Answer)> answered);
  void carry_out(lpar::Diagnose308::Act act);
  void post_if_quiesced(unsigned epoch, std::function<void()> work);
  void go_on();
  Answer<> without_debugger(const std::function<void()>& work);
  void debugger_killed();
  void reset_firmware();
  Answer<std::uint64_t> absolute_address(const StoragePlace& place, std::uint64_t length);

  unsigned configuration_level() const override { return 3; }
  std::uint64_t cpu_id(unsigned cpu_address) const override;
  std::uint8_t system_information(unsigned function, unsigned selector1, unsigned selector2,
                                  std::span<std::byte, 4096> sysib) override;
  cpu::Step diagnose(cpu::Cpu& cpu, const cpu::Op& op) override;
  cpu::Step service_call(cpu::Cpu& cpu, std::uint32_t command, std::uint64_t sccb_real_address) override;
  cpu::Step inter_user_communication(cpu::Cpu& cpu, const cpu::Op& op) override;
  void machine_idle_for_good() override;

  VmDefinition definition_;
  const z::Clock& clock_;
  Host host_;
  RunState run_state_ = RunState::stopped;
  bool paused_ = false;  // by CP STOP
  bool quiesced_ = false;
  unsigned quiesce_epoch_ = 0;  // tells a quiesce from one before it that was undone
  std::string console_line_;    // until its end has come
  std::optional<Frames::Range> frames_;  // returned when the machine above it is gone
  lpar::Console3215* console_ = nullptr;
  unitrecord::Reader3505* reader_ = nullptr;  // the first one
  std::map<z::DeviceNumber, z::DeviceNumber> real_devices_;  // of minidisks
  std::map<z::DeviceNumber, AttachedVolume> attached_;
  std::shared_ptr<bool> alive_;  // posted functions run only while true
  std::optional<lpar::Diagnose308::Act> asked_;  // by the guest while it was quiesced
  const Diagnose diagnose_;
  CommandCalls commands_;
  InterUser inter_user_;
  std::unique_ptr<lpar::Machine> machine_;
  GuestCtcas ctcas_;
  std::vector<std::byte> ctca_state_;  // restored, until it is activated
  std::unique_ptr<lpar::Sclp> sclp_;
  std::unique_ptr<lpar::Diagnose308> diagnose_308_;
  std::jthread quiescing_;
  std::unique_ptr<gdb::Server> debugger_;  // goes before the machine
};

}  // namespace cp
