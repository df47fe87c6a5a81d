#pragma once

#include <string_view>
#include <vector>

#include "base/address.h"

namespace cp::isfc {

// Which devices of a logical link this side may write on, in order of preference (reference/isfc-ctc.md 1, "Write-direction
// convention"): with 2 to 8 devices all but one, with 9 to 16 all but two; the lower system name from the lowest device
// number up, the other from the highest down. The one device of a link of one is written by both.
std::vector<z::DeviceNumber> writable_devices(std::vector<z::DeviceNumber> devices, std::string_view own_name,
                                              std::string_view peer_name);

}  // namespace cp::isfc
