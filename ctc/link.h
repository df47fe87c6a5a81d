#pragma once

#include <string>
#include <string_view>

#include "ctc/message.h"

namespace ctc {

// What a link tells its end. Calls come from one thread of the link, never two at once, and never from within `send`.
class LinkEnd {
 public:
  virtual ~LinkEnd() = default;
  virtual void linked() = 0;
  virtual void lost() = 0;
  virtual void received(Message message) = 0;
};

// One end of a reliable, ordered pipe of messages to the other end of an adapter, wherever that lives. It joins again by
// itself after a loss.
class Link {
 public:
  virtual ~Link() = default;  // no call to the LinkEnd comes any more
  virtual void start(LinkEnd& end) = 0;
  // Never blocks and never calls back. What is sent while the link is down, or goes down, is dropped: `lost` follows.
  virtual void send(Message message) = 0;
  // For data of this end's side: lies, if it can, where `send` need not copy it any more.
  virtual Buffer buffer(std::size_t size) { return Buffer{size}; }
  virtual std::string description() const = 0;
  // "linked", or why not: "waiting for LP02/6000", "refused: ...".
  virtual std::string state() const = 0;
};

}  // namespace ctc
