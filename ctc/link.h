#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
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
  // What a relocation carries of it with the device; none: it is fixed to its place.
  virtual std::vector<std::byte> save() const { return {}; }
  virtual z::Result<> restore(std::span<const std::byte> state) {
    if (!state.empty()) return z::failure("a CTC comes with the state of a link that this one is not");
    return {};
  }
  // "linked", or why not: "waiting for LP02/6000", "refused: ...".
  virtual std::string state() const = 0;
};

}  // namespace ctc
