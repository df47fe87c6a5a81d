#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "base/mutex.h"
#include "channel/device.h"

namespace ctc::test {

// What a subchannel presents to its program.
struct Result {
  channel::DeviceStatus status{};
  std::size_t residual = 0;
  std::uint8_t sense = 0;
  bool excess = false;
  std::vector<std::byte> data{};
};

// A data area of one CCW.
class Area final : public channel::Transfer {
 public:
  explicit Area(std::vector<std::byte> bytes) : bytes_(std::move(bytes)) {}
  std::size_t count() const override { return bytes_.size(); }
  std::size_t receive(std::span<std::byte> to) override {
    const auto n = std::min(to.size(), bytes_.size() - used_);
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(used_), n, to.begin());
    used_ += n;
    return n;
  }
  std::size_t send(std::span<const std::byte> from) override {
    const auto n = std::min(from.size(), bytes_.size() - used_);
    std::copy_n(from.begin(), n, bytes_.begin() + static_cast<std::ptrdiff_t>(used_));
    used_ += n;
    return n;
  }
  void set_excess() override { excess_ = true; }

  std::size_t residual() const { return bytes_.size() - used_; }
  bool has_excess() const { return excess_; }
  std::vector<std::byte> used() const { return {bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(used_)}; }

 private:
  std::vector<std::byte> bytes_;
  std::size_t used_ = 0;
  bool excess_ = false;
};

// A subchannel with its channel program on the test's thread: `start` issues a command, `finish` waits for its end.
class Program final : public channel::Port {
 public:
  explicit Program(std::unique_ptr<channel::Device> device) : device_(std::move(device)) { device_->attached(*this); }

  channel::Device& device() { return *device_; }
  void destroy() { device_.reset(); }  // its process ends

  void resume() override {
    const z::Lock lock{mutex_};
    resumed_ = true;
    changed_.notify_all();
  }
  void end_device(channel::DeviceStatus status) override {
    const z::Lock lock{mutex_};
    device_ended_ = status;
    changed_.notify_all();
  }
  void present_unsolicited(channel::DeviceStatus status) override {
    const z::Lock lock{mutex_};
    unsolicited_.push_back(status);
    changed_.notify_all();
  }

  // Executes until the device waits or ends.
  void start(std::uint8_t command, std::vector<std::byte> area = {}) {
    command_ = command;
    bytes_ = std::move(area);
    result_.reset();
    gave_channel_end_ = false;
    {
      const z::Lock lock{mutex_};
      resumed_ = false;
      device_ended_.reset();
    }
    step();
  }
  bool is_waiting() const { return !result_; }

  Result finish() {
    while (!result_) {
      {
        const z::Lock lock{mutex_};
        while (!(resumed_ || device_ended_.has_value())) changed_.wait(mutex_);
        resumed_ = false;
        if (device_ended_) result_ = Result{.status = *device_ended_};
      }
      if (!result_) step();
      else add_sense();
    }
    return *result_;
  }
  Result run(std::uint8_t command, std::vector<std::byte> area = {}) {
    start(command, std::move(area));
    return finish();
  }
  // Waits until the program has given channel end and waits for device end.
  void await_channel_end() {
    while (!gave_channel_end_ && !result_) {
      {
        const z::Lock lock{mutex_};
        while (!(resumed_)) changed_.wait(mutex_);
        resumed_ = false;
      }
      step();
    }
  }
  // Of a command that began elsewhere.
  channel::DeviceStatus await_device_end() {
    const z::Lock lock{mutex_};
    while (!device_ended_) changed_.wait(mutex_);
    const auto status = *device_ended_;
    device_ended_.reset();
    return status;
  }
  channel::DeviceStatus await_unsolicited() {
    const z::Lock lock{mutex_};
    while (!(!unsolicited_.empty())) changed_.wait(mutex_);
    const auto status = unsolicited_.front();
    unsolicited_.pop_front();
    return status;
  }
  bool has_unsolicited() {
    const z::Lock lock{mutex_};
    return !unsolicited_.empty();
  }

 private:
  void step() {
    Area area{bytes_};
    const auto ending = device_->execute(command_, area);
    switch (ending.kind) {
      case channel::Ending::Kind::waiting: return;
      case channel::Ending::Kind::channel_end_then_waiting: gave_channel_end_ = true; return;
      case channel::Ending::Kind::status: break;
    }
    result_ = Result{.status = ending.status, .residual = area.residual(), .excess = area.has_excess(), .data = area.used()};
    add_sense();
  }
  void add_sense() {
    if (result_->status.has(channel::unit_check)) result_->sense = device_->sense().bytes[0];
  }

  std::uint8_t command_ = 0;
  std::vector<std::byte> bytes_;
  std::optional<Result> result_;
  bool gave_channel_end_ = false;
  z::Mutex mutex_;
  z::Condition changed_;
  bool resumed_ Z_GUARDED_BY(mutex_) = false;
  std::optional<channel::DeviceStatus> device_ended_ Z_GUARDED_BY(mutex_);
  std::deque<channel::DeviceStatus> unsolicited_ Z_GUARDED_BY(mutex_);
  std::unique_ptr<channel::Device> device_;  // last: its thread calls this
};

}  // namespace ctc::test
