#include "cp/network/virtual_switch.h"

#include "base/bytes.h"

namespace cp {
namespace {

// To the switch of the same name on another member.
enum class Kind : std::uint8_t {
  packet = 1,     // u8 hops it has made, the packet
  addresses = 2,  // u8 whether the sender has an uplink, be32 each: they are at the sender now
};
constexpr std::uint8_t most_hops = 2;  // a packet may follow a guest that moves while it travels, not run in circles

}  // namespace

z::Result<> VirtualSwitch::open_uplink(const std::vector<usernet::Forward>& forwards) {
  uplink_ = Z_TRY(HostUplink::open(forwards, [this, post = outside_.post, weak = std::weak_ptr{alive_}](usernet::Packet packet) {
    post([this, weak, packet = std::move(packet)] {
      if (!weak.expired()) from_uplink(packet);
    });
  }));
  tell(outside_.members(), {});
  return {};
}

VirtualSwitch::Port& VirtualSwitch::port(const PortName& name) {
  auto& port = ports_[name];
  if (port.peer) return port;
  const auto jack = [&](Direction direction) {
    auto made = std::make_unique<ctc::Jack>("SYSTEM " + name_, outside_.post);
    port.jacks[static_cast<std::size_t>(direction)] = made.get();
    return made;
  };
  auto reads = jack(Direction::read), writes = jack(Direction::write);
  port.peer = std::make_unique<usernet::Peer>(std::move(reads), std::move(writes),
                                              [this, name](usernet::Packet packet) { from_guest(name, std::move(packet)); });
  return port;
}

void VirtualSwitch::plug(const PortName& name, Direction direction, ctc::Jack& guest) {
  auto& far = *port(name).jacks[static_cast<std::size_t>(direction)];
  far.uncouple();
  ctc::Jack::couple(guest, far);
}

void VirtualSwitch::unplug(const PortName& name, ctc::Jack& guest) {
  guest.uncouple();
  const auto found = ports_.find(name);
  if (found != ports_.end() && !found->second.jacks[0]->is_coupled() && !found->second.jacks[1]->is_coupled()) remove(name);
}

void VirtualSwitch::remove(const PortName& name) {
  const auto found = ports_.find(name);
  if (found == ports_.end()) return;
  auto port = std::move(found->second);
  ports_.erase(found);
  routes_.forget(name);
  if (port.is_held) send_after(port);
}

void VirtualSwitch::hold(const PortName& name) {
  const auto found = ports_.find(name);
  if (found == ports_.end()) return;
  auto& port = found->second;
  for (auto* jack : port.jacks) jack->hold();
  port.is_held = true;
  port.held = port.peer->waiting(0).size();
}

void VirtualSwitch::go_on(const PortName& name) {
  const auto found = ports_.find(name);
  if (found == ports_.end()) return;
  found->second.is_held = false;
  for (auto* jack : found->second.jacks) jack->go_on();
}

std::vector<std::byte> VirtualSwitch::save(const PortName& name) const {
  const auto found = ports_.find(name);
  if (found == ports_.end()) return {};
  z::ByteWriter state;
  const auto addresses = routes_.at(name);
  state.be32(static_cast<std::uint32_t>(addresses.size()));
  for (const auto address : addresses) state.be32(address.value);
  state.block(found->second.peer->save());
  return std::move(state).bytes();
}

z::Result<> VirtualSwitch::restore(const PortName& name, std::span<const std::byte> bytes) {
  if (bytes.empty()) return {};
  z::ByteReader state{bytes};
  std::vector<IpAddress> addresses;
  for (auto left = Z_TRY(state.be32()); left > 0; --left) addresses.emplace_back(Z_TRY(state.be32()));
  Z_CHECK(port(name).peer->restore(Z_TRY(state.block())));
  for (const auto address : addresses) routes_.learn(address, name);
  tell(outside_.members(), addresses);
  return {};
}

void VirtualSwitch::from_guest(const PortName& name, usernet::Packet packet) {
  const auto header = ip_header(packet);
  if (!header) return;
  if (routes_.learn(header->source, name)) tell(outside_.members(), {header->source});
  if (routes_.find(header->destination) != Routes::Place{name}) forward(std::move(packet), 0);
}

// What is for no guest does not go out again.
void VirtualSwitch::from_uplink(usernet::Packet packet) {
  const auto header = ip_header(packet);
  if (header && usernet::is_for_guests(header->destination.value)) forward(std::move(packet), 0);
}

void VirtualSwitch::forward(usernet::Packet packet, std::uint8_t hops) {
  const auto header = ip_header(packet);
  if (!header) return;
  const auto place = routes_.find(header->destination);
  if (const auto* name = place ? std::get_if<PortName>(&*place) : nullptr) {
    if (const auto found = ports_.find(*name); found != ports_.end()) found->second.peer->send(std::move(packet));
    return;
  }
  if (!place && may_be_a_guest(header->destination)) return search(packet, hops);
  if (!place && uplink_) return uplink_->send(std::move(packet));
  if (place) send(std::get<Routes::Member>(*place), packet, hops);
  else if (!uplinks_.empty()) send(*uplinks_.begin(), packet, hops);
}

// With an uplink guests are in its network; without one they are anywhere.
bool VirtualSwitch::may_be_a_guest(IpAddress address) const {
  return (!uplink_ && uplinks_.empty()) || usernet::is_for_guests(address.value);
}

// Whose address it is has not spoken yet, so every guest that has not is given the packet: there is no ARP on a point-to-point
// interface, and who is not meant drops it.
void VirtualSwitch::search(const usernet::Packet& packet, std::uint8_t hops) {
  for (auto& [name, port] : ports_)
    if (routes_.at(name).empty()) port.peer->send(packet);
  if (hops > 0) return;
  for (const auto& member : outside_.members()) send(member, packet, hops);
}

void VirtualSwitch::send(const std::string& member, const usernet::Packet& packet, std::uint8_t hops) {
  if (hops == most_hops) return;
  z::ByteWriter message;
  message.u8(static_cast<std::uint8_t>(Kind::packet));
  message.u8(static_cast<std::uint8_t>(hops + 1));
  message.raw(packet);
  outside_.send(member, std::move(message).bytes());
}

// What came for a guest after its state had been taken.
void VirtualSwitch::send_after(Port& port) {
  for (auto& packet : port.peer->waiting(port.held)) forward(std::move(packet), 0);
  port.held = SIZE_MAX;
}

void VirtualSwitch::tell(const std::vector<std::string>& members, const std::vector<IpAddress>& addresses) {
  for (const auto& member : members) {
    z::ByteWriter message;
    message.u8(static_cast<std::uint8_t>(Kind::addresses));
    message.u8(has_uplink() ? 1 : 0);
    for (const auto address : addresses) message.be32(address.value);
    outside_.send(member, std::move(message).bytes());
  }
}

z::Result<> VirtualSwitch::received(const std::string& member, std::span<const std::byte> bytes) {
  z::ByteReader message{bytes};
  const auto kind = Z_TRY(message.u8());
  const auto second = Z_TRY(message.u8());
  if (kind == static_cast<std::uint8_t>(Kind::packet)) {
    forward({message.rest().begin(), message.rest().end()}, std::min(second, most_hops));
    return {};
  }
  if (kind != static_cast<std::uint8_t>(Kind::addresses)) return z::failure("message of kind {}", kind);
  if (second != 0) uplinks_.insert(member);
  else uplinks_.erase(member);
  while (!message.rest().empty()) {
    const IpAddress address{Z_TRY(message.be32())};
    const auto before = routes_.find(address);
    routes_.told(address, member);
    const auto* name = before ? std::get_if<PortName>(&*before) : nullptr;
    const auto found = name == nullptr ? ports_.end() : ports_.find(*name);
    if (found != ports_.end() && found->second.is_held) send_after(found->second);
  }
  return {};
}

void VirtualSwitch::link_up(const std::string& member) { tell({member}, routes_.here()); }

void VirtualSwitch::link_down(const std::string& member) {
  routes_.forget(member);
  uplinks_.erase(member);
}

void VirtualSwitch::tick() {
  for (auto& [name, port] : ports_) port.peer->tick();
}

}  // namespace cp
