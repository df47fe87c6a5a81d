#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/mutex.h"
#include "base/result.h"
#include "usernet/block.h"

struct Slirp;

namespace usernet {

// Connections to a TCP port of the host's loopback go to a port of the guest.
struct Forward {
  std::uint16_t host_port = 0;
  std::uint16_t guest_port = 0;
  std::uint32_t guest = 0x0A00'020F;  // its address
};

// Whether a guest may have this address in a Stack's network.
bool is_for_guests(std::uint32_t address);

// A network of guests in user mode (libslirp): their connections become the process's own, so nothing on the host needs root. A
// guest alone is 10.0.2.15/24, 10.0.2.2 is the host (its loopback), 10.0.2.3 its name server. libslirp thinks in Ethernet frames; a
// CTC carries bare packets, so an Ethernet header is put on and taken off here, and ARP is answered for every guest.
class Stack {
 public:
  // Called by the thread in `step`.
  using ToGuest = std::function<void(Packet packet)>;

  static z::Result<std::unique_ptr<Stack>> make(ToGuest to_guest);
  ~Stack();
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;

  // Any thread.
  void from_guest(Packet packet);
  z::Result<> forward(Forward forward);
  void wake();  // `step` returns

  // Handles what has arrived, then waits for more, a second at the longest.
  void step();

 private:
  struct Callbacks;

  Stack(ToGuest to_guest, z::Fd woken);
  void arrive(std::vector<std::byte> frame);
  void to_guest(std::span<const std::byte> frame);

  const ToGuest to_guest_;
  const z::Fd woken_;  // an eventfd
  z::Mutex arrived_mutex_;
  std::vector<std::vector<std::byte>> arrived_ Z_GUARDED_BY(arrived_mutex_);  // Ethernet frames
  z::Mutex slirp_mutex_;  // libslirp is for one thread at a time
  Slirp* slirp_ Z_GUARDED_BY(slirp_mutex_) = nullptr;
};

}  // namespace usernet
