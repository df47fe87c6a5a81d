#include "channel/trace/request.h"

#include <algorithm>
#include <charconv>

namespace channel {
namespace {

struct NamedBit {
  std::string_view name;
  std::uint8_t device, subchannel;
};
constexpr auto named_bits = std::to_array<NamedBit>({
    {"ATTN", 0x80, 0}, {"SM", 0x40, 0}, {"CUE", 0x20, 0}, {"BUSY", 0x10, 0}, {"CE", 0x08, 0}, {"DE", 0x04, 0},
    {"UC", 0x02, 0},   {"UE", 0x01, 0}, {"PCI", 0, 0x80}, {"IL", 0, 0x40},   {"PGM", 0, 0x20}, {"PROT", 0, 0x10},
    {"CDC", 0, 0x08},  {"CCC", 0, 0x04}, {"IFCC", 0, 0x02}, {"CHAIN", 0, 0x01},
});
constexpr std::string_view status_words = "ATTN, SM, CUE, BUSY, CE, DE, UC, UE, PCI, IL, PGM, PROT, CDC, CCC, IFCC or CHAIN";

std::string upper(std::string_view text) {
  std::string result{text};
  std::ranges::transform(result, result.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return result;
}

z::Result<> set_status(TraceFilter& filter, std::string_view text) {
  for (const auto word : split(text, "+")) {
    const auto found = std::ranges::find(named_bits, upper(word), &NamedBit::name);
    if (found == named_bits.end()) return z::failure("status {}: write {}", word, status_words);
    filter.device_status |= found->device;
    filter.subchannel_status |= found->subchannel;
  }
  return {};
}

z::Result<TraceRequest::Format> parse_format(std::string_view text) {
  const auto word = upper(text);
  if (word == "TEXT") return TraceRequest::Format::text;
  if (word == "JSON") return TraceRequest::Format::json;
  if (word == "PCAPNG") return TraceRequest::Format::pcapng;
  return z::failure("format {}: write text, json or pcapng", text);
}

z::Result<> set_part(TraceRequest& request, std::string_view key, std::string_view value) {
  constexpr std::uint64_t most_bytes = 2000;  // one Fibre Channel frame takes it
  if (key == "device") request.filter.devices = Z_TRY(parse_devices(value));
  else if (key == "command") request.filter.commands = Z_TRY(parse_commands(value));
  else if (key == "status") Z_CHECK(set_status(request.filter, value));
  else if (key == "to") request.file = value;
  else if (key == "format") request.format = Z_TRY(parse_format(value));
  else if (key == "bytes") request.bytes = Z_TRY(parse_number(value, 10, most_bytes));
  else return z::failure("{}: a trace is described by device=, command=, status=, to=, format= and bytes=", key);
  return {};
}

}  // namespace

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(separators), text.size());
    if (end != 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

z::Result<std::uint64_t> parse_number(std::string_view text, int base, std::uint64_t largest) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || value > largest)
    return base == 16 ? z::failure("{}: write a hexadecimal number up to {:X}", text, largest)
                      : z::failure("{}: write a decimal number up to {}", text, largest);
  return value;
}

z::Result<std::vector<DeviceRange>> parse_devices(std::string_view text) {
  std::vector<DeviceRange> ranges;
  for (const auto part : split(text, "+")) {
    const auto dash = part.find('-');
    const auto first = Z_TRY(parse_number(part.substr(0, dash), 16, 0xFFFF));
    const auto last = dash == std::string_view::npos ? first : Z_TRY(parse_number(part.substr(dash + 1), 16, 0xFFFF));
    if (last < first) return z::failure("device {}: the range ends before it begins", part);
    ranges.push_back({z::DeviceNumber{static_cast<std::uint16_t>(first)}, z::DeviceNumber{static_cast<std::uint16_t>(last)}});
  }
  if (ranges.empty()) return z::failure("device: write device numbers, for example 0200-020F+0E40");
  return ranges;
}

z::Result<std::bitset<256>> parse_commands(std::string_view text) {
  std::bitset<256> commands;
  for (const auto part : split(text, "+")) commands.set(Z_TRY(parse_number(part, 16, 0xFF)));
  if (commands.none()) return z::failure("command: write command codes, for example 47+E7");
  return commands;
}

z::Result<std::uint8_t> parse_device_status(std::string_view text) {
  TraceFilter filter;
  Z_CHECK(set_status(filter, text));
  if (filter.device_status == 0 || filter.subchannel_status != 0)
    return z::failure("status {}: write ATTN, SM, CUE, BUSY, CE, DE, UC or UE", text);
  return filter.device_status;
}

bool TraceFilter::takes(z::DeviceNumber number) const {
  return devices.empty() || std::ranges::any_of(devices, [&](const DeviceRange& range) { return range.contains(number); });
}

// With commands given, only they are shown; with status given, what shows it, and the sense data of a unit check.
bool TraceFilter::takes(const TraceEvent& event) const {
  using Kind = TraceEvent::Kind;
  if (!takes(event.number)) return false;
  if (commands.any() && (event.kind != Kind::command || !commands.test(event.command))) return false;
  if (device_status == 0 && subchannel_status == 0) return true;
  if (event.kind == Kind::sense) return (device_status & unit_check.bits) != 0;
  if (event.kind == Kind::started || event.kind == Kind::function) return false;
  return (event.device_status & device_status) != 0 || (event.subchannel_status & subchannel_status) != 0;
}

z::Result<TraceRequest> TraceRequest::parse(std::string_view text) {
  TraceRequest request;
  bool has_format = false;
  for (const auto part : split(text, ", ")) {
    const auto equals = part.find('=');
    if (equals == std::string_view::npos) return z::failure("{}: write device=, command=, status=, to=, format= or bytes=", part);
    std::string key{part.substr(0, equals)};
    std::ranges::transform(key, key.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    Z_CHECK(set_part(request, key, part.substr(equals + 1)));
    has_format = has_format || key == "format";
  }
  if (!has_format && request.file.ends_with(".pcapng")) request.format = Format::pcapng;
  if (!has_format && (request.file.ends_with(".json") || request.file.ends_with(".jsonl"))) request.format = Format::json;
  if (request.file.empty() && request.format != Format::text) return z::failure("format: only a file can have it; add to=FILE");
  return request;
}

}  // namespace channel
