// Loops that a compiler turns into vector instructions. The same text is compiled for z/Architecture, where the engine runs it,
// and for the host, which says what the results are. Everything is exact or rounded once, so that they are the same everywhere.
#pragma once

#include <stdint.h>

enum { length = 203, result_count = 24 };  // an odd length: the ends of the loops are of interest

static uint64_t next_random(uint64_t* state) { return *state = *state * 6364136223846793005ull + 1442695040888963407ull; }

static uint64_t digest(uint64_t sum, uint64_t value) { return (sum ^ value) * 1099511628211ull; }

// Fills the arrays a, b and c of a type.
#define FILL(type, conversion)                                     \
  for (int i = 0; i < length; ++i) {                               \
    a[i] = (type)(conversion)(next_random(&state) >> 20);          \
    b[i] = (type)(conversion)(next_random(&state) >> 20);          \
    c[i] = 0;                                                      \
  }
// c[i] = expression; then all of c into a result.
#define EACH(as_bits, expression)                                               \
  do {                                                                          \
    for (int i = 0; i < length; ++i) c[i] = (expression);                       \
    uint64_t sum = 0;                                                           \
    for (int i = 0; i < length; ++i) sum = digest(sum, (uint64_t)as_bits(c[i]));\
    results[at++] = sum;                                                        \
  } while (0)

static int32_t bits_of_float(float value) {
  union { float number; int32_t bits; } both = {value};
  return both.bits;
}
static int64_t bits_of_double(double value) {
  union { double number; int64_t bits; } both = {value};
  return both.bits;
}

static int bytes(uint64_t* results, int at) {
  static uint8_t a[length], b[length], c[length];
  uint64_t state = 1;
  FILL(uint8_t, uint8_t)
  EACH(, (uint8_t)((a[i] + b[i] + 1) >> 1));
  EACH(, a[i] > b[i] ? a[i] : b[i]);
  EACH(, (uint8_t)(a[i] * b[i]));
  EACH(, (int8_t)a[i] < (int8_t)b[i] ? (uint8_t)(a[i] ^ b[i]) : (uint8_t)~b[i]);
  EACH(, (uint8_t)__builtin_popcount(a[i]));
  return at;
}
static int halfwords(uint64_t* results, int at) {
  static int16_t a[length], b[length], c[length];
  uint64_t state = 2;
  FILL(int16_t, uint16_t)
  EACH((uint16_t), (int16_t)((int32_t)a[i] * b[i] >> 16));
  EACH((uint16_t), (int16_t)(a[i] << 3 | (uint16_t)b[i] >> 13));
  EACH((uint16_t), (int16_t)__builtin_bswap16((uint16_t)a[i]));
  return at;
}
static int words(uint64_t* results, int at) {
  static int32_t a[length], b[length], c[length];
  uint64_t state = 3;
  FILL(int32_t, uint32_t)
  EACH((uint32_t), (int32_t)((uint32_t)a[i] * (uint32_t)b[i] + (uint32_t)(b[i] >> 5)));
  EACH((uint32_t), a[i] == b[i] ? 1 : a[i] > 0 ? b[i] : -(b[i] >> 1));
  EACH((uint32_t), (int32_t)__builtin_bswap32((uint32_t)a[i]));
  int64_t sum = 0;
  for (int i = 0; i < length; ++i) sum += a[i];
  results[at++] = (uint64_t)sum;
  return at;
}
static int doublewords(uint64_t* results, int at) {
  static uint64_t a[length], b[length], c[length];
  uint64_t state = 4;
  FILL(uint64_t, uint64_t)
  EACH(, (a[i] << 7 | a[i] >> 57) + b[i]);
  EACH(, (int64_t)(a[i] << 20) < (int64_t)(b[i] << 20) ? a[i] : b[i]);
  EACH(, a[i] >> (b[i] & 63));
  EACH(, __builtin_bswap64(a[i]));
  return at;
}
static int shorts(uint64_t* results, int at) {
  static float a[length], b[length], c[length];
  uint64_t state = 5;
  FILL(float, int32_t)
  EACH((uint32_t)bits_of_float, a[i] * 0.25f + b[i]);
  EACH((uint32_t)bits_of_float, a[i] / b[i]);
  EACH((uint32_t)bits_of_float, a[i] < b[i] ? a[i] : -b[i]);
  EACH((uint32_t)bits_of_float, (float)(int32_t)(a[i] * 0.001f));
  return at;
}
static int longs(uint64_t* results, int at) {
  static double a[length], b[length], c[length];
  uint64_t state = 6;
  FILL(double, int64_t)
  EACH((uint64_t)bits_of_double, a[i] * 1.1 - b[i]);
  EACH((uint64_t)bits_of_double, __builtin_fma(a[i], 1.1, b[i]));
  EACH((uint64_t)bits_of_double, (double)(int64_t)(a[i] / 1024.0) + (b[i] > a[i] ? 1.0 : 0.5));
  EACH((uint64_t)bits_of_double, (double)(float)b[i]);
  return at;
}

static void run_kernels(uint64_t* results) {
  int at = bytes(results, 0);
  at = halfwords(results, at);
  at = words(results, at);
  at = doublewords(results, at);
  at = shorts(results, at);
  longs(results, at);
}
