#include "channel/device.h"

#include <algorithm>

namespace channel {

std::size_t Transfer::pass_over(std::size_t count) {
  std::array<std::byte, 4096> unwanted;
  std::size_t passed = 0;
  while (passed < count) {
    const auto taken = receive(std::span{unwanted}.first(std::min(count - passed, unwanted.size())));
    if (taken == 0) break;
    passed += taken;
  }
  return passed;
}

z::Result<> Device::restore(std::span<const std::byte> state) {
  if (!state.empty()) return z::failure("{} keeps no state, yet {} bytes of it came", description(), state.size());
  return {};
}

}  // namespace channel
