#include "unitrecord/printer_1403.h"

#include <array>

#include "base/ebcdic.h"

namespace unitrecord {
namespace {

constexpr std::size_t positions = 132;
// Bits 5-7 of a command tell a write (B'001') from an immediate movement (B'011'), bits 0-4 the movement.
constexpr std::uint8_t kind_mask = 0x07, write_kind = 0x01, immediate_kind = 0x03;
constexpr std::uint8_t load_forms_control = 0x63, block_data_check = 0x73, allow_data_check = 0x7B, gate_load_characters = 0xEB,
    load_characters_folding = 0xF3, load_characters_not_folding = 0xFB;
constexpr std::uint8_t channel_9_sensed = 0x01, load_check = 0x02;  // sense byte 0
constexpr std::size_t longest_characters = 512;

// The movement of a command: 0 to 3 lines, or B'1cccc' to a channel. No answer: there is no such command.
struct Movement {
  unsigned lines = 0;
  unsigned channel = 0;
};
std::optional<Movement> movement_of(std::uint8_t command) {
  const unsigned code = command >> 3;
  if (code <= 3) return Movement{.lines = code};
  if (code >= 0x11 && code <= 0x1C) return Movement{.channel = code - 0x10};
  return std::nullopt;
}

}  // namespace

Printer1403::Printer1403(std::string name, const FormsControl& forms, std::vector<std::unique_ptr<Printout>> printouts)
    : name_(std::move(name)), printouts_(std::move(printouts)) {
  carriage_.load(forms);
}

std::string Printer1403::description() const {
  return fmt::format("1403 {}, line {} of {}", name_, carriage_.line() + 1, carriage_.forms().lines());
}

std::string_view Printer1403::command_name(std::uint8_t command) const {
  switch (command) {
    case load_forms_control: return "LOAD FORMS CONTROL BUFFER";
    case block_data_check: return "BLOCK DATA CHECK";
    case allow_data_check: return "ALLOW DATA CHECK";
    case gate_load_characters: return "GATE LOAD UCS BUFFER";
    case load_characters_folding:
    case load_characters_not_folding: return "LOAD UCS BUFFER";
    default: break;
  }
  if (movement_of(command)) {
    if ((command & kind_mask) == write_kind) return "WRITE AND MOVE";
    if ((command & kind_mask) == immediate_kind && command != immediate_kind) return "SPACE OR SKIP";
  }
  return StandardDevice::command_name(command);
}

channel::Ending Printer1403::perform(std::uint8_t command, channel::Transfer& data) {
  switch (command) {
    case load_forms_control: return load_forms(data);
    case load_characters_folding:
    case load_characters_not_folding: return load_characters(data);
    // Every character is printed, so there is no data check to block.
    case block_data_check:
    case allow_data_check:
    case gate_load_characters: return channel::Ending::with(channel::ended);
    default: break;
  }
  if (!movement_of(command)) return check(channel::command_reject);
  if ((command & kind_mask) == write_kind) return print(command, data);
  if ((command & kind_mask) == immediate_kind) return move(command);
  return check(channel::command_reject);
}

channel::Ending Printer1403::print(std::uint8_t command, channel::Transfer& data) {
  std::array<std::byte, positions> image;
  const auto size = data.receive(image);
  auto text = z::from_ebcdic(std::span{image}.first(size));
  text.erase(text.find_last_not_of(' ') + 1);
  for (const auto& printout : printouts_)
    if (!text.empty() && !printout->print(carriage_.line(), text, carriage_.forms())) return check(channel::intervention_required);
  return move(command);
}

// Channel 12 while spacing is unit exception, channel 9 unit check (IBM 2821, "Carriage Control Tape").
channel::Ending Printer1403::move(std::uint8_t command) {
  const auto movement = *movement_of(command);
  const auto moved = movement.channel != 0 ? carriage_.skip_to(movement.channel) : carriage_.space(movement.lines);
  for (unsigned form = 0; form < moved.new_forms; ++form)
    for (const auto& printout : printouts_)
      if (!printout->new_form()) return check(channel::intervention_required);
  if (moved.no_such_channel) return check(load_check);
  const auto status = moved.channel_12 ? channel::ended | channel::unit_exception : channel::ended;
  return moved.channel_9 ? check(channel_9_sensed, status) : channel::Ending::with(status);
}

channel::Ending Printer1403::load_forms(channel::Transfer& data) {
  std::array<std::byte, 256> image;
  const auto size = data.receive(image);
  const auto forms = FormsControl::load(std::span{image}.first(size));
  if (!forms) return check(load_check);
  carriage_.load(*forms);
  return channel::Ending::with(channel::ended);
}

// Which characters the train has does not matter to a file.
channel::Ending Printer1403::load_characters(channel::Transfer& data) {
  std::array<std::byte, longest_characters> image;
  data.receive(image);
  return channel::Ending::with(channel::ended);
}

}  // namespace unitrecord
