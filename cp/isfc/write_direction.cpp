#include "cp/isfc/write_direction.h"

#include <algorithm>

namespace cp::isfc {

std::vector<z::DeviceNumber> writable_devices(std::vector<z::DeviceNumber> devices, std::string_view own_name,
                                              std::string_view peer_name) {
  std::ranges::sort(devices);
  if (own_name > peer_name) std::ranges::reverse(devices);
  const std::size_t left_to_peer = devices.size() < 2 ? 0 : devices.size() <= 8 ? 1 : 2;
  devices.resize(devices.size() - left_to_peer);
  return devices;
}

}  // namespace cp::isfc
