// What CTC data and sense bytes say, in words.
#include <fmt/format.h>

#include "ctc/command.h"
#include "ctc/fctc_device.h"

namespace ctc {
namespace {

// SENSE COMMAND BYTE tells what the other side waits with.
std::string parameters(std::uint8_t command, std::span<const std::byte> data) {
  if (operation_of(command) != Operation::sense_command_byte || data.empty()) return "";
  const auto other = std::to_integer<std::uint8_t>(data[0]);
  if (other == 0) return "the other side waits with nothing";
  const auto name = name_of(operation_of(other));
  return fmt::format("the other side waits with {:02X} {}", other, name.empty() ? "?" : name);
}

// ESCON and FICON Channel-to-Channel Reference, "Sense Data": combinations have meanings of their own.
std::string sense(std::span<const std::byte> bytes) {
  if (bytes.empty()) return "";
  switch (std::to_integer<unsigned>(bytes[0])) {
    case 0x80: return "command reject";
    case 0x40: return "the other side was reset or is not available";
    case 0x41: return "the other side is disconnected";
    case 0x30: return "hardware error at the other side";
    case 0x24: return "data streaming timeout";
    case 0x20: return "bus-out check: transfer parity";
    case 0x10: return "equipment check: read parity at the other side";
    case 0x00: return "nothing to tell";
    default: return "";
  }
}

constexpr channel::Vocabulary words{parameters, sense, nullptr};

}  // namespace

const channel::Vocabulary* FctcDevice::vocabulary() const { return &words; }

}  // namespace ctc
