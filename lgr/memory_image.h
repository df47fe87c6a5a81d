#pragma once

#include <cstdint>

#include "base/result.h"
#include "cp/api/guest.h"
#include "lgr/checksum.h"
#include "lgr/wire.h"

namespace lgr {

// The destination's side of the memory move: writes bursts into the skeleton. A burst of an older pass is refused, so
// it never overwrites a page of a newer one.
class MemoryImage {
 public:
  explicit MemoryImage(cp::api::SkeletonPort& skeleton);

  z::Result<> store(std::span<const std::byte> burst_body);
  // Whether all that the source counts in a pass is here.
  z::Result<> end_pass(const wire::PassCount& count);
  z::Result<> verify(const wire::Complete& complete) const;

  std::uint64_t bursts() const { return bursts_; }
  std::uint64_t frames() const { return frames_; }
  unsigned pass() const { return pass_.pass; }

 private:
  z::Result<> check_runs(std::span<const wire::Run> runs, std::size_t data_length) const;
  void store_data(z::FrameIndex first, std::span<const std::byte> pages);
  void store_zeros(z::FrameIndex first, std::uint64_t count);

  cp::api::SkeletonPort& skeleton_;
  const std::uint64_t frames_of_guest_;
  FrameDigest digest_;
  wire::PassCount pass_{};        // received of the current pass
  std::uint64_t bursts_ = 0;
  std::uint64_t frames_ = 0;
};

}  // namespace lgr
