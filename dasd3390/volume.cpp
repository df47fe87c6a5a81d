#include "dasd3390/volume.h"

#include <sys/stat.h>

#include <algorithm>

#include "base/assert.h"
#include "dasd3390/image/open.h"
#include "dasd3390/label.h"

namespace dasd3390 {

z::Result<std::shared_ptr<Volume>> Volume::open(const std::filesystem::path& path, Access access) {
  auto image = Z_TRY(open_image(path, access));
  return std::shared_ptr<Volume>{new Volume{path, std::move(image)}};
}

z::Result<std::string> Volume::volser() const {
  const auto track = Z_TRY(read_track(TrackNumber{0}));
  if (track.record_count() <= volume_label_record) return std::string{};
  return volser_of_label(track.data(volume_label_record));
}

std::uint64_t Volume::identity() const {
  struct stat status{};
  const int failed = ::fstat(image_->descriptor(), &status);
  Z_ASSERT(failed == 0);
  return status.st_ino ^ std::uint64_t{status.st_dev} << 40;
}

std::uint32_t Volume::allocated_cylinders() const {
  constexpr std::uint64_t cylinder_size = heads_per_cylinder * track_image_size, block = 512;
  struct stat status{};
  const int failed = ::fstat(image_->descriptor(), &status);
  Z_ASSERT(failed == 0);
  const auto used = (static_cast<std::uint64_t>(status.st_blocks) * block + cylinder_size - 1) / cylinder_size;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(used, geometry().cylinders));
}

z::Result<> Volume::write_track(TrackNumber number, Track& track) {
  return write_record(number, track, 0, Image::Part::whole);
}

z::Result<> Volume::write_record(TrackNumber number, Track& track, std::size_t record, Image::Part part) {
  Z_CHECK(image_->write(number, track, record, part));
  track.set_written();
  return {};
}

}  // namespace dasd3390
