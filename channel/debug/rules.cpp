#include "channel/debug/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace channel {
namespace {

constexpr std::uint64_t largest_cylinder = 0xFFF'FFFF, most_times = 1'000'000'000, longest_delay_ms = 3'600'000;

// Commands that move data of a volume or a link. A transport-mode program counts as A5 or A6.
constexpr auto reads = std::to_array<std::uint8_t>({0x02, 0x06, 0x86, 0x0E, 0x8E, 0x12, 0x92, 0x1E, 0x9E, 0x5E, 0x16, 0x96, 0x1A,
                                                    0x9A, 0xDE, 0xA6, 0x0C});
constexpr auto writes = std::to_array<std::uint8_t>({0x01, 0x81, 0x05, 0x85, 0x0D, 0x8D, 0x1D, 0x9D, 0x15, 0x11, 0x95, 0xA5});

z::Result<std::bitset<256>> parse_command_set(std::string_view text) {
  if (text != "read" && text != "write") return parse_commands(text);
  std::bitset<256> commands;
  for (const auto code : text == "read" ? std::span<const std::uint8_t>{reads} : std::span<const std::uint8_t>{writes}) commands.set(code);
  return commands;
}

z::Result<> set_cylinders(CommandMatch& match, std::string_view text) {
  const auto dash = text.find('-');
  match.first_cylinder = static_cast<std::uint32_t>(Z_TRY(parse_number(text.substr(0, dash), 10, largest_cylinder)));
  match.last_cylinder = dash == std::string_view::npos
                            ? match.first_cylinder
                            : static_cast<std::uint32_t>(Z_TRY(parse_number(text.substr(dash + 1), 10, largest_cylinder)));
  return {};
}

// "3", or cylinder, head and record: "5/2/3".
z::Result<> set_record(CommandMatch& match, std::string_view text) {
  const auto parts = split(text, "/");
  if (parts.size() != 1 && parts.size() != 3) return z::failure("record {}: write R, or C/H/R", text);
  match.record = static_cast<std::uint8_t>(Z_TRY(parse_number(parts.back(), 10, 255)));
  if (parts.size() == 1) return {};
  match.head = static_cast<std::uint32_t>(Z_TRY(parse_number(parts[1], 10, 14)));
  return set_cylinders(match, parts[0]);
}

z::Result<> set_match(CommandMatch& match, std::string_view key, std::string_view value) {
  if (key == "device") match.devices = Z_TRY(parse_devices(value));
  else if (key == "command") match.commands = Z_TRY(parse_command_set(value));
  else if (key == "cylinder") return set_cylinders(match, value);
  else if (key == "head") match.head = static_cast<std::uint32_t>(Z_TRY(parse_number(value, 10, 14)));
  else return set_record(match, value);
  return {};
}

// Bytes 0 and 1. Byte 27 says that they mean what they mean in 24-byte sense data.
struct NamedSense {
  std::string_view name;
  std::uint8_t byte_0, byte_1;
};
constexpr auto named_senses = std::to_array<NamedSense>({
    {"command-reject", 0x80, 0},      {"intervention-required", 0x40, 0}, {"bus-out-check", 0x20, 0},
    {"equipment-check", 0x10, 0},     {"data-check", 0x08, 0},            {"overrun", 0x04, 0},
    {"permanent-error", 0x10, 0x80},  {"no-record-found", 0, 0x08},       {"file-protected", 0, 0x04},
    {"invalid-track-format", 0, 0x40}, {"write-inhibited", 0x80, 0x02},
});

z::Result<Sense> parse_sense(std::string_view text) {
  Sense sense;
  if (const auto named = std::ranges::find(named_senses, text, &NamedSense::name); named != named_senses.end()) {
    sense.bytes[0] = named->byte_0;
    sense.bytes[1] = named->byte_1;
    sense.bytes[27] = 0x80;
    return sense;
  }
  if (text.empty() || text.size() % 2 != 0 || text.size() > 2 * sense.bytes.size())
    return z::failure("sense {}: write up to 32 bytes in hexadecimal, or a name such as equipment-check, data-check, no-record-found", text);
  for (std::size_t i = 0; i < text.size() / 2; ++i)
    sense.bytes[i] = static_cast<std::uint8_t>(Z_TRY(parse_number(text.substr(2 * i, 2), 16, 0xFF)));
  return sense;
}

std::string_view name_of(Breakpoint::At at) {
  switch (at) {
    case Breakpoint::At::start: return "start";
    case Breakpoint::At::command: return "command";
    case Breakpoint::At::unit_check: return "unit-check";
  }
  return "";
}

}  // namespace

bool CommandMatch::takes(z::DeviceNumber number, std::uint8_t command, const std::optional<RecordId>& place) const {
  if (!devices.empty() && std::ranges::none_of(devices, [&](const DeviceRange& range) { return range.contains(number); })) return false;
  if (commands.any() && !commands.test(command)) return false;
  if (!is_about_places()) return true;
  if (!place) return false;
  if (first_cylinder && (place->cylinder < *first_cylinder || place->cylinder > *last_cylinder)) return false;
  return (!head || place->head == *head) && (!record || place->record == *record);
}

