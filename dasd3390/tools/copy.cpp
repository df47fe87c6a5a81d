#include "dasd3390/tools/copy.h"

#include "dasd3390/tools/edit.h"

namespace dasd3390 {
namespace {

z::Result<> copy_tracks(const Editor& source, const std::shared_ptr<Volume>& target, const Progress& progress) {
  const auto all = source.geometry().tracks();
  const auto locked = Z_TRY(Editor::open(target));
  for (TrackNumber number{0}; number.value < all; number = following(number)) {
    auto track = Z_TRY(source.read_track(address_of(number)));
    if (track.is_written()) Z_CHECK(target->write_track(number, track));
    if (progress && number.value % heads_per_cylinder == 0) progress(number.value, all);
  }
  if (progress) progress(all, all);
  return {};
}

}  // namespace

z::Result<> convert_volume(const std::filesystem::path& from, const std::filesystem::path& to, ImageFormat format,
                           const Progress& progress) {
  const auto source = Z_TRY(Editor::open(Z_TRY(Volume::open(from, Access::read))));
  Z_CHECK(create_image(to, source.geometry(), format));
  const auto copied = [&]() -> z::Result<> {
    return copy_tracks(source, Z_TRY(Volume::open(to, Access::write)), progress);
  }();
  if (copied) return {};
  std::error_code ignored;
  std::filesystem::remove(to, ignored);
  return copied;
}

}  // namespace dasd3390
