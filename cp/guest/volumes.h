#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "dasd3390/volume.h"

namespace cp {

// A 3390 of the partition, and the label that was found on it when it came online.
struct RealVolume {
  z::DeviceNumber rdev;
  std::string volid;  // empty: no label
  std::shared_ptr<dasd3390::Volume> volume;
  bool is_online = true;  // VARY
};

// The volumes of this member. Two volumes with one label are a trap for data: only the first is used by name.
class Volumes {
 public:
  void add(RealVolume volume) { volumes_.push_back(std::move(volume)); }
  const std::vector<RealVolume>& all() const { return volumes_; }
  const RealVolume* find(std::string_view volid) const {
    for (const auto& volume : volumes_)
      if (volume.volid == volid && volume.is_online) return &volume;
    return nullptr;
  }
  // Whether it is online or not.
  RealVolume* at(z::DeviceNumber rdev) {
    const auto found = std::ranges::find(volumes_, rdev, &RealVolume::rdev);
    return found == volumes_.end() ? nullptr : &*found;
  }

 private:
  std::vector<RealVolume> volumes_;
};

}  // namespace cp
