#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "base/fd.h"
#include "base/mutex.h"
#include "base/result.h"
#include "gdb/machine_target.h"

namespace gdb {

// The remote stub of one machine: listens, and serves one debugger at a time on a thread of its own. To connect stops the
// machine. A debugger that detaches lets it run; one that is merely gone leaves it as it is, without its breakpoints.
class Server {
 public:
  struct Options {
    std::string_view endpoint;  // HOST:PORT; port 0: any free one
    MachineTarget::Begin begin = MachineTarget::Begin::running;
    std::function<void()> killed;  // the debugger wants the machine gone; on the server's thread
  };
  // The machine outlives the server.
  static z::Result<std::unique_ptr<Server>> start(lpar::Machine& machine, Options options);
  ~Server() Z_NO_THREAD_SAFETY_ANALYSIS;

  unsigned port() const { return port_; }
  bool has_debugger() const { return has_debugger_; }
  // Between these two no debugger stops the machine. False: one has stopped it.
  bool keep_debuggers_away() Z_NO_THREAD_SAFETY_ANALYSIS;
  void admit_debuggers() Z_NO_THREAD_SAFETY_ANALYSIS;

 private:
  Server(lpar::Machine& machine, Options options, z::Fd listener, unsigned port);
  void serve();
  void talk(const z::Fd& peer);
  void hold() Z_NO_THREAD_SAFETY_ANALYSIS;    // before the machine may be stopped
  void settle() Z_NO_THREAD_SAFETY_ANALYSIS;  // afterwards
  void wake();
  void wait(int peer, short events);

  const std::function<void()> killed_;
  const z::Fd listener_;
  const unsigned port_;
  const z::Fd wake_;  // an event counter: something stopped, or the server is to end
  std::atomic<bool> ending_{false};
  std::atomic<bool> has_debugger_{false};
  z::Mutex in_use_;      // held while a debugger has the machine stopped, and between the two functions
  bool holds_ = false;  // the server's thread holds it
  MachineTarget target_;
  std::jthread thread_;
};

}  // namespace gdb
