// Recursion: a call and its frame for each addition.
#include "kernel.h"

__attribute__((noinline, optimize("no-optimize-sibling-calls"))) static u64 fibonacci(u64 n) {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

const u64 expected = 14930352u;
u64 kernel(void) { return fibonacci(36); }
