#pragma once

#include <cstdint>
#include <span>

namespace cpu {

// The facility list that STORE FACILITY LIST EXTENDED stores: doublewords, bit 0 leftmost (PoP ch. 4, "Facility
// Indications"). A bit is on when everything that it stands for is there.
std::span<const std::uint64_t> facility_list();

}  // namespace cpu
