// Text and memory, for guests without a C library.
#include "guest.h"

char *put_text(char *end, const char *text) {
  while (*text) *end++ = *text++;
  *end = 0;
  return end;
}

char *put_number(char *end, u64 value) {
  char digits[20];
  unsigned n = 0;
  do digits[n++] = (char)('0' + value % 10);
  while (value /= 10);
  while (n) *end++ = digits[--n];
  *end = 0;
  return end;
}

int same_text(const char *a, const char *b) {
  while (*a && *a == *b) ++a, ++b;
  return *a == *b;
}

u64 parse_number(const char *text) {
  u64 value = 0;
  for (; *text >= '0' && *text <= '9'; ++text) value = value * 10 + (u64)(*text - '0');
  return value;
}

void *memcpy(void *to, const void *from, u64 count) {
  u8 *d = to;
  const u8 *s = from;
  while (count--) {
    *d++ = *s++;
    __asm__ volatile("" ::: "memory");  // or the compiler makes this loop a call of memcpy
  }
  return to;
}

void *memset(void *to, int value, u64 count) {
  u8 *d = to;
  while (count--) {
    *d++ = (u8)value;
    __asm__ volatile("" ::: "memory");
  }
  return to;
}
