// Bytes a second between a volume and storage through the channel subsystem: track data in transport mode, records in command
// mode, for each kind of image; a no-operation program; and a copy of as many bytes of a plain file to compare with.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "channel/subsystem.h"
#include "channel/trace.h"
#include "channel/transport_blocks.h"
#include "dasd3390/dasd3390.h"
#include "dasd3390/tools/create.h"

namespace {

using namespace dasd3390;

constexpr std::uint32_t ssid = 0x0001'0000;
constexpr std::uint64_t program_at = 0x1000, parameters_at = 0x2000, status_at = 0x3000, data_at = 0x10'0000;
constexpr std::uint32_t cylinders = 20, tracks_a_program = 15, block = 4096, blocks_a_track = 12;
constexpr std::uint32_t bytes_a_program = tracks_a_program * blocks_a_track * block;

// A formatted volume of bytes that do not compress to nothing, behind a channel.
class Machine {
 public:
  explicit Machine(ImageFormat format) {
    std::filesystem::remove(path_);
    create_volume(path_, {.geometry = {cylinders}, .volser = "BENCH1", .format = format}).value();
    auto volume = Volume::open(path_, Access::write).value();
    {
      auto editor = Editor::open(volume).value();
      std::vector<NewRecord> records;
      for (std::uint8_t n = 1; n <= blocks_a_track; ++n) {
        std::vector<std::byte> data(block);
        for (std::size_t i = 0; i < block; ++i) data[i] = static_cast<std::byte>(i * n / 7);
        records.push_back({n, 0, block, {}, data});
      }
      for (std::uint32_t track = 15; track < cylinders * 15; ++track)
        editor.format_track(address_of(TrackNumber{track}), records).value();
    }
    const auto whole = volume->whole();
    auto device = Dasd3390::attach(std::move(volume), whole, Dasd3390::Writing::allowed).value();
    subsystem_.attach(z::DeviceNumber{std::uint16_t{0x200}}, std::move(device)).value();
    channel::Schib schib;
    subsystem_.store(ssid, schib);
    schib.pmcw.flags = static_cast<std::uint16_t>(schib.pmcw.flags | channel::Pmcw::enabled);
    subsystem_.modify(ssid, schib);
  }
  ~Machine() { std::filesystem::remove(path_); }

  template <class Block>
  void put(std::uint64_t at, const Block& from) {
    storage_->store({at}, std::as_bytes(std::span{&from, 1}), 0);
  }
  const std::filesystem::path& path() const { return path_; }
  channel::IoTrace& trace() { return subsystem_.trace(); }

  bool run(std::uint32_t control) {
    channel::Orb orb{};
    orb.control = control | 0xFF00u;
    orb.program_address = program_at;
    if (subsystem_.start(ssid, orb) != channel::Answer::cc0) return false;
    while (!subsystem_.take_interruption(0xFF)) {  // as a driver that polls with TEST PENDING INTERRUPTION
    }
    channel::Irb irb;
    subsystem_.test(ssid, irb);
    subsystem_.clear_status(ssid);
    return irb.scsw.device_status == channel::ended.bits && irb.scsw.subchannel_status == 0;
  }

