#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/address.h"

namespace cp {

using IpAddress = z::Number<struct IpAddressTag, std::uint32_t>;  // version 4

// A guest's pair of CTCs: the one that it reads has the even number, the next one it writes.
struct PortName {
  std::string userid;
  z::DeviceNumber device;
  auto operator<=>(const PortName&) const = default;
};

struct IpHeader {
  IpAddress source, destination;
};
// Nothing when it is no whole IPv4 header.
std::optional<IpHeader> ip_header(std::span<const std::byte> packet);
std::string show(IpAddress address);

// Where the addresses of a virtual switch are: learnt from what the guests here send, and told by the other members. Whoever
// speaks last has an address, as behind any switch: so a guest that has moved takes its address along.
class Routes {
 public:
  using Member = std::string;
  using Place = std::variant<PortName, Member>;

  // True: this is news, and the other members should hear it.
  bool learn(IpAddress address, const PortName& port);
  void told(IpAddress address, const Member& member);
  void forget(const PortName& port);
  void forget(const Member& member);
  std::optional<Place> find(IpAddress address) const;
  std::vector<IpAddress> at(const PortName& port) const;
  std::vector<IpAddress> here() const;
  const std::map<IpAddress, Place>& all() const { return places_; }

 private:
  std::map<IpAddress, Place> places_;
};

}  // namespace cp
