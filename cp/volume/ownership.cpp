#include "cp/volume/ownership.h"

#include <fmt/format.h>

namespace cp {
namespace {

constexpr std::string_view no_cluster = "NOSSI";
constexpr std::string_view no_system = "NOSYS";

bool is_nobody(std::string_view owner, std::string_view none) { return owner.empty() || owner == none; }

class Check {
 public:
  Check(const SystemConfig& config, const std::vector<FoundVolume>& found) : config_(config), found_(found) {}

  OwnershipCheck run() && {
    for (const auto& [slot, volume] : config_.cp_owned) check(slot, volume);
    return std::move(result_);
  }

 private:
  void check(unsigned slot, const CpOwnedVolume& listed) {
    OwnedVolume row;
    row.slot = slot;
    row.volume = listed.volume;
    if (const auto* const volume = find(listed.volume); volume != nullptr) {
      row.device = volume->device;
      row.owner = volume->owner;
      row.use = use_of(*volume, listed);
      if (row.use != OwnedVolume::Use::none) row.status = OwnedVolume::Status::attached;
    } else {
      result_.messages.push_back(message(6701, listed.volume, slot));
    }
    result_.slots.push_back(std::move(row));
  }

  // The first device with this label. A second one may be a copy: it is not touched.
  const FoundVolume* find(std::string_view label) {
    const FoundVolume* first = nullptr;
    for (const auto& volume : found_) {
      if (volume.volume != label) continue;
      if (first == nullptr) first = &volume;
      else
        result_.messages.push_back(message(6703, volume.volume, number(first->device), number(volume.device),
                                           number(first->device)));
    }
    return first;
  }

  OwnedVolume::Use use_of(const FoundVolume& volume, const CpOwnedVolume& listed) {
    using Use = OwnedVolume::Use;
    const auto wanted = listed.kind == CpOwnedVolume::Kind::own ? Use::own : Use::share;
    if (!is_of_this_cluster(volume.owner)) return refuse(volume);
    if (is_nobody(volume.owner.system, no_system)) {
      if (volume.owner.system.empty()) result_.messages.push_back(message(6702, volume.volume));
      return wanted;
    }
    if (volume.owner.system == config_.system) return wanted;
    if (volume.has_spool) return Use::share;
    return refuse(volume);
  }

  bool is_of_this_cluster(const OwnerMark& owner) const {
    if (owner.ssi.empty()) return true;
    return owner.ssi == (config_.ssi ? std::string_view{config_.ssi->name} : no_cluster);
  }

  OwnedVolume::Use refuse(const FoundVolume& volume) {
    const auto& owner = volume.owner;
    result_.messages.push_back(message(6700, volume.volume, is_nobody(owner.ssi, no_cluster) ? no_cluster : owner.ssi,
                                       owner.system.empty() ? no_system : owner.system, "Own"));
    return OwnedVolume::Use::none;
  }

  static std::string number(z::DeviceNumber device) { return fmt::format("{:04X}", device.value); }

  const SystemConfig& config_;
  const std::vector<FoundVolume>& found_;
  OwnershipCheck result_;
};

}  // namespace

OwnershipCheck check_ownership(const SystemConfig& config, const std::vector<FoundVolume>& found) {
  return Check{config, found}.run();
}

}  // namespace cp
