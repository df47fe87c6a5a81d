#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace lpar {

// The command socket of a partition's process. A client writes one command a line and gets, for each, response lines
// and then a return code; an operator's connection also gets messages that nobody asked for.
//
//   server -> client   " text"   a line of the response
//                      "!text"   a message to the operator
//                      "=rc"     end of the response, rc decimal
class ControlServer {
 public:
  // The answer to one command. Thread-safe; goes on existing when the client has left.
  class Answer {
   public:
    virtual ~Answer() = default;
    virtual void line(std::string_view text) = 0;
    virtual void done(int return_code) = 0;
  };
  struct Handlers {
    std::function<void(std::string command, std::shared_ptr<Answer>)> command;
    std::function<void()> operator_left;  // the operator's connection ended
  };

  // Listens at `path` (mode 0600, a stale socket is replaced) and, when `operator_console` is open, serves it too. Handlers
  // are called on the server's thread.
  static z::Result<std::unique_ptr<ControlServer>> start(const std::filesystem::path& path, z::Fd operator_console,
                                                         Handlers handlers);
  virtual ~ControlServer() = default;
  // Both thread-safe.
  virtual void tell_operator(std::string_view text) = 0;
  virtual void tell_state(std::string_view state) = 0;
  // Sends what is still queued and closes all connections. No handler runs after it returns.
  virtual void stop() = 0;
};

// A client's end: a connection to a running partition, used by one thread.
class ControlClient {
 public:
  static z::Result<ControlClient> connect(const std::filesystem::path& path);
  explicit ControlClient(z::Fd socket) : socket_(std::move(socket)) {}

  struct Event {
    enum class Kind { response, message, state, done, closed } kind;
    std::string text;
    int return_code = 0;
  };
  z::Result<> send(std::string_view command);
  // Waits for one receipt and returns the events that it completed; the last is `closed` when the partition has gone.
  std::vector<Event> receive();
  int fd() const { return socket_.get(); }

 private:
  z::Fd socket_;
  std::string buffered_;
};

}  // namespace lpar
