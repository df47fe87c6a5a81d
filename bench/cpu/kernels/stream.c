// A mebibyte, eight bytes at a time: copy, scale and add, sum.
#include "kernel.h"

enum { words = 65536, rounds = 600 };
static u64 from[words], to[words];

const u64 expected = 3761026852935696384u;
u64 kernel(void) {
  u64 sum = 0;
  for (u64 i = 0; i < words; ++i) from[i] = i * 0x9E3779B97F4A7C15u;
  for (u64 round = 0; round < rounds; ++round) {
    for (u64 i = 0; i < words; ++i) to[i] = from[i];
    for (u64 i = 0; i < words; ++i) from[i] = to[i] * 3 + round;
    for (u64 i = 0; i < words; ++i) sum += from[i];
  }
  return sum;
}
