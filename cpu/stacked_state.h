#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "cpu/linkage_stack.h"

namespace cpu {

// What BRANCH AND STACK and stacking PROGRAM CALL put into a state entry (PoP ch. 5, "Linkage-Stack State Entry"): the registers,
// the PSW to return to, and a doubleword that tells where the program went.
std::array<std::byte, LinkageStack::state_size> stacked_state(Cpu& cpu, const PswImage& returning, std::uint64_t called);

}  // namespace cpu
