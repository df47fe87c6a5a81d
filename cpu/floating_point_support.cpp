// Floating-point instructions that move data and no more: loads, stores, signs, and the floating-point control register. PoP ch. 9.
#include <bit>

#include "cpu/arithmetic.h"
#include "cpu/instruction.h"

namespace cpu {
