#pragma once

#include <cstddef>
#include <cstring>

// Guest bytes are the guest's: its CPUs and channels race on them as the architecture lets them, and an operand longer than a doubleword
// is promised byte by byte only (PoP ch. 5, "Storage-Operand Consistency", "Block-Concurrent References"). Relocation reads them
// while they change and sends again what changed. Who touches them otherwise than by an atomic access (cpu/host_access.h) does
// it by a function below or in one of this mark, which the thread sanitizer leaves alone; it watches all else.
#define Z_GUEST_BYTES __attribute__((no_sanitize("thread")))

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define Z_GUEST_BYTES_IN_LOOPS 1
#endif
#endif

namespace z {

#ifndef Z_GUEST_BYTES_IN_LOOPS
inline void move_guest_bytes(std::byte* to, const std::byte* from, std::size_t length) { std::memmove(to, from, length); }
inline void copy_guest_bytes(std::byte* to, const std::byte* from, std::size_t length) { std::memcpy(to, from, length); }
inline void fill_guest_bytes(std::byte* to, std::byte value, std::size_t length) { std::memset(to, static_cast<int>(value), length); }
inline int compare_guest_bytes(const std::byte* a, const std::byte* b, std::size_t length) { return std::memcmp(a, b, length); }
#else
// The sanitizer looks into memcpy and its like wherever they are called. Without builtins, since these loops would become calls of them.
#define Z_GUEST_LOOP __attribute__((no_sanitize("thread"), no_builtin)) inline
Z_GUEST_LOOP void copy_guest_bytes(std::byte* to, const std::byte* from, std::size_t length) {
  for (std::size_t i = 0; i < length; ++i) to[i] = from[i];
}
Z_GUEST_LOOP void move_guest_bytes(std::byte* to, const std::byte* from, std::size_t length) {
  if (to <= from) return copy_guest_bytes(to, from, length);
  for (std::size_t i = length; i-- > 0;) to[i] = from[i];
}
Z_GUEST_LOOP void fill_guest_bytes(std::byte* to, std::byte value, std::size_t length) {
  for (std::size_t i = 0; i < length; ++i) to[i] = value;
}
Z_GUEST_LOOP int compare_guest_bytes(const std::byte* a, const std::byte* b, std::size_t length) {
  for (std::size_t i = 0; i < length; ++i)
    if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
  return 0;
}
#undef Z_GUEST_LOOP
#endif

}  // namespace z
