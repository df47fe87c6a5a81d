#include "terminal/display_3270.h"

#include <algorithm>
#include <array>

namespace terminal {
namespace {

// 3270 Data Stream Programmer's Reference, "Command codes", column of the local non-SNA control unit.
constexpr std::uint8_t write_command = 0x01, read_buffer = 0x02, erase_write = 0x05, read_modified = 0x06, select_read_modified = 0x0B,
    erase_write_alternate = 0x0D, read_modified_all = 0x0E, erase_all_unprotected = 0x0F, write_structured_field = 0x11,
    select_read_buffer = 0x1B, select_read_modified_position = 0x2B, select_read_buffer_position = 0x3B, select_write = 0x4B;
constexpr std::uint8_t operation_check = 0x01;  // sense byte 0

// A write that is longer than this has no sense on any screen.
constexpr std::size_t longest_write = 64 * 1024;

struct CommandName {
  std::uint8_t code;
  std::string_view name;
};
constexpr auto names = std::to_array<CommandName>({{write_command, "WRITE"},
                                                   {read_buffer, "READ BUFFER"},
                                                   {erase_write, "ERASE/WRITE"},
                                                   {read_modified, "READ MODIFIED"},
                                                   {select_read_modified, "SELECT RM"},
                                                   {erase_write_alternate, "ERASE/WRITE ALTERNATE"},
                                                   {read_modified_all, "READ MODIFIED ALL"},
                                                   {erase_all_unprotected, "ERASE ALL UNPROTECTED"},
                                                   {write_structured_field, "WRITE STRUCTURED FIELD"},
                                                   {select_read_buffer, "SELECT RB"},
                                                   {select_read_modified_position, "SELECT RMP"},
                                                   {select_read_buffer_position, "SELECT RBP"},
                                                   {select_write, "SELECT WRT"}});

}  // namespace

Display3270::Display3270(Model model, std::shared_ptr<DisplayLine> line, std::string place, std::function<void()> leave)
    : model_(model), line_(std::move(line)), place_(std::move(place)), leave_(std::move(leave)) {}

Display3270::~Display3270() {
  line_->attach(nullptr);
  line_->hang_up();
  leave_();
}

std::string Display3270::description() const {
  const auto terminal = line_->terminal();
  return fmt::format("3270 model={:04X} {}, {}", static_cast<unsigned>(model_), place_,
                     terminal.empty() ? "no terminal" : terminal);
}

std::string_view Display3270::command_name(std::uint8_t command) const {
  const auto* found = std::ranges::find(names, command, &CommandName::code);
  return found != names.end() ? found->name : StandardDevice::command_name(command);
}

void Display3270::signal(channel::Signal signal) {
  if (signal == channel::Signal::system_reset) line_->reset();
  else line_->forget();
  // CLEAR takes a pending attention with it.
  if (signal == channel::Signal::clear) line_->announce_input();
}

channel::Ending Display3270::perform(std::uint8_t command, channel::Transfer& data) {
  switch (command) {
    case erase_write_alternate:
    case write_structured_field:
      if (!has_extended_data_stream()) return check(channel::command_reject);
      return write(command, data);
    case write_command:
    case erase_write:
    case erase_all_unprotected: return write(command, data);
    case read_buffer:
    case read_modified:
    case read_modified_all: return read(command, data);
    // The SELECTs prepare a copy of the display's buffer in the control unit; here there is but one.
    case select_read_modified:
    case select_read_buffer:
    case select_read_modified_position:
    case select_read_buffer_position:
    case select_write: return line_->is_ready() ? channel::Ending::with(channel::ended) : not_ready();
    default: return check(channel::command_reject);
  }
}

// Device end when the terminal has the data, if it is one that confirms.
channel::Ending Display3270::write(std::uint8_t command, channel::Transfer& data) {
  auto answer = line_->take_answer();
  if (std::holds_alternative<DisplayLine::Awaited>(answer)) return channel::Ending::wait();
  const bool is_new = std::holds_alternative<DisplayLine::Unasked>(answer);
  if (is_new && !line_->is_ready()) return not_ready();
  Bytes stream;
  if (command != erase_all_unprotected) {
    if (data.count() > longest_write) return check(operation_check);
    stream.resize(data.count());
    stream.resize(data.receive(stream));
  }
  if (is_new) {
    // What the user entered goes with the screen it was entered on ("Erase/Write": the AID is reset). A driver that starts afresh
    // does not read it, and would not hear of what comes after it.
    if (command == erase_write || command == erase_write_alternate) line_->drop_input();
    line_->write(command, stream);
    answer = line_->take_answer();
    if (std::holds_alternative<DisplayLine::Awaited>(answer)) return channel::Ending::wait();
  }
  const auto* confirmation = std::get_if<Confirmation>(&answer);
  return confirmation != nullptr ? end_of(*confirmation) : not_ready();
}

channel::Ending Display3270::end_of(Confirmation confirmation) {
  switch (confirmation) {
    case Confirmation::done: return channel::Ending::with(channel::ended);
    case Confirmation::command_reject: return check(channel::command_reject);
    case Confirmation::intervention_required: return not_ready();
    case Confirmation::operation_check: return check(operation_check);
  }
  return check(operation_check);
}

// What the user entered is there already when the attention is; any other read asks the terminal.
channel::Ending Display3270::read(std::uint8_t command, channel::Transfer& data) {
  std::optional<Bytes> record;
  auto answer = line_->take_answer();
  if (auto* read = std::get_if<Bytes>(&answer)) record = std::move(*read);
  else if (std::holds_alternative<DisplayLine::Lost>(answer)) return not_ready();
  else if (std::holds_alternative<DisplayLine::Awaited>(answer)) return channel::Ending::wait();
  else if (!line_->is_ready()) return not_ready();
  else if (command != read_buffer) record = line_->take_input();
  if (!record) {
    line_->drop_input();
    line_->read(command);
    return channel::Ending::wait();
  }
  if (data.send(*record) < record->size()) data.set_excess();
  line_->announce_input();
  return channel::Ending::with(channel::ended);
}

}  // namespace terminal
