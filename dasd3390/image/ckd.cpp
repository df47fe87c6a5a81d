#include "dasd3390/image/ckd.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "base/assert.h"

namespace dasd3390 {
namespace {

constexpr std::string_view plain_id = "CKD_P370";
constexpr std::uint64_t host_page = 4096;

std::uint32_t little_endian(const std::uint8_t (&bytes)[4]) {
  return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | static_cast<std::uint32_t>(bytes[3]) << 24;
}

std::uint64_t place_of(TrackNumber track) { return ckd_header_size + std::uint64_t{track.value} * track_image_size; }

std::string_view known_as(std::string_view id) {
  if (id == "CKD_C370") return "it is a compressed image (CKD_C370)";
  if (id == "CKD_S370") return "it is a shadow file (CKD_S370)";
  if (id == "CKD_P064" || id == "CKD_C064" || id == "CKD_S064") return "it is an image with 64-bit offsets";
  if (id == "FBA_P370") return "it is an FBA image";
  return "it does not begin with CKD_P370";
}

// The bytes of an update that leaves the lengths as they are.
std::span<const std::byte> field_in_place(const Track& track, std::size_t record, Image::Part part) {
  if (part == Image::Part::data) return track.data(record);
  if (part == Image::Part::key_and_data) return track.record(record).subspan(count_size);
  const auto start = static_cast<std::size_t>(track.data(record).data() - track.image().data());
  return track.image().subspan(start, track.image().size() - end_mark_size - start);
}

z::Result<> check_header(const CkdHeader& header) {
  const std::string_view id{header.id, sizeof header.id};
  if (id != plain_id) return z::failure("not a plain CKD image: {}", known_as(id));
  if (header.device_type != 0x90)
    return z::failure("not a 3390: device type X'{:02X}' in the header", header.device_type);
  if (little_endian(header.heads) != heads_per_cylinder)
    return z::failure("damaged header: {} heads where a 3390 has 15", little_endian(header.heads));
  if (little_endian(header.track_size) != track_image_size)
    return z::failure("damaged header: tracks of {} bytes where a 3390 has 56832", little_endian(header.track_size));
  if (header.file_sequence != 0)
    return z::failure("file {} of a volume split into several: make it one (dasdcopy -lfs)", header.file_sequence);
  return {};
}

z::Result<Geometry> geometry_by_size(std::uint64_t size) {
  constexpr std::uint64_t cylinder_size = heads_per_cylinder * track_image_size;
  const std::uint64_t cylinders = (size - ckd_header_size) / cylinder_size;
  if ((size - ckd_header_size) % cylinder_size != 0 || cylinders == 0)
    return z::failure("truncated: {} bytes are no whole number of cylinders", size);
  if (cylinders > largest_compatible_cylinder_count)
    return z::failure("{} cylinders are more than a CKD image can number (65520)", cylinders);
  return Geometry{static_cast<std::uint32_t>(cylinders)};
}

z::Result<Geometry> examine(int file) {
  struct stat status{};
  if (::fstat(file, &status) != 0) return z::failure(z::Error::host(errno, "stat"));
  const auto size = static_cast<std::uint64_t>(status.st_size);
  CkdHeader header;
  if (size < ckd_header_size || ::pread(file, &header, sizeof header, 0) != sizeof header)
    return z::failure("not a CKD image: {} bytes are too few for its header", size);
  Z_CHECK(check_header(header));
  return geometry_by_size(size);
}

}  // namespace

z::Result<> CkdImage::create(const std::filesystem::path& path, Geometry geometry) {
  Z_ASSERT(geometry.cylinders > 0 && geometry.cylinders <= largest_compatible_cylinder_count);
  CkdHeader header{};
  std::memcpy(header.id, plain_id.data(), plain_id.size());
  header.heads[0] = heads_per_cylinder;
  header.track_size[0] = track_image_size & 0xFF;
  header.track_size[1] = track_image_size >> 8;
  header.device_type = 0x90;
  const z::Fd file{::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644)};
  if (!file) return z::failure(z::Error::host(errno, "create").within(path.string()));
  const auto size = static_cast<off_t>(place_of(TrackNumber{geometry.tracks()}));
  if (::pwrite(file.get(), &header, sizeof header, 0) != sizeof header || ::ftruncate(file.get(), size) != 0) {
    const auto error = z::Error::host(errno, "write").within(path.string());
    ::unlink(path.c_str());
    return z::failure(error);
  }
  return {};
}

