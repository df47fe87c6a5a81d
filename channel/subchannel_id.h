#pragma once

#include <cstdint>
#include <optional>

#include "base/address.h"

namespace channel {

inline constexpr std::uint8_t subchannel_sets = 4;

// Names a subchannel of one channel subsystem.
struct SubchannelId {
  std::uint8_t set = 0;
  z::SubchannelNumber number{};
  constexpr auto operator<=>(const SubchannelId&) const = default;

  // The subsystem-identification word (PoP ch. 14): bits 13-14 are the subchannel set, bit 15 is one.
  constexpr std::uint32_t word() const { return 0x0001'0000U | static_cast<std::uint32_t>(set) << 17 | number.value; }
  static constexpr std::optional<SubchannelId> from(std::uint32_t word) {
    constexpr std::uint32_t set_bits = 0x0006'0000;
    if ((word & ~set_bits) >> 16 != 1) return std::nullopt;
    return SubchannelId{static_cast<std::uint8_t>((word & set_bits) >> 17), z::SubchannelNumber{static_cast<std::uint16_t>(word)}};
  }
};

}  // namespace channel
