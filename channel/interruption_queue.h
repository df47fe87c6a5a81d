#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <optional>

#include "base/mutex.h"
#include "channel/subchannel_id.h"
#include "channel/subsystem.h"

namespace channel {

// Pending I/O interruptions, first come first served within a subclass, the lowest subclass number first (PoP ch. 6,
// "I/O Interruption").
class InterruptionQueue {
 public:
  // Does nothing when the subchannel's interruption is pending already.
  void add(SubchannelId subchannel, std::uint8_t isc, std::uint32_t parameter) Z_EXCLUDES(lock_);
  void remove(SubchannelId subchannel) Z_EXCLUDES(lock_);
  bool contains(SubchannelId subchannel) const Z_EXCLUDES(lock_);
  void clear() Z_EXCLUDES(lock_);

  std::optional<PendingInterruption> first(std::uint8_t isc_mask) const Z_EXCLUDES(lock_);
  std::optional<PendingInterruption> take(std::uint8_t isc_mask) Z_EXCLUDES(lock_);

 private:
  struct Entry {
    SubchannelId subchannel;
    std::uint32_t parameter;
  };
  std::optional<unsigned> first_class(std::uint8_t isc_mask) const Z_REQUIRES(lock_);
  void update_mask() Z_REQUIRES(lock_);

  mutable z::Mutex lock_;
  std::array<std::deque<Entry>, 8> classes_ Z_GUARDED_BY(lock_);
  // Subclasses with an entry: lets a CPU that asks between two instructions pass without the lock.
  std::atomic<std::uint8_t> mask_{0};
};

}  // namespace channel
