#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "base/fd.h"
#include "base/result.h"

namespace ctc {

// Where the two ends of a link meet: a Unix-domain socket's path, or a TCP address.
struct TcpAddress {
  std::string host;
  std::string port;
};
using Address = std::variant<std::filesystem::path, TcpAddress>;

// "shm:PATH" or "tcp:HOST:PORT".
z::Result<Address> parse_address(std::string_view text);
std::string to_text(const Address& address);

// A listening socket. A path left behind by a process that died is taken over; one that is in use is refused.
z::Result<z::Fd> listen_at(const Address& address);
z::Result<z::Fd> connect_to(const Address& address);

// Raised to make a thread leave its wait.
class StopSignal {
 public:
  StopSignal();
  void raise() const;
  void lower() const;
  bool is_raised() const { return wait(std::chrono::milliseconds{0}); }
  bool wait(std::chrono::milliseconds limit) const;  // true: raised within `limit`
  int fd() const { return event_.get(); }

 private:
  z::Fd event_;
};

// Waits for `events` (poll) on a socket; zero: raised `stop` or the time is over.
short wait_for(const z::Fd& socket, short events, const StopSignal& stop,
               std::optional<std::chrono::milliseconds> limit = std::nullopt);
z::Result<z::Fd> accept_from(const z::Fd& listener);

// Whole blocks, for handshakes, each within a few seconds. A descriptor may travel with a block on a Unix-domain socket.
z::Result<> send_block(const z::Fd& socket, std::span<const std::byte> block, int descriptor = -1);
z::Result<z::Fd> receive_block(const z::Fd& socket, std::span<std::byte> block, const StopSignal& stop);

}  // namespace ctc
