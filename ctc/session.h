#pragma once

#include <memory>

#include "base/fd.h"
#include "base/result.h"
#include "ctc/link.h"
#include "ctc/socket.h"

namespace ctc {

// A link while it is up: from a successful handshake until the socket says that the other end is gone.
class Session {
 public:
  virtual ~Session() = default;
  virtual void send(Message message) = 0;
  virtual Buffer buffer(std::size_t size) { return Buffer{size}; }  // see Link
  // Delivers messages until the other end is lost or `stop` is raised; what was sent before the loss is delivered first.
  virtual void run(LinkEnd& end, const StopSignal& stop) = 0;
};

enum class SessionEnd : std::uint8_t { listening, connecting };

// Anonymous shared memory for one session. It has no name, so a killed process leaves nothing behind, and each
// session starts with fresh rings.
z::Result<z::Fd> make_session_memory();
z::Result<std::unique_ptr<Session>> make_shared_memory_session(z::Fd socket, const z::Fd& memory, SessionEnd end);
z::Result<std::unique_ptr<Session>> make_tcp_session(z::Fd socket);

}  // namespace ctc
