#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

#include "base/address.h"

namespace z {

struct Bytes {
  std::uint64_t value = 0;
  constexpr auto operator<=>(const Bytes&) const = default;
  constexpr Bytes operator+(Bytes other) const { return {value + other.value}; }
  constexpr Bytes& operator+=(Bytes other) { value += other.value; return *this; }
};

struct Pages {
  std::uint64_t value = 0;
  constexpr auto operator<=>(const Pages&) const = default;
  constexpr Pages operator+(Pages other) const { return {value + other.value}; }
  constexpr Pages& operator+=(Pages other) { value += other.value; return *this; }
  constexpr Bytes bytes() const { return {value * page_size}; }
};

struct BytesPerSecond {
  double value = 0;
  constexpr auto operator<=>(const BytesPerSecond&) const = default;
};

// Time to move `amount` at `rate`; a rate of zero never ends.
constexpr std::chrono::nanoseconds operator/(Bytes amount, BytesPerSecond rate) {
  if (rate.value <= 0) return std::chrono::nanoseconds::max();
  return std::chrono::nanoseconds{static_cast<std::int64_t>(static_cast<double>(amount.value) / rate.value * 1e9)};
}

constexpr BytesPerSecond operator/(Bytes amount, std::chrono::nanoseconds time) {
  return {time.count() <= 0 ? 0.0 : static_cast<double>(amount.value) * 1e9 / static_cast<double>(time.count())};
}

constexpr Bytes operator""_KiB(unsigned long long n) { return {n << 10}; }
constexpr Bytes operator""_MiB(unsigned long long n) { return {n << 20}; }
constexpr Bytes operator""_GiB(unsigned long long n) { return {n << 30}; }
constexpr BytesPerSecond operator""_MB_s(unsigned long long n) { return {static_cast<double>(n) * 1e6}; }

}  // namespace z
