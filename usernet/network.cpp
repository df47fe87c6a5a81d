#include "usernet/network.h"

#include <stop_token>

#include "base/clock.h"
#include "ctc/in_process_link.h"

namespace usernet {
z::Result<std::shared_ptr<Network>> Network::make() {
  std::shared_ptr<Network> network{new Network{ctc::make_in_process_link(), ctc::make_in_process_link()}};
  auto& made = *network;
  made.stack_ = Z_TRY(Stack::make([&made](Packet packet) { made.peer_.send(std::move(packet)); }));
  made.thread_ = std::jthread{[&made](const std::stop_token& stop) { made.run(stop); }};
  return network;
}

Network::Network(Cable guest_reads, Cable guest_writes)
    : guest_ends_{std::move(guest_reads.first), std::move(guest_writes.first)},
      peer_(std::move(guest_reads.second), std::move(guest_writes.second),
            [this](Packet packet) { stack_->from_guest(std::move(packet)); }) {}

void Network::run(const std::stop_token& stop) {
  const std::stop_callback wake{stop, [this] { stack_->wake(); }};
  const z::HostClock clock;
  auto last_tick = clock.now();
  while (!stop.stop_requested()) {
    stack_->step();
    if (clock.now() - last_tick < std::chrono::seconds{1}) continue;
    last_tick = clock.now();
    peer_.tick();
  }
}

}  // namespace usernet
