#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "cp/network/host_uplink.h"
#include "cp/network/routes.h"
#include "ctc/jack.h"
#include "usernet/peer.h"

namespace cp {

// A VSWITCH that carries IP packets (layer 3) and is one network on all members that define it by the same name. A guest is at it with
// two virtual CTCs, at whose other ends CP speaks ctcm's protocol. Packets go by the address that each guest was heard to send from;
// what nobody here or elsewhere has goes to the uplink, if a member has one. On CP's event loop.
class VirtualSwitch {
 public:
  enum class Direction : std::uint8_t { read, write };  // as the guest sees it

  struct Outside {
    ctc::Post post;
    std::function<std::vector<std::string>()> members;  // those that are linked
    std::function<void(const std::string& member, std::vector<std::byte> message)> send;
  };
  VirtualSwitch(std::string name, Outside outside) : name_(std::move(name)), outside_(std::move(outside)) {}

  z::Result<> open_uplink(const std::vector<usernet::Forward>& forwards);
  bool has_uplink() const { return uplink_ != nullptr; }
  const std::string& name() const { return name_; }
  const Routes& routes() const { return routes_; }

  void plug(const PortName& port, Direction direction, ctc::Jack& guest);
  // A guest's CTC is uncoupled or gone, or all of them.
  void unplug(const PortName& port, ctc::Jack& guest);
  void remove(const PortName& port);

  // Relocation. From `hold` on nothing of a port's state changes; what comes for it waits, and goes after the guest when that speaks
  // from elsewhere, or is removed from here.
  void hold(const PortName& port);
  void go_on(const PortName& port);
  std::vector<std::byte> save(const PortName& port) const;  // when held
  z::Result<> restore(const PortName& port, std::span<const std::byte> state);  // then plug; others hear of it at once

  // From the switch of this name on another member.
  z::Result<> received(const std::string& member, std::span<const std::byte> message);
  void link_up(const std::string& member);
  void link_down(const std::string& member);
  void tick();  // about once a second

 private:
  struct Port {
    std::array<ctc::Jack*, 2> jacks{};  // CP's ends; the peer owns them
    std::unique_ptr<usernet::Peer> peer{};
    std::size_t held = 0;  // packets that were due when it was held: they go with the guest
    bool is_held = false;
  };

  Port& port(const PortName& name);
  void from_guest(const PortName& port, usernet::Packet packet);
  void from_uplink(usernet::Packet packet);
  // `hops`: between members, that it has made.
  void forward(usernet::Packet packet, std::uint8_t hops);
  void search(const usernet::Packet& packet, std::uint8_t hops);
  void send(const std::string& member, const usernet::Packet& packet, std::uint8_t hops);
  bool may_be_a_guest(IpAddress address) const;
  void send_after(Port& port);
  void tell(const std::vector<std::string>& members, const std::vector<IpAddress>& addresses);

  const std::string name_;
  const Outside outside_;
  Routes routes_;
  std::map<PortName, Port> ports_;
  std::set<std::string> uplinks_;  // members that have one
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::unique_ptr<HostUplink> uplink_;  // last: its thread posts to what stands above
};

}  // namespace cp
