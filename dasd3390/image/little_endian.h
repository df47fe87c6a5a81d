#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace dasd3390 {

// Numbers of image files, which are little-endian.
constexpr std::uint64_t load_little(std::span<const std::uint8_t> bytes) {
  std::uint64_t result = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) result = result << 8 | bytes[i];
  return result;
}
constexpr void store_little(std::span<std::uint8_t> bytes, std::uint64_t value) {
  for (auto& byte : bytes) {
    byte = static_cast<std::uint8_t>(value);
    value >>= 8;
  }
}

}  // namespace dasd3390
