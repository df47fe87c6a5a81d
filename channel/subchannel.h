#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/address.h"
#include "base/mutex.h"
#include "base/result.h"
#include "channel/blocks.h"
#include "channel/device.h"
#include "channel/interruption_queue.h"
#include "channel/monitor.h"
#include "channel/program.h"
#include "channel/state.h"
#include "channel/subchannel_id.h"
#include "channel/subsystem.h"
#include "channel/trace.h"
#include "channel/worker_pool.h"
#include "cpu/storage.h"

namespace channel {

// What the subchannels of a subsystem share.
struct Shared {
  cpu::Storage& storage;
  WorkerPool& pool;
  InterruptionQueue& interruptions;
  IoTrace& trace;
  ChannelMonitor& monitor;
  const std::atomic<Gate*>& gate;  // null: nobody debugs
  const std::atomic<std::uint64_t>& address_limit;
  const std::function<void(std::uint8_t isc_mask)>& interruption_pending;
};

// RESET CHANNEL PATH: done when the last subchannel of the path has dropped it.
class PathReset {
 public:
  PathReset() = default;
  ~PathReset() {
    if (report_) report_();
  }
  PathReset(const PathReset&) = delete;
  PathReset& operator=(const PathReset&) = delete;
  void report_with(std::function<void()> report) { report_ = std::move(report); }  // by its first owner, who still has it

 private:
  std::function<void()> report_;
};

// A subchannel and its device (PoP ch. 15 and 16). CPUs ask for functions and get their condition code at once; functions are
// performed, and the device called, by the one thread that holds the subchannel (`held_`): a worker of the pool, or a thread
// that claimed it for configuration.
class Subchannel final : public Port, public Work, private ProgramListener, public std::enable_shared_from_this<Subchannel> {
 public:
  Subchannel(const Shared& shared, SubchannelId id, z::DeviceNumber device_number, std::unique_ptr<Device> device,
             const std::vector<z::Chpid>& paths);

  SubchannelId id() const Z_EXCLUDES(lock_);
  z::DeviceNumber device_number() const { return device_number_; }
  Device* device() const { return device_.get(); }
  bool has_device() const Z_EXCLUDES(lock_);

  // Introduces the device and the subchannel to each other; then work may begin.
  void connect() Z_EXCLUDES(lock_);
  // Takes the device away. Its number is not valid afterwards.
  void detach() Z_EXCLUDES(lock_);
  void reset() Z_EXCLUDES(lock_);
  // False: the device is not on this path.
  bool vary(z::Chpid path, Subsystem::PathState state) Z_EXCLUDES(lock_);
  // Likewise. The reset is performed by the holder, and then `reset` dropped.
  bool reset_path(z::Chpid path, std::shared_ptr<PathReset> reset) Z_EXCLUDES(lock_);

  Answer start(const Orb& orb) Z_EXCLUDES(lock_);
  Answer start_by_caller(const Orb& orb) Z_EXCLUDES(lock_);
  Answer resume_function() Z_EXCLUDES(lock_);
  Answer halt() Z_EXCLUDES(lock_);
  Answer clear() Z_EXCLUDES(lock_);
  Answer cancel() Z_EXCLUDES(lock_);
  Answer store(Schib& schib) const Z_EXCLUDES(lock_);
  Answer modify(const Schib& schib) Z_EXCLUDES(lock_);
  Answer test(Irb& irb) const Z_EXCLUDES(lock_);
  void clear_status() Z_EXCLUDES(lock_);

  // Port
  void resume() override Z_EXCLUDES(lock_);
  void end_device(DeviceStatus status) override Z_EXCLUDES(lock_);
  void present_unsolicited(DeviceStatus status) override Z_EXCLUDES(lock_);
  void resume_by_caller() override Z_EXCLUDES(lock_);
  void present_by_caller(DeviceStatus status) override Z_EXCLUDES(lock_);
  void perform() override Z_EXCLUDES(lock_);

  // Work
  void work() override Z_EXCLUDES(lock_);
  void retry() Z_EXCLUDES(lock_);  // a busy device
  void leave_gate() Z_EXCLUDES(lock_);  // a program that stands there goes on

  // While the pool is paused. `restore` gives the subchannel the name it had when saved.
  void save(StateWriter& state) const Z_EXCLUDES(lock_);
  z::Result<> restore(StateReader& state, SubchannelId id) Z_EXCLUDES(lock_);
  void wake() Z_EXCLUDES(lock_);  // after a restore: tells of interruptions and goes on

 private:
  enum class Action : std::uint8_t { none, reset_path, clear, halt, abandon, begin, command, end_device, secondary, present, pass_gate };

  // ProgramListener
  void program_controlled_interruption(std::uint32_t ccw_address) override Z_EXCLUDES(lock_);
  bool accept_command(std::uint32_t ccw_address) override Z_EXCLUDES(lock_);

