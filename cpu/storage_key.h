#pragma once

#include <cstdint>

namespace cpu {

// A storage key as ISKE returns it (PoP ch. 3, "Storage Key").
namespace storage_key {
inline constexpr std::uint8_t access_control = 0xF0, fetch_protection = 0x08, reference = 0x04, change = 0x02;
}

constexpr bool key_allows_store(std::uint8_t key_of_storage, std::uint8_t access_key) {
  return access_key == 0 || key_of_storage >> 4 == access_key;
}
constexpr bool key_allows_fetch(std::uint8_t key_of_storage, std::uint8_t access_key) {
  return key_allows_store(key_of_storage, access_key) || (key_of_storage & storage_key::fetch_protection) == 0;
}

}  // namespace cpu
