#include "cp/config/system_config.h"

#include <algorithm>

namespace cp {
namespace {

// FNV-1a over the texts, each ended by a byte that no text holds.
class Digest {
 public:
  void add(std::string_view text) {
    for (const char c : text) add(static_cast<std::uint8_t>(c));
    add(std::uint8_t{0});
  }
  std::uint64_t value() const { return value_; }

 private:
  void add(std::uint8_t byte) { value_ = (value_ ^ byte) * 0x100'0000'01B3; }
  std::uint64_t value_ = 0xCBF2'9CE4'8422'2325;
};

}  // namespace

std::optional<unsigned> SsiStatement::slot_of(std::string_view system) const {
  const auto found = std::ranges::find(slots, system);
  if (system.empty() || found == slots.end()) return std::nullopt;
  return static_cast<unsigned>(found - slots.begin()) + 1;
}

std::vector<std::string> SsiStatement::members() const {
  std::vector<std::string> names;
  std::ranges::copy_if(slots, std::back_inserter(names), [](const auto& name) { return !name.empty(); });
  return names;
}

bool SystemConfig::is_user_volume(std::string_view volume) const {
  const auto is_match = [&](const std::string& pattern) { return matches_pattern(volume, pattern); };
  if (std::ranges::find(user_volume_list, volume) != user_volume_list.end()) return true;
  return std::ranges::any_of(user_volume_include, is_match) && !std::ranges::any_of(user_volume_exclude, is_match);
}

const KeptStatement* SystemConfig::find_kept(std::string_view keyword) const {
  const auto found = std::ranges::find(kept, upper(keyword), &KeptStatement::keyword);
  return found == kept.end() ? nullptr : &*found;
}

std::uint64_t SystemConfig::ssi_digest() const {
  Digest digest;
  if (ssi) {
    digest.add(ssi->name);
    digest.add(ssi->pdr_volume);
    for (const auto& slot : ssi->slots) digest.add(slot);
  }
  return digest.value();
}

std::uint64_t SystemConfig::relocation_domain_digest() const {
  auto domains = relocation_domains;
  std::ranges::sort(domains, {}, &RelocationDomainStatement::name);
  Digest digest;
  for (auto& domain : domains) {
    std::ranges::sort(domain.members);
    digest.add(domain.name);
    for (const auto& member : domain.members) digest.add(member);
    digest.add("");
  }
  return digest.value();
}

}  // namespace cp
