#pragma once

#include <atomic>
#include <functional>
#include <vector>

#include "base/mutex.h"
#include "gdb/target.h"
#include "lpar/machine.h"

namespace gdb {

// A partition or virtual machine as a debugger's target. Constructed and used on one thread, none of the machine's; the
// machine stands from construction until it is resumed, if that was asked for.
class MachineTarget final : public Target, private cpu::Debugger {
 public:
  enum class Begin : std::uint8_t { halted, running };
  // `wake` is called on any thread when `stopped` should be asked.
  MachineTarget(lpar::Machine& machine, Begin begin, std::function<void()> wake);
  ~MachineTarget() override;

  unsigned cpu_count() const override { return machine_.cpus().cpu_count(); }
  std::string cpu_description(unsigned cpu) override;
  std::string read_register(unsigned cpu, unsigned number) override;
  bool write_register(unsigned cpu, unsigned number, std::string_view bytes) override;
  std::optional<std::string> read_memory(unsigned cpu, Memory memory, std::uint64_t address, std::uint64_t length) override;
  bool write_memory(unsigned cpu, Memory memory, std::uint64_t address, std::string_view bytes) override;
  std::string monitor(unsigned cpu, std::string_view command) override;

  void resume(const Resumption& how) override;
  Stop interrupt() override;
  std::optional<Stop> stopped() override;
  bool is_halted() const { return halted_; }
  // For the machine's owner, while the machine runs and nothing else is asked: no CPU stops itself between these two. False: one
  // has done so.
  bool suspend_stops();
  void restore_stops();

 private:
  struct Piece {  // of a range, in one page
    z::AbsoluteAddress at;
    std::uint64_t offset, length;
  };
  std::optional<std::vector<Piece>> locate(unsigned cpu, Memory memory, std::uint64_t address, std::uint64_t length);

  void cpu_stopped(unsigned cpu) override;
  cpu::Cpu& cpu(unsigned address) { return machine_.cpus().cpu(address); }
  void halt();
  void let_go();
  bool is_idle();
  bool is_in_disabled_wait(unsigned address);
  bool has_run(unsigned address) { return cpu(address).instruction_count() != counts_[address]; }
  Stop idle_stop();
  std::optional<Stop> take_stop();
  std::uint64_t cpus_to_start(const Resumption& how);
  void prepare(unsigned address, Action action);
  void reset(lpar::Machine::Clear clear);

  lpar::Machine& machine_;
  const std::function<void()> wake_;
  bool halted_ = false;
  bool changed_ = false;                   // storage was written to: page tables may have been
  Stop last_;                              // what was reported
  cpu::StopPoints points_;                 // of the last resumption
  std::vector<std::uint64_t> counts_;      // instructions of each CPU when it was resumed
  std::vector<unsigned> untold_;           // CPUs that stopped while another one was reported
  bool has_more_to_tell_ = false;          // resumed, but one of those comes first
  std::atomic<bool> idle_{false};          // the machine said so since it was resumed
  std::atomic<bool> io_stopped_{false};    // the I/O debugger said so
  z::Mutex mutex_;
  std::vector<unsigned> stopped_ Z_GUARDED_BY(mutex_);  // CPUs in the order in which they stopped
};

}  // namespace gdb
