#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>

namespace z {

// A big-endian integer as it lies in guest storage, on a track or on a wire. Alignment 1, so that structs of Be
// fields have the layout of the manual. The only place in the project that swaps bytes.
template <std::unsigned_integral T>
class Be {
 public:
  constexpr Be() = default;
  constexpr Be(T value) { *this = value; }
  constexpr Be& operator=(T value) {
    const T swapped = swap(value);
    bytes_ = std::bit_cast<Bytes>(swapped);
    return *this;
  }
  constexpr operator T() const { return swap(std::bit_cast<T>(bytes_)); }

  // Host value of `T` read from possibly unaligned storage holding it big-endian, and the reverse.
  static T load(const void* from) {
    T raw;
    std::memcpy(&raw, from, sizeof(T));
    return swap(raw);
  }
  static void store(void* to, T value) {
    const T raw = swap(value);
    std::memcpy(to, &raw, sizeof(T));
  }
  // The value whose host representation has the bytes of `value` in big-endian order, and back.
  static constexpr T swap(T value) {
    if constexpr (std::endian::native == std::endian::little && sizeof(T) > 1) return std::byteswap(value);
    else return value;
  }

 private:
  struct Bytes { std::uint8_t b[sizeof(T)]; };
  Bytes bytes_{};
};

using be16 = Be<std::uint16_t>;
using be32 = Be<std::uint32_t>;
using be64 = Be<std::uint64_t>;
static_assert(sizeof(be64) == 8 && alignof(be64) == 1);

}  // namespace z
