#pragma once

#include "base/address.h"

namespace cpu {

// The 8 KiB at real 0 and the 8 KiB at the prefix change places (PoP ch. 3, "Prefixing"). It is its own inverse.
constexpr std::uint64_t exchange_prefix(std::uint64_t address, std::uint32_t prefix) {
  const std::uint64_t block = address & ~0x1FFFull;
  if (block == 0) return address | prefix;
  if (block == prefix) return address & 0x1FFF;
  return address;
}
constexpr z::AbsoluteAddress apply_prefix(z::RealAddress real, std::uint32_t prefix) {
  return {exchange_prefix(real.value, prefix)};
}
static_assert(apply_prefix({0x1D0}, 0x4000) == z::AbsoluteAddress{0x41D0});
static_assert(apply_prefix({0x41D0}, 0x4000) == z::AbsoluteAddress{0x1D0});
static_assert(apply_prefix({0x61D0}, 0x4000) == z::AbsoluteAddress{0x61D0});

}  // namespace cpu
