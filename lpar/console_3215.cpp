#include "lpar/console_3215.h"

#include <algorithm>
#include <array>

#include "base/ebcdic.h"
#include "channel/state.h"

namespace lpar {
namespace {

// IBM 3215 Console Printer-Keyboard, "Channel Commands".
constexpr std::uint8_t write_no_return = 0x01, write_return = 0x09, read_inquiry_command = 0x0A, alarm = 0x0B;

constexpr std::uint8_t state_version = 1;
struct SavedHead {
  std::uint8_t version;
  z::be32 lines;
};

}  // namespace

// One attention for each line: the next is presented when a read leaves more lines behind.
void Console3215::input(std::string line) {
  channel::Port* port = nullptr;
  bool reading = false;
  {
    z::Lock lock{lock_};
    lines_.push_back(std::move(line));
    if (lines_.size() == 1) port = port_;
    reading = reading_;
  }
  if (port == nullptr) return;
  if (reading) port->resume();
  else port->present_unsolicited(channel::attention);
}

std::string_view Console3215::command_name(std::uint8_t command) const {
  switch (command) {
    case write_no_return: return "WRITE";
    case write_return: return "WRITE, CARRIER RETURN";
    case read_inquiry_command: return "READ INQUIRY";
    case alarm: return "ALARM";
    default: return StandardDevice::command_name(command);
  }
}

void Console3215::attached(channel::Port& port) {
  z::Lock lock{lock_};
  port_ = &port;
}

// CLEAR takes a pending attention with it, so lines that still wait need another.
void Console3215::signal(channel::Signal signal) {
  {
    z::Lock lock{lock_};
    reading_ = false;
    if (signal == channel::Signal::system_reset) lines_.clear();
  }
  if (signal == channel::Signal::clear) announce_unread();
}

void Console3215::announce_unread() {
  channel::Port* port = nullptr;
  {
    z::Lock lock{lock_};
    if (!lines_.empty()) port = port_;
  }
  if (port != nullptr) port->present_unsolicited(channel::attention);
}

channel::Ending Console3215::perform(std::uint8_t command, channel::Transfer& data) {
  switch (command) {
    case write_no_return: return write(data, CarrierReturn::no);
    case write_return: return write(data, CarrierReturn::yes);
    case read_inquiry_command: return read_inquiry(data);
    case alarm: sink_("\a"); return channel::Ending::with(channel::ended);
    default: return check(channel::command_reject);
  }
}

// The new-line character of EBCDIC (X'15') is a line end as much as the carrier return of the command.
channel::Ending Console3215::write(channel::Transfer& data, CarrierReturn carrier_return) const {
  constexpr std::byte new_line{0x15};
  std::string text;
  std::array<std::byte, 256> part;
  while (const auto size = data.receive(part))
    for (const std::byte character : std::span{part}.first(size))
      text += character == new_line ? '\n' : z::from_ebcdic(std::to_integer<std::uint8_t>(character));
  if (carrier_return == CarrierReturn::yes) text += '\n';
  if (!text.empty()) sink_(text);
  return channel::Ending::with(channel::ended);
}

channel::Ending Console3215::read_inquiry(channel::Transfer& data) {
  std::string line;
  {
    z::Lock lock{lock_};
    reading_ = lines_.empty();
    if (reading_) return channel::Ending::wait();
    line = std::move(lines_.front());
    lines_.pop_front();
  }
  std::vector<std::byte> text;
  for (const char character : line) text.push_back(std::byte{z::to_ebcdic(character)});
  data.send(text);
  announce_unread();
  return channel::Ending::with(channel::ended);
}

std::vector<std::byte> Console3215::save() const {
  z::Lock lock{lock_};
  channel::StateWriter state;
  state.put(SavedHead{state_version, static_cast<std::uint32_t>(lines_.size())});
  for (const auto& line : lines_) state.put_bytes(std::as_bytes(std::span{line}));
  return state.take();
}

z::Result<> Console3215::restore(std::span<const std::byte> bytes) {
  channel::StateReader state{bytes};
  const auto head = Z_TRY(state.get<SavedHead>());
  if (head.version != state_version) return z::failure("3215 state of version {}, this program knows {}", head.version, state_version);
  std::deque<std::string> lines;
  for (std::uint32_t i = 0; i < head.lines; ++i) {
    const auto text = Z_TRY(state.get_bytes());
    std::string line(text.size(), ' ');
    std::ranges::transform(text, line.begin(), [](std::byte b) { return static_cast<char>(b); });
    lines.push_back(std::move(line));
  }
  z::Lock lock{lock_};
  lines_ = std::move(lines);
  reading_ = false;
  return {};
}

}  // namespace lpar
