#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "ctc/link.h"
#include "usernet/peer.h"
#include "usernet/stack.h"

namespace usernet {

enum class Direction : std::uint8_t { read, write };  // as the guest sees it

// What stands at the other end of a guest's two CTCs: a system with ctcm's protocol, and behind it the host's network.
class Network {
 public:
  static z::Result<std::shared_ptr<Network>> make();

  // The guest's ends of the two CTCs: of the device that it reads and of the one that it writes. Each is there once; null
  // when it is taken.
  std::unique_ptr<ctc::Link> take_end(Direction direction) { return std::move(guest_ends_[direction == Direction::read ? 0 : 1]); }
  z::Result<> forward(Forward forward) { return stack_->forward(forward); }

 private:
  // The two ends of a CTC.
  using Cable = std::pair<std::unique_ptr<ctc::Link>, std::unique_ptr<ctc::Link>>;

  Network(Cable guest_reads, Cable guest_writes);
  void run(const std::stop_token& stop);

  std::array<std::unique_ptr<ctc::Link>, 2> guest_ends_;
  std::unique_ptr<Stack> stack_;
  Peer peer_;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace usernet
