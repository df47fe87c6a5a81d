#include "cp/guest/guest_ctcas.h"

#include <algorithm>

#include "base/bytes.h"
#include "channel/subsystem.h"
#include "cp/command/format.h"
#include "ctc/fctc_device.h"

namespace cp {

GuestCtcas::GuestCtcas(VmDefinition& definition, VirtualSwitches& switches, ctc::Post post)
    : definition_(definition), switches_(switches), post_(std::move(post)) {}

void GuestCtcas::leave() {
  for (const auto& [port, vswitch] : ports()) vswitch->remove(port);
}

z::Result<> GuestCtcas::attach_all(channel::Subsystem& subsystem) {
  for (const auto& ctca : definition_.ctcas) Z_CHECK(attach(subsystem, ctca.number));
  return {};
}

z::Result<> GuestCtcas::attach(channel::Subsystem& subsystem, z::DeviceNumber device) {
  auto jack = std::make_unique<ctc::Jack>(fmt::format("{} {}", definition_.userid, show(device)), post_);
  auto* const made = jack.get();
  if (auto attached = subsystem.attach(device, std::make_unique<ctc::FctcDevice>(std::move(jack), ctc::Role::proxy)); !attached)
    return z::failure(std::move(attached).error());
  jacks_.emplace(device, made);
  return {};
}

CtcaDefinition* GuestCtcas::find(z::DeviceNumber device) {
  const auto found = std::ranges::find(definition_.ctcas, device, &CtcaDefinition::number);
  return found == definition_.ctcas.end() ? nullptr : &*found;
}

PortName GuestCtcas::port_of(z::DeviceNumber device) const {
  return {definition_.userid, z::DeviceNumber{static_cast<std::uint16_t>(device.value & ~1U)}};
}

void GuestCtcas::plug_all() {
  for (const auto& ctca : definition_.ctcas) plug(ctca);
}

void GuestCtcas::plug(const CtcaDefinition& ctca) {
  auto* const vswitch = ctca.vswitch.empty() ? nullptr : switches_.find(ctca.vswitch);
  if (vswitch == nullptr) return;
  using Direction = VirtualSwitch::Direction;
  vswitch->plug(port_of(ctca.number), ctca.number.value % 2 == 0 ? Direction::read : Direction::write, *jacks_.at(ctca.number));
}

Answer<> GuestCtcas::define(channel::Subsystem& subsystem, CtcaDefinition ctca) {
  if (subsystem.device(ctca.number) != nullptr) return refusal(6725, show(ctca.number));
  if (const auto attached = attach(subsystem, ctca.number); !attached) return refusal(6726, show(ctca.number), attached.error().text());
  definition_.ctcas.push_back(std::move(ctca));
  return {};
}

void GuestCtcas::detached(z::DeviceNumber device) {
  if (!has(device)) return;
  static_cast<void>(uncouple(device));
  jacks_.erase(device);
  std::erase_if(definition_.ctcas, [&](const CtcaDefinition& ctca) { return ctca.number == device; });
}

// One that is free for `partner`.
Answer<ctc::Jack*> GuestCtcas::free_jack(z::DeviceNumber device, const std::string& partner) {
  const auto* const ctca = find(device);
  if (ctca == nullptr) return refusal(6721, definition_.userid, show(device));
  auto* const jack = jacks_.at(device);
  if (jack->is_coupled()) return refusal(6720, show(device), definition_.userid);
  if (!ctca->partner.empty() && ctca->partner != partner) return refusal(6722, show(device), definition_.userid, ctca->partner);
  return jack;
}

Answer<> GuestCtcas::couple(z::DeviceNumber device, const std::string& vswitch) {
  if (switches_.find(vswitch) == nullptr) return refusal(6723, vswitch);
  Z_TRY(free_jack(device, "SYSTEM"));
  const auto* const neighbour = find(z::DeviceNumber{static_cast<std::uint16_t>(device.value ^ 1U)});
  if (neighbour != nullptr && !neighbour->vswitch.empty() && neighbour->vswitch != vswitch)
    return refusal(6727, show(neighbour->number), definition_.userid, neighbour->vswitch);
  auto& ctca = *find(device);
  ctca.vswitch = vswitch;
  plug(ctca);
  return {};
}

Answer<> GuestCtcas::couple(GuestCtcas& one, z::DeviceNumber device, GuestCtcas& other, z::DeviceNumber other_device) {
  auto* const mine = Z_TRY(one.free_jack(device, other.definition_.userid));
  auto* const theirs = Z_TRY(other.free_jack(other_device, one.definition_.userid));
  if (mine == theirs) return refusal(6720, show(device), one.definition_.userid);
  ctc::Jack::couple(*mine, *theirs);
  return {};
}

Answer<> GuestCtcas::uncouple(z::DeviceNumber device) {
  auto* const ctca = find(device);
  if (ctca == nullptr) return refusal(6721, definition_.userid, show(device));
  auto* const jack = jacks_.at(device);
  if (!jack->is_coupled()) return refusal(6724, show(device), definition_.userid);
  const auto vswitch = std::exchange(ctca->vswitch, {});
  if (auto* const found = vswitch.empty() ? nullptr : switches_.find(vswitch)) found->unplug(port_of(device), *jack);
  else jack->uncouple();
  return {};
}

std::string GuestCtcas::coupled_to(z::DeviceNumber device) const {
  const auto found = jacks_.find(device);
  return found == jacks_.end() ? std::string{} : found->second->coupled_to();
}

std::vector<z::DeviceNumber> GuestCtcas::coupled_to_guests() const {
  std::vector<z::DeviceNumber> result;
  for (const auto& ctca : definition_.ctcas)
    if (ctca.vswitch.empty() && jacks_.at(ctca.number)->is_coupled()) result.push_back(ctca.number);
  return result;
}

std::map<PortName, VirtualSwitch*> GuestCtcas::ports() const {
  std::map<PortName, VirtualSwitch*> result;
  for (const auto& ctca : definition_.ctcas)
    if (auto* const found = ctca.vswitch.empty() ? nullptr : switches_.find(ctca.vswitch)) result.emplace(port_of(ctca.number), found);
  return result;
}

void GuestCtcas::hold() {
  for (const auto& [port, vswitch] : ports()) vswitch->hold(port);
}

void GuestCtcas::go_on() {
  for (const auto& [port, vswitch] : ports()) vswitch->go_on(port);
}

std::vector<std::byte> GuestCtcas::save() const {
  z::ByteWriter state;
  for (const auto& [port, vswitch] : ports()) {
    state.be16(port.device.value);
    state.block(vswitch->save(port));
  }
  return std::move(state).bytes();
}

z::Result<> GuestCtcas::restore(std::span<const std::byte> bytes) {
  const auto known = ports();
  z::ByteReader state{bytes};
  while (!state.rest().empty()) {
    const PortName port{definition_.userid, z::DeviceNumber{Z_TRY(state.be16())}};
    const auto saved = Z_TRY(state.block());
    const auto found = known.find(port);
    if (found == known.end()) return z::failure("CTCs {:04X} and {:04X} are at no switch here", port.device.value, port.device.value + 1);
    Z_CHECK(found->second->restore(port, saved));
  }
  return {};
}

}  // namespace cp
