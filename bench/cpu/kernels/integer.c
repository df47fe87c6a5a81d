// What compiled C does all day: a linked list, a matrix, a checksum by table, a scanner with calls.
#include "kernel.h"

enum { nodes = 1024, side = 24, text_size = 4096, rounds = 1500 };

struct node {
  struct node *next;
  long value;
};

static struct node list[nodes];
static int a[side][side], b[side][side], c[side][side];
static u32 crc_table[256];
static u8 text[text_size];

static u32 next_random(u32 *state) { return *state = *state * 1664525u + 1013904223u; }

static void prepare(void) {
  u32 random = 1;
  for (int i = 0; i < nodes; ++i) {
    list[i].next = &list[(i * 773 + 1) % nodes];
    list[i].value = i;
  }
  for (int i = 0; i < side; ++i)
    for (int k = 0; k < side; ++k) {
      a[i][k] = (int)(next_random(&random) >> 20);
      b[i][k] = (int)(next_random(&random) >> 20);
    }
  for (u32 i = 0; i < 256; ++i) {
    u32 v = i;
    for (int bit = 0; bit < 8; ++bit) v = v & 1 ? v >> 1 ^ 0xEDB88320u : v >> 1;
    crc_table[i] = v;
  }
  static const u8 letters[16] = "ab1 c+d2 (e)7 f;";
  for (int i = 0; i < text_size; ++i) text[i] = letters[next_random(&random) >> 28];
}

__attribute__((noinline)) static u64 walk(long key) {
  u64 sum = 0;
  for (struct node *n = list; n->value != key; n = n->next) sum += (u64)n->value ^ sum >> 3;
  return sum;
}

__attribute__((noinline)) static u64 multiply(void) {
  u64 trace = 0;
  for (int i = 0; i < side; ++i)
    for (int k = 0; k < side; ++k) {
      int sum = 0;
      for (int j = 0; j < side; ++j) sum += a[i][j] * b[j][k];
      c[i][k] = sum;
      trace += (u32)sum;
    }
  return trace;
}

__attribute__((noinline)) static u32 checksum(const u8 *from, u32 size) {
  u32 crc = ~0u;
  while (size-- != 0) crc = crc >> 8 ^ crc_table[(crc ^ *from++) & 0xFF];
  return ~crc;
}

enum kind { blank, word, number, other };
__attribute__((noinline)) static enum kind kind_of(u8 letter) {
  if (letter == ' ') return blank;
  if (letter >= 'a' && letter <= 'z') return word;
  if (letter >= '0' && letter <= '9') return number;
  return other;
}

__attribute__((noinline)) static u64 scan(void) {
  u64 tokens = 0, value = 0;
  for (int i = 0; i < text_size;) {
    const enum kind kind = kind_of(text[i]);
    int end = i + 1;
    while (end < text_size && kind != other && kind_of(text[end]) == kind) ++end;
    switch (kind) {
      case blank: break;
      case number:
        for (; i < end; ++i) value = value * 10 + (u64)(text[i] - '0');
        ++tokens;
        break;
      default: tokens += (u64)(end - i); break;
    }
    i = end;
  }
  return tokens ^ value;
}

const u64 expected = 11217210526111363556u;
u64 kernel(void) {
  u64 result = 0;
  prepare();
  for (int i = 0; i < rounds; ++i) {
    result = result * 31 + walk(i % nodes);
    result = result * 31 + multiply();
    result = result * 31 + checksum(text, text_size);
    result = result * 31 + scan();
    text[(i * 7) % text_size] ^= 1;
  }
  return result;
}
