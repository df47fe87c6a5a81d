#pragma once

#include "cpu/bfp_number.h"
#include "cpu/dfp_arithmetic.h"

// Finite values from one radix to another, exact until they are rounded once.
namespace cpu::radix {

// Of binary and hexadecimal values: 126 bits, the last of which also stands for all that is below it.
using Binary = bfp::Exact<unsigned _BitInt(128)>;
Binary binary_of(const dfp::Number& value);
// 38 digits of a significand of up to 116 bits times a power of two.
dfp::Digits decimal_of(bool negative, Uint128 significand, int exponent);

}  // namespace cpu::radix
