#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/address.h"
#include "base/result.h"
#include "channel/subsystem.h"
#include "cp/io/event_loop.h"
#include "cpu/storage.h"

namespace cp {

// How a channel program of CP ended.
struct IoEnd {
  std::uint8_t device_status = 0;
  std::uint8_t subchannel_status = 0;
  std::uint16_t residual = 0;
  std::uint32_t ccw_address = 0;  // of the last CCW used, plus 8
  std::uint8_t deferred_cc = 0;   // 3: no path to the device
  std::vector<std::uint8_t> sense;

  bool ok() const { return device_status == 0x0C && (subchannel_status & ~0x40U) == 0 && deferred_cc == 0; }
  std::string text() const;  // "device status 0E, subchannel status 00, sense 80..."
};

// Partition storage that CP uses for its own CCWs and data. Bytes are reached by absolute address through Storage, as
// the channel does.
class IoArea {
 public:
  IoArea(cpu::Storage& storage, z::AbsoluteAddress origin, std::size_t size) : storage_(&storage), origin_(origin), size_(size) {}
  z::AbsoluteAddress origin() const { return origin_; }
  std::size_t size() const { return size_; }
  void write(std::size_t offset, std::span<const std::byte> from);
  void read(std::size_t offset, std::span<std::byte> to) const;
  std::vector<std::byte> read(std::size_t offset, std::size_t length) const;
  // The bytes where they lie: while no channel program moves them.
  std::span<const std::byte> view(std::size_t offset, std::size_t length) const;
  // Of bytes anywhere in partition storage.
  std::optional<z::AbsoluteAddress> address_of(std::span<const std::byte> bytes) const;

 private:
  cpu::Storage* storage_;
  z::AbsoluteAddress origin_;
  std::size_t size_;
};

// A chain of format-1 CCWs composed in an IoArea: CCWs at its start, their data behind them. Lists of indirect data addresses are of
// format 2, for blocks of 4 KiB.
class ChannelProgram {
 public:
  enum Flag : std::uint8_t { chain_data = 0x80, chain_command = 0x40, suppress_length = 0x20, skip = 0x10, indirect = 0x04 };

  // `ccws` is the most that will be added.
  ChannelProgram(IoArea& area, std::size_t ccws) : area_(area), next_data_(ccws * 8), ccws_(ccws) {}

  // Data that the command takes; returns its offset in the area.
  std::size_t add(std::uint8_t command, std::span<const std::byte> data, std::uint8_t flags = 0);
  // Room for data that the command delivers.
  std::size_t add(std::uint8_t command, std::size_t count, std::uint8_t flags = 0);
  // Data that lies in the area already.
  void add_at(std::uint8_t command, std::size_t offset, std::size_t count, std::uint8_t flags = 0);
  // TRANSFER IN CHANNEL to the nth CCW of this program.
  void add_transfer(std::size_t nth);
  // Room in the area for data of several CCWs; its offset.
  std::size_t reserve(std::size_t count);
  std::size_t size() const { return used_; }  // CCWs so far

 private:
  void put(std::uint8_t command, std::uint64_t address, std::size_t count, std::uint8_t flags);

  IoArea& area_;
  std::size_t used_ = 0;
  std::size_t next_data_;
  std::size_t ccws_;
};

// CP's I/O on the real subchannels of its partition. Used on the event loop; completions come there too, one program a
// device at a time (a second start waits for the first).
class RealIo {
 public:
  using Done = std::function<void(IoEnd)>;

  // Owns partition storage [origin, origin + size) and gives it out as areas.
  RealIo(EventLoop& loop, cpu::Storage& storage, z::AbsoluteAddress origin, std::size_t size);
  ~RealIo();
  // The subsystem calls `interruption_pending` of its options; it must be forwarded here. Two-step, since the subsystem needs
  // that callback to be made first.
  void use(channel::Subsystem& subsystem) { subsystem_ = &subsystem; }
  void interruption_pending();  // thread-safe

  // Page-aligned; kept for the life of the process. Ends the process when the I/O storage is used up: its size is ours to choose.
  IoArea area(std::size_t size);
  // Enables the subchannel for CP, with concurrent sense.
  z::Result<> open(z::DeviceNumber device);
  void start(z::DeviceNumber device, const IoArea& program, Done done);
  void halt(z::DeviceNumber device);
  // Attention and other status that no start asked for.
  void on_unsolicited(z::DeviceNumber device, std::function<void(std::uint8_t device_status)> handler);

 private:
  struct Device {
    std::uint32_t ssid = 0;
    Done done;  // of the program under way
    std::deque<std::pair<z::AbsoluteAddress, Done>> waiting;
    std::function<void(std::uint8_t)> unsolicited;
  };
  void take_interruptions();
  void handle(std::uint32_t ssid);
  void begin(Device& device, z::AbsoluteAddress program, Done done);
  void start_next(Device& device);

  EventLoop& loop_;
  cpu::Storage& storage_;
  channel::Subsystem* subsystem_ = nullptr;
  z::AbsoluteAddress next_;
  z::AbsoluteAddress end_;
  std::map<z::DeviceNumber, Device> devices_;
  std::map<std::uint32_t, Device*> by_ssid_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace cp
