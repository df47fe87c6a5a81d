#pragma once

#include "base/clock.h"

namespace lgr {

// The time a guest stood still, as the source saw it, in parts that follow each other and add up.
struct Blackout {
  z::Nanoseconds park{};          // virtual CPUs to an instruction boundary
  z::Nanoseconds io_drain{};      // waiting for I/O beyond the penultimate pass
  z::Nanoseconds final_frames{};  // the two last passes
  z::Nanoseconds state{};         // saved, moved, restored, everything verified
  z::Nanoseconds commit{};        // the record
  z::Nanoseconds resume{};        // until the destination says that the guest runs

  z::Nanoseconds total() const { return park + io_drain + final_frames + state + commit + resume; }
};

}  // namespace lgr
