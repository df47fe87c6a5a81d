// Double precision: the Mandelbrot set and a matrix product.
#include "kernel.h"

enum { columns = 160, rows = 100, limit = 200, side = 48, rounds = 40 };
static double a[side][side], b[side][side], c[side][side];

__attribute__((noinline)) static u64 mandelbrot(void) {
  u64 inside = 0;
  for (int y = 0; y < rows; ++y)
    for (int x = 0; x < columns; ++x) {
      const double cr = x * (3.0 / columns) - 2.0, ci = y * (2.0 / rows) - 1.0;
      double zr = 0, zi = 0;
      int n = 0;
      while (n < limit && zr * zr + zi * zi < 4.0) {
        const double t = zr * zr - zi * zi + cr;
        zi = 2.0 * zr * zi + ci;
        zr = t;
        ++n;
      }
      inside += (u64)n;
    }
  return inside;
}

__attribute__((noinline)) static u64 multiply(void) {
  double trace = 0;
  for (int i = 0; i < side; ++i)
    for (int k = 0; k < side; ++k) {
      double sum = 0;
      for (int j = 0; j < side; ++j) sum += a[i][j] * b[j][k];
      c[i][k] = sum;
      trace += sum;
    }
  return (u64)(long)trace;
}

const u64 expected = 14547929127277964240u;
u64 kernel(void) {
  u64 result = 0;
  for (int i = 0; i < side; ++i)
    for (int k = 0; k < side; ++k) {
      a[i][k] = i + 0.5 * k;
      b[i][k] = k - 0.25 * i;
    }
  for (int round = 0; round < rounds; ++round) {
    result = result * 31 + multiply();
    a[round][round] += 1.5;
    if (round % 10 == 0) result = result * 31 + mandelbrot();
  }
  return result;
}
