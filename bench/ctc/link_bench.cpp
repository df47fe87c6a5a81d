// Blocks a second from one side's storage to the other's, over each link, both ends in this process; and memcpy of the same
// blocks to compare with.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "ctc/channel_path.h"
#include "ctc/fctc.h"
#include "ctc/fctc_device.h"

namespace {

ctc::ChannelPaths paths;

// A stretch of storage as the data area of one CCW.
class Area final : public channel::Transfer {
 public:
  explicit Area(std::span<std::byte> bytes) : bytes_(bytes) {}
  std::size_t count() const override { return bytes_.size(); }
  std::size_t receive(std::span<std::byte> to) override {
    const auto n = std::min(to.size(), bytes_.size() - used_);
    std::memcpy(to.data(), bytes_.data() + used_, n);
    used_ += n;
    return n;
  }
  std::size_t send(std::span<const std::byte> from) override {
    const auto n = std::min(from.size(), bytes_.size() - used_);
    std::memcpy(bytes_.data() + used_, from.data(), n);
    used_ += n;
    return n;
  }
  void set_excess() override {}

 private:
  std::span<std::byte> bytes_;
  std::size_t used_ = 0;
};

class Program final : public channel::Port {
 public:
  explicit Program(std::unique_ptr<channel::Device> device) : device_(std::move(device)) { device_->attached(*this); }
  void resume() override {
    const z::Lock lock{mutex_};
    resumed_ = true;
    changed_.notify_one();
  }
  void end_device(channel::DeviceStatus) override {}
  void present_unsolicited(channel::DeviceStatus) override {}

  channel::DeviceStatus run(std::uint8_t command, std::span<std::byte> bytes) {
    while (true) {
      Area area{bytes};
      const auto ending = device_->execute(command, area);
      if (ending.kind == channel::Ending::Kind::status) return ending.status;
      const z::Lock lock{mutex_};
      while (!resumed_) changed_.wait(mutex_);
      resumed_ = false;
    }
  }

 private:
  z::Mutex mutex_;
  z::Condition changed_;
  bool resumed_ Z_GUARDED_BY(mutex_) = false;
  std::unique_ptr<channel::Device> device_;
};

void move_blocks(benchmark::State& state, std::unique_ptr<channel::Device> first, std::unique_ptr<channel::Device> second) {
  constexpr std::uint8_t write = 0x01, read = 0x02, set_extended = 0xC3;
  Program writer{std::move(first)}, reader{std::move(second)};
  std::vector<std::byte> from(static_cast<std::size_t>(state.range(0)), std::byte{1}), to(from.size());
  for (auto ready = false; !ready;) {
    const auto reader_status = reader.run(set_extended, {});
    ready = writer.run(set_extended, {}) == channel::ended && reader_status == channel::ended;
  }
  std::jthread thread{[&] {
    while (!reader.run(read, to).has(channel::unit_exception)) continue;
  }};
  for (auto _ : state)
    while (writer.run(write, from) != channel::ended) continue;
  while (writer.run(0x81, {}) != channel::ended) continue;
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

void in_process(benchmark::State& state) {
  auto [first, second] = ctc::make_pair_in_process();
  move_blocks(state, std::move(first), std::move(second));
}
void through(benchmark::State& state, const std::string& link) {
  auto first = ctc::make_fctc(link + ",listen", paths);
  auto second = ctc::make_fctc(link, paths);
  move_blocks(state, std::move(*first), std::move(*second));
}
void shared_memory(benchmark::State& state) {
  through(state, "link=shm:" + (std::filesystem::temp_directory_path() / ("ctc-bench-" + std::to_string(::getpid()))).string());
}
void tcp(benchmark::State& state) { through(state, "link=tcp:127.0.0.1:16123"); }

void memcpy_alone(benchmark::State& state) {
  std::vector<std::byte> from(static_cast<std::size_t>(state.range(0)), std::byte{1}), to(from.size());
  for (auto _ : state) {
    std::memcpy(to.data(), from.data(), from.size());
    benchmark::DoNotOptimize(to.data());
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

BENCHMARK(memcpy_alone)->Arg(65536)->Arg(1 << 20)->UseRealTime();
BENCHMARK(in_process)->Arg(65536)->Arg(1 << 20)->UseRealTime();
BENCHMARK(shared_memory)->Arg(4096)->Arg(65536)->Arg(262144)->Arg(1 << 20)->UseRealTime();
BENCHMARK(tcp)->Arg(65536)->Arg(1 << 20)->UseRealTime();

}  // namespace
