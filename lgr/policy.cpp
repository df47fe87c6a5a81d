#include "lgr/policy.h"

#include <algorithm>

#include "base/assert.h"

namespace lgr {
namespace {

// A pass of fewer bytes measures latency, not throughput.
constexpr z::Bytes telling_amount{4 * z::page_size};

bool has_shrunk(const PassReport& pass) { return pass.dirty.value * 10 <= pass.frames.value * 9; }

bool is_stuck(std::span<const PassReport> passes, const Limits& limits) {
  if (passes.size() >= limits.pass_limit) return true;
  return passes.size() >= 2 && !has_shrunk(passes.back()) && !has_shrunk(passes[passes.size() - 2]);
}

bool is_within(z::Nanoseconds time, const std::optional<z::Nanoseconds>& limit) { return !limit || time <= *limit; }

z::Nanoseconds saturated_sum(z::Nanoseconds a, z::Nanoseconds b) {
  return a > z::Nanoseconds::max() - b ? z::Nanoseconds::max() : a + b;
}

}  // namespace

z::BytesPerSecond expected_rate(std::span<const PassReport> passes) {
  z::BytesPerSecond mean;
  z::Pages frames;
  z::Nanoseconds time{};
  for (const PassReport& pass : passes) {
    frames += pass.frames;
    time += pass.time;
    if (pass.bytes < telling_amount || pass.time.count() <= 0) continue;
    mean.value = mean.value == 0 ? pass.rate().value : (mean.value + pass.rate().value) / 2;
  }
  // Nothing but zero pages so far: how fast they were found and marked is all there is to go by.
  return mean.value > 0 ? mean : frames.bytes() / std::max(time, z::Nanoseconds{1});
}

z::Nanoseconds expected_quiesce(std::span<const PassReport> passes, const Limits& limits) {
  Z_ASSERT(!passes.empty());
  const z::Pages dirty = passes.back().dirty;
  const z::BytesPerSecond rate = expected_rate(passes);
  // Not one frame has moved: nothing is known, and MAXQUIESCE is enforced by the clock anyway.
  if (dirty.value == 0 || rate.value == 0) return limits.handover;
  return saturated_sum(dirty.bytes() / rate, limits.handover);
}

Decision after_pass(std::span<const PassReport> passes, z::Nanoseconds elapsed, const Limits& limits) {
  if (limits.max_total && elapsed >= *limits.max_total) return Decision::cancel_max_total;
  if (limits.immediate == Immediate::yes) return Decision::quiesce;
  const z::Nanoseconds quiesce = expected_quiesce(passes, limits);
  const bool is_tolerable = is_within(quiesce, limits.max_quiesce);
  if (is_tolerable && quiesce <= limits.quiesce_goal) return Decision::quiesce;
  if (passes.size() >= limits.pass_limit && !is_tolerable) return Decision::cancel_max_quiesce;
  if (is_stuck(passes, limits) && is_tolerable) return Decision::quiesce;
  return Decision::another_pass;
}

}  // namespace lgr
