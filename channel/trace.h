#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "channel/blocks.h"
#include "channel/device.h"
#include "channel/trace/event.h"
#include "channel/trace/request.h"

namespace channel {

class TraceWriter;

// A record of what the channel subsystem does: the last events in memory, and each as a line of text to a sink, or to a file, when
// one is given. Off, it costs the branch on `is_on`.
class IoTrace {
 public:
  using Sink = std::function<void(std::string_view line)>;

  explicit IoTrace(const z::Clock& clock) : clock_(clock) {}

  // Begins to record, in place of what was recorded until now. The sink, if any, is called under a lock of the trace, on the
  // threads that do I/O.
  void start(Sink sink = {}) { start({}, std::move(sink)); }
  void start(const TraceRequest& request, Sink sink) Z_EXCLUDES(lock_);
  // To a file; `machine` names this subsystem in it.
  void start(const TraceRequest& request, std::shared_ptr<TraceWriter> writer, const std::string& machine) Z_EXCLUDES(lock_);
  void stop() Z_EXCLUDES(lock_);
  const z::Clock& clock() const { return clock_; }
  bool is_on() const { return on_.load(std::memory_order_relaxed); }
  // The recorded events as text, oldest first.
  std::vector<std::string> lines() const Z_EXCLUDES(lock_);
  // Bytes of a data area that a command's event keeps.
  std::size_t bytes_kept() const { return bytes_kept_.load(std::memory_order_relaxed); }

  // Events. Call only while on.
  void function(z::DeviceNumber number, std::string_view name);  // "HALT", "CLEAR" ...
  void started(z::DeviceNumber number, const Orb& orb);
  struct Command {
    z::DeviceNumber number;
    const Device& device;
    std::uint32_t ccw_address;
    std::uint8_t command;
    std::uint8_t flags;
    std::uint16_t count;
    std::uint16_t residual;
    std::uint8_t path;
    std::uint8_t check;  // subchannel status
    Ending ending;
    std::span<const std::byte> bytes;
  };
  void command(const Command& command);
  void status(z::DeviceNumber number, const Scsw& scsw);
  void sense(z::DeviceNumber number, const Device& device, const Sense& sense);

 private:
  void begin(const TraceRequest& request) Z_REQUIRES(lock_);
  void keep(TraceEvent event) Z_EXCLUDES(lock_);

  static constexpr std::size_t capacity = 4096;

  const z::Clock& clock_;
  std::atomic<bool> on_{false};  // publishes nothing; an event more or less around start and stop does not matter
  std::atomic<std::size_t> bytes_kept_{TraceBytes::bytes_inside};  // likewise
  mutable z::Mutex lock_;
  Sink sink_ Z_GUARDED_BY(lock_);
  std::shared_ptr<TraceWriter> writer_ Z_GUARDED_BY(lock_);
  std::uint16_t source_ Z_GUARDED_BY(lock_) = 0;
  TraceFilter filter_ Z_GUARDED_BY(lock_);
  std::vector<TraceEvent> ring_ Z_GUARDED_BY(lock_);
  std::size_t oldest_ Z_GUARDED_BY(lock_) = 0;
  std::uint32_t programs_ Z_GUARDED_BY(lock_) = 0;
  std::vector<std::pair<z::DeviceNumber, std::uint32_t>> running_ Z_GUARDED_BY(lock_);  // the last start of each device
};

// Begins one trace of several subsystems, each under its name: to the request's file, or as lines to the sink. The sink is also
// told when the file cannot be written any more.
struct TraceTarget {
  IoTrace& trace;
  std::string machine;
};
z::Result<> start_traces(const TraceRequest& request, std::span<const TraceTarget> targets, IoTrace::Sink lines);

// A place for the first bytes of a data area, as many as the trace keeps.
class TraceSample {
 public:
  std::span<std::byte> place(std::size_t size) {
    if (size <= inside_.size()) return std::span{inside_}.first(size);
    outside_.resize(size);
    return outside_;
  }

 private:
  std::array<std::byte, TraceBytes::bytes_inside> inside_;
  std::vector<std::byte> outside_;
};

// "CE DE", "CE DE UC", "none": for operators and logs.
std::string status_text(DeviceStatus status);
std::string subchannel_status_text(std::uint8_t status);
std::string flags_text(std::uint8_t ccw_flags);  // "CC+SLI"
std::string hex_text(std::span<const std::byte> bytes);  // words with blanks between
// "command reject, overrun" from sense byte 0.
std::string sense_text(std::uint8_t sense_byte_0);

}  // namespace channel
