#pragma once

#include <cstdint>

#include "channel/blocks.h"

namespace channel {

// What a start function may reach of storage: PoP ch. 17, "Address-Limit Checking". Data only; CCWs and address words may lie anywhere.
struct AddressLimit {
  std::uint64_t first = 0;
  std::uint64_t end = ~std::uint64_t{0};

  // Of the start function that `orb` asks for at a subchannel of this limit mode.
  static constexpr AddressLimit of(const Orb& orb, const Pmcw& pmcw, std::uint64_t limit) {
    if (!orb.has(Orb::address_limit)) return {};
    switch (pmcw.flags & Pmcw::limit_mode) {
      case Pmcw::limit_lowest: return {.first = limit};
      case Pmcw::limit_end: return {.end = limit};
      default: return {};
    }
  }
};

}  // namespace channel
