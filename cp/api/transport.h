#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "cp/api/members.h"

namespace cp::api {

// A message to the relocation endpoint of a member: `head` followed by the parts, which belong to the sender and stay
// readable until `sent` is called.
struct OutgoingMessage {
  std::vector<std::byte> head;
  std::vector<std::span<const std::byte>> parts;
  std::function<void()> sent;  // the parts are no longer needed: copied, transmitted, or dropped with the link
};

// Ordered and without loss while a link lasts. When it is lost the owner of the endpoint is told once, messages under
// way are dropped, and none of them arrives after that. Messages up to one MiB. Everything on CP's event loop; `sent`
// may come before `send` returns and always comes.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual void send(MemberSlot to, OutgoingMessage message) = 0;
};

}  // namespace cp::api
