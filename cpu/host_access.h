#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/be.h"
#include "base/guest_bytes.h"

namespace cpu {

// Guest storage as the host's atomics see it: one host access for an aligned operand, so that other CPUs see it all or
// not at all (PoP ch. 5, "Storage-Operand Consistency"). The one file that views guest bytes as host integers.
// Unaligned operands are one host access too where the host allows it, though nobody relies on it.
#define Z_GUEST_ACCESS __attribute__((no_sanitize("alignment"))) inline

template <class T>
Z_GUEST_ACCESS T host_load(const std::byte* from) {
  return z::Be<T>::swap(__atomic_load_n(reinterpret_cast<const T*>(from), __ATOMIC_RELAXED));
}

template <class T>
Z_GUEST_ACCESS void host_store(std::byte* to, T value) {
  __atomic_store_n(reinterpret_cast<T*>(to), z::Be<T>::swap(value), __ATOMIC_RELAXED);
}

// Returns the value found. Equality of big-endian images is equality of values, so one swap each way suffices.
template <class T>
Z_GUEST_ACCESS T host_compare_and_swap(std::byte* at, T expected, T desired) {
  T found = z::Be<T>::swap(expected);
  __atomic_compare_exchange_n(reinterpret_cast<T*>(at), &found, z::Be<T>::swap(desired), false, __ATOMIC_SEQ_CST,
                              __ATOMIC_SEQ_CST);
  return z::Be<T>::swap(found);
}

using Uint128 = unsigned __int128;

constexpr Uint128 swap_quadword(Uint128 value) {
  return static_cast<Uint128>(z::Be<std::uint64_t>::swap(static_cast<std::uint64_t>(value))) << 64 |
         z::Be<std::uint64_t>::swap(static_cast<std::uint64_t>(value >> 64));
}

template <>
Z_GUEST_ACCESS Uint128 host_compare_and_swap(std::byte* at, Uint128 expected, Uint128 desired) {
  return swap_quadword(__sync_val_compare_and_swap(reinterpret_cast<Uint128*>(at), swap_quadword(expected),
                                                   swap_quadword(desired)));
}

// An aligned quadword in one access: a 16-byte vector move is atomic on every host that has AVX.
using HostQuadword = unsigned long long __attribute__((vector_size(16), may_alias));
static_assert(sizeof(HostQuadword) == sizeof(Uint128));

Z_GUEST_BYTES inline Uint128 host_load_quadword(const std::byte* from) {
  const HostQuadword raw = *reinterpret_cast<const volatile HostQuadword*>(from);
  return static_cast<Uint128>(z::Be<std::uint64_t>::swap(raw[0])) << 64 | z::Be<std::uint64_t>::swap(raw[1]);
}
Z_GUEST_BYTES inline void host_store_quadword(std::byte* to, Uint128 value) {
  *reinterpret_cast<volatile HostQuadword*>(to) = HostQuadword{
      z::Be<std::uint64_t>::swap(static_cast<std::uint64_t>(value >> 64)), z::Be<std::uint64_t>::swap(static_cast<std::uint64_t>(value))};
}

}  // namespace cpu
