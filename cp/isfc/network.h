#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "cp/isfc/message.h"

namespace cp::isfc {

// ISFC as its users see it: messages to an endpoint of a directly linked node, in order and without loss while the link
// lasts. Everything on CP's event loop.
class Network {
 public:
  struct Listener {
    std::function<void(const std::string& node, std::span<const std::byte> message)> message;  // read it at once
    std::function<void(const std::string& node)> link_up;
    std::function<void(const std::string& node)> link_down;  // nothing sent before arrives after it
  };
  virtual ~Network() = default;

  virtual void listen(Endpoint endpoint, Listener listener) = 0;  // told of links that are up already
  // `sent` always comes, perhaps before the call returns: the peer has the message, or the link is lost.
  virtual void send(const std::string& node, Endpoint endpoint, Message message, std::function<void()> sent) = 0;
  virtual bool is_up(const std::string& node) const = 0;
};

}  // namespace cp::isfc
