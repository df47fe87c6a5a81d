#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <vector>

namespace cpu {

class Cpu;

// What a debugger and the CPUs of a configuration say to each other. Nothing here exists for a CPU that is not debugged.

enum class WatchKind : std::uint8_t { store, fetch, access };

// Addresses are logical: as the program names them, whatever space it is in.
struct Watch {
  std::uint64_t address;
  std::uint64_t length;
  WatchKind kind;
  bool operator==(const Watch&) const = default;

  bool meets(std::uint64_t from, std::uint64_t size) const { return from < address + length && address < from + size; }
};

// Where the CPUs stop. Changed only while all of them are paused.
struct StopPoints {
  std::set<std::uint64_t> breakpoints;  // instruction addresses
  std::vector<Watch> watches;

  bool watches_page_of(std::uint64_t address) const;
  const Watch* watch_of(std::uint64_t address, std::uint64_t length, bool is_store) const;
};

// Halfwords of a page before which decoded blocks end, because a breakpoint has that offset in its page. A block that
// begins there is looked up each time, never chained to.
using BlockCuts = std::bitset<2048>;
BlockCuts cuts_of(const StopPoints& points);

struct DebugStop {
  enum class Cause : std::uint8_t { step, breakpoint, watchpoint };
  Cause cause = Cause::step;
  WatchKind kind = WatchKind::store;  // watchpoint: as it was asked for
  std::uint64_t address = 0;          // of the breakpoint, or of the watched data
};

// Hears, on the thread of a CPU, that it stopped; the CPU is held (Configuration::hold) until let go.
class Debugger {
 public:
  virtual ~Debugger() = default;
  virtual void cpu_stopped(unsigned cpu) = 0;
};

// Sees each instruction, on the CPU's thread. The target of an EXECUTE is part of it.
class InstructionObserver {
 public:
  virtual ~InstructionObserver() = default;
  virtual void will_execute(Cpu& cpu, std::span<const std::uint8_t> text) = 0;  // psw.ia is its address
  virtual void executed(Cpu& cpu) = 0;  // an interruption that it ends in is still to come
};

// One CPU's part in it: belongs to its thread, or to the debugger while it is paused.
struct DebugState {
  explicit DebugState(const StopPoints& stop_points) : points(stop_points) {}

  const StopPoints& points;
  std::vector<InstructionObserver*> observers;
  bool step = false;                       // stop after one instruction or interruption
  std::optional<std::uint64_t> pass;       // the breakpoint at this address was reported: go on from it
  std::optional<DebugStop> stop;           // why it is held
  std::optional<DebugStop> watched;        // a watched access of the instruction that is being executed
};

}  // namespace cpu
