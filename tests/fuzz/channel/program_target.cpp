#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "base/assert.h"
#include "channel/program.h"
#include "channel/trace.h"
#include "dasd3390/dasd3390.h"
#include "dasd3390/tools/create.h"
#include "targets.h"

namespace fuzz {
namespace {

class Listener final : public channel::ProgramListener {
  void program_controlled_interruption(std::uint32_t) override {}
  bool accept_command(std::uint32_t) override { return true; }
};

// A volume of its own for each process; gone with it.
class Volume {
 public:
  Volume() {
    std::string form = (std::filesystem::temp_directory_path() / "endicott-fuzz-XXXXXX").string();
    folder_ = ::mkdtemp(form.data());
    Z_ASSERT(dasd3390::create_volume(folder_ / "volume.ckd", {.geometry = {3}, .volser = "FUZZ01"}).has_value());
  }
  ~Volume() { std::filesystem::remove_all(folder_); }
  std::unique_ptr<dasd3390::Dasd3390> attach() const {
    auto volume = *dasd3390::Volume::open(folder_ / "volume.ckd", dasd3390::Access::write);
    const auto window = volume->whole();
    return *dasd3390::Dasd3390::attach(std::move(volume), window, dasd3390::Dasd3390::Writing::allowed);
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace

void run_channel_program(std::span<const std::uint8_t> input) {
  constexpr std::size_t storage_size = 1 << 20, program_at = 0x1000;
  constexpr unsigned most_steps = 2000;  // a program may loop
  using Phase = channel::Program::Phase;
  static const Volume volume;
  if (input.size() < 4 || input.size() > storage_size / 2) return;
  const z::VirtualClock clock;
  const auto storage = cpu::Storage::create(z::Bytes{storage_size}).value();
  const auto device = volume.attach();
  channel::IoTrace trace{clock};
  trace.start();
  storage->store({program_at}, std::as_bytes(input.subspan(4)), 0);
  channel::Orb orb{};
  std::uint32_t bits = 0;
  std::memcpy(&bits, input.data(), sizeof bits);
  orb.control = bits;
  orb.program_address = static_cast<std::uint32_t>(program_at);
  Listener listener;
  channel::Program program{orb};
  device->begin_program();
  for (unsigned step = 0; step < most_steps && program.phase() == Phase::ready; ++step)
    program.step({*storage, *device, listener, trace, z::DeviceNumber{std::uint16_t{0x200}}});
  if (program.conclusion().device_status.has(channel::unit_check)) trace.sense(z::DeviceNumber{std::uint16_t{0x200}}, *device, device->sense());
  device->end_program();
  trace.lines();
}

}  // namespace fuzz
