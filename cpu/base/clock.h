#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <ctime>

namespace z {

using Nanoseconds = std::chrono::nanoseconds;

// The door through which time comes in. `now` never steps back; `utc` is wall time since 1970.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Nanoseconds now() const = 0;
  virtual Nanoseconds utc() const = 0;
};

// The host's time: the only code that asks for it.
class HostClock final : public Clock {
 public:
  Nanoseconds now() const override { return read(CLOCK_MONOTONIC); }
  Nanoseconds utc() const override { return read(CLOCK_REALTIME); }

 private:
  static Nanoseconds read(clockid_t id) {
    timespec t{};
    ::clock_gettime(id, &t);
    return std::chrono::seconds{t.tv_sec} + Nanoseconds{t.tv_nsec};
  }
};

// Time that moves only when told to: tests and the simulator.
class VirtualClock final : public Clock {
 public:
  Nanoseconds now() const override { return Nanoseconds{now_.load()}; }
  Nanoseconds utc() const override { return epoch + now(); }
  void advance(Nanoseconds by) { now_ += by.count(); }
  void set(Nanoseconds to) { now_ = to.count(); }

 private:
  static constexpr Nanoseconds epoch = std::chrono::seconds{1'369'990'800};  // 2013-05-31 09:00 UTC
  std::atomic<std::int64_t> now_{0};
};

// A TOD-clock value: bit 51 is one microsecond, bit 63 is 1/4096 µs, zero is 1900-01-01 (PoP ch. 4, "Time-of-Day
// Clock").
struct TodClock {
  std::uint64_t value = 0;
  constexpr auto operator<=>(const TodClock&) const = default;
};

inline constexpr std::uint64_t tod_of_unix_epoch = 0x7D91'048B'CA00'0000;

constexpr std::uint64_t tod_units(Nanoseconds time) {
  const auto count = static_cast<std::uint64_t>(time.count());
  return count / 1000 * 4096 + count % 1000 * 4096 / 1000;
}
constexpr Nanoseconds tod_duration(std::uint64_t units) {
  return Nanoseconds{static_cast<std::int64_t>(units / 4096 * 1000 + units % 4096 * 1000 / 4096)};
}
constexpr TodClock tod_of_utc(Nanoseconds utc) { return {tod_of_unix_epoch + tod_units(utc)}; }

}  // namespace z