  // Holding the subchannel.
  Action next_action() Z_REQUIRES(lock_);
  Action next_of_program() Z_REQUIRES(lock_);
  void perform(Action action) Z_EXCLUDES(lock_);
  void schedule() Z_REQUIRES(lock_);
  bool take_turn() Z_REQUIRES(lock_);  // there is something to perform, and nobody yet who will
  Answer accept_start(const Orb& orb) Z_REQUIRES(lock_);
  void add_unsolicited(DeviceStatus status) Z_REQUIRES(lock_);
  void claim() Z_EXCLUDES(lock_);
  void release() Z_EXCLUDES(lock_);

  // Actions: only by the holder.
  void perform_path_reset() Z_EXCLUDES(lock_);
  void perform_clear() Z_EXCLUDES(lock_);
  void perform_halt() Z_EXCLUDES(lock_);
  void abandon_program() Z_EXCLUDES(lock_);
  void begin_program() Z_EXCLUDES(lock_);
  void step_program() Z_EXCLUDES(lock_);
  void end_program_at_device() Z_EXCLUDES(lock_);
  void settle_program() Z_EXCLUDES(lock_);
  void stand_at_gate(const Program::Stand& stand) Z_EXCLUDES(lock_);
  void pass_gate() Z_EXCLUDES(lock_);
  void disconnect() Z_EXCLUDES(lock_);
  void suspend_program() Z_EXCLUDES(lock_);
  void retry_later() Z_EXCLUDES(lock_);
  void finish_program() Z_EXCLUDES(lock_);
  void end_secondary() Z_EXCLUDES(lock_);
  void present_status() Z_EXCLUDES(lock_);
  std::optional<Sense> concurrent_sense(DeviceStatus status) Z_EXCLUDES(lock_);

  // Status.
  void make_pending(std::uint32_t status_control) Z_REQUIRES(lock_);
  void set_extended_status(const std::optional<Sense>& sense) Z_REQUIRES(lock_);
  void notify() Z_EXCLUDES(lock_);
  void add_measurements() Z_REQUIRES(lock_);
  std::uint8_t mask_of(z::Chpid path) const Z_REQUIRES(lock_);
  bool is_operational() const Z_REQUIRES(lock_);
  bool is_busy() const Z_REQUIRES(lock_);
  void drop_status() Z_REQUIRES(lock_);
  void set_initial_pmcw(const std::vector<z::Chpid>& paths) Z_REQUIRES(lock_);
  void trace_function(const char* name) const;

  const Shared shared_;
  const z::DeviceNumber device_number_;

  // Of the holder alone.
  std::unique_ptr<Device> device_;  // changes only under lock_ as well
  std::optional<Program> program_;  // likewise

  mutable z::Mutex lock_;
  z::Condition released_;
  SubchannelId id_ Z_GUARDED_BY(lock_);
  Pmcw initial_pmcw_ Z_GUARDED_BY(lock_){};
  Pmcw pmcw_ Z_GUARDED_BY(lock_){};
  Scsw scsw_ Z_GUARDED_BY(lock_){};
  Esw esw_ Z_GUARDED_BY(lock_){};
  std::array<std::uint8_t, 32> ecw_ Z_GUARDED_BY(lock_){};
  std::vector<std::shared_ptr<PathReset>> path_resets_ Z_GUARDED_BY(lock_);
  std::uint8_t paths_to_reset_ Z_GUARDED_BY(lock_) = 0;
  std::uint64_t measurement_block_ Z_GUARDED_BY(lock_) = 0;
  Stopwatch stopwatch_ Z_GUARDED_BY(lock_);  // runs when the start function is measured
  Orb orb_ Z_GUARDED_BY(lock_){};
  // Status-control bits that became pending since a TEST SUBCHANNEL last looked: TSCH clears only what it showed.
  mutable std::uint32_t unseen_ Z_GUARDED_BY(lock_) = 0;

  bool held_ Z_GUARDED_BY(lock_) = true;     // until connect()
  bool queued_ Z_GUARDED_BY(lock_) = false;  // in the pool
  unsigned claims_ Z_GUARDED_BY(lock_) = 0;  // threads that wait to hold it
  bool abandoned_ Z_GUARDED_BY(lock_) = false;  // CANCEL SUBCHANNEL took back the start; the program is still there
  bool resumed_ Z_GUARDED_BY(lock_) = false;
  Program::Stand::Where at_gate_ Z_GUARDED_BY(lock_) = Program::Stand::Where::nowhere;
  bool gate_opened_ Z_GUARDED_BY(lock_) = false;  // since the last step
  bool busy_ Z_GUARDED_BY(lock_) = false;  // the device was; until the command is executed again
  std::optional<DeviceStatus> device_ended_ Z_GUARDED_BY(lock_);
  DeviceStatus unsolicited_ Z_GUARDED_BY(lock_){};
  std::uint8_t to_notify_ Z_GUARDED_BY(lock_) = 0;  // interruption subclasses to tell of when the lock is given up
};

}  // namespace channel
