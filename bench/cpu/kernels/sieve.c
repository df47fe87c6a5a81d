// The sieve of Eratosthenes over a mebibyte of bytes.
#include "kernel.h"

enum { size = 1 << 20, rounds = 30 };
static u8 composite[size];

const u64 expected = 2460750u;
u64 kernel(void) {
  u64 primes = 0;
  for (u64 round = 0; round < rounds; ++round) {
    for (u64 i = 0; i < size; ++i) composite[i] = 0;
    for (u64 i = 2; i < size; ++i) {
      if (composite[i]) continue;
      ++primes;
      for (u64 k = i + i; k < size; k += i) composite[k] = 1;
    }
  }
  return primes;
}
