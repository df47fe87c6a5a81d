#pragma once

#include <functional>
#include <optional>
#include <string>

#include "terminal/telnet.h"

namespace terminal {

// What a client says of the terminal that it is.
struct TerminalRequest {
  std::string type;                 // "IBM-3278-2-E"
  std::optional<std::string> name;  // of the logical unit that it wants
};

// Why it gets none: reason codes of RFC 2355, "DEVICE-TYPE REJECT".
enum class Refusal : std::uint8_t { device_in_use = 1, invalid_name = 3, invalid_device_type = 4, unknown_error = 6, unsupported_request = 7 };

// How a client that confirms took a record.
enum class Confirmation : std::uint8_t { done, command_reject, intervention_required, operation_check };

// The server's end of a TN3270E connection (RFC 2355), or of a TN3270 one (RFC 1576) when the client knows no better. Bytes in,
// bytes and events out: no socket, clock or thread.
//
//   offered -> asked -> functions -> open                       TN3270E
//   offered -> classic_type -> classic_modes -> open            the client will not do TN3270E
//   any -> closed
class Tn3270 {
 public:
  // Finds a place for the terminal; its answer is the name of the logical unit.
  using Admit = std::function<std::expected<std::string, Refusal>(const TerminalRequest& request)>;

  struct Opened {};
  struct Received {  // attention identifier and what follows it
    Bytes bytes;
  };
  struct Confirmed {
    Confirmation confirmation;
  };
  struct Closed {};
  using Event = std::variant<Opened, Received, Confirmed, Closed>;
  struct Reply {
    Bytes bytes;
    std::vector<Event> events;
  };

  explicit Tn3270(Admit admit) : admit_(std::move(admit)) {}

  Bytes begin();
  z::Result<Reply> receive(std::span<const std::byte> stream);
  // A 3270 command and its data, as the client takes them. A client that confirms() does so once for each.
  Bytes record(std::uint8_t command, std::span<const std::byte> data);

  bool is_open() const { return state_ == State::open; }
  bool confirms() const { return confirms_; }
  const TerminalRequest& request() const { return request_; }
  const std::string& name() const { return name_; }

 private:
  enum class State : std::uint8_t { offered, asked, functions, classic_type, classic_modes, open, closed };

  void take(const Negotiation& negotiation, Reply& reply);
  void take(const Subnegotiation& subnegotiation, Reply& reply);
  void take(const Record& record, Reply& reply);
  void take_device_type(std::span<const std::byte> parameters, Reply& reply);
  void take_functions(std::span<const std::byte> parameters, Reply& reply);
  void take_classic_type(std::string_view type, Reply& reply);
  void take_response(std::span<const std::byte> record, Reply& reply);
  void take_classic_mode(const Negotiation& negotiation, Reply& reply);
  void open(Reply& reply);
  void close(Reply& reply, std::string_view why);
  std::expected<void, Refusal> admit(TerminalRequest request);

  const Admit admit_;
  TelnetReader reader_;
  State state_ = State::offered;
  TerminalRequest request_;
  std::string name_;
  bool extended_ = false;       // TN3270E
  bool confirms_ = false;       // RESPONSES was agreed upon
  std::uint8_t modes_ = 0;      // of classic TN3270, that the client agreed to
  std::uint16_t sequence_ = 0;  // of the last record sent
};

}  // namespace terminal
