#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace cpu {

class Configuration;

// How the CPUs of a configuration are placed (PoP ch. 10, "PERFORM TOPOLOGY FUNCTION"): what programs may ask for and be told. Any
// thread.
class Topology {
 public:
  enum class Polarization : std::uint8_t { horizontal, vertical };

  Polarization polarization() const { return polarization_.load(); }
  // False: it is so already.
  bool polarize(Polarization wanted) {
    if (polarization_.exchange(wanted) == wanted) return false;
    changed();
    return true;
  }
  void changed() { report_pending_ = true; }
  bool take_report() { return report_pending_.exchange(false); }
  void reset() {
    polarization_ = Polarization::horizontal;
    report_pending_ = false;
  }

 private:
  std::atomic<Polarization> polarization_{Polarization::horizontal};
  std::atomic<bool> report_pending_{false};
};

// SYSIB 15.1.x of STORE SYSTEM INFORMATION: nothing but the configured CPUs, nested so many levels deep. Fills the zeroed block and
// returns the condition code.
std::uint8_t topology_information(Configuration& configuration, unsigned selector1, unsigned levels, std::span<std::byte, 4096> sysib);

}  // namespace cpu
