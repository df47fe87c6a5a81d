#pragma once

#include <memory>
#include <thread>

#include "usernet/stack.h"

namespace cp {

// The way from a virtual switch to the host's network without root, and the thread that runs it.
class HostUplink {
 public:
  // `arrived` is called by that thread.
  static z::Result<std::unique_ptr<HostUplink>> open(const std::vector<usernet::Forward>& forwards, usernet::Stack::ToGuest arrived);

  void send(usernet::Packet packet) { stack_->from_guest(std::move(packet)); }

 private:
  explicit HostUplink(std::unique_ptr<usernet::Stack> stack);

  std::unique_ptr<usernet::Stack> stack_;
  std::jthread thread_;  // last: it uses the stack
};

}  // namespace cp
