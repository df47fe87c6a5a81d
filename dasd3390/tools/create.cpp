#include "dasd3390/tools/create.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "dasd3390/tools/dscb.h"

namespace dasd3390 {
namespace {

constexpr TrackAddress label_track{0, 0}, vtoc_track{0, 1};
constexpr std::uint32_t tracks_in_use = 2;

template <class T>
std::vector<std::byte> bytes_of(const T& object) {
  const auto bytes = std::as_bytes(std::span{&object, 1});
  return {bytes.begin(), bytes.end()};
}

// Loaded as PSW by an IPL of a volume that has no program: disabled wait, code 00000F.
struct WaitingIpl {
  z::be32 psw_high = 0x000A0000;
  z::be32 psw_low = 0x0000000F;
};

std::vector<NewRecord> label_records(std::string_view volser, std::string_view owner) {
  const auto label = make_volume_label(volser, Cchhr{Cchh::of(vtoc_track), 1}, owner);
  return {
      {1, 4, 24, bytes_of(z::EbcdicText<4>::of("IPL1")), bytes_of(WaitingIpl{})},
      {2, 4, 144, bytes_of(z::EbcdicText<4>::of("IPL2"))},
      {3, 4, 80, bytes_of(label.id), bytes_of(label)},
  };
}

bool is_large(Geometry geometry) { return geometry.cylinders > largest_compatible_cylinder_count; }

Dscb4 make_format_4(Geometry geometry, std::uint32_t dscbs) {
  Dscb4 result{};
  std::memset(result.key, 0x04, sizeof result.key);
  result.id = 0xF4;
  result.free_dscbs = static_cast<std::uint16_t>(dscbs - (is_large(geometry) ? 3 : 2));
  result.extents = 1;
  result.cylinders = static_cast<std::uint16_t>(is_large(geometry) ? 0xFFFE : geometry.cylinders);
  result.tracks_per_cylinder = std::uint16_t{heads_per_cylinder};
  result.track_length = std::uint16_t{nominal_track_length};
  result.device_flags = 0x30;
  result.dscbs_per_track = static_cast<std::uint8_t>(dscbs);
  result.directory_blocks_per_track = 45;
  result.vtoc = {1, 0, Cchh::of(vtoc_track), Cchh::of(vtoc_track)};
  result.large_cylinders = geometry.cylinders;
  return result;
}

// One extent: the rest of cylinder 0 counts as single tracks. None on a large volume, which has a format 7.
Dscb5 make_format_5(Geometry geometry) {
  Dscb5 result{};
  std::memset(result.key_id, 0x05, sizeof result.key_id);
  result.id = 0xF5;
  if (is_large(geometry)) return result;
  result.first[0] = {std::uint16_t{tracks_in_use}, static_cast<std::uint16_t>(geometry.cylinders - 1),
                     heads_per_cylinder - tracks_in_use};
  return result;
}

Dscb7 make_format_7(Geometry geometry) {
  Dscb7 result{};
  std::memset(result.key_id, 0x07, sizeof result.key_id);
  result.id = 0xF7;
  result.first[0] = {tracks_in_use, geometry.tracks()};
  return result;
}

template <class Dscb>
NewRecord dscb_record(std::uint8_t number, const Dscb& dscb) {
  const auto bytes = bytes_of(dscb);
  const auto data = bytes.begin() + dscb_key_length;
  return {number, dscb_key_length, dscb_data_length, {bytes.begin(), data}, {data, bytes.end()}};
}

std::vector<NewRecord> vtoc_records(Geometry geometry) {
  const auto number = records_per_track(dscb_key_length, dscb_data_length);
  std::vector<NewRecord> result{dscb_record(1, make_format_4(geometry, number)),
                                dscb_record(2, make_format_5(geometry))};
  if (is_large(geometry)) result.push_back(dscb_record(3, make_format_7(geometry)));
  for (auto i = static_cast<std::uint32_t>(result.size()) + 1; i <= number; ++i)
    result.push_back({static_cast<std::uint8_t>(i), dscb_key_length, dscb_data_length});
  return result;
}

z::Result<> fill(const std::filesystem::path& path, const NewVolume& volume, const Progress& progress) {
  auto editor = Z_TRY(Editor::open(Z_TRY(Volume::open(path, Access::write))));
  Z_CHECK(write_label_and_vtoc(editor, volume.volser, volume.owner));
  if (volume.empty_tracks == EmptyTracks::holes) return {};
  for (TrackNumber track{tracks_in_use}; track.value < volume.geometry.tracks(); track = following(track)) {
    Z_CHECK(editor.format_track(address_of(track), {}));
    if (progress && track.value % heads_per_cylinder == 0) progress(track.value, volume.geometry.tracks());
  }
  return {};
}

}  // namespace

z::Result<> create_volume(const std::filesystem::path& path, const NewVolume& volume, const Progress& progress) {
  if (!is_volser(volume.volser)) return z::failure("not a volume serial of one to six characters: '{}'", volume.volser);
  const auto cylinders = volume.geometry.cylinders;
  if (cylinders == 0 || cylinders > largest_cylinder_count)
    return z::failure("a 3390 has 1 to {} cylinders, not {}", largest_cylinder_count, cylinders);
  Z_CHECK(create_image(path, volume.geometry, volume.format));
  const auto filled = fill(path, volume, progress);
  if (filled) return {};
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  return filled;
}

z::Result<> change_volser(Editor& editor, std::string_view volser) {
  if (!is_volser(volser)) return z::failure("not a volume serial of one to six characters: '{}'", volser);
  const auto record = Z_TRY(editor.read_record(label_track, volume_label_record));
  if (volser_of_label(record.data).empty())
    return z::failure("no VOL1 label to change: {}", editor.volume().path().string());
  auto data = record.data;
  const auto name = z::EbcdicText<6>::of(volser);
  std::ranges::copy(std::as_bytes(std::span{&name, 1}), data.begin() + offsetof(VolumeLabel, volser));
  return editor.write_record(label_track, volume_label_record, {}, data);
}

z::Result<> write_label_and_vtoc(Editor& editor, std::string_view volser, std::string_view owner) {
  Z_CHECK(editor.format_track(label_track, label_records(volser, owner)));
  return editor.format_track(vtoc_track, vtoc_records(editor.geometry()));
}

}  // namespace dasd3390
