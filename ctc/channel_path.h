#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "base/units.h"

namespace ctc {

// One direction of a FICON channel as a model of time: when do bytes that are handed to it now arrive? The channel serves its CTCs
// one after the other at its rate R; a single CTC reaches a quarter of that, as IBM's advice of four CTCs for a channel has it, and
// every message needs the latency besides. Thread-safe.
class ChannelPath {
 public:
  static constexpr unsigned ctcs_to_fill_it = 4;
  static constexpr z::Nanoseconds latency = std::chrono::microseconds{50};

  explicit ChannelPath(z::BytesPerSecond rate) : rate_(rate) {}
  z::BytesPerSecond rate() const { return rate_; }

  // Of one CTC on the path: its messages arrive in order.
  class Lane {
   public:
    explicit Lane(std::shared_ptr<ChannelPath> path) : path_(std::move(path)) {}
    z::Nanoseconds arrival(z::Nanoseconds now, z::Bytes size);
    const ChannelPath& path() const { return *path_; }

   private:
    std::shared_ptr<ChannelPath> path_;
    z::Nanoseconds free_at_{};
  };

 private:
  z::Nanoseconds occupy(z::Nanoseconds from, z::Bytes size);

  const z::BytesPerSecond rate_;
  z::Mutex mutex_;
  z::Nanoseconds free_at_ Z_GUARDED_BY(mutex_){};
};

// "8Gb/s": a FICON channel moves 100 MB a second for each Gb/s of its line (8b/10b code).
z::Result<z::BytesPerSecond> parse_channel_speed(std::string_view text);

// The paths of a partition by name (its CHPID), each made when it is first named.
class ChannelPaths {
 public:
  z::Result<std::shared_ptr<ChannelPath>> find_or_make(const std::string& name, z::BytesPerSecond rate);

 private:
  z::Mutex mutex_;
  std::map<std::string, std::shared_ptr<ChannelPath>> paths_ Z_GUARDED_BY(mutex_);
};

}  // namespace ctc
