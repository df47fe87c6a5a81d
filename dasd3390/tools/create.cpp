#include "dasd3390/tools/create.h"

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

Dscb4 make_format_4(Geometry geometry, std::uint32_t dscbs) {
  Dscb4 result{};
  std::memset(result.key, 0x04, sizeof result.key);
  result.id = 0xF4;
  result.free_dscbs = static_cast<std::uint16_t>(dscbs - 2);
  result.extents = 1;
  result.cylinders = static_cast<std::uint16_t>(geometry.cylinders);
  result.tracks_per_cylinder = std::uint16_t{heads_per_cylinder};
  result.track_length = std::uint16_t{nominal_track_length};
  result.device_flags = 0x30;
  result.dscbs_per_track = static_cast<std::uint8_t>(dscbs);
  result.directory_blocks_per_track = 45;
  result.vtoc = {1, 0, Cchh::of(vtoc_track), Cchh::of(vtoc_track)};
  result.large_cylinders = geometry.cylinders;
  return result;
}

// One extent: the rest of cylinder 0 counts as single tracks.
Dscb5 make_format_5(Geometry geometry) {
  Dscb5 result{};
  std::memset(result.key_id, 0x05, sizeof result.key_id);
  result.id = 0xF5;
  result.first[0] = {std::uint16_t{tracks_in_use}, static_cast<std::uint16_t>(geometry.cylinders - 1),
                     heads_per_cylinder - tracks_in_use};
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
  for (std::uint32_t i = 3; i <= number; ++i)
    result.push_back({static_cast<std::uint8_t>(i), dscb_key_length, dscb_data_length});
  return result;
}

z::Result<> fill(const std::filesystem::path& path, const NewVolume& volume) {
  auto editor = Z_TRY(Editor::open(Z_TRY(Volume::open(path, Access::write))));
  Z_CHECK(write_label_and_vtoc(editor, volume.volser, volume.owner));
  if (volume.empty_tracks == EmptyTracks::holes) return {};
  for (TrackNumber track{tracks_in_use}; track.value < volume.geometry.tracks(); track = following(track))
    Z_CHECK(editor.format_track(address_of(track), {}));
  return {};
}

}  // namespace

z::Result<> create_volume(const std::filesystem::path& path, const NewVolume& volume) {
  if (!is_volser(volume.volser)) return z::failure("not a volume serial of one to six characters: '{}'", volume.volser);
  const auto cylinders = volume.geometry.cylinders;
  if (cylinders == 0 || cylinders > largest_cylinder_count)
    return z::failure("a 3390 has 1 to {} cylinders, not {}", largest_cylinder_count, cylinders);
  Z_CHECK(create_image(path, volume.geometry, volume.format));
  const auto filled = fill(path, volume);
  if (filled) return {};
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  return filled;
}

z::Result<> write_label_and_vtoc(Editor& editor, std::string_view volser, std::string_view owner) {
  Z_CHECK(editor.format_track(label_track, label_records(volser, owner)));
  return editor.format_track(vtoc_track, vtoc_records(editor.geometry()));
}

}  // namespace dasd3390
