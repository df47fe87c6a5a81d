#include "lpar/operator_commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <sstream>

#include "channel/subsystem.h"
#include "lpar/bare_partition.h"

namespace lpar {
namespace {

using Lines = std::vector<std::string>;
using Words = std::vector<std::string>;

Words words_of(std::string_view text) {
  std::istringstream stream{std::string{text}};
  Words words;
  for (std::string word; stream >> word;) words.push_back(std::move(word));
  return words;
}

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

z::Result<Lines> attach(BarePartition& partition, const Words& operands) {
  if (operands.size() != 1) return z::failure("ATTACH DEVNO=TYPE:ARGS, for example ATTACH 0300=3390:file=disk.ckd");
  const auto device = Z_TRY(parse_device(operands[0]));
  Z_CHECK(partition.attach(device));
  return Lines{fmt::format("device {:04X} attached", device.number.value)};
}

z::Result<Lines> detach(BarePartition& partition, const Words& operands) {
  if (operands.size() != 1) return z::failure("DETACH DEVNO");
  const auto number = Z_TRY(parse_device_number(operands[0]));
  Z_CHECK(partition.detach(number));
  return Lines{fmt::format("device {:04X} detached", number.value)};
}

z::Result<Lines> vary(BarePartition& partition, const Words& operands) {
  using State = channel::Subsystem::PathState;
  const auto direction = operands.empty() ? std::string{} : upper(operands[0]);
  if (operands.size() != 3 || (direction != "ON" && direction != "OFF") || upper(operands[1]) != "CHPID") return z::failure("VARY ON|OFF CHPID nn");
  const std::string& digits = operands[2];
  unsigned path = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), path, 16);
  if (error != std::errc{} || end != digits.data() + digits.size() || path > 0xFF) return z::failure("a CHPID is two hexadecimal digits, not {}", digits);
  const z::Chpid chpid{static_cast<std::uint8_t>(path)};
  Z_CHECK(partition.machine().subsystem().vary(chpid, direction == "ON" ? State::available : State::gone));
  return Lines{fmt::format("channel path {:02X} {}", path, direction == "ON" ? "on" : "off")};
}

z::Result<Lines> query(BarePartition& partition, const Words& operands) {
  if (operands.size() != 1 || upper(operands[0]) != "DEVICES") return z::failure("QUERY DEVICES");
  auto& subsystem = partition.machine().subsystem();
  Lines lines;
  for (const auto number : subsystem.devices()) {
    const auto id = subsystem.subchannel_of(number);
    const auto* device = subsystem.device(number);
    if (id && device != nullptr) lines.push_back(fmt::format("0.{}.{:04x} subchannel {:08X} {}", id->set, number.value, id->word(), device->description()));
  }
  return lines;
}

struct Command {
  std::string_view name;
  z::Result<Lines> (*run)(BarePartition& partition, const Words& operands);
};
constexpr auto commands = std::to_array<Command>({{"ATTACH", attach}, {"DETACH", detach}, {"VARY", vary}, {"QUERY", query}});

}  // namespace

z::Result<Lines> operate(BarePartition& partition, std::string_view command) {
  auto words = words_of(command);
  const auto name = words.empty() ? std::string{} : upper(words[0]);
  const auto found = std::ranges::find(commands, name, &Command::name);
  if (found == commands.end()) return z::failure("a partition without CP knows ATTACH, DETACH, VARY, QUERY DEVICES, IO and TRACE IO");
  words.erase(words.begin());
  return found->run(partition, words);
}

}  // namespace lpar
