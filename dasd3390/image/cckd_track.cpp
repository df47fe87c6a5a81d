#include "dasd3390/image/cckd_track.h"

#include <zlib.h>

#include <algorithm>
#include <array>

namespace dasd3390 {
namespace {

constexpr std::byte compression_bits{0x03};
// Twice as fast as the default at a few per cent more space (tracks of text and programs).
constexpr int fast = 1;

z::Result<std::vector<std::byte>> inflate_rest(std::span<const std::byte> stored) {
  std::vector<std::byte> image(track_image_size);
  std::ranges::copy(stored.first(home_address_size), image.begin());
  uLongf length = image.size() - home_address_size;
  const int failed = ::uncompress(reinterpret_cast<Bytef*>(image.data() + home_address_size), &length,
                                  reinterpret_cast<const Bytef*>(stored.data() + home_address_size),
                                  stored.size() - home_address_size);
  if (failed != Z_OK) return z::failure("damaged track: zlib cannot expand it");
  image.resize(home_address_size + length);
  return image;
}

}  // namespace

std::vector<std::byte> compress_track(const Track& track, CckdCompression compression) {
  const auto image = track.image();
  std::vector<std::byte> plain{image.begin(), image.end()};
  plain[0] = static_cast<std::byte>(CckdCompression::none);
  if (compression != CckdCompression::zlib) return plain;
  const auto rest = image.subspan(home_address_size);
  uLongf length = ::compressBound(rest.size());
  std::vector<std::byte> packed(home_address_size + length);
  std::ranges::copy(image.first(home_address_size), packed.begin());
  packed[0] = static_cast<std::byte>(CckdCompression::zlib);
  const int failed = ::compress2(reinterpret_cast<Bytef*>(packed.data() + home_address_size), &length,
                                 reinterpret_cast<const Bytef*>(rest.data()), rest.size(), fast);
  if (failed != Z_OK || home_address_size + length >= plain.size()) return plain;
  packed.resize(home_address_size + length);
  return packed;
}

z::Result<Track> expand_track(std::span<const std::byte> stored, TrackAddress address) {
  if (stored.size() <= home_address_size) return z::failure("damaged track: {} bytes", stored.size());
  std::vector<std::byte> image;
  switch (static_cast<CckdCompression>(stored[0] & compression_bits)) {
    case CckdCompression::none: image = {stored.begin(), stored.end()}; break;
    case CckdCompression::zlib: image = Z_TRY(inflate_rest(stored)); break;
    default: return z::failure("the track is compressed with bzip2: dasdcopy -z makes an image that can be read");
  }
  image[0] = std::byte{0};
  return Track::parse(std::move(image), address);
}

Track make_null_track(NullTrack kind, TrackAddress address) {
  constexpr unsigned linux_records = 12, linux_record_length = 4096;
  auto track = Track::empty(address);
  if (kind == NullTrack::end_of_file_record) track.write_after(0, {Cchh::of(address), 1, 0, std::uint16_t{0}}, {});
  if (kind == NullTrack::linux_formatted)
    for (std::uint8_t n = 1; n <= linux_records; ++n)
      track.write_after(n - 1u, {Cchh::of(address), n, 0, std::uint16_t{linux_record_length}}, {});
  return track;
}

std::optional<NullTrack> null_track_of(const Track& track, TrackAddress address) {
  for (const auto kind : {NullTrack::empty, NullTrack::end_of_file_record, NullTrack::linux_formatted}) {
    const std::size_t records = kind == NullTrack::empty ? 1 : kind == NullTrack::end_of_file_record ? 2 : 13;
    if (track.record_count() == records && std::ranges::equal(track.image(), make_null_track(kind, address).image()))
      return kind;
  }
  return std::nullopt;
}

}  // namespace dasd3390
