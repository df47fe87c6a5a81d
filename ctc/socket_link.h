#pragma once

#include <memory>
#include <thread>

#include "base/mutex.h"
#include "ctc/handshake.h"
#include "ctc/link.h"
#include "ctc/session.h"
#include "ctc/socket.h"

namespace ctc {

// A link to another process, through shared memory or TCP. A thread connects or accepts, shakes hands and delivers; after a
// loss it starts over. While an end is linked, others that call at its address wait.
class SocketLink final : public Link {
 public:
  // The listening end's address is taken here, so that a wrong one is an error of the configuration.
  static z::Result<std::unique_ptr<Link>> make(Address address, Identity identity, SessionEnd end);
  SocketLink(Address address, Identity identity, z::Fd listener);
  ~SocketLink() override;

  void start(LinkEnd& end) override;
  void send(Message message) override;
  Buffer buffer(std::size_t size) override;
  std::string description() const override;
  std::string state() const override;

 private:
  void run(LinkEnd& end);
  z::Result<z::Fd> reach_other_end();
  z::Result<std::shared_ptr<Session>> establish();
  void set_state(std::string state);
  SessionEnd end() const { return listener_ ? SessionEnd::listening : SessionEnd::connecting; }

  const Address address_;
  const Identity identity_;
  const z::Fd listener_;  // none at the connecting end
  StopSignal stop_;
  mutable z::Mutex mutex_;
  std::shared_ptr<Session> session_ Z_GUARDED_BY(mutex_);
  std::string state_ Z_GUARDED_BY(mutex_);
  std::jthread thread_;
};

}  // namespace ctc
