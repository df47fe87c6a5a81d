#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "channel/debug/rules.h"
#include "channel/gate.h"

namespace channel {

class IoTrace;
class Subsystem;

// The I/O debugger of one channel subsystem: breakpoints, steps, changes and faults. While nothing is set, it is not in the way of
// any command. Thread-safe.
class IoDebugger final : private Gate {
 public:
  // Whoever runs the machine's CPUs. Both are called without locks; `stopped` on an I/O thread, for each program that is held.
  struct Host {
    std::function<void(const std::string& why)> stopped;
    std::function<void()> resumed;  // no program is held any more
  };

  explicit IoDebugger(Subsystem& subsystem) : subsystem_(subsystem) {}
  void set_host(Host host) Z_EXCLUDES(lock_);

  // One command of an operator or of a debugger's user, and what to show him; docs/debugging.md lists them.
  std::vector<std::string> command(std::string_view text) Z_EXCLUDES(lock_);
  // Lets all held programs go.
  void go() Z_EXCLUDES(lock_);
  bool holds_any() const Z_EXCLUDES(lock_);
  // Returns how many rules the file had.
  z::Result<std::size_t> add_faults(const std::filesystem::path& file) Z_EXCLUDES(lock_);

 private:
  // A program that stands at the gate.
  struct Held {
    enum class Where : std::uint8_t { before, after } where;
    Orb orb;
    Ccw ccw;
    std::string name;
    const Vocabulary* vocabulary;
    Ending ending{};  // after
  };
  struct DeviceState {
    std::optional<std::uint32_t> pass;  // the command at this CCW was looked at already
    bool steps = false;                 // hold at the next command
    bool loses_end = false;
    std::optional<Held> held;
    std::optional<RecordId> place;      // where the last commands went
    std::optional<FaultRule> fault;     // of the command at hand
    std::optional<Sense> sense;         // to be given in place of the device's own
  };
  struct Armed {
    FaultRule rule;
    std::uint64_t matched = 0;
  };
  using Lines = std::vector<std::string>;

  // Gate
  Verdict before(const CommandView& command) override Z_EXCLUDES(lock_);
  Ending execute(const CommandView& command, Transfer& data) override Z_EXCLUDES(lock_);
  Ending execute_transport(const CommandView& command, TransportDevice& device, std::span<const std::byte> control,
                           Transfer& data) override Z_EXCLUDES(lock_);
  Verdict after(const CommandView& command, const Ending& ending) override Z_EXCLUDES(lock_);
  Sense sense(z::DeviceNumber number, Device& device) override Z_EXCLUDES(lock_);
  bool presents_end(z::DeviceNumber number) override Z_EXCLUDES(lock_);
  std::uint8_t working_paths(z::DeviceNumber number, std::uint8_t paths) override Z_EXCLUDES(lock_);

  template <class Execute>
  Ending execute_with_faults(const CommandView& command, Transfer& data, Execute execute) Z_EXCLUDES(lock_);
  std::optional<z::Nanoseconds> arm_faults(DeviceState& state, const CommandView& command) Z_REQUIRES(lock_);
  static bool happens(Armed& armed);
  const Breakpoint* breakpoint_before(const CommandView& command, const std::optional<RecordId>& target) const Z_REQUIRES(lock_);
  const Breakpoint* breakpoint_after(const CommandView& command, const Ending& ending) const Z_REQUIRES(lock_);
  Verdict hold(const CommandView& command, Held::Where where, const Ending& ending, std::string why) Z_EXCLUDES(lock_);
  std::string described(z::DeviceNumber number) Z_EXCLUDES(lock_);
  void put_in_place() Z_REQUIRES(lock_);

  // commands.cpp
  Lines run(std::string_view verb, std::string_view operands);
  Lines add_break(std::string_view operands);
  Lines add_fault(std::string_view operands);
  Lines read_faults(std::string_view file);
  Lines list();
  Lines remove(std::string_view which);
  enum class Onward : std::uint8_t { freely, one_command };
  Lines release(std::string_view device, Onward onward);
  void release_one(z::DeviceNumber number, Onward onward) Z_EXCLUDES(lock_);
  Lines show(std::string_view device);
  Lines change(std::string_view operands);
  Lines trace(std::string_view operands);
  z::Result<> change_held(z::DeviceNumber number, const Held& held, const std::vector<std::string_view>& words) Z_EXCLUDES(lock_);
  z::Result<> reread(z::DeviceNumber number, std::span<const std::byte> bytes) Z_EXCLUDES(lock_);
  z::Result<z::DeviceNumber> held_device(std::string_view text) const Z_EXCLUDES(lock_);
  std::vector<std::byte> area(const Held& held, std::size_t size) const;
  bool set_area(const Held& held, std::size_t offset, std::span<const std::byte> bytes);

  Subsystem& subsystem_;
  mutable z::Mutex lock_;  // taken last
  Host host_ Z_GUARDED_BY(lock_);
  std::map<unsigned, Breakpoint> breakpoints_ Z_GUARDED_BY(lock_);
  std::map<unsigned, Armed> faults_ Z_GUARDED_BY(lock_);
  unsigned next_number_ Z_GUARDED_BY(lock_) = 1;
  std::map<z::DeviceNumber, DeviceState> devices_ Z_GUARDED_BY(lock_);
};

}  // namespace channel
