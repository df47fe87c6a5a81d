#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "cpu/block_cache.h"
#include "cpu/cpu.h"
#include "cpu/cpu_thread.h"
#include "cpu/debug.h"
#include "cpu/crypto_wrapping.h"
#include "cpu/host_timer.h"
#include "cpu/isa/model.h"
#include "cpu/storage.h"
#include "cpu/tod.h"
#include "cpu/topology.h"

namespace cpu {

class Environment;

// The CPUs of a partition or of a virtual machine, on one storage: a host thread each. All functions may be called on any
// thread but those of its CPUs, unless they say otherwise.
class Configuration final : public StorageObserver {
 public:
  static constexpr unsigned cpu_limit = 64;

  struct Options {
    unsigned cpus = 1;
    Model model = Model::z16;
    Timing timing = Timing::host;
    unsigned instructions_per_microsecond = 100;  // for Timing::instructions
  };
  // The storage, the environment and the clock outlive it. All CPUs are cleared and stopped.
  static z::Result<std::unique_ptr<Configuration>> create(Storage& storage, Environment& environment,
                                                          const z::Clock& clock, Options options);
  ~Configuration() override;
  // Ends the CPUs' threads where they stand, paused or not; nothing is executed any more and nothing can be started. For
  // an owner whose environment must outlive the CPUs' last look at it.
  void retire();

  unsigned cpu_count() const { return static_cast<unsigned>(cpus_.size()); }
  Cpu& cpu(unsigned address) { return *cpus_[address]; }
  Model model() const { return model_; }
  Storage& storage() { return storage_; }
  Environment& environment() { return environment_; }
  BlockCache& blocks() { return blocks_; }
  const z::Clock& clock() const { return clock_; }
  Tod& tod() { return tod_; }
  Topology& topology() { return topology_; }
  const WrappingKeys& wrapping_keys() const { return wrapping_keys_; }
  HostTimer& host_timer() { return host_timer_; }

  // Operator functions. They return when the CPU has obeyed: a pause must not be on.
  void start(unsigned address);
  void stop(unsigned address);
  void start_all();
  void stop_all();
  void restart(unsigned address);
  enum class Reset : std::uint8_t { cpu, initial, clear };
  void reset(unsigned address, Reset kind);  // of one CPU, not of storage
  void reset_all(Reset kind);                // clear: storage and keys too
  // Lets `change` work on a stopped CPU, for example to load an IPL PSW.
  void with_stopped(unsigned address, const std::function<void(Cpu&)>& change);
  void load_psw(unsigned address, PswImage image);
  void store_status(unsigned address);

  // A CPU that is not configured is on standby: for SIGNAL PROCESSOR it is not there. All are configured at first. Any
  // thread; the CPU is stopped.
  bool is_configured(unsigned address) const { return (configured_.load() >> address & 1) != 0; }
  unsigned standby_count() const;
  void configure(unsigned address) {
    configured_.fetch_or(1ULL << address);
    topology_.changed();
  }
  void deconfigure(unsigned address) {
    configured_.fetch_and(~(1ULL << address));
    topology_.changed();
  }

  // Floating conditions; any thread.
  void io_interruption_pending(std::uint8_t isc_mask);  // the environment has one to give
  void channel_report_pending();
  void post_service_signal(std::uint32_t parameter);
  void press_interrupt_key();
  struct Pending {
    std::optional<std::uint32_t> service_signal;
    bool interrupt_key, channel_report;
  };
  Pending pending();
  void time_changed();  // Timing::driven: the clock was moved
  void set_tod_epoch(std::uint64_t epoch);

  // Quiesce: every CPU stands at an instruction boundary when `pause` returns, whatever its state, and stays there.
  // Pauses nest.
  void pause();
  void unpause();

  // Debugging; all of it while paused. An attached debugger costs each CPU a look at its stop points where a block is
  // left that leads to no remembered one.
  void attach_debugger(Debugger& debugger);
  void detach_debugger();
  // Each instruction is then executed by itself. The observer outlives the CPUs.
  void observe_instructions(InstructionObserver& observer);
  void set_stop_points(StopPoints points);
  void hold(std::uint64_t cpus);  // these, by bit, go on standing when the pause is over; others do not
  std::uint64_t held() const { return held_.load(std::memory_order_seq_cst); }

