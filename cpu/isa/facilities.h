#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cpu/isa/model.h"

namespace cpu {

// The facility list that STORE FACILITY LIST EXTENDED stores: doublewords, bit 0 leftmost (PoP ch. 4, "Facility
// Indications"), as long as the highest bit of the model needs. A bit is on when everything that it stands for is there.
const std::vector<std::uint64_t>& facility_list(Model model);

}  // namespace cpu
