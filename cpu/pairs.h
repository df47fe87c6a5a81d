#pragma once

#include <vector>

#include "cpu/op.h"

namespace cpu {

// Two instructions that follow each other often have a handler for both: one jump of the host less, a condition code that the
// second one replaces or tests stays in a host register. The first operation of the pair gets that handler; the second stays
// as it is for whoever jumps to it. A first one that stores looks whether what it stored was the second.
struct Pair {
  Handler first, second, both;
};
const std::vector<Pair>& pairs();  // sorted by first and second

// The handler for both; null: they are no pair.
Handler pair_of(Handler first, Handler second);

}  // namespace cpu
