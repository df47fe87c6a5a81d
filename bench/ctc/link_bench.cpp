// Blocks a second from one side's storage to the other's, and the time of a small block there and back, over each link, both ends in
// this process; and memcpy of the same blocks to compare with.
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

constexpr std::uint8_t write = 0x01, read = 0x02, write_end_of_file = 0x81, set_extended = 0xC3;
using Device = std::unique_ptr<channel::Device>;

void make_ready(Program& first, Program& second) {
  for (auto ready = false; !ready;) {
    const auto status = second.run(set_extended, {});
    ready = first.run(set_extended, {}) == channel::ended && status == channel::ended;
  }
}

void move_blocks(benchmark::State& state, Device first, Device second) {
  Program writer{std::move(first)}, reader{std::move(second)};
  std::vector<std::byte> from(static_cast<std::size_t>(state.range(0)), std::byte{1}), to(from.size());
  make_ready(writer, reader);
  std::jthread thread{[&] {
    while (!reader.run(read, to).has(channel::unit_exception)) continue;
  }};
  for (auto _ : state)
    while (writer.run(write, from) != channel::ended) continue;
  while (writer.run(write_end_of_file, {}) != channel::ended) continue;
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

void echo_blocks(benchmark::State& state, Device first, Device second) {
  Program caller{std::move(first)}, answerer{std::move(second)};
  std::vector<std::byte> call(static_cast<std::size_t>(state.range(0)), std::byte{1}), answer(call.size());
  make_ready(caller, answerer);
  std::jthread thread{[&] {
    while (!answerer.run(read, answer).has(channel::unit_exception))
      while (answerer.run(write, answer) != channel::ended) continue;
  }};
  for (auto _ : state) {
    while (caller.run(write, call) != channel::ended) continue;
    while (caller.run(read, call) != channel::ended) continue;
  }
  while (caller.run(write_end_of_file, {}) != channel::ended) continue;
}

using Run = void (*)(benchmark::State&, Device, Device);

void in_process(benchmark::State& state, Run run) {
  auto [first, second] = ctc::make_pair_in_process();
  run(state, std::move(first), std::move(second));
}
void through(benchmark::State& state, Run run, const std::string& link) {
  auto first = ctc::make_fctc(link + ",listen", paths);
  auto second = ctc::make_fctc(link, paths);
  run(state, std::move(*first), std::move(*second));
}
void shared_memory(benchmark::State& state, Run run) {
  through(state, run, "link=shm:" + (std::filesystem::temp_directory_path() / ("ctc-bench-" + std::to_string(::getpid()))).string());
}
void tcp(benchmark::State& state, Run run) { through(state, run, "link=tcp:127.0.0.1:16123"); }

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
BENCHMARK_CAPTURE(in_process, blocks, move_blocks)->Arg(65536)->Arg(1 << 20)->UseRealTime();
BENCHMARK_CAPTURE(shared_memory, blocks, move_blocks)->Arg(4096)->Arg(65536)->Arg(262144)->Arg(196 * 4096)->Arg(1 << 20)->UseRealTime();
BENCHMARK_CAPTURE(tcp, blocks, move_blocks)->Arg(65536)->Arg(1 << 20)->UseRealTime();
BENCHMARK_CAPTURE(in_process, echo, echo_blocks)->Arg(64)->UseRealTime();
BENCHMARK_CAPTURE(shared_memory, echo, echo_blocks)->Arg(64)->Arg(4096)->UseRealTime();
BENCHMARK_CAPTURE(tcp, echo, echo_blocks)->Arg(64)->UseRealTime();

}  // namespace
