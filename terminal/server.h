#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "terminal/session.h"

namespace terminal {

// Where terminals connect. TLS when certificate and key (PEM files) are named.
struct Listen {
  std::string host = "127.0.0.1";
  std::uint16_t port = 3270;
  std::string certificate;
  std::string key;
  bool operator==(const Listen&) const = default;
};
// "127.0.0.1:3270", "[::1]:3270", or a port alone, which is on the loopback.
z::Result<Listen> parse_listen(std::string_view text);

// A TN3270E server: any number of terminals, one thread.
class Server {
 public:
  // `seating` is called on the server's thread.
  static z::Result<std::unique_ptr<Server>> start(const Listen& listen, Seating seating);
  virtual ~Server() = default;  // ends all sessions; users hear of it before it returns
  virtual std::uint16_t port() const = 0;
};

}  // namespace terminal
