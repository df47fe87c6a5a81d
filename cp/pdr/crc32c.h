#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace cp::pdr {

namespace detail {
constexpr std::array<std::uint32_t, 256> crc32c_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0x82F6'3B78U : 0U);
    table[i] = value;
  }
  return table;
}
}  // namespace detail

// CRC-32C (Castagnoli), as iSCSI uses it: detects a torn or damaged block. `crc` goes on from an earlier part.
constexpr std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t crc = 0) {
  constexpr auto table = detail::crc32c_table();
  crc = ~crc;
  for (const auto byte : bytes) crc = (crc >> 8) ^ table[(crc ^ static_cast<std::uint32_t>(byte)) & 0xFF];
  return ~crc;
}

}  // namespace cp::pdr
