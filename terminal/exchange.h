#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "terminal/display_3270.h"
#include "terminal/server.h"

namespace terminal {

// The displays that share a place where terminals connect, by the names of their logical units.
class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  static z::Result<std::shared_ptr<Exchange>> open(const Listen& listen);

  const Listen& listen() const { return listen_; }
  std::uint16_t port() const { return server_->port(); }
  // Fails when the name is taken. No name: one is made.
  z::Result<std::string> add(const std::shared_ptr<DisplayLine>& line, std::string name) Z_EXCLUDES(lock_);
  void remove(const DisplayLine& line) Z_EXCLUDES(lock_);

 private:
  struct Entry {
    std::shared_ptr<DisplayLine> line;
    std::string name;
  };
  explicit Exchange(Listen listen) : listen_(std::move(listen)) {}
  std::expected<Seat, Refusal> seat(const TerminalRequest& request) Z_EXCLUDES(lock_);

  const Listen listen_;
  z::Mutex lock_;
  std::vector<Entry> entries_ Z_GUARDED_BY(lock_);
  std::unique_ptr<Server> server_;  // last: its thread uses what stands above
};

// All places of a process.
class Exchanges {
 public:
  z::Result<std::shared_ptr<Exchange>> find_or_open(const Listen& listen) Z_EXCLUDES(lock_);

 private:
  z::Mutex lock_;
  std::vector<std::weak_ptr<Exchange>> exchanges_ Z_GUARDED_BY(lock_);
};

}  // namespace terminal
