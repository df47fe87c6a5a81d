#include "dasd3390/image/ckd.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "base/assert.h"
#include "dasd3390/image/little_endian.h"

namespace dasd3390 {
namespace {

constexpr std::uint64_t host_page = 4096;
constexpr std::uint64_t cylinder_size = heads_per_cylinder * track_image_size;

// The bytes of an update that leaves the lengths as they are.
std::span<const std::byte> field_in_place(const Track& track, std::size_t record, Image::Part part) {
  if (part == Image::Part::data) return track.data(record);
  if (part == Image::Part::key_and_data) return track.record(record).subspan(count_size);
  const auto start = static_cast<std::size_t>(track.data(record).data() - track.image().data());
  return track.image().subspan(start, track.image().size() - end_mark_size - start);
}

z::Result<std::uint32_t> cylinders_of(std::uint64_t size, CkdKind kind) {
  const std::uint64_t cylinders = (size - ckd_header_size) / cylinder_size;
  if ((size - ckd_header_size) % cylinder_size != 0 || cylinders == 0)
    return z::failure("truncated: {} bytes are no whole number of cylinders", size);
  const auto most = kind == CkdKind::plain ? largest_compatible_cylinder_count : largest_cylinder_count;
  if (cylinders > most) return z::failure("{} cylinders are more than such an image can number ({})", cylinders, most);
  return static_cast<std::uint32_t>(cylinders);
}

// "disk_1.ckd", "disk_2.ckd": the digits before the extension count.
z::Result<std::filesystem::path> path_of_piece(const std::filesystem::path& first, std::size_t number) {
  auto stem = first.stem().string();
  if (!stem.ends_with('1')) return z::failure("the first of several files is named like disk_1.ckd: {}", first.string());
  stem.pop_back();
  return first.parent_path() / (stem + std::to_string(number) + first.extension().string());
}

}  // namespace

z::Result<> CkdImage::create(const std::filesystem::path& path, Geometry geometry) {
  Z_ASSERT(geometry.cylinders > 0 && geometry.cylinders <= largest_cylinder_count);
  const bool is_large = geometry.cylinders > largest_compatible_cylinder_count;
  const auto header = make_ckd_header(is_large ? CkdKind::plain_large : CkdKind::plain);
  const auto file = Z_TRY(ImageFile::create(path));
  auto written = file.write(0, std::as_bytes(std::span{&header, 1}));
  if (written) written = file.resize(ckd_header_size + geometry.cylinders * cylinder_size);
  if (written) return {};
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  return z::failure(written.error().within(path.string()));
}

z::Result<> CkdImage::add_piece(std::vector<Piece>& pieces, ImageFile file) {
  CkdHeader header;
  Z_CHECK(file.read(0, std::as_writable_bytes(std::span{&header, 1})));
  const auto kind = Z_TRY(kind_of(header));
  const auto first = pieces.empty() ? 0 : pieces.back().first_cylinder + pieces.back().cylinders;
  const auto cylinders = Z_TRY(cylinders_of(Z_TRY(file.size()), kind));
  pieces.push_back({std::move(file), first, cylinders});
  return {};
}

z::Result<std::unique_ptr<CkdImage>> CkdImage::open(ImageFile file, const std::filesystem::path& path) {
  CkdHeader header;
  Z_CHECK(file.read(0, std::as_writable_bytes(std::span{&header, 1})));
  const auto access = file.is_read_only() ? Access::read : Access::write;
  std::vector<Piece> pieces;
  Z_CHECK(add_piece(pieces, std::move(file)));
  // The last file names no highest cylinder.
  while (header.file_sequence != 0 && load_little(header.high_cylinder) != 0) {
    auto next = Z_TRY(ImageFile::open(Z_TRY(path_of_piece(path, pieces.size() + 1)), access));
    Z_CHECK(next.read(0, std::as_writable_bytes(std::span{&header, 1})));
    if (header.file_sequence != pieces.size() + 1)
      return z::failure("file {} of the volume says it is number {}", pieces.size() + 1, header.file_sequence);
    Z_CHECK(add_piece(pieces, std::move(next)));
  }
  const Geometry geometry{pieces.back().first_cylinder + pieces.back().cylinders};
  return std::unique_ptr<CkdImage>{new CkdImage{std::move(pieces), geometry}};
}

CkdImage::CkdImage(std::vector<Piece> pieces, Geometry geometry)
    : pieces_(std::move(pieces)),
      geometry_(geometry),
      is_read_only_(std::ranges::any_of(pieces_, [](const Piece& piece) { return piece.file.is_read_only(); })) {}

CkdImage::Place CkdImage::place_of(TrackNumber track) const {
  Z_ASSERT(track.value < geometry_.tracks());
  const auto cylinder = track.value / heads_per_cylinder;
  const auto piece = std::ranges::find_if(
      pieces_, [&](const Piece& piece) { return cylinder - piece.first_cylinder < piece.cylinders; });
  const auto within = track.value - piece->first_cylinder * heads_per_cylinder;
  return {piece->file, ckd_header_size + std::uint64_t{within} * track_image_size};
}

z::Result<Track> CkdImage::read(TrackNumber track) const {
  std::vector<std::byte> image(track_image_size);
  const auto place = place_of(track);
  Z_CHECK(place.file.read(place.start, image));
  return Track::parse(std::move(image), address_of(track));
}

z::Result<> CkdImage::write(TrackNumber number, const Track& track, std::size_t record, Part part) {
  Z_ASSERT(!is_read_only_);
  const auto place = place_of(number);
  if (part == Part::whole || !track.is_written()) return write_whole(place, track);
  if (part == Part::record_and_rest) return write_record_and_rest(place, track, record);
  const auto field = field_in_place(track, record, part);
  return place.file.write(place.start + static_cast<std::size_t>(field.data() - track.image().data()), field);
}

// Where the host knows no holes, the first count is cleared: it is what makes a track written.
z::Result<> CkdImage::release(TrackRange tracks) {
  Z_ASSERT(!is_read_only_);
  constexpr std::byte nothing[home_address_size + count_size] = {};
  for (auto track = tracks.first; track <= tracks.last; track = following(track)) {
    const auto place = place_of(track);
    const auto start = static_cast<off_t>(place.start);
    if (::fallocate(place.file.descriptor(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, start, track_image_size) == 0)
      continue;
    if (errno != EOPNOTSUPP) return z::failure(z::Error::host(errno, "release of tracks"));
    Z_CHECK(place.file.write(place.start, nothing));
  }
  return {};
}

// The lengths of R0 go last: until they are there the track counts as never written (track.cpp).
z::Result<> CkdImage::write_whole(const Place& place, const Track& track) {
  constexpr std::size_t head = home_address_size + count_size;
  constexpr std::byte nothing[4] = {};
  Z_CHECK(place.file.write(place.start + head - 4, nothing));
  Z_CHECK(place.file.write(place.start + head, track.image().subspan(head)));
  Z_CHECK(place.file.write(place.start, track.image().first(head - 4)));
  return place.file.write(place.start + head - 4, track.image().subspan(head - 4, 4));
}

// A process may be killed within any of these, between two pages. First an end mark takes the place of the old count
// (ascending: while it is half written, CCHHR is odd or all ones, but the lengths are the old ones or do not count);
// then key, data and the new end mark are laid down behind it; the count comes last, its second page before its first.
z::Result<> CkdImage::write_record_and_rest(const Place& place, const Track& track, std::size_t record) {
  const bool has_record = record < track.record_count();
  const std::size_t at = has_record ? track.offset(record) : track.image().size() - end_mark_size;
  Z_CHECK(place.file.write(place.start + at, track.image().last(end_mark_size)));
  if (!has_record) return {};
  Z_CHECK(place.file.write(place.start + at + count_size, track.image().subspan(at + count_size)));
  const auto count = track.image().subspan(at, count_size);
  const std::size_t to_page = host_page - (place.start + at) % host_page;
  if (to_page < count_size) Z_CHECK(place.file.write(place.start + at + to_page, count.subspan(to_page)));
  return place.file.write(place.start + at, count.first(std::min(to_page, count_size)));
}

}  // namespace dasd3390
