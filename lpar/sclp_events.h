#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "lpar/sclp_blocks.h"

namespace lpar::sclp {

// What the guest finds: operating-system messages and operator commands, the ASCII console, both or neither.
enum class Console : std::uint8_t { none, lines, terminal, both };

// The event facility: what the guest and the operator send each other through the service-call logical processor. The
// guest writes messages (lines) and terminal text (a VT220's bytes); the operator's input becomes an event of the kind
// that the guest wrote last. Thread-safe.
class Events {
 public:
  struct Sinks {
    std::function<void(std::string_view)> output;  // UTF-8 or what the guest writes, with its line ends
    std::function<void()> pending;                 // an event waits that the guest wants
  };
  Events(Console console, Sinks sinks) : console_(console), sinks_(std::move(sinks)) {}

  // The commands: each works on the whole SCCB and answers the response code; `read` shortens the SCCB.
  Response write_mask(std::span<std::byte> sccb) Z_EXCLUDES(lock_);
  Response write(std::span<std::byte> sccb) Z_EXCLUDES(lock_);
  Response read(std::vector<std::byte>& sccb) Z_EXCLUDES(lock_);
  // Whether an event waits that the guest wants.
  bool is_pending() const Z_EXCLUDES(lock_);

  // The operator: a line without its end; bytes as a terminal sends them; the signal to shut down, false when the guest
  // does not listen.
  void input_line(std::string_view line) Z_EXCLUDES(lock_);
  void input_bytes(std::string_view bytes) Z_EXCLUDES(lock_);
  bool signal_quiesce() Z_EXCLUDES(lock_);
  bool has_written() const Z_EXCLUDES(lock_);  // the guest, since the last reset
  bool is_terminal() const Z_EXCLUDES(lock_);  // and that was to the terminal

  void reset() Z_EXCLUDES(lock_);
  // For relocation: what the guest wants and what waits for it.
  std::vector<std::byte> save() const Z_EXCLUDES(lock_);
  z::Result<> restore(std::span<const std::byte> state) Z_EXCLUDES(lock_);

 private:
  struct Event {
    EventType type;
    std::vector<std::byte> body;
  };
  enum class Written : std::uint8_t { nothing, lines, terminal };

  void add(Event event) Z_EXCLUDES(lock_);
  bool wants(EventType type) const Z_REQUIRES(lock_);
  Response accept(EventType type, std::span<const std::byte> body) Z_EXCLUDES(lock_);
  void say(Written where, std::string_view text) Z_EXCLUDES(lock_);

  const Console console_;
  const Sinks sinks_;
  mutable z::Mutex lock_;
  std::uint64_t receive_mask_ Z_GUARDED_BY(lock_) = 0;  // of the guest, bit 0 for type 1
  std::deque<Event> queue_ Z_GUARDED_BY(lock_);
  Written written_ Z_GUARDED_BY(lock_) = Written::nothing;
};

}  // namespace lpar::sclp
