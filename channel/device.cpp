#include "channel/device.h"

namespace channel {

z::Result<> Device::restore(std::span<const std::byte> state) {
  if (!state.empty()) return z::failure("{} keeps no state, yet {} bytes of it came", description(), state.size());
  return {};
}

}  // namespace channel
