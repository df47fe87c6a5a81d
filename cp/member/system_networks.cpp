// Virtual CTCs and virtual switches.
#include "cp/member/member.h"

namespace cp {

std::vector<std::string> Member::linked_members() const {
  std::vector<std::string> result;
  for (const auto& link : cluster_->links())
    if (!link.node.empty() && cluster_->is_up(link.node)) result.push_back(link.node);
  return result;
}

void Member::start_switches() {
  for (const auto& statement : config_.vswitches)
    if (const auto defined = switches_.define(statement); !defined)
      say(fmt::format("HCPSWU2830E VSWITCH SYSTEM {} has no uplink: {}", statement.name, defined.error().text()));
  if (!config_.vswitches.empty()) tick_switches();
}

void Member::tick_switches() {
  switches_.tick();
  loop_.after(std::chrono::seconds{1}, [this] { tick_switches(); });
}

Answer<> Member::couple(CoupleRequest request) {
  auto* const machine = guests_.machine(request.userid);
  if (machine == nullptr) return refusal(45, request.userid);
  if (!request.vswitch.empty()) return machine->ctcas().couple(request.device, request.vswitch);
  auto* const other = guests_.machine(request.to);
  if (other == nullptr) return refusal(45, request.to);
  Z_CHECK(GuestCtcas::couple(machine->ctcas(), request.device, other->ctcas(), request.other_device));
  users_.tell(request.to, fmt::format("CTCA {:04X} COUPLED BY {} {:04X}", request.other_device.value, request.userid, request.device.value));
  return {};
}

Answer<> Member::uncouple(const std::string& userid, z::DeviceNumber device) {
  auto* const machine = guests_.machine(userid);
  return machine == nullptr ? refusal(45, userid) : machine->ctcas().uncouple(device);
}

std::vector<VswitchStatus> Member::vswitches() const {
  std::vector<VswitchStatus> result;
  for (const auto* one : switches_.all()) {
    VswitchStatus status{.name = one->name(), .has_uplink = one->has_uplink(), .addresses = {}};
    for (const auto& [address, place] : one->routes().all()) {
      VswitchStatus::Address known{.text = show(address), .userid = {}, .device = {}, .member = {}};
      if (const auto* port = std::get_if<PortName>(&place)) known.userid = port->userid, known.device = port->device;
      else known.member = std::get<Routes::Member>(place);
      status.addresses.push_back(std::move(known));
    }
    result.push_back(std::move(status));
  }
  return result;
}

}  // namespace cp
