#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace channel {

// Device status byte (PoP ch. 16, "Device Status Field").
struct DeviceStatus {
  std::uint8_t bits = 0;
  constexpr bool operator==(const DeviceStatus&) const = default;
  constexpr DeviceStatus operator|(DeviceStatus other) const { return {static_cast<std::uint8_t>(bits | other.bits)}; }
  constexpr bool has(DeviceStatus other) const { return (bits & other.bits) == other.bits; }
};
inline constexpr DeviceStatus attention{0x80}, status_modifier{0x40}, control_unit_end{0x20}, busy{0x10},
    channel_end{0x08}, device_end{0x04}, unit_check{0x02}, unit_exception{0x01};
inline constexpr DeviceStatus ended = channel_end | device_end;

// 32 sense bytes; `count` of them are meaningful.
struct Sense {
  std::array<std::uint8_t, 32> bytes{};
  std::uint8_t count = 32;
};
inline constexpr std::uint8_t command_reject = 0x80, intervention_required = 0x40, bus_out_check = 0x20,
                              equipment_check = 0x10, data_check = 0x08, overrun = 0x04;  // sense byte 0

// How a command ends at the device.
struct Ending {
  enum class Kind : std::uint8_t {
    status,   // `status` is presented: CE and DE together, or with SM, UC, UE
    waiting,  // the device needs something from outside (a partner, a line of input, a lock). The subchannel gives up its
              // thread; after Port::resume the same command is executed again with a fresh Transfer.
    channel_end_then_waiting,  // channel end now (data area is done with), device end after Port::device_end
  };
  Kind kind = Kind::status;
  DeviceStatus status = ended;

  static constexpr Ending with(DeviceStatus s) { return {Kind::status, s}; }
  static constexpr Ending wait() { return {Kind::waiting, {}}; }
  static constexpr Ending channel_end_first() { return {Kind::channel_end_then_waiting, channel_end}; }
};

// The data area of one command as the device sees it: a stream, whatever data chaining, IDAWs, MIDAWs or SKIP lie behind.
// Counts that do not fit are cut; the channel turns the rest into residual count and incorrect length.
class Transfer {
 public:
  virtual ~Transfer() = default;
  // Bytes of the first CCW and of all that are data-chained to it as the chain stands now: what a device that moves data
  // later (a CTC) goes by. A program that changes its chain while it runs may have another count in the end.
  virtual std::size_t count() const = 0;
  // Write and control commands: moves the next bytes from storage to `to`; fewer are returned at the end of the area.
  virtual std::size_t receive(std::span<std::byte> to) = 0;
  // As `receive`, of bytes that the device does not want (again).
  virtual std::size_t pass_over(std::size_t count);
  // Read and sense commands: moves bytes to storage; returns how many the area took.
  virtual std::size_t send(std::span<const std::byte> from) = 0;
  // The device has more data than the area took: incorrect length unless suppressed.
  virtual void set_excess() = 0;
  // Bit of the channel path that the command came on (X'80': the first). Path groups are kept by path.
  virtual std::uint8_t path() const { return 0x80; }
};

// The subchannel's side of an attached device. Thread-safe; may be called at any time between attach and detach.
class Port {
 public:
  virtual ~Port() = default;
  virtual void resume() = 0;                                  // ends Ending::wait: execute the command again
  virtual void end_device(DeviceStatus status) = 0;           // ends Ending::channel_end_first
  virtual void present_unsolicited(DeviceStatus status) = 0;  // attention, or DE after not ready

  // The same for a thread of the device's that can do what then is due itself, by `perform` and with no lock held, so that no other has
  // to be woken for it. What is due and not performed stays due.
  virtual void resume_by_caller() { resume(); }
  virtual void present_by_caller(DeviceStatus status) { present_unsolicited(status); }
  virtual void perform() {}
};

enum class Signal : std::uint8_t { halt, clear, system_reset };

// What a device that takes transport mode offers beside its commands.
class TransportDevice {
 public:
  virtual ~TransportDevice() = default;
  // One command with its control data; `data` goes on from one command of a program to the next.
  virtual Ending execute_transport(std::uint8_t command, std::span<const std::byte> control, Transfer& data) = 0;
};

// A record of a disk, as users name it.
struct RecordId {
  std::uint32_t cylinder = 0;
  std::uint32_t head = 0;
  std::uint8_t record = 0;
  constexpr auto operator<=>(const RecordId&) const = default;
};

// What a device type's commands mean in words, for traces. Constants: used also when the device has gone. Each may be null.
struct Vocabulary {
  // The first bytes of a command's data area, which may have been cut. Empty: nothing to say.
  std::string (*parameters)(std::uint8_t command, std::span<const std::byte> data);
  std::string (*sense)(std::span<const std::byte> bytes);
  // Where a command with these parameters goes: SEEK, SEARCH, LOCATE RECORD.
  std::optional<RecordId> (*target)(std::uint8_t command, std::span<const std::byte> data);
};

// A device at its control unit. Calls come from one thread at a time, never two at once; none may block for long: a
// device that must wait returns Ending::wait. No lock of the channel is held during a call.
class Device {
 public:
  virtual ~Device() = default;

  virtual std::string_view type() const = 0;  // registered name: "3390", "fctc", "3215"
  // "3390 file=vmcom1.ckd cyls=3339": for operators and logs.
  virtual std::string description() const = 0;
  virtual std::string_view command_name(std::uint8_t command) const = 0;  // for the I/O trace; "" when unknown

  virtual const Vocabulary* vocabulary() const { return nullptr; }
  // The one that the last command worked on. Called between commands.
  virtual std::optional<RecordId> record() const { return std::nullopt; }

  virtual void attached(Port& port) = 0;
  // A channel program begins or ends (normally, by an error or by a signal): domain, extent and locks live in between.
  virtual void begin_program() {}
  virtual void end_program() {}
  // The channel turns to something else, or lets go of the subchannel, between two commands: what was put off from one command to
  // the next is done.
  virtual void pause_program() {}
  virtual Ending execute(std::uint8_t command, Transfer& data) = 0;
  virtual TransportDevice* transport_mode() { return nullptr; }
  virtual Sense sense() = 0;  // after unit check; taken by the channel (concurrent sense) and cleared by that
  // The waiting or active command is given up. Called between commands only.
  virtual void signal(Signal signal) = 0;
  // One channel path (a bit as Transfer::path gives it) was reset: what the device keeps for it is gone. Between commands only.
  virtual void reset_path(std::uint8_t /*path*/) {}

  // What the guest could see of the device and a relocation must carry: path group, mode, unread input. Versioned by
  // the device; a device that keeps nothing returns no bytes.
  virtual std::vector<std::byte> save() const { return {}; }
  virtual z::Result<> restore(std::span<const std::byte> state);
};

}  // namespace channel