std::optional<z::Result<>> CommandMatch::set(std::string_view key, std::string_view value) {
  constexpr std::array<std::string_view, 5> keys{"device", "command", "cylinder", "head", "record"};
  if (std::ranges::find(keys, key) == keys.end()) return std::nullopt;
  return set_match(*this, key, value);
}

std::string CommandMatch::text() const {
  std::string text;
  for (const auto& range : devices)
    text += fmt::format("{}{:04X}{}", text.empty() ? " device=" : "+", range.first.value,
                        range.last == range.first ? "" : fmt::format("-{:04X}", range.last.value));
  if (commands.count() > 12) text += " command=(several)";
  else if (commands.any()) {
    std::string codes;
    for (unsigned code = 0; code < 256; ++code)
      if (commands.test(code)) codes += fmt::format("{}{:02X}", codes.empty() ? "" : "+", code);
    text += " command=" + codes;
  }
  if (first_cylinder) text += fmt::format(" cylinder={}-{}", *first_cylinder, *last_cylinder);
  if (head) text += fmt::format(" head={}", *head);
  if (record) text += fmt::format(" record={}", *record);
  return text;
}

z::Result<Breakpoint> Breakpoint::parse(std::string_view text) {
  Breakpoint point;
  std::optional<At> at;
  for (const auto part : split(text, ", ")) {
    const auto equals = part.find('=');
    const auto key = part.substr(0, equals), value = equals == std::string_view::npos ? "" : part.substr(equals + 1);
    if (key == "at" && value == "start") at = At::start;
    else if (key == "at" && value == "command") at = At::command;
    else if (key == "at" && value == "unit-check") at = At::unit_check;
    else if (auto set = point.match.set(key, value)) Z_CHECK(*set);
    else return z::failure("{}: a breakpoint has at=start|command|unit-check, device=, command=, cylinder=, head= and record=", part);
  }
  const bool names_commands = point.match.commands.any() || point.match.is_about_places();
  point.at = at.value_or(names_commands ? At::command : At::start);
  return point;
}

std::string Breakpoint::text() const { return fmt::format("at={}{}", name_of(at), match.text()); }

z::Result<> FaultRule::set(std::string_view key, std::string_view value) {
  form_ += fmt::format("{}{}={}", form_.empty() ? "" : " ", key, value);
  const auto choose = [&](Kind what) -> z::Result<> {
    if (chosen_ && *chosen_ != what) return z::failure("{}: a rule does one thing; write another rule", key);
    chosen_ = kind = what;
    return {};
  };
  if (auto matched = match.set(key, value)) return *matched;
  if (key == "nth") {
    nth = Z_TRY(parse_number(value, 10, most_times));
    return {};
  }
  if (key == "times") {
    times = Z_TRY(parse_number(value, 10, most_times));
    return {};
  }
  if (key == "sense") {
    sense_data = Z_TRY(parse_sense(value));
    return choose(Kind::sense);
  }
  if (key == "delay_ms") {
    delay = std::chrono::milliseconds{Z_TRY(parse_number(value, 10, longest_delay_ms))};
    return choose(Kind::delay);
  }
  if (key == "lose" && value == "interruption") return choose(Kind::lost_interruption);
  if (key == "missing_paths") {
    paths = static_cast<std::uint8_t>(Z_TRY(parse_number(value, 16, 0xFF)));
    return choose(Kind::missing_path);
  }
  if (key == "flip_byte") {
    flip_byte = Z_TRY(parse_number(value, 10, 0xFFFF));
    return choose(Kind::flip);
  }
  if (key == "flip_mask") {
    flip_mask = static_cast<std::uint8_t>(Z_TRY(parse_number(value, 16, 0xFF)));
    return choose(Kind::flip);
  }
  return z::failure("{}={}: a fault has device=, command=, cylinder=, head=, record=, nth=, times=, and one of sense=, delay_ms=, "
                    "lose=interruption, missing_paths= and flip_byte= with flip_mask=", key, value);
}

z::Result<> FaultRule::complete() const {
  if (!chosen_) return z::failure("a fault needs one of sense=, delay_ms=, lose=interruption, missing_paths= and flip_byte=");
  if (kind == Kind::flip && flip_mask == 0) return z::failure("flip_byte: add flip_mask=, the bits to change, for example flip_mask=01");
  if (nth == 0) return z::failure("nth=0: the first command that matches is 1");
  return {};
}

z::Result<FaultRule> FaultRule::parse(std::string_view text) {
  FaultRule rule;
  for (const auto part : split(text, ", ")) {
    const auto equals = part.find('=');
    Z_CHECK(rule.set(part.substr(0, equals), equals == std::string_view::npos ? "" : part.substr(equals + 1)));
  }
  Z_CHECK(rule.complete());
  return rule;
}

std::string FaultRule::text() const { return form_; }

}  // namespace channel
