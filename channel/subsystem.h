#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/address.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "channel/blocks.h"
#include "channel/device.h"
#include "channel/subchannel_id.h"
#include "cpu/storage.h"

namespace channel {

class Gate;
class IoDebugger;
class IoTrace;
class InterruptionQueue;
class PathReset;
class Subchannel;
class WorkerPool;

// Condition code of an I/O function, or an operand exception.
enum class Answer : std::uint8_t { cc0, cc1, cc2, cc3, operand_exception };

struct PendingInterruption {
  std::uint32_t subsystem_identification;
  std::uint32_t parameter;
  std::uint32_t identification;
};

// The channel subsystem of a partition or of a virtual machine. Thread-safe. I/O runs on its own threads.
class Subsystem {
 public:
  struct Options {
    unsigned threads = 2;
    // Called, with no lock held, after an interruption became pending for one of these subclasses (bit 7-n: ISC n).
    std::function<void(std::uint8_t isc_mask)> interruption_pending;
    std::function<void()> channel_report_pending;
  };
  Subsystem(cpu::Storage& storage, const z::Clock& clock, Options options);
  ~Subsystem();

  // Configuration. Subchannel numbers are given in order of attachment within a subchannel set and are not used again before a
  // reset. A device number names one device of the subsystem, whatever its set. Sets but the first are seen by a program
  // that turns them on (CHSC).
  z::Result<SubchannelId> attach(z::DeviceNumber number, std::unique_ptr<Device> device, std::vector<z::Chpid> paths = {z::Chpid{0}},
                                 std::uint8_t set = 0);
  z::Result<> detach(z::DeviceNumber number);
  Device* device(z::DeviceNumber number);
  std::optional<SubchannelId> subchannel_of(z::DeviceNumber number) const;
  std::vector<z::DeviceNumber> devices() const;
  std::vector<z::Chpid> channel_paths() const;  // ascending
  // Takes a channel path from all devices, or gives it back; the program is told by a channel report. A program that runs
  // goes on to its end. Fails for a path that no device has.
  enum class PathState : std::uint8_t { available, gone };
  z::Result<> vary(z::Chpid path, PathState state);
  void reset();  // I/O system reset: functions ended, devices reset, PMCWs initial

  // PoP ch. 14; `ssid` is the subsystem-identification word.
  Answer start(std::uint32_t ssid, const Orb& orb);
  // Not for CPUs: the caller's thread performs the program as far as it goes before the device waits.
  Answer start_by_caller(std::uint32_t ssid, const Orb& orb);
  Answer resume(std::uint32_t ssid);
  Answer halt(std::uint32_t ssid);
  Answer clear(std::uint32_t ssid);
  Answer cancel(std::uint32_t ssid);
  Answer store(std::uint32_t ssid, Schib& schib) const;
  Answer modify(std::uint32_t ssid, const Schib& schib);
  Answer test(std::uint32_t ssid, Irb& irb) const;  // IRB only
  void clear_status(std::uint32_t ssid);            // second half of TSCH, once the IRB is stored
  std::optional<PendingInterruption> pending_interruption(std::uint8_t isc_mask) const;
  std::optional<PendingInterruption> take_interruption(std::uint8_t isc_mask);
  std::uint32_t take_channel_report();
  Answer set_monitor(std::uint64_t control, std::uint64_t origin);  // SCHM
  Answer set_address_limit(std::uint64_t limit);                    // SAL
  // RCHP. The report comes when all subchannels of the path have dropped what was active on it.
  Answer reset_path(std::uint32_t path);
  void enable_subchannel_sets() { sets_enabled_.store(true, std::memory_order_relaxed); }

  // Relocation. `quiesce` lets no further command start and returns once none is executing: programs stop between
  // two commands, and waiting ones stay waiting. `continue_io` goes on. `save` is legal while quiesced and holds all subchannels,
  // their running programs and their devices; `restore` expects the same devices attached and leaves all quiesced.
  void quiesce();
  void continue_io();
  std::vector<std::byte> save() const;
  z::Result<> restore(std::span<const std::byte> state);

  IoTrace& trace();
  IoDebugger& debugger() { return *debugger_; }
  cpu::Storage& storage();
  // For the debugger: what stands between the channel and its devices from now on, and a program that stands there.
  void set_gate(Gate* gate);
  void release(z::DeviceNumber number);

 private:
  struct Parts;  // what subchannels share
  std::shared_ptr<Subchannel> find(SubchannelId id) const Z_EXCLUDES(lock_);
  std::shared_ptr<Subchannel> find(z::DeviceNumber number) const Z_EXCLUDES(lock_);
  std::vector<std::shared_ptr<Subchannel>> subchannels() const Z_EXCLUDES(lock_);
  void report(std::uint32_t channel_report_word, std::uint32_t chained = 0) Z_EXCLUDES(lock_);
  void report(SubchannelId subchannel) Z_EXCLUDES(lock_);
  // Calls `function` of the subchannel that `ssid` names, or answers for one that is not there.
  template <class Function>
  Answer at(std::uint32_t ssid, Function function) const;

  const Options options_;
  std::unique_ptr<IoDebugger> debugger_;  // before the threads that pass it
  std::unique_ptr<Parts> parts_;
  mutable z::Mutex lock_;
  using SubchannelSet = std::vector<std::shared_ptr<Subchannel>>;                // by number; null: free for use
  std::array<SubchannelSet, subchannel_sets> sets_ Z_GUARDED_BY(lock_);
  std::atomic<bool> sets_enabled_{false};  // publishes nothing
  std::map<std::uint8_t, std::weak_ptr<PathReset>> path_resets_ Z_GUARDED_BY(lock_);  // expired: done
  std::deque<std::uint32_t> reports_ Z_GUARDED_BY(lock_);
};

}  // namespace channel
