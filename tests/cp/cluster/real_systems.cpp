#include "real_systems.h"

#include <unistd.h>

#include "cp/volume/cpfmtxa.h"
#include "cp/volume/formssi.h"
#include "ctc/fctc_device.h"
#include "dasd3390/dasd3390.h"
#include "dasd3390/tools/create.h"

namespace cp {
namespace {

constexpr z::AbsoluteAddress io_origin{1 << 20};
constexpr std::size_t io_size = 31 << 20;

void make_volume(const std::filesystem::path& path) {
  ASSERT_TRUE(dasd3390::create_volume(path, {.geometry = {3339}, .volser = "VMCOM1"}));
  auto disk = dasd3390::Editor::open(dasd3390::Volume::open(path, dasd3390::Access::write).value()).value();
  ASSERT_TRUE(cpfmtxa(disk, {.volume = "VMCOM1", .format = CylinderRange{0, 0}, .consent = Consent::given}));
  const auto made = formssi_create(disk, {.ssi = "MYCLUSTR", .slots = {}, .now = z::TodClock{}});
  ASSERT_TRUE(made) << made.error().text();
}

}  // namespace

RealSystem::RealSystem(std::string system, const std::filesystem::path& volume,
                       std::vector<std::unique_ptr<channel::Device>> fctcs)
    : name(std::move(system)), storage(cpu::Storage::create(z::Bytes{32U << 20}).value()),
      io(std::make_unique<RealIo>(loop, *storage, io_origin, io_size)),
      subsystem(std::make_unique<channel::Subsystem>(
          *storage, clock,
          channel::Subsystem::Options{.threads = 2,
                                      .interruption_pending = [this](auto) { io->interruption_pending(); },
                                      .channel_report_pending = [] {}})) {
  io->use(*subsystem);
  auto file = dasd3390::Volume::open(volume, dasd3390::Access::write).value();
  auto dasd = dasd3390::Dasd3390::attach(file, file->whole(), dasd3390::Dasd3390::Writing::allowed).value();
  EXPECT_TRUE(subsystem->attach(pdr_device, std::move(dasd)));
  for (std::size_t i = 0; i < fctcs.size(); ++i) EXPECT_TRUE(subsystem->attach(ctc_devices()[i], std::move(fctcs[i])));
  EXPECT_TRUE(io->open(pdr_device));
  real_ctcs = std::make_unique<isfc::RealCtcs>(loop, *io);
  isfc = std::make_unique<isfc::Driver>(
      clock, loop, *real_ctcs,
      isfc::Driver::Options{.own_name = name, .first_session = static_cast<std::uint64_t>(clock.utc().count())},
      isfc::Driver::Events{.link_up = {}, .link_down = {}, .message = {}, .report = [](const std::string&) {}});
  pdr = std::make_unique<pdr::Driver>(*io, pdr_device, "MYCLUSTR");
  guests = std::make_unique<pdr::GuestDriver>(*io, pdr_device, clock);
  loop.start();
}

// The loop first: what it would still call is destroyed after it.
RealSystem::~RealSystem() { loop.stop(); }

std::vector<z::DeviceNumber> RealSystem::ctc_devices() const {
  std::vector<z::DeviceNumber> result;
  for (unsigned i = 0; i < ctcs; ++i) result.emplace_back(static_cast<std::uint16_t>(0x6000 + i));
  return result;
}

RealSystems::RealSystems()
    : volume_(std::filesystem::temp_directory_path() /
              (std::string{testing::UnitTest::GetInstance()->current_test_info()->name()} + std::to_string(::getpid()) + ".ckd")) {
  std::filesystem::remove(volume_);
  make_volume(volume_);
  std::vector<std::unique_ptr<channel::Device>> ends[2];
  for (unsigned i = 0; i < ctcs; ++i) {
    auto [x, y] = ctc::make_pair_in_process();
    ends[0].push_back(std::move(x));
    ends[1].push_back(std::move(y));
  }
  alpha_ = std::make_unique<RealSystem>("ALPHA", volume_, std::move(ends[0]));
  beta_ = std::make_unique<RealSystem>("BETA", volume_, std::move(ends[1]));
}

RealSystems::~RealSystems() {
  alpha_.reset();
  beta_.reset();
  std::filesystem::remove(volume_);
}

}  // namespace cp
