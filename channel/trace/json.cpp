#include <fmt/format.h>

#include "channel/blocks.h"
#include "channel/trace.h"
#include "channel/trace/forms.h"

namespace channel {
namespace {

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (static_cast<unsigned char>(c) < 0x20) result += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    else result += c;
  }
  return result + "\"";
}

// A list of strings out of words between separators: ["CE","DE"].
std::string list(std::string_view words, std::string_view separator, std::string_view none) {
  std::string result = "[";
  for (std::size_t at = 0; words != none && at < words.size();) {
    const auto end = std::min(words.find(separator, at), words.size());
    result += (result.size() > 1 ? "," : "") + quoted(words.substr(at, end - at));
    at = end + separator.size();
  }
  return result + "]";
}

std::string packed_hex(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte byte : bytes) fmt::format_to(std::back_inserter(text), "{:02X}", static_cast<unsigned>(byte));
  return text;
}

std::string_view event_name(const TraceEvent& event) {
  switch (event.kind) {
    case TraceEvent::Kind::function: return "function";
    case TraceEvent::Kind::started: return "start";
    case TraceEvent::Kind::command: return "command";
    case TraceEvent::Kind::status: return "status";
    case TraceEvent::Kind::sense: return "sense";
  }
  return "";
}

std::string statuses(const TraceEvent& event) {
  return fmt::format(",\"device_status\":{},\"subchannel_status\":{}", list(status_text({event.device_status}), " ", "none"),
                     list(subchannel_status_text(event.subchannel_status), ", ", "none"));
}

std::string_view outcome(Ending::Kind kind) {
  switch (kind) {
    case Ending::Kind::status: return "ended";
    case Ending::Kind::waiting: return "waiting";
    case Ending::Kind::channel_end_then_waiting: return "device_works_on";
  }
  return "";
}

std::string details(const TraceEvent& event) {
  switch (event.kind) {
    case TraceEvent::Kind::function: return ",\"function\":" + quoted(event.name_text());
    case TraceEvent::Kind::started:
      return fmt::format(",\"program_address\":\"{:08X}\",\"key\":{},\"ccw_format\":{},\"transport_mode\":{}", event.address,
                         event.word >> 28, (event.word & Orb::format_1) != 0 ? 1 : 0,
                         (event.word & Orb::transport_mode) != 0);
    case TraceEvent::Kind::command: {
      auto text = fmt::format(
          ",\"ccw_address\":\"{:08X}\",\"command\":\"{:02X}\",\"name\":{},\"flags\":{},\"count_bytes\":{},\"residual_bytes\":{},"
          "\"outcome\":\"{}\"{},\"data\":\"{}\"",
          event.address, event.command, quoted(event.name_text()), list(flags_text(event.flags), "+", "-"), event.count,
          event.residual, outcome(event.ending), statuses(event), packed_hex(event.bytes()));
      if (event.record)
        text += fmt::format(",\"cylinder\":{},\"head\":{},\"record\":{}", event.record->cylinder, event.record->head,
                            event.record->record);
      return text;
    }
    case TraceEvent::Kind::status:
      return fmt::format(",\"scsw_control\":\"{:08X}\",\"ccw_address\":\"{:08X}\",\"residual_bytes\":{}{}", event.word,
                         event.address, event.residual, statuses(event));
    case TraceEvent::Kind::sense: return fmt::format(",\"sense\":\"{}\"", packed_hex(event.bytes()));
  }
  return "";
}

}  // namespace

std::string event_json(const TraceEvent& event, std::string_view machine, z::Nanoseconds epoch) {
  auto line = fmt::format("{{\"time_ns\":{},\"machine\":{},\"device\":\"{:04X}\",\"program\":{},\"event\":\"{}\"{}",
                          (event.time + epoch).count(), quoted(machine), event.number.value, event.program, event_name(event),
                          details(event));
  if (const auto words = explanation(event); !words.empty()) line += ",\"explained\":" + quoted(words);
  return line + "}";
}

}  // namespace channel
