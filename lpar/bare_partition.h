#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "base/units.h"
#include "channel/registry.h"
#include "channel/trace/request.h"
#include "lpar/console_3215.h"
#include "lpar/diagnose_308.h"
#include "lpar/loader.h"
#include "lpar/machine.h"
#include "lpar/machine_file.h"
#include "lpar/sclp.h"

namespace lpar {

// Which consoles a partition has: a 3215, SCLP's lines and its ASCII terminal, or all. Input goes to the one that the
// program wrote to last.
enum class Consoles { all, sclp, terminal, typewriter };

// One partition without CP: what `endicott ipl` runs.
class BarePartition final : private Firmware {
 public:
  struct Options {
    z::Bytes memory;
    unsigned cpus = 1;
    cpu::Model model = cpu::Model::z16;
    std::vector<std::string> devices;  // "DEVNO=TYPE:ARGS"; a 3215 at 0009 is added unless a 3215 or a 0009 is named
    Consoles consoles = Consoles::all;
    std::vector<std::string> plugins;
    std::optional<channel::TraceRequest> trace_io = {};
    std::vector<std::string> io_commands = {};  // of the I/O debugger, before anything runs
  };
  struct Events {
    std::function<void(std::string_view)> console_output;  // text with its line ends
    std::function<void(std::string_view)> trace_line;
    std::function<void()> ended;  // all CPUs stopped or in a disabled wait
  };
  // How the guest ended: the PSW of a CPU in disabled wait, else that of CPU 0.
  struct EndState {
    bool disabled_wait;
    std::uint64_t psw_mask, psw_address;
    unsigned cpu;
    std::uint64_t instructions;  // of all CPUs
  };

  static z::Result<std::unique_ptr<BarePartition>> create(const Options& options, const z::Clock& clock, Events events);
  ~BarePartition() override;

  z::Result<> load_program(const LoadRequest& request);  // CPU 0 gets its PSW and stays stopped
  void start() { machine_->cpus().start(0); }
  z::Result<> start_program(const LoadRequest& request);
  z::Result<> load(z::DeviceNumber device);  // returns once the IPL program was read and started, or not
  void console_input(std::string line);
  void terminal_input(std::string_view bytes);  // what a VT220 sends
  // While it runs, too.
  z::Result<> attach(const DeviceDefinition& definition);
  z::Result<> detach(z::DeviceNumber number);
  EndState end_state();
  Machine& machine() { return *machine_; }

 private:
  explicit BarePartition(Events events) : events_(std::move(events)) {}
  z::Result<> attach_devices(const Options& options);
  z::Result<> attach_typewriter(z::DeviceNumber number);

  unsigned configuration_level() const override { return 2; }
  std::uint64_t cpu_id(unsigned cpu_address) const override;
  std::uint8_t system_information(unsigned function, unsigned selector1, unsigned selector2,
                                  std::span<std::byte, 4096> sysib) override;
  cpu::Step diagnose(cpu::Cpu& cpu, const cpu::Op& op) override;
  cpu::Step service_call(cpu::Cpu& cpu, std::uint32_t command, std::uint64_t sccb_real_address) override;
  void machine_idle_for_good() override;

  // The operator's hands: what a program asked for and no CPU can do to its own machine.
  void ask(Diagnose308::Act act) Z_EXCLUDES(asked_lock_);
  void serve() Z_EXCLUDES(asked_lock_);
  z::Result<> carry_out(Diagnose308::Act act);
  z::Result<> reload();
  void reset(Machine::Clear clear);

  // The I/O debugger stops the CPUs while a channel program stands.
  void debug_io();
  void io_stopped(const std::string& why) Z_EXCLUDES(io_stop_lock_);
  void io_resumed() Z_EXCLUDES(io_stop_lock_);

  Events events_;
  z::Mutex asked_lock_;
  z::Condition asked_changed_;
  std::optional<Diagnose308::Act> asked_ Z_GUARDED_BY(asked_lock_);
  bool carrying_out_ Z_GUARDED_BY(asked_lock_) = false;
  bool ending_ Z_GUARDED_BY(asked_lock_) = false;
  z::Mutex io_stop_lock_;
  bool io_stopped_ Z_GUARDED_BY(io_stop_lock_) = false;
  std::variant<std::monostate, LoadRequest, z::DeviceNumber> loaded_;  // where the machine was loaded from
  std::unique_ptr<channel::Registry> types_;  // outlives the devices: a plugin's code must stay loaded
  Console3215* console_ = nullptr;
  z::DeviceNumber console_number_;
  std::unique_ptr<Machine> machine_;
  std::unique_ptr<Sclp> sclp_;
  std::unique_ptr<Diagnose308> diagnose_308_;
  std::jthread operator_;
};

// "0100=3390:file=disk.ckd" taken apart.
z::Result<DeviceDefinition> parse_device(std::string_view text);

}  // namespace lpar
