#include <fmt/format.h>

#include "channel/blocks.h"
#include "channel/trace.h"
#include "channel/trace/forms.h"

namespace channel {
namespace {

// Names of the bits of a byte, leftmost first.
using BitNames = std::array<std::string_view, 8>;

constexpr BitNames device_status_names{"ATTN", "SM", "CUE", "BUSY", "CE", "DE", "UC", "UE"};
constexpr BitNames subchannel_status_names{"PCI",           "incorrect length",      "program check",
                                           "protection check", "channel-data check", "channel-control check",
                                           "interface-control check", "chaining check"};
constexpr BitNames flag_names{"CD", "CC", "SLI", "SKIP", "PCI", "IDA", "S", "MIDA"};
constexpr BitNames sense_names{"command reject", "intervention required", "bus-out check", "equipment check",
                               "data check",     "overrun",               "bit 6",         "bit 7"};

constexpr std::size_t bytes_shown = 32;

std::string names_of(std::uint8_t byte, const BitNames& names, std::string_view separator, std::string_view none) {
  std::string text;
  for (unsigned bit = 0; bit < 8; ++bit) {
    if ((byte & (0x80U >> bit)) == 0) continue;
    if (!text.empty()) text += separator;
    text += names[bit];
  }
  return text.empty() ? std::string{none} : text;
}

std::string ending_text(Ending::Kind kind, std::uint8_t status) {
  switch (kind) {
    case Ending::Kind::status: return status_text({status});
    case Ending::Kind::waiting: return "waiting";
    case Ending::Kind::channel_end_then_waiting: return "CE, device works on";
  }
  return "";
}

std::string data_text(std::span<const std::byte> bytes) {
  if (bytes.empty()) return "";
  const auto shown = bytes.first(std::min(bytes.size(), bytes_shown));
  return fmt::format(" data={}{}", hex_text(shown), shown.size() < bytes.size() ? " ..." : "");
}

std::string command_line(const TraceEvent& event) {
  const auto name = event.name_text();
  std::string line = fmt::format("CCW    {:08X} {:02X} {} flags={} count={} residual={}{}", event.address, event.command,
                                 name.empty() ? "?" : name, flags_text(event.flags), event.count, event.residual,
                                 data_text(event.bytes()));
  if (event.record)
    line += fmt::format(" record={}/{}/{}", event.record->cylinder, event.record->head, event.record->record);
  line += " -> " + ending_text(event.ending, event.device_status);
  if (event.subchannel_status != 0) line += ", " + subchannel_status_text(event.subchannel_status);
  return line;
}

std::string sense_line(const TraceEvent& event) {
  const auto bytes = event.bytes();
  const auto first = bytes.empty() ? std::uint8_t{0} : std::to_integer<std::uint8_t>(bytes[0]);
  return fmt::format("SENSE  {} ({})", hex_text(bytes), sense_text(first));
}

std::string line_of(const TraceEvent& event) {
  switch (event.kind) {
    case TraceEvent::Kind::function: return std::string{event.name_text()};
    case TraceEvent::Kind::started:
      return fmt::format("START  program={:08X} key={:X} format={}", event.address, event.word >> 28,
                         (event.word & Orb::format_1) != 0 ? 1 : 0);
    case TraceEvent::Kind::command: return command_line(event);
    case TraceEvent::Kind::status:
      return fmt::format("STATUS {:08X} device={} subchannel={} ccw={:08X} count={}", event.word,
                         status_text({event.device_status}), subchannel_status_text(event.subchannel_status),
                         event.address, event.residual);
    case TraceEvent::Kind::sense: return sense_line(event);
  }
  return "";
}

}  // namespace

std::string status_text(DeviceStatus status) { return names_of(status.bits, device_status_names, " ", "none"); }
std::string subchannel_status_text(std::uint8_t status) { return names_of(status, subchannel_status_names, ", ", "none"); }
std::string flags_text(std::uint8_t ccw_flags) { return names_of(ccw_flags, flag_names, "+", "-"); }
std::string sense_text(std::uint8_t sense_byte_0) { return names_of(sense_byte_0, sense_names, ", ", "no condition in byte 0"); }

std::string hex_text(std::span<const std::byte> bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    text += fmt::format("{}{:02X}", i != 0 && i % 4 == 0 ? " " : "", static_cast<unsigned>(bytes[i]));
  return text;
}

std::string explanation(const TraceEvent& event) {
  if (event.vocabulary == nullptr) return "";
  if (event.kind == TraceEvent::Kind::command && event.vocabulary->parameters != nullptr)
    return event.vocabulary->parameters(event.command, event.bytes());
  if (event.kind == TraceEvent::Kind::sense && event.vocabulary->sense != nullptr)
    return event.vocabulary->sense(event.bytes());
  return "";
}

std::string event_text(const TraceEvent& event) {
  const auto us = event.time.count() / 1000;
  auto text = fmt::format("{}.{:06} {:04X} {}", us / 1'000'000, us % 1'000'000, event.number.value, line_of(event));
  if (const auto words = explanation(event); !words.empty()) text += "\n       " + words;
  return text;
}

}  // namespace channel
