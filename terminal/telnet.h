#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "base/result.h"

namespace terminal {

using Bytes = std::vector<std::byte>;

// Telnet's commands and the options that a 3270 needs (RFC 854, 856, 885, 1091, 2355).
enum class Verb : std::uint8_t { will = 0xFB, wont = 0xFC, do_ = 0xFD, dont = 0xFE };
enum class Option : std::uint8_t { binary = 0, terminal_type = 24, end_of_record = 25, tn3270e = 40 };

// What the peer said, in its order.
struct Negotiation {
  Verb verb;
  std::uint8_t option;
};
struct Subnegotiation {
  std::uint8_t option;
  Bytes parameters;
};
struct Record {  // closed by end-of-record
  Bytes bytes;
};
using TelnetEvent = std::variant<Negotiation, Subnegotiation, Record>;

// Takes a stream of telnet apart. Other commands (no-operation, interrupt, are-you-there) are passed over.
class TelnetReader {
 public:
  // Fails when a record or a subnegotiation is longer than any that a terminal sends.
  z::Result<std::vector<TelnetEvent>> read(std::span<const std::byte> stream);

 private:
  enum class State : std::uint8_t { data, command, option, subnegotiation, subnegotiation_command };

  z::Result<> take(std::byte byte, std::vector<TelnetEvent>& events);
  z::Result<> take_command(std::byte byte, std::vector<TelnetEvent>& events);
  z::Result<> add(Bytes& to, std::byte byte, std::size_t longest) const;

  State state_ = State::data;
  Verb verb_ = Verb::will;
  Bytes record_;
  Bytes parameters_;  // of a subnegotiation, its option first
};

Bytes negotiation(Verb verb, Option option);
Bytes subnegotiation(Option option, std::span<const std::byte> parameters);
// Appends a record: X'FF' doubled, end-of-record behind.
void append_record(Bytes& to, std::span<const std::byte> head, std::span<const std::byte> bytes);

}  // namespace terminal
