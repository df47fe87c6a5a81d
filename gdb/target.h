#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cpu/debug.h"

namespace gdb {

// What the protocol asks of a machine. While it runs, only `interrupt` and `stopped` are called.

enum class Memory : std::uint8_t {
  as_seen,   // by the CPU: virtual addresses while DAT is on, real ones while it is off
  absolute,
};

struct Stop {
  enum class Cause : std::uint8_t { interrupted, step, breakpoint, watchpoint, idle };
  Cause cause = Cause::interrupted;
  unsigned cpu = 0;
  cpu::WatchKind kind = cpu::WatchKind::store;
  std::uint64_t address = 0;  // of the watched data
};

enum class Action : std::uint8_t { stay, go, step };

struct Resumption {
  std::vector<Action> actions;  // by CPU
  std::uint64_t start = 0;      // CPUs by bit, named by the debugger: if stopped, operate (as the START key does)
  cpu::StopPoints points = {};
};

class Target {
 public:
  virtual ~Target() = default;

  virtual unsigned cpu_count() const = 0;
  virtual std::string cpu_description(unsigned cpu) = 0;
  // Bytes, big-endian, as long as registers() says. Writing is refused when the register cannot have the value.
  virtual std::string read_register(unsigned cpu, unsigned number) = 0;
  virtual bool write_register(unsigned cpu, unsigned number, std::string_view bytes) = 0;
  // All or nothing; refused where there is no storage.
  virtual std::optional<std::string> read_memory(unsigned cpu, Memory memory, std::uint64_t address, std::uint64_t length) = 0;
  virtual bool write_memory(unsigned cpu, Memory memory, std::uint64_t address, std::string_view bytes) = 0;
  virtual std::string monitor(unsigned cpu, std::string_view command) = 0;  // text for the user

  // After the machine came to an end of its own (Cause::idle) a CPU is started though nobody named it, or nothing would run.
  virtual void resume(const Resumption& how) = 0;
  virtual Stop interrupt() = 0;            // running or not: everything stands when it returns
  virtual std::optional<Stop> stopped() = 0;  // by itself since it was resumed: everything stands
};

}  // namespace gdb
