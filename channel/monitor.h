#pragma once

#include <atomic>
#include <cstdint>

#include "base/clock.h"
#include "channel/blocks.h"
#include "channel/subsystem.h"
#include "cpu/storage.h"

namespace channel {

// Times in measurement blocks are in units of 128 microseconds.
inline constexpr z::Nanoseconds measurement_unit{128'000};

// What one start function adds to its measurement block (PoP ch. 17, "Measurement-Block Update").
struct Sample {
  std::uint32_t starts = 0;  // START and RESUME SUBCHANNEL
  z::Nanoseconds pending{};       // until the device took the first command
  z::Nanoseconds connected{};     // data could move
  z::Nanoseconds disconnected{};  // the device worked by itself
  z::Nanoseconds active_only{};   // from channel end to device end
};

// Follows the start functions of a subchannel through their states. A state lasts until the next call. What is short of a unit counts
// for the next start function: most are shorter than one.
class Stopwatch {
 public:
  void start(z::Nanoseconds now) {
    sample_ = {.pending = sample_.pending % measurement_unit,
               .connected = sample_.connected % measurement_unit,
               .disconnected = sample_.disconnected % measurement_unit,
               .active_only = sample_.active_only % measurement_unit};
    state_ = nullptr;
    running_ = true;
    enter(&Sample::pending, now);
    ++sample_.starts;
  }
  void resume() { sample_.starts += running_ ? 1 : 0; }
  void connect(z::Nanoseconds now) { enter(&Sample::connected, now); }
  void disconnect(z::Nanoseconds now) { enter(&Sample::disconnected, now); }
  void end_channel(z::Nanoseconds now) { enter(&Sample::active_only, now); }
  bool is_running() const { return running_; }
  Sample stop(z::Nanoseconds now) {
    enter(state_, now);
    running_ = false;
    return sample_;
  }

 private:
  void enter(z::Nanoseconds Sample::* state, z::Nanoseconds now) {
    if (!running_) return;
    if (state_ != nullptr) sample_.*state_ += now - since_;
    state_ = state;
    since_ = now;
  }

  Sample sample_;
  z::Nanoseconds Sample::* state_ = nullptr;
  z::Nanoseconds since_{};
  bool running_ = false;
};

// The measurement-block update of a channel subsystem: SET CHANNEL MONITOR turns it on, each subchannel that asks for it has a block
// in the guest's storage that its start functions are added to.
class ChannelMonitor {
 public:
  ChannelMonitor(cpu::Storage& storage, const z::Clock& clock) : storage_(storage), clock_(clock) {}

  // SCHM: general registers 1 and 2.
  Answer set(std::uint64_t control, std::uint64_t origin);
  void reset() { control_ = 0; }
  std::uint64_t control() const { return control_; }
  std::uint64_t origin() const { return origin_; }

  // Without a lock, for each start.
  bool measures(const Pmcw& pmcw) const { return pmcw.has(Pmcw::measurement_block_update) && (control_.load(std::memory_order_relaxed) & update) != 0; }
  z::Nanoseconds now() const { return clock_.now(); }

  // False: the block can not be reached, and the subchannel's measuring ends.
  bool add(const Pmcw& pmcw, std::uint64_t extended_block, const Sample& sample);

 private:
  static constexpr std::uint64_t update = 2, connect_time = 1, key_mask = 0xF000'0000;

  cpu::Storage& storage_;
  const z::Clock& clock_;
  std::atomic<std::uint64_t> control_{0};  // release: origin_ is there
  std::atomic<std::uint64_t> origin_{0};
};

}  // namespace channel