z::Result<std::unique_ptr<CkdImage>> CkdImage::open(const std::filesystem::path& path, Access access) {
  z::Fd file{::open(path.c_str(), (access == Access::read ? O_RDONLY : O_RDWR) | O_CLOEXEC)};
  if (!file && access == Access::best && (errno == EACCES || errno == EROFS || errno == EPERM))
    return open(path, Access::read);
  if (!file) return z::failure(z::Error::host(errno, "open").within(path.string()));
  const auto geometry = examine(file.get());
  if (!geometry) return z::failure(geometry.error().within(path.string()));
  return std::unique_ptr<CkdImage>{new CkdImage{std::move(file), *geometry, access}};
}

z::Result<Track> CkdImage::read(TrackNumber track) const {
  Z_ASSERT(track.value < geometry_.tracks());
  std::vector<std::byte> image(track_image_size);
  std::size_t done = 0;
  while (done < image.size()) {
    const auto got =
        ::pread(file_.get(), image.data() + done, image.size() - done, static_cast<off_t>(place_of(track) + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return z::failure(z::Error::host(errno, "read of a track"));
    if (got == 0) return z::failure("the file became shorter: track {} is not in it", track.value);
    done += static_cast<std::size_t>(got);
  }
  return Track::parse(std::move(image), address_of(track));
}

z::Result<> CkdImage::write(TrackNumber number, const Track& track, std::size_t record, Part part) {
  Z_ASSERT(number.value < geometry_.tracks() && !is_read_only_);
  const auto start = place_of(number);
  if (part == Part::whole || !track.is_written()) return write_whole(start, track);
  if (part == Part::record_and_rest) return write_record_and_rest(start, track, record);
  const auto field = field_in_place(track, record, part);
  return put(start + static_cast<std::size_t>(field.data() - track.image().data()), field);
}

// Where the host knows no holes, the first count is cleared: it is what makes a track written.
z::Result<> CkdImage::release(TrackRange tracks) {
  Z_ASSERT(tracks.last.value < geometry_.tracks() && !is_read_only_);
  const auto start = static_cast<off_t>(place_of(tracks.first)), end = static_cast<off_t>(place_of(following(tracks.last)));
  if (::fallocate(file_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, start, end - start) == 0) return {};
  if (errno != EOPNOTSUPP) return z::failure(z::Error::host(errno, "release of tracks"));
  constexpr std::byte nothing[home_address_size + count_size] = {};
  for (auto track = tracks.first; track <= tracks.last; track = following(track)) Z_CHECK(put(place_of(track), nothing));
  return {};
}

// The lengths of R0 go last: until they are there the track counts as never written (track.cpp).
z::Result<> CkdImage::write_whole(std::uint64_t start, const Track& track) {
  constexpr std::size_t head = home_address_size + count_size;
  constexpr std::byte nothing[4] = {};
  Z_CHECK(put(start + head - 4, nothing));
  Z_CHECK(put(start + head, track.image().subspan(head)));
  Z_CHECK(put(start, track.image().first(head - 4)));
  return put(start + head - 4, track.image().subspan(head - 4, 4));
}

// A process may be killed within any of these, between two pages. First an end mark takes the place of the old count
// (ascending: while it is half written, CCHHR is odd or all ones, but the lengths are the old ones or do not count);
// then key, data and the new end mark are laid down behind it; the count comes last, its second page before its first.
z::Result<> CkdImage::write_record_and_rest(std::uint64_t start, const Track& track, std::size_t record) {
  const bool has_record = record < track.record_count();
  const std::size_t at = has_record ? track.offset(record) : track.image().size() - end_mark_size;
  Z_CHECK(put(start + at, track.image().last(end_mark_size)));
  if (!has_record) return {};
  Z_CHECK(put(start + at + count_size, track.image().subspan(at + count_size)));
  const auto count = track.image().subspan(at, count_size);
  const std::size_t to_page = host_page - (start + at) % host_page;
  if (to_page < count_size) Z_CHECK(put(start + at + to_page, count.subspan(to_page)));
  return put(start + at, count.first(std::min(to_page, count_size)));
}

z::Result<> CkdImage::put(std::uint64_t at, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto done = ::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return z::failure(z::Error::host(errno, "write of a track"));
    at += static_cast<std::size_t>(done);
    bytes = bytes.subspan(static_cast<std::size_t>(done));
  }
  return {};
}

}  // namespace dasd3390
