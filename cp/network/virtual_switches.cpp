#include "cp/network/virtual_switches.h"

#include "base/bytes.h"

namespace cp {

z::Result<> VirtualSwitches::define(const VswitchStatement& statement) {
  auto outside = outside_;
  outside.send = [send = outside_.send, name = statement.name](const std::string& member, std::vector<std::byte> message) {
    z::ByteWriter writer;
    writer.block(std::as_bytes(std::span{name}));
    writer.raw(message);
    send(member, std::move(writer).bytes());
  };
  auto& made = switches_[statement.name] = std::make_unique<VirtualSwitch>(statement.name, std::move(outside));
  return statement.has_host_uplink ? made->open_uplink(statement.forwards) : z::Result<>{};
}

VirtualSwitch* VirtualSwitches::find(const std::string& name) const {
  const auto found = switches_.find(name);
  return found == switches_.end() ? nullptr : found->second.get();
}

std::vector<const VirtualSwitch*> VirtualSwitches::all() const {
  std::vector<const VirtualSwitch*> result;
  for (const auto& [name, one] : switches_) result.push_back(one.get());
  return result;
}

// A switch that this member does not have takes nothing.
z::Result<> VirtualSwitches::received(const std::string& member, std::span<const std::byte> bytes) {
  z::ByteReader message{bytes};
  const auto name = Z_TRY(message.block());
  auto* to = find({reinterpret_cast<const char*>(name.data()), name.size()});
  if (to == nullptr) return {};
  return to->received(member, message.rest());
}

void VirtualSwitches::link_up(const std::string& member) {
  for (auto& [name, one] : switches_) one->link_up(member);
}

void VirtualSwitches::link_down(const std::string& member) {
  for (auto& [name, one] : switches_) one->link_down(member);
}

void VirtualSwitches::tick() {
  for (auto& [name, one] : switches_) one->tick();
}

}  // namespace cp
