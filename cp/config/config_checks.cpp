#include "cp/config/config_checks.h"

#include <fmt/format.h>

namespace cp {
namespace {

bool is_cp_owned(const SystemConfig& config, std::string_view volume) {
  return std::ranges::any_of(config.cp_owned, [&](const auto& slot) { return slot.second.volume == volume; });
}

}  // namespace

void ConfigChecks::run() {
  check_ssi_count();
  std::vector<SystemConfig> members;
  for (const auto& system : file_.systems()) {
    auto [config, errors] = file_.build(system);
    for (auto& found : errors) error(found.at, std::move(found.text));
    check_member(config);
    if (config.ssi && config.ssi->slot_of(system)) members.push_back(std::move(config));
  }
  check_lans(members);
}

void ConfigChecks::check_member(const SystemConfig& config) {
  if (config.ssi) {
    const auto& ssi = *config.ssi;
    if (!ssi.slot_of(config.system)) error(ssi.at, fmt::format("the SSI statement has no slot for {}", config.system));
    if (!ssi.pdr_volume.empty() && !is_cp_owned(config, ssi.pdr_volume) && !config.is_user_volume(ssi.pdr_volume))
      error(ssi.at, fmt::format("PDR volume {} is neither CP-owned nor a user volume on {}", ssi.pdr_volume,
                                config.system));
    check_links(config);
    check_domains(config);
  }
  check_residence(config);
  std::map<std::string, unsigned> slot_of_volume;
  for (const auto& [slot, owned] : config.cp_owned)
    if (const auto [other, is_new] = slot_of_volume.try_emplace(owned.volume, slot); !is_new)
      error(owned.at, fmt::format("{} is already in slot {} on {}", owned.volume, other->second, config.system));
}

void ConfigChecks::check_residence(const SystemConfig& config) {
  if (!config.residence) return;
  for (const auto* const area : {&config.residence->checkpoint, &config.residence->warmstart})
    if (!is_cp_owned(config, area->volume))
      error({}, fmt::format("SYSTEM_RESIDENCE of {} is on {}, which is not in its CP_OWNED list", config.system,
                            area->volume));
}

// Every member needs a direct link to every other member.
void ConfigChecks::check_links(const SystemConfig& config) {
  std::map<z::DeviceNumber, Position> users;
  for (const auto& link : config.islinks) {
    if (!link.node.empty() && !config.ssi->slot_of(link.node))
      warning(link.at, fmt::format("node {} of this link is not a member of {}", link.node, config.ssi->name));
    for (const auto device : link.devices)
      if (const auto [other, is_new] = users.try_emplace(device, link.at); !is_new)
        error(link.at, fmt::format("device {:04X} is already in the link of line {}", device.value, other->second.line));
  }
  for (const auto& other : config.ssi->members()) {
    if (other == config.system) continue;
    const auto leads_there = [&](const auto& link) { return link.node.empty() || link.node == other; };
    if (!std::ranges::any_of(config.islinks, leads_there))
      error(config.ssi->at, fmt::format("{} has no ACTIVATE ISLINK to {}", config.system, other));
  }
}

void ConfigChecks::check_domains(const SystemConfig& config) {
  std::map<std::string, Position> seen;
  for (const auto& domain : config.relocation_domains) {
    if (const auto [other, is_new] = seen.try_emplace(domain.name, domain.at); !is_new)
      error(domain.at, fmt::format("relocation domain {} is already defined in line {}", domain.name,
                                   other->second.line));
    for (const auto& member : domain.members)
      if (!config.ssi->slot_of(member))
        error(domain.at, fmt::format("{} of relocation domain {} is not a member of {}", member, domain.name,
                                     config.ssi->name));
  }
}

void ConfigChecks::check_ssi_count() {
  const ConfigStatement* first = nullptr;
  for (const auto& statement : file_.statements_) {
    if (!Keyword{"SSI"}.matches(statement.words.front().text)) continue;
    if (first != nullptr)
      warning(statement.words.front().at, fmt::format("this SSI statement is ignored: the one in line {} holds",
                                                      first->words.front().at.line));
    else first = &statement;
  }
}

// MAC prefixes differ, user prefixes are equal and no member's MAC prefix.
void ConfigChecks::check_lans(const std::vector<SystemConfig>& members) {
  std::map<std::string, std::string> owners;
  for (const auto& config : members) {
    const auto& lan = config.vmlan;
    if (lan.user_prefix != members.front().vmlan.user_prefix)
      error(lan.at, fmt::format("USERPREFIX of {} differs from that of {}", config.system, members.front().system));
    if (lan.mac_prefix.empty()) continue;
    if (const auto [other, is_new] = owners.try_emplace(lan.mac_prefix, config.system); !is_new)
      error(lan.at, fmt::format("MACPREFIX {} of {} is also that of {}", lan.mac_prefix, config.system, other->second));
    if (lan.mac_prefix == lan.user_prefix)
      error(lan.at, fmt::format("MACPREFIX {} of {} is also its USERPREFIX", lan.mac_prefix, config.system));
  }
}

}  // namespace cp
