#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace cp::pdr {

namespace detail {
// Table 0 takes a byte; table k takes a byte that k others follow, so that eight go at once ("slicing by 8").
using Crc32cTables = std::array<std::array<std::uint32_t, 256>, 8>;
constexpr Crc32cTables crc32c_tables() {
  Crc32cTables tables{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0x82F6'3B78U : 0U);
    tables[0][i] = value;
  }
  for (std::size_t k = 1; k < 8; ++k)
    for (std::size_t i = 0; i < 256; ++i) tables[k][i] = (tables[k - 1][i] >> 8) ^ tables[0][tables[k - 1][i] & 0xFF];
  return tables;
}
}  // namespace detail

// CRC-32C (Castagnoli), as iSCSI uses it: detects a torn or damaged block. `crc` goes on from an earlier part.
inline std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t crc = 0) {
  static constexpr auto tables = detail::crc32c_tables();
  crc = ~crc;
  for (; bytes.size() >= 8; bytes = bytes.subspan(8)) {
    std::array<std::uint8_t, 8> b;
    std::memcpy(b.data(), bytes.data(), 8);
    crc = tables[7][b[0] ^ (crc & 0xFF)] ^ tables[6][b[1] ^ (crc >> 8 & 0xFF)] ^ tables[5][b[2] ^ (crc >> 16 & 0xFF)] ^
          tables[4][b[3] ^ crc >> 24] ^ tables[3][b[4]] ^ tables[2][b[5]] ^ tables[1][b[6]] ^ tables[0][b[7]];
  }
  for (const auto byte : bytes) crc = (crc >> 8) ^ tables[0][(crc ^ static_cast<std::uint32_t>(byte)) & 0xFF];
  return ~crc;
}

}  // namespace cp::pdr
