#pragma once

#include <cstdint>
#include <expected>

#include "base/address.h"
#include "channel/blocks.h"
#include "cpu/storage.h"

namespace channel {

// A channel-command word of either format, as the channel works with it.
struct Ccw {
  std::uint32_t location = 0;  // where it was fetched
  std::uint8_t command = 0;
  std::uint8_t flags = 0;
  std::uint16_t count = 0;
  std::uint32_t address = 0;

  constexpr bool has(std::uint8_t flag) const { return (flags & flag) != 0; }
  constexpr std::uint32_t next() const { return location + sizeof(Ccw1); }

  // What the low bits of a command say (PoP ch. 15, "Command Code").
  static constexpr bool is_sense(std::uint8_t command) { return (command & 0x0F) == 0x04; }
  static constexpr bool is_read_backward(std::uint8_t command) { return (command & 0x0F) == 0x0C; }
  static constexpr bool is_control(std::uint8_t command) { return (command & 0x03) == 0x03; }
  static constexpr bool is_input(std::uint8_t command) {
    return (command & 0x03) == 0x02 || is_sense(command) || is_read_backward(command);
  }
};

// Why a channel program cannot go on: subchannel status and the CCW to blame.
struct ProgramFault {
  std::uint8_t subchannel_status;
  std::uint32_t ccw;
};

// Subchannel-status bit for what an access to storage found; 0 for none.
std::uint8_t status_of(cpu::StorageCheck check);

// Fetches CCWs of one channel program, following transfers in channel, and checks them (PoP ch. 15, "Channel-Command Word").
class CcwReader {
 public:
  CcwReader(const cpu::Storage& storage, const Orb& orb) : storage_(storage), orb_(orb) {}

  enum class Place : std::uint8_t { first, after_command, after_transfer, in_data_chain };
  std::expected<Ccw, ProgramFault> read(std::uint32_t location, Place place) const;

 private:
  bool is_location(std::uint32_t location) const;
  std::expected<Ccw, ProgramFault> fetch(std::uint32_t location) const;
  bool is_transfer(const Ccw& ccw) const;
  bool is_valid_transfer(const Ccw& ccw) const;
  bool is_valid(const Ccw& ccw, Place place) const;

  const cpu::Storage& storage_;
  const Orb& orb_;
};

}  // namespace channel
