#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "base/address.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/units.h"
#include "cp/api/transport.h"
#include "lgr/checksum.h"
#include "lgr/policy.h"
#include "lgr/wire.h"

namespace lgr {

// Bounds what is under way to the destination: enough for the link to stay full, little enough for the event loop and
// for memory on both sides.
struct Window {
  unsigned bursts = 8;  // what was looked at is still in the caches when the channel moves it
  unsigned pages_per_burst = 192;    // 768 KiB, near the 0.76 MB per SSCH that z/VM was seen to use
  unsigned frames_per_burst = 8192;  // looked at, zero pages included
};

// The source's walk through the frames of a pass: makes bursts that refer to guest storage, and counts what the
// destination says it stored. A next pass may begin when all bursts of the one before are made.
class MemoryMove {
 public:
  MemoryMove(std::span<const std::byte> storage, Window window);

  void begin_pass(unsigned pass, std::vector<z::FrameIndex> frames, z::Nanoseconds now);
  // All bursts and the end of the current pass are made.
  bool is_issued() const { return end_issued_; }
  bool can_send() const;
  // The next burst, or after the last one the end of the pass. Legal when can_send().
  cp::api::OutgoingMessage next(const wire::Sender& sender, z::Nanoseconds now);

  z::Result<> progress(const wire::Progress& progress);
  // The destination has all of a pass: what it was, when the counts match ours.
  z::Result<PassReport> pass_complete(const wire::PassCount& count, z::Nanoseconds now);

  std::uint64_t digest() const { return digest_.value(); }
  std::uint64_t frames_sent() const { return frames_sent_; }
  std::uint64_t bursts_sent() const { return bursts_sent_; }
  // Of the pass under way: for STATUS and progress bars.
  z::Pages pass_sent() const { return {cursor_}; }
  z::Pages pass_size() const { return {frames_.size()}; }

 private:
  struct Open {
    PassReport report;
    std::uint32_t bursts = 0;
    z::Nanoseconds begun{};
  };
  struct Draft;

  cp::api::OutgoingMessage burst(const wire::Sender& sender);
  cp::api::OutgoingMessage pass_end(const wire::Sender& sender);
  void add_zero(Draft& draft, z::FrameIndex frame);
  void add_data(Draft& draft, z::FrameIndex frame, std::span<const std::byte, z::page_size> page);
  std::span<const std::byte, z::page_size> page(z::FrameIndex frame) const;

  std::span<const std::byte> storage_;
  Window window_;
  FrameDigest digest_;
  std::vector<z::FrameIndex> frames_;
  std::size_t cursor_ = 0;
  bool end_issued_ = true;
  std::deque<Open> open_;  // passes that the destination has not reported complete, oldest first
  std::uint64_t bursts_sent_ = 0;
  std::uint64_t bursts_stored_ = 0;
  std::uint64_t frames_sent_ = 0;
};

}  // namespace lgr
