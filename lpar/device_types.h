#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "channel/registry.h"

namespace lpar {

// The device types that come with the program (3390, fctc, 3270, 3505, 3525, 1403), and those of the plugins named.
z::Result<std::unique_ptr<channel::Registry>> device_types(const std::vector<std::string>& plugins);

}  // namespace lpar
