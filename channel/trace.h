#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "channel/blocks.h"
#include "channel/device.h"

namespace channel {

// A record of what the channel subsystem does: the last events in memory, and each as a line of text to a sink when one is given.
// Off, it costs the branch on `is_on`.
class IoTrace {
 public:
  using Sink = std::function<void(std::string_view line)>;

  explicit IoTrace(const z::Clock& clock) : clock_(clock) {}

  // Begins to record. The sink, if any, is called under a lock of the trace, on the threads that do I/O.
  void start(Sink sink = {}) Z_EXCLUDES(lock_);
  void stop() Z_EXCLUDES(lock_);
  bool is_on() const { return on_.load(std::memory_order_relaxed); }
  // The recorded events as text, oldest first.
  std::vector<std::string> lines() const Z_EXCLUDES(lock_);

  // Events. Call only while on.
  void function(z::DeviceNumber number, std::string_view name);  // "HALT", "CLEAR" ...
  void started(z::DeviceNumber number, const Orb& orb);
  struct Command {
    z::DeviceNumber number;
    std::uint32_t ccw_address;
    std::uint8_t command;
    std::string_view name;
    std::uint8_t flags;
    std::uint16_t count;
    std::uint16_t residual;
    std::uint8_t check;  // subchannel status
    Ending ending;
    std::span<const std::byte> bytes;
  };
  void command(const Command& command);
  void status(z::DeviceNumber number, const Scsw& scsw);
  void sense(z::DeviceNumber number, const Sense& sense);

 private:
  enum class Kind : std::uint8_t { function, started, command, status, sense };
  struct Record {
    z::Nanoseconds time{};
    Kind kind{};
    z::DeviceNumber number{};
    std::uint32_t address = 0;
    std::uint32_t word = 0;  // ORB or SCSW control
    std::uint16_t count = 0, residual = 0;
    std::uint8_t command = 0, flags = 0, device_status = 0, subchannel_status = 0;
    Ending::Kind ending{};
    std::uint8_t size = 0;
    std::array<std::byte, 32> bytes{};
    std::array<char, 32> name{};
  };
  void keep(Record record) Z_EXCLUDES(lock_);
  static std::string text(const Record& record);
  static void set_name(Record& record, std::string_view name);
  static void set_bytes(Record& record, std::span<const std::byte> bytes);

  static constexpr std::size_t capacity = 4096;

  const z::Clock& clock_;
  std::atomic<bool> on_{false};  // publishes nothing; an event more or less around start and stop does not matter
  mutable z::Mutex lock_;
  Sink sink_ Z_GUARDED_BY(lock_);
  std::vector<Record> ring_ Z_GUARDED_BY(lock_);
  std::size_t oldest_ Z_GUARDED_BY(lock_) = 0;
};

// "CE DE", "CE DE UC", "none": for operators and logs.
std::string status_text(DeviceStatus status);
std::string subchannel_status_text(std::uint8_t status);
// "command reject, overrun" from sense byte 0.
std::string sense_text(std::uint8_t sense_byte_0);

}  // namespace channel