  // The architected state of all CPUs, while paused. The same number of CPUs must exist to restore it; they take up the
  // state they had (operating, wait, stopped) at `unpause`.
  std::vector<std::byte> save();
  z::Result<> restore(std::span<const std::byte> state);

  // For the CPUs.
  bool take_channel_report() { return channel_report_.exchange(false); }
  bool take_interrupt_key() { return interrupt_key_.exchange(false); }
  std::optional<std::uint32_t> take_service_signal();
  bool is_service_outstanding();  // a service signal that names an SCCB waits to be taken
  CpuThread& thread(unsigned address) { return *threads_[address]; }
  // The lock that PERFORM LOCKED OPERATION takes for this program lock token. A leaf: nothing is waited for under it.
  z::Mutex& program_lock(std::uint64_t token) { return program_locks_[token >> 3 & (program_locks_.size() - 1)]; }
  void revoke_writers(CodePage& page, std::uint64_t frame);
  void purge_everywhere(Purge purge) { purge_on(~0ull, purge); }
  // For a transaction: runs it while no other CPU executes. `self` is in the guest, between two instructions.
  void run_alone(Cpu& self, const std::function<void()>& section);
  // The CPU enters the section in which it uses its translations, when no other runs alone.
  void enter_beside_others(Cpu& self);
  void reclaim_blocks();
  bool is_pause_requested() const { return pauses_.load(std::memory_order_seq_cst) != 0; }
  bool must_stand(const Cpu& cpu) const { return is_pause_requested() || (held() >> cpu.address() & 1) != 0; }
  void stand_paused(const Cpu& cpu);  // its thread: returns when the pause is over and nobody holds it
  void hold_for_debugger(Cpu& cpu);

  // StorageObserver
  void purge_frame(z::FrameIndex frame) override;
  void purge_write_translations() override;
  void frame_stored(z::FrameIndex frame, std::uint64_t offset, std::uint64_t length) override;

 private:
  Configuration(Storage& storage, Environment& environment, const z::Clock& clock, const Options& options);

  void purge_on(std::uint64_t cpus, Purge purge);
  void post_to_all(Attention::Reason reason);

  const Model model_;
  Storage& storage_;
  Environment& environment_;
  const z::Clock& clock_;
  Tod tod_;
  Topology topology_;
  const WrappingKeys wrapping_keys_;
  BlockCache blocks_;
  HostTimer host_timer_;  // its thread is stopped before the CPUs go: see the destructor
  std::vector<std::unique_ptr<Cpu>> cpus_;
  std::vector<std::unique_ptr<CpuThread>> threads_;

  std::array<z::Mutex, 64> program_locks_;  // by token

  z::Mutex alone_;                    // held by the CPU that runs alone: taken outside of the guest only
  std::atomic<Cpu*> runs_alone_{nullptr};  // set before others are asked to leave the guest

  std::atomic<std::uint64_t> configured_{~0ULL};  // bit n: CPU n
  std::atomic<bool> channel_report_{false}, interrupt_key_{false};
  z::Mutex service_;
  std::optional<std::uint32_t> service_signal_ Z_GUARDED_BY(service_);

  z::Mutex pause_;
  z::Condition pause_changed_;
  std::atomic<unsigned> pauses_{0};  // changed under pause_
  unsigned standing_ Z_GUARDED_BY(pause_) = 0;
  std::atomic<std::uint64_t> held_{0};  // CPUs by bit; one adds itself, all else happens while paused
  StopPoints stop_points_;              // changed while paused
  Debugger* debugger_ = nullptr;        // likewise
  std::atomic<std::uint64_t> freed_generation_{0};
  std::atomic<std::uint64_t> closed_generation_{0};  // of the block cache: its dead wait for all CPUs to forget them
};

}  // namespace cpu
