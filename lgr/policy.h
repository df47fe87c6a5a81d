#pragma once

#include <chrono>
#include <optional>
#include <span>

#include "base/clock.h"
#include "base/units.h"

namespace lgr {

enum class Immediate : bool { no, yes };

// Of VMRELOCATE MOVE; an absent time is NOLIMIT.
struct Limits {
  std::optional<z::Nanoseconds> max_total;
  std::optional<z::Nanoseconds> max_quiesce = std::chrono::seconds{10};
  Immediate immediate = Immediate::no;
  // MAXQUIESCE says what the operator tolerates; the passes aim lower while they still make progress.
  z::Nanoseconds quiesce_goal = std::chrono::milliseconds{5};
  z::Nanoseconds handover = std::chrono::milliseconds{2};  // state, commit and wake, besides the pages
  unsigned pass_limit = 8;

  bool operator==(const Limits&) const = default;
};

// MAXTOTAL and MAXQUIESCE become NOLIMIT with IMMEDIATE YES, unless given.
constexpr Limits immediate_limits() {
  return {.max_total = std::nullopt, .max_quiesce = std::nullopt, .immediate = Immediate::yes};
}

// One pass over the guest's memory, complete at the destination.
struct PassReport {
  unsigned pass = 0;
  z::Pages frames;  // data and zero
  z::Pages zero;
  z::Bytes bytes;  // on the link
  z::Nanoseconds time{};
  z::Pages dirty;  // written by the guest while the pass ran; nothing in the two passes of a stopped guest

  z::BytesPerSecond rate() const { return bytes / time; }
};

enum class Decision { another_pass, quiesce, cancel_max_total, cancel_max_quiesce };

// Throughput that the next pages will see: an exponential mean over the passes that moved enough to tell.
z::BytesPerSecond expected_rate(std::span<const PassReport> passes);

// Time that the guest would stand still if it were stopped now.
z::Nanoseconds expected_quiesce(std::span<const PassReport> passes, const Limits& limits);

// What follows a pass. `passes` are all so far, at least one; `elapsed` since the command.
Decision after_pass(std::span<const PassReport> passes, z::Nanoseconds elapsed, const Limits& limits);

}  // namespace lgr
