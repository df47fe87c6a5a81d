#include "terminal/telnet.h"

namespace terminal {
namespace {

constexpr std::byte iac{0xFF}, subnegotiation_begin{0xFA}, subnegotiation_end{0xF0}, end_of_record_mark{0xEF};
constexpr std::size_t longest_record = 256 * 1024, longest_subnegotiation = 1024;

void append_escaped(Bytes& to, std::span<const std::byte> bytes) {
  for (const std::byte b : bytes) {
    to.push_back(b);
    if (b == iac) to.push_back(iac);
  }
}

}  // namespace

z::Result<std::vector<TelnetEvent>> TelnetReader::read(std::span<const std::byte> stream) {
  std::vector<TelnetEvent> events;
  for (const std::byte b : stream) Z_CHECK(take(b, events));
  return events;
}

z::Result<> TelnetReader::add(Bytes& to, std::byte byte, std::size_t longest) const {
  if (to.size() >= longest) return z::failure("telnet: more than {} bytes without an end", longest);
  to.push_back(byte);
  return {};
}

z::Result<> TelnetReader::take(std::byte byte, std::vector<TelnetEvent>& events) {
  switch (state_) {
    case State::data:
      if (byte != iac) return add(record_, byte, longest_record);
      state_ = State::command;
      return {};
    case State::command: return take_command(byte, events);
    case State::option:
      state_ = State::data;
      events.emplace_back(Negotiation{verb_, std::to_integer<std::uint8_t>(byte)});
      return {};
    case State::subnegotiation:
      if (byte != iac) return add(parameters_, byte, longest_subnegotiation);
      state_ = State::subnegotiation_command;
      return {};
    case State::subnegotiation_command:
      if (byte == iac) {
        state_ = State::subnegotiation;
        return add(parameters_, byte, longest_subnegotiation);
      }
      state_ = State::data;
      if (byte == subnegotiation_end && !parameters_.empty())
        events.emplace_back(Subnegotiation{std::to_integer<std::uint8_t>(parameters_.front()),
                                           {parameters_.begin() + 1, parameters_.end()}});
      parameters_.clear();
      return {};
  }
  return {};
}

z::Result<> TelnetReader::take_command(std::byte byte, std::vector<TelnetEvent>& events) {
  state_ = State::data;
  const auto code = std::to_integer<std::uint8_t>(byte);
  if (byte == iac) return add(record_, byte, longest_record);
  if (byte == end_of_record_mark) {
    events.emplace_back(Record{std::exchange(record_, {})});
  } else if (byte == subnegotiation_begin) {
    parameters_.clear();
    state_ = State::subnegotiation;
  } else if (code >= static_cast<std::uint8_t>(Verb::will) && code <= static_cast<std::uint8_t>(Verb::dont)) {
    verb_ = static_cast<Verb>(code);
    state_ = State::option;
  }
  return {};
}

Bytes negotiation(Verb verb, Option option) { return {iac, std::byte(verb), std::byte(option)}; }

Bytes subnegotiation(Option option, std::span<const std::byte> parameters) {
  Bytes bytes{iac, subnegotiation_begin, std::byte(option)};
  append_escaped(bytes, parameters);
  bytes.push_back(iac);
  bytes.push_back(subnegotiation_end);
  return bytes;
}

void append_record(Bytes& to, std::span<const std::byte> head, std::span<const std::byte> bytes) {
  append_escaped(to, head);
  append_escaped(to, bytes);
  to.push_back(iac);
  to.push_back(end_of_record_mark);
}

}  // namespace terminal