 private:
  std::filesystem::path path_ =
      std::filesystem::temp_directory_path() / ("dasd_bench-" + std::to_string(::getpid()) + ".ckd");
  z::HostClock clock_;
  std::unique_ptr<cpu::Storage> storage_ = cpu::Storage::create(z::Bytes{16 << 20}).value();
  channel::Subsystem subsystem_{
      *storage_,
      clock_,
      {.threads = 1, .interruption_pending = [](std::uint8_t) {}, .channel_report_pending = [] {}}};
};

enum class Way { read, write };

struct Prefix {
  std::uint8_t format = 1, validity = 0x80, base[10] = {};
  std::uint8_t mask, attributes = 0xC0;
  z::be16 block_size = std::uint16_t{block};
  std::uint8_t global[4] = {};
  Cchh first, last;
  std::uint8_t extended[16] = {};
  std::uint8_t operation, auxiliary, imbedded, count = tracks_a_program;
  Cchh seek, search;
  std::uint8_t record = 1, sector = 0xFF;
  z::be16 length = std::uint16_t{0};
  std::uint8_t imbedded_count = 0, extended_operation;
  z::be16 parameter_length = std::uint16_t{0};
};
static_assert(sizeof(Prefix) == 64);

// A cylinder a program.
void set_transport_program(Machine& machine, Way way, std::uint32_t cylinder) {
  const bool writes = way == Way::write;
  Prefix prefix{};
  prefix.mask = writes ? 0x80 : 0x40;
  prefix.first = prefix.seek = prefix.search = Cchh::of({cylinder, 0});
  prefix.last = Cchh::of({cylinder, 14});
  prefix.operation = writes ? 0x3F : 0x0C;
  prefix.extended_operation = writes ? 0x23 : 0;
  prefix.auxiliary = 0x20;
  prefix.imbedded = writes ? 0xA5 : 0xA6;
  channel::TransportHeader header{};
  header.format = 0x7F;
  header.area_length = 12 + sizeof(channel::DeviceCommandWord) + sizeof prefix;
  header.service_action = std::uint16_t{0x1FFE};
  channel::DeviceCommandWord word{};
  word.command = writes ? 0xE7 : 0xEA;
  word.control_count = sizeof prefix;
  word.count = bytes_a_program;
  machine.put(parameters_at, header);
  machine.put(parameters_at + 16, word);
  machine.put(parameters_at + 24, prefix);
  channel::Tcw tcw{};
  tcw.lengths = (16 + 8 + 64 + 8 - 20) / 4 << 18 | (writes ? channel::Tcw::writes : channel::Tcw::reads);
  tcw.status_block = status_at;
  tcw.command_block = parameters_at;
  tcw.output = tcw.input = data_at;
  (writes ? tcw.output_count : tcw.input_count) = bytes_a_program;
  machine.put(program_at, tcw);
}

void transport(benchmark::State& state, ImageFormat format, Way way) {
  Machine machine{format};
  std::uint32_t cylinder = 1;
  for (auto _ : state) {
    set_transport_program(machine, way, cylinder);
    if (!machine.run(channel::Orb::transport_mode)) return state.SkipWithError("the program failed");
    if (++cylinder == cylinders) cylinder = 1;
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * bytes_a_program);
}
BENCHMARK_CAPTURE(transport, plain_read, ImageFormat::plain, Way::read)->UseRealTime();
BENCHMARK_CAPTURE(transport, plain_write, ImageFormat::plain, Way::write)->UseRealTime();
BENCHMARK_CAPTURE(transport, cckd_read, ImageFormat::compressed, Way::read)->UseRealTime();
BENCHMARK_CAPTURE(transport, cckd_write, ImageFormat::compressed, Way::write)->UseRealTime();

void no_operation(benchmark::State& state) {
  Machine machine{ImageFormat::plain};
  machine.put(program_at, channel::Ccw1{0x03, channel::ccw_flag::suppress_length, std::uint16_t{1}, 0u});
  for (auto _ : state)
    if (!machine.run(channel::Orb::format_1)) return state.SkipWithError("the program failed");
}
BENCHMARK(no_operation)->UseRealTime();

// A track in command mode, as Linux reads blocks: DEFINE EXTENT, LOCATE RECORD, twelve READ DATA.
void set_track_program(Machine& machine) {
  struct Parameters {
    std::uint8_t extent[16] = {0x40, 0xC0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0};
    std::uint8_t locate[16] = {0x06, 0x80, 0, blocks_a_track, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0xFF, block >> 8, 0};
  };
  machine.put(parameters_at, Parameters{});
  const auto ccw = [&](std::uint32_t number, std::uint8_t command, std::uint16_t count, std::uint64_t address) {
    const std::uint8_t chain = number + 1 < 2 + blocks_a_track ? channel::ccw_flag::chain_command : std::uint8_t{0};
    machine.put(program_at + number * 8, channel::Ccw1{command, chain, count, static_cast<std::uint32_t>(address)});
  };
  ccw(0, 0x63, 16, parameters_at);
  ccw(1, 0x47, 16, parameters_at + 16);
  for (std::uint32_t n = 0; n < blocks_a_track; ++n) ccw(2 + n, 0x86, block, data_at + n * block);
}

// What the I/O trace costs: none, or to a file in one of its forms.
void traced_reads(benchmark::State& state, const char* form) {
  Machine machine{ImageFormat::plain};
  set_track_program(machine);
  const auto path = machine.path().string() + ".trace";
  if (form != nullptr) {
    const channel::TraceTarget target{machine.trace(), "BENCH"};
    const auto request = channel::TraceRequest::parse(std::string{"to="} + path + ",format=" + form);
    channel::start_traces(*request, {&target, 1}, {}).value();
  }
  for (auto _ : state)
    if (!machine.run(channel::Orb::format_1)) return state.SkipWithError("the program failed");
  machine.trace().stop();
  std::filesystem::remove(path);
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * blocks_a_track * block);
}
BENCHMARK_CAPTURE(traced_reads, off, nullptr)->UseRealTime();
BENCHMARK_CAPTURE(traced_reads, pcapng, "pcapng")->UseRealTime();
BENCHMARK_CAPTURE(traced_reads, json, "json")->UseRealTime();

// The same bytes of the file through the page cache into other storage, and out of it.
void host_file_read(benchmark::State& state) {
  const Machine machine{ImageFormat::plain};
  const z::Fd file{::open(machine.path().c_str(), O_RDONLY)};
  std::vector<std::byte> buffer(bytes_a_program);
  off_t at = 0;
  for (auto _ : state) {
    if (::pread(file.get(), buffer.data(), buffer.size(), at) <= 0) return state.SkipWithError("read");
    benchmark::DoNotOptimize(buffer.data());
    at = (at + bytes_a_program) % (bytes_a_program * 15);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * bytes_a_program);
}
BENCHMARK(host_file_read)->UseRealTime();

void host_file_write(benchmark::State& state) {
  const Machine machine{ImageFormat::plain};
  const z::Fd file{::open(machine.path().c_str(), O_WRONLY)};
  const std::vector<std::byte> buffer(bytes_a_program);
  off_t at = 0;
  for (auto _ : state) {
    if (::pwrite(file.get(), buffer.data(), buffer.size(), at) <= 0) return state.SkipWithError("write");
    at = (at + bytes_a_program) % (bytes_a_program * 15);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * bytes_a_program);
}
BENCHMARK(host_file_write)->UseRealTime();

}  // namespace
