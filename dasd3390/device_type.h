#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "channel/device.h"
#include "channel/registry.h"

namespace dasd3390 {

// Factory of the device type "3390". Arguments are separated by commas:
//   file=PATH           the image
//   ro                  writing is inhibited; otherwise it is if the host lets us only read
//   thin                the guest is told that tracks take space only when written, and may release them
//   start=N, cyls=N     a minidisk instead of all cylinders
z::Result<std::unique_ptr<channel::Device>> make_device(std::string_view arguments);

z::Result<> register_types(channel::Registry& registry);

}  // namespace dasd3390
