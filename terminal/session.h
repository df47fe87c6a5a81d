#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "terminal/tn3270.h"

namespace terminal {

// A terminal that is connected. Thread-safe; calls after its end do nothing.
class Session {
 public:
  virtual ~Session() = default;
  // A 3270 command by its channel code (X'01', X'05', ...) with its data.
  virtual void send(std::uint8_t command, std::span<const std::byte> data) = 0;
  virtual void close() = 0;
  // Each record sent is followed by User::confirmed.
  virtual bool confirms() const = 0;
  virtual const std::string& type() const = 0;  // "IBM-3278-2-E"
  virtual const std::string& name() const = 0;  // of its logical unit
};

// Who works with a terminal: a 3270 device, or CP. Called on the server's thread; the thread must not be kept waiting.
class User {
 public:
  virtual ~User() = default;
  virtual void connected(std::shared_ptr<Session> session) = 0;
  virtual void received(std::span<const std::byte> record) = 0;  // attention identifier and what follows it
  virtual void confirmed(Confirmation confirmation) = 0;
  virtual void disconnected() = 0;  // also when it never came to connected()
};

// The place that a terminal gets.
struct Seat {
  std::shared_ptr<User> user;
  std::string name;
};
using Seating = std::function<std::expected<Seat, Refusal>(const TerminalRequest& request)>;

}  // namespace terminal
