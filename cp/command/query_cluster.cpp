// QUERY of the cluster: members, ISFC links, relocation domains and settings.
#include "cp/command/command.h"
#include "cp/command/format.h"

namespace cp {
namespace {

std::string down_text(SsiStatus::DownReason reason) {
  switch (reason) {
    case SsiStatus::DownReason::left: return "Down (shut down successfully)";
    case SsiStatus::DownReason::terminated: return "Down (terminated)";
    case SsiStatus::DownReason::declared: return "Down (declared down)";
    case SsiStatus::DownReason::undetermined: break;
  }
  return "Down (reason undetermined)";
}

std::string line_of(const SsiStatus::Slot& slot, const TimeOfDay& here) {
  if (slot.system.empty()) return fmt::format("{:>4} -------- Available", slot.number);
  if (slot.state == SsiStatus::State::down)
    return fmt::format("{:>4} {:8} {}", slot.number, slot.system, down_text(slot.reason));
  const auto stamp = [&](const std::optional<z::Nanoseconds>& time) { return time ? time_stamp(*time, here) : "N/A"; };
  return fmt::format("{:>4} {:8} {:9} {:19} {}", slot.number, slot.system, name_of(slot.state),
                     stamp(slot.pdr_heartbeat), stamp(slot.received_heartbeat));
}

Answer<Progress> query_ssi(Command& command) {
  Z_CHECK(command.words.end());
  const auto ssi = command.system.ssi();
  if (!ssi) return refusal(1651);
  command.line(fmt::format("SSI Name: {}", ssi->name));
  command.line(fmt::format("SSI Mode: {}", name_of(ssi->mode)));
  command.line(fmt::format("Cross-System Timeouts: {}", ssi->timeouts_enabled ? "Enabled" : "Disabled"));
  command.line(fmt::format("SSI Persistent Data Record (PDR) device: {}{}", ssi->pdr_volume,
                           ssi->pdr_device ? " on " + show(*ssi->pdr_device) : ""));
  command.line("SLOT SYSTEMID STATE     PDR HEARTBEAT       RECEIVED HEARTBEAT");
  for (const auto& slot : ssi->slots) command.line(line_of(slot, command.system.time_of_day()));
  return Progress::complete;
}

void show_device(Command& command, const IsLinkStatus& link, const IsLinkStatus::Device& device) {
  command.line(fmt::format("  Link device: {}        Type: {}       Node: {}", show(device.number), device.type,
                           link.node.empty() ? "--------" : link.node));
  command.line(fmt::format("    Bytes Sent:      {:>10}            State: {}", device.bytes_sent, device.state));
  command.line(fmt::format("    Bytes Received:  {:>10}            Status: {}", device.bytes_received, device.status));
  command.line(fmt::format("    Buffer Count: {}", device.buffers));
}

// QUERY ISLINK [ALL|rdev|NODE name]
Answer<Progress> query_islink(Command& command) {
  auto& words = command.words;
  std::string node;
  std::optional<z::DeviceNumber> only;
  if (words.take_if("NODE")) node = Z_TRY(words.system_name());
  else if (words.more() && !words.take_if("ALL")) only = Z_TRY(words.real_device());
  Z_CHECK(words.end());
  bool is_found = false;
  for (const auto& link : command.system.islinks()) {
    if (!node.empty() && link.node != node) continue;
    bool is_headed = false;
    for (const auto& device : link.devices) {
      if (only && device.number != *only) continue;
      if (!std::exchange(is_headed, true))
        command.line(link.node.empty() ? "Node unknown" : fmt::format("Node {}", link.node));
      show_device(command, link, device);
      is_found = true;
    }
  }
  if (!is_found && only) return refusal(1702, show(*only));
  if (!is_found) command.line("There are no active ISFC links.");
  return Progress::complete;
}

Answer<Progress> query_isfc(Command& command) {
  Z_CHECK(command.words.end());
  command.line(fmt::format("ISFC node: {}", command.system.name()));
  for (const auto& link : command.system.islinks()) {
    const auto up = std::ranges::count(link.devices, "Up", &IsLinkStatus::Device::state);
    command.line(fmt::format("  Link to {:8} {:4} devices {:>2} of {:>2} up", link.node.empty() ? "--------" : link.node,
                             up > 0 ? "Up" : "Down", up, link.devices.size()));
  }
  return Progress::complete;
}

Answer<Progress> query_collection(Command& command) {
  Z_CHECK(command.words.end());
  command.line(fmt::format("Node {} (this system)", command.system.name()));
  for (const auto& link : command.system.islinks())
    if (std::ranges::any_of(link.devices, [](const auto& device) { return device.state == "Up"; }))
      command.line(fmt::format("Node {}", link.node));
  return Progress::complete;
}

// QUERY VMRELOcate [USER] userid
Answer<Progress> query_vmrelocate(Command& command) {
  auto& words = command.words;
  words.take_if("USER");
  const auto userid = words.more() ? Z_TRY(words.userid()) : command.issuer.userid;
  Z_CHECK(words.end());
  const auto setting = Z_TRY(command.system.relocation_setting(userid));
  command.line(fmt::format("Running on member  {}", setting.member));
  command.line(setting.is_enabled ? fmt::format("Relocation enabled in Domain {}", setting.domain)
                                  : fmt::format("Relocation disabled in Domain {}", setting.domain));
  return Progress::complete;
}

// QUERY RELODomain [ALL|name]
Answer<Progress> query_relodomain(Command& command) {
  auto& words = command.words;
  const auto only = !words.more() || words.take_if("ALL") ? std::string{} : Z_TRY(words.system_name());
  Z_CHECK(words.end());
  bool is_found = false;
  for (const auto& domain : command.system.relocation_domains()) {
    if (!only.empty() && domain.name != only) continue;
    command.line(fmt::format("DOMAIN {}  MEMBERS: {}", domain.name, fmt::join(domain.members, " ")));
    is_found = true;
  }
  if (!is_found && !only.empty()) return refusal(1901, only);
  return Progress::complete;
}

constexpr auto rules = std::to_array<CommandRule>({
    {"SSI", "ABCEG", query_ssi},
    {"ISLINK", "ABCE", query_islink},
    {"ISFC", "ABCE", query_isfc},
    {"COLLECT", "ABCE", query_collection},
    {"VMRELOcate", "", query_vmrelocate},
    {"RELODomain", "", query_relodomain},
});

}  // namespace

std::span<const CommandRule> query_cluster_rules() { return rules; }

}  // namespace cp
