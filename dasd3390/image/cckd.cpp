#include "dasd3390/image/cckd.h"

#include <fcntl.h>

#include <array>
#include <cerrno>
#include <vector>

#include "base/assert.h"
#include "dasd3390/image/cckd_map.h"
#include "dasd3390/image/cckd_track.h"
#include "dasd3390/image/ckd_header.h"
#include "dasd3390/image/little_endian.h"

namespace dasd3390 {
namespace {

// Lock of the file for changes of its tables, between processes. Far beyond the image, like those of locks.h.
constexpr off_t change_lock = (off_t{1} << 60) - 2;

z::Result<> lock_file(int file, short type) {
  struct flock request{};
  request.l_type = type;
  request.l_whence = SEEK_SET;
  request.l_start = change_lock;
  request.l_len = 1;
  while (::fcntl(file, F_OFD_SETLKW, &request) != 0)
    if (errno != EINTR) return z::failure(z::Error::host(errno, "lock of a compressed image"));
  return {};
}

}  // namespace

z::Result<> CckdImage::create(const std::filesystem::path& path, Geometry geometry, CckdForm form) {
  const auto file = Z_TRY(ImageFile::create(path));
  const CckdLayout layout{file, form};
  CckdHeader header;
  header.level_1_entries = CckdLayout::level_1_entries(geometry);
  header.cylinders = geometry.cylinders;
  header.size = header.used = layout.end_of_level_1(header.level_1_entries);
  const auto device_header = make_ckd_header(form == CckdForm::narrow ? CkdKind::compressed : CkdKind::compressed_wide);
  const auto written = [&]() -> z::Result<> {
    Z_CHECK(file.write(0, std::as_bytes(std::span{&device_header, 1})));
    Z_CHECK(layout.set_header(header));
    return file.resize(header.size);
  }();
  if (written) return {};
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  return z::failure(written.error().within(path.string()));
}

z::Result<std::unique_ptr<CckdImage>> CckdImage::open(ImageFile file, CckdForm form) {
  const CckdLayout layout{file, form};
  const auto header = Z_TRY(layout.header());
  if ((header.options & CckdHeader::big_endian) != 0)
    return z::failure("its numbers are big-endian: cckdswap makes them little-endian");
  if (header.cylinders == 0 || header.cylinders > largest_cylinder_count)
    return z::failure("damaged header: {} cylinders", header.cylinders);
  if (header.level_1_entries < CckdLayout::level_1_entries({header.cylinders}))
    return z::failure("damaged header: a table of {} entries for {} cylinders", header.level_1_entries, header.cylinders);
  if (!file.is_read_only()) Z_CHECK(read_map(layout, header, Z_TRY(file.size())));
  return std::unique_ptr<CckdImage>{new CckdImage{std::move(file), form, header}};
}

CckdImage::~CckdImage() {
  const z::Lock lock{lock_};
  if (has_written_) (void)leave_free_list();  // without it Hercules looks for the free space itself
}

z::Result<CckdEntry> CckdImage::find(TrackNumber track) const {
  const auto table = Z_TRY(layout_.table(track.value / CckdLayout::tracks_per_table));
  if (table == 0) return CckdEntry{0, static_cast<std::uint32_t>(null_track_), 0};
  return layout_.entry(table, track.value % CckdLayout::tracks_per_table);
}

z::Result<Track> CckdImage::read(TrackNumber track) const {
  Z_ASSERT(track.value < geometry_.tracks());
  const auto address = address_of(track);
  const auto entry = Z_TRY(find(track));
  if (entry.place == 0) {
    const auto highest = static_cast<std::uint32_t>(NullTrack::linux_formatted);
    const auto kind = entry.length > highest ? null_track_ : static_cast<NullTrack>(entry.length);
    return make_null_track(kind, address);
  }
  if (entry.length > track_image_size) return z::failure("damaged table: track {} has {} bytes", track.value, entry.length);
  std::vector<std::byte> stored(entry.length);
  Z_CHECK(file_.read(entry.place, stored));
  return expand_track(stored, address);
}

z::Result<> CckdImage::write(TrackNumber number, const Track& track, std::size_t, Part) {
  Z_ASSERT(number.value < geometry_.tracks() && !is_read_only());
  const auto null_track = null_track_of(track, address_of(number));
  const auto stored = null_track ? std::vector<std::byte>{} : compress_track(track, compression_);
  const z::Lock lock{lock_};
  Z_CHECK(begin_change());
  const auto done = null_track ? forget(number, *null_track) : lay_down(number, stored);
  const auto ended = end_change();
  return done ? ended : done;
}

z::Result<> CckdImage::release(TrackRange tracks) {
  Z_ASSERT(tracks.last.value < geometry_.tracks() && !is_read_only());
  const z::Lock lock{lock_};
  Z_CHECK(begin_change());
  z::Result<> done;
  for (auto track = tracks.first; done && track <= tracks.last; track = following(track))
    done = forget(track, NullTrack::empty);
  const auto ended = end_change();
  return done ? ended : done;
}

z::Result<> CckdImage::lay_down(TrackNumber number, std::span<const std::byte> stored) {
  if (space_->end_after(stored.size()) > layout_.limit())
    return z::failure("the image is full: places of CKD_C370 end at 4 GiB");
  const auto area = space_->take(stored.size());
  const auto written = file_.write(area.place, stored);
  if (!written) {
    space_->give_back(area);
    return written;
  }
  // The area may end beyond what was written, and the file must not end before it.
  if (area.place + area.length > Z_TRY(file_.size())) Z_CHECK(file_.resize(area.place + area.length));
  const auto replaced = replace(number, {area.place, static_cast<std::uint32_t>(stored.size()),
                                         static_cast<std::uint32_t>(area.length)});
  if (!replaced) space_->give_back(area);
  return replaced;
}

z::Result<> CckdImage::forget(TrackNumber number, NullTrack kind) {
  const auto length = static_cast<std::uint32_t>(kind);
  if (Z_TRY(layout_.table(number.value / CckdLayout::tracks_per_table)) == 0 && kind == null_track_) return {};
  return replace(number, {0, length, length});
}

z::Result<> CckdImage::replace(TrackNumber number, const CckdEntry& entry) {
  const auto table = Z_TRY(table_for_writing(number.value / CckdLayout::tracks_per_table));
  const auto index = number.value % CckdLayout::tracks_per_table;
  const auto old = Z_TRY(layout_.entry(table, index));
  if (old == entry) return {};
  Z_CHECK(layout_.set_entry(table, index, entry));
  if (old.place != 0) space_->give_back({old.place, old.size});
  return {};
}

z::Result<std::uint64_t> CckdImage::table_for_writing(std::uint32_t number) {
  if (const auto table = Z_TRY(layout_.table(number)); table != 0) return table;
  const auto place = Z_TRY(take_table_place());
  Z_CHECK(layout_.clear_entries(place, null_track_));
  Z_CHECK(layout_.set_table(number, place));
  return place;
}

// On a boundary that keeps each entry within a page, so that the kernel changes it at once. What is skipped before it
// is large enough to be an area.
z::Result<std::uint64_t> CckdImage::take_table_place() {
  constexpr std::uint64_t boundary = 16, skip = 128;
  const auto size = layout_.level_2_size();
  if (space_->end_after(size + skip) > layout_.limit()) return z::failure("the image is full: places of CKD_C370 end at 4 GiB");
  const auto area = space_->take(size + skip);
  const auto place = (area.place + skip) / boundary * boundary;
  const auto behind = place + size;
  if (area.place + area.length > behind) space_->give_back({behind, area.place + area.length - behind});
  space_->give_back({area.place, place - area.place});
  return place;
}

// The change is counted before it is made: if this process dies in the middle of it, the others know that what they know
// of free space is old.
z::Result<> CckdImage::begin_change() {
  Z_CHECK(lock_file(file_.descriptor(), F_WRLCK));
  const auto prepared = learn_free_space();
  if (prepared) return {};
  space_.reset();
  (void)lock_file(file_.descriptor(), F_UNLCK);
  return prepared;
}

z::Result<> CckdImage::learn_free_space() {
  std::array<std::uint8_t, 8> changes;
  Z_CHECK(file_.read(CkdHeader::changes_offset, std::as_writable_bytes(std::span{changes})));
  if (!space_ || load_little(changes) != changes_) {
    auto header = Z_TRY(layout_.header());
    space_ = free_space_of(layout_, header, Z_TRY(read_map(layout_, header, Z_TRY(file_.size()))));
    changes_ = load_little(changes);
    header.options |= CckdHeader::is_open | CckdHeader::was_opened_for_writing;
    Z_CHECK(layout_.set_header(header));
    has_written_ = true;
  }
  store_little(changes, ++changes_);
  return file_.write(CkdHeader::changes_offset, std::as_bytes(std::span{changes}));
}

z::Result<> CckdImage::end_change() { return lock_file(file_.descriptor(), F_UNLCK); }

z::Result<> CckdImage::leave_free_list() {
  Z_CHECK(begin_change());
  const auto left = write_free_list(layout_, file_);
  const auto ended = end_change();
  return left ? ended : left;
}

}  // namespace dasd3390
