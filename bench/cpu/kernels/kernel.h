#pragma once

// A kernel works for a while and returns a number that tells whether it worked right: start.S compares it with `expected`.
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long u64;

u64 kernel(void);
extern const u64 expected;
