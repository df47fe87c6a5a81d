#pragma once

#include <atomic>
#include <bit>
#include <cstdint>
#include <optional>

namespace cpu {

// External-interruption requests made to one CPU by other CPUs (PoP ch. 6, "External Interruption"). Any thread.
class PendingExternal {
 public:
  // One emergency signal and one malfunction alert may be pending from each CPU.
  void add_emergency_signal(std::uint16_t from) { emergency_signals_.fetch_or(1ull << from); }
  void add_malfunction_alert(std::uint16_t from) { malfunction_alerts_.fetch_or(1ull << from); }
  // One external call in all; false while one is pending.
  bool add_external_call(std::uint16_t from) {
    std::uint32_t none = 0;
    return external_call_.compare_exchange_strong(none, from + 1u);
  }

  bool has_emergency_signal() const { return emergency_signals_.load() != 0; }
  bool has_malfunction_alert() const { return malfunction_alerts_.load() != 0; }
  bool has_external_call() const { return external_call_.load() != 0; }

  // Own thread: the address of the CPU that asked.
  std::uint16_t take_emergency_signal() { return take_lowest(emergency_signals_); }
  std::uint16_t take_malfunction_alert() { return take_lowest(malfunction_alerts_); }
  std::uint16_t take_external_call() { return static_cast<std::uint16_t>(external_call_.exchange(0) - 1); }

  void clear() {
    emergency_signals_ = 0;
    malfunction_alerts_ = 0;
    external_call_ = 0;
  }

  // For saving and restoring a CPU.
  struct Image {
    std::uint64_t emergency_signals, malfunction_alerts;
    std::uint32_t external_call;
  };
  Image image() const { return {emergency_signals_, malfunction_alerts_, external_call_}; }
  void restore(const Image& image) {
    emergency_signals_ = image.emergency_signals;
    malfunction_alerts_ = image.malfunction_alerts;
    external_call_ = image.external_call;
  }

 private:
  static std::uint16_t take_lowest(std::atomic<std::uint64_t>& mask) {
    const auto lowest = static_cast<std::uint16_t>(std::countr_zero(mask.load()));
    mask.fetch_and(~(1ull << lowest));
    return lowest;
  }

  std::atomic<std::uint64_t> emergency_signals_{0};
  std::atomic<std::uint64_t> malfunction_alerts_{0};
  std::atomic<std::uint32_t> external_call_{0};  // CPU address + 1
};

}  // namespace cpu
