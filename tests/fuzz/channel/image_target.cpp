#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "dasd3390/tools/check.h"
#include "dasd3390/volume.h"
#include "targets.h"

namespace fuzz {
namespace {

void read_all(const std::filesystem::path& path) {
  const auto volume = dasd3390::Volume::open(path, dasd3390::Access::read);
  if (!volume) return;
  static_cast<void>((*volume)->volser());
  constexpr std::uint32_t most = 5000;
  for (std::uint32_t track = 0; track < std::min(most, (*volume)->geometry().tracks()); ++track)
    static_cast<void>((*volume)->read_track(dasd3390::TrackNumber{track}));
}

bool is_small(const std::filesystem::path& path) {
  constexpr std::uint32_t most_cylinders = 200;
  const auto volume = dasd3390::Volume::open(path, dasd3390::Access::read);
  return volume && (*volume)->geometry().cylinders <= most_cylinders;
}

}  // namespace

void open_image(std::span<const std::uint8_t> input) {
  const auto path = std::filesystem::temp_directory_path() / ("endicott-fuzz-image-" + std::to_string(::getpid()));
  std::ofstream{path, std::ios::binary}.write(reinterpret_cast<const char*>(input.data()), static_cast<std::streamsize>(input.size()));
  read_all(path);
  if (is_small(path)) {
    static_cast<void>(dasd3390::check_volume(path, dasd3390::Repair::no, {}));
    static_cast<void>(dasd3390::check_volume(path, dasd3390::Repair::yes, {}));
    read_all(path);
  }
  std::filesystem::remove(path);
}

}  // namespace fuzz
