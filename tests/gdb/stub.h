#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/fd.h"
#include "gdb/server.h"
#include "lpar/bare_partition.h"

namespace gdb {

// A partition that `endicott ipl --gdb 127.0.0.1:0 --wait` would run, and a debugger's end of the connection.
class Stub {
 public:
  explicit Stub(unsigned cpus = 1, z::Bytes memory = {1 << 20});

  std::string ask(std::string_view packet);  // the reply's data
  void send(std::string_view packet);
  void interrupt();
  std::string receive();  // "(closed)" at the end
  void connect();         // anew

  // Writes the code at an address, points the PSW of CPU 0 there (64-bit mode, disabled) and continues; the stop reply.
  void load(std::uint64_t address, std::string_view code);
  void set_psw(std::uint64_t mask, std::uint64_t address);
  std::string run(std::uint64_t address, std::string_view code);
  std::uint64_t reg(unsigned number);
  std::uint64_t pswa() { return reg(1); }
  std::uint64_t gr(unsigned n) { return reg(2 + n); }
  void set_reg(unsigned number, std::uint64_t value);

  lpar::Machine& machine() { return partition_->machine(); }
  bool was_killed() const { return killed_; }
  unsigned port() const { return server_->port(); }

  static constexpr unsigned cr = 83, prefix = 102;

 private:
  z::HostClock clock_;
  std::unique_ptr<lpar::BarePartition> partition_;
  std::atomic<bool> killed_{false};
  std::unique_ptr<Server> server_;
  z::Fd socket_;
};

}  // namespace gdb
