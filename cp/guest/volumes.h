#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "dasd3390/volume.h"

namespace cp {

// A 3390 of the partition that is online, and the label that was found on it.
struct OnlineVolume {
  z::DeviceNumber rdev;
  std::string volid;  // empty: no label
  std::shared_ptr<dasd3390::Volume> volume;
};

// The volumes of this member. Two volumes with one label are a trap for data: only the first is used by name.
class Volumes {
 public:
  void add(OnlineVolume volume) { online_.push_back(std::move(volume)); }
  const std::vector<OnlineVolume>& online() const { return online_; }
  const OnlineVolume* find(std::string_view volid) const {
    for (const auto& volume : online_)
      if (volume.volid == volid) return &volume;
    return nullptr;
  }

 private:
  std::vector<OnlineVolume> online_;
};

}  // namespace cp
