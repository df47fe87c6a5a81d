#include "dasd3390/locks.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "base/assert.h"
#include "dasd3390/image/ckd_header.h"

namespace dasd3390 {
namespace {

constexpr std::int64_t track_bytes = std::int64_t{1} << 60;
constexpr std::int64_t reservation_base = std::int64_t{1} << 61;
constexpr std::int64_t generation_mutex = track_bytes - 1;
constexpr int generation_shift = 24;  // cylinders of one generation
constexpr std::uint64_t generations = std::uint64_t{1} << 36;

struct flock lock_request(short type, std::int64_t first, std::int64_t count) {
  struct flock request{};
  request.l_type = type;
  request.l_whence = SEEK_SET;
  request.l_start = first;
  request.l_len = count;
  return request;
}

}  // namespace

z::Result<Locks> Locks::open(int image, Window window) {
  const auto path = fmt::format("/proc/self/fd/{}", image);
  z::Fd file{::open(path.c_str(), O_RDWR | O_CLOEXEC)};
  if (!file) file = z::Fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file) return z::failure(z::Error::host(errno, "open of a volume for its locks"));
  return Locks{std::move(file), window};
}

z::Result<Locks::Grant> Locks::begin_program() {
  Z_CHECK(forget_lost_reservation());
  if (held_) return Grant::granted;
  return set_reservation_bytes(F_RDLCK);
}

z::Result<Locks::Grant> Locks::lock_tracks(TrackRange tracks, Mode mode) {
  const std::int64_t count = std::int64_t{tracks.last.value} - tracks.first.value + 1;
  const auto grant = Z_TRY(set({track_bytes + tracks.first.value, count}, mode == Mode::shared ? F_RDLCK : F_WRLCK));
  has_tracks_ = has_tracks_ || grant == Grant::granted;
  return grant;
}

void Locks::end_program() {
  if (has_tracks_) unlock({track_bytes, std::int64_t{1} << 32});
  has_tracks_ = false;
  if (held_ && !is_reserved_) {
    unlock(reservation_bytes(*held_));
    held_.reset();
  }
}

// The shared hold of the running program goes first: two devices that both had it and both wanted more would find
// each other busy for ever.
z::Result<Locks::Grant> Locks::reserve() {
  Z_ASSERT(!has_tracks_);
  Z_CHECK(forget_lost_reservation());
  if (is_reserved_) return Grant::granted;
  release();
  const auto grant = Z_TRY(set_reservation_bytes(F_WRLCK));
  is_reserved_ = grant == Grant::granted;
  return grant;
}

z::Result<Locks::Grant> Locks::reserve_unconditionally() {
  if (Z_TRY(reserve()) == Grant::granted) return Grant::granted;
  const Bytes mutex{generation_mutex, 1};
  if (Z_TRY(set(mutex, F_WRLCK)) == Grant::busy) return Grant::busy;
  const std::uint64_t next = (Z_TRY(generation()) + 1) % generations;
  const auto grant = Z_TRY(set(reservation_bytes(next), F_WRLCK));
  if (grant == Grant::granted) {
    held_ = next;
    is_reserved_ = true;
    if (::pwrite(file_.get(), &next, sizeof next, CkdHeader::generation_offset) != sizeof next)
      return z::failure(z::Error::host(errno, "write of the reservation generation"));
  }
  unlock(mutex);
  return grant;
}

void Locks::release() {
  if (held_) unlock(reservation_bytes(*held_));
  held_.reset();
  is_reserved_ = false;
}

z::Result<Locks::Reservation> Locks::reservation() {
  Z_CHECK(forget_lost_reservation());
  if (is_reserved_) return Reservation::here;
  const auto bytes = reservation_bytes(Z_TRY(generation()));
  auto request = lock_request(F_RDLCK, bytes.first, bytes.count);
  if (::fcntl(file_.get(), F_OFD_GETLK, &request) != 0)
    return z::failure(z::Error::host(errno, "test of a reservation"));
  return request.l_type == F_UNLCK ? Reservation::none : Reservation::elsewhere;
}

Locks::Bytes Locks::reservation_bytes(std::uint64_t generation) const {
  return {reservation_base + static_cast<std::int64_t>(generation << generation_shift) + window_.start,
          window_.cylinders};
}

z::Result<Locks::Grant> Locks::set(Bytes bytes, short type) {
  auto request = lock_request(type, bytes.first, bytes.count);
  if (::fcntl(file_.get(), F_OFD_SETLK, &request) == 0) return Grant::granted;
  if (errno == EAGAIN || errno == EACCES) return Grant::busy;
  return z::failure(z::Error::host(errno, "lock of a volume"));
}

void Locks::unlock(Bytes bytes) {
  auto request = lock_request(F_UNLCK, bytes.first, bytes.count);
  const int failed = ::fcntl(file_.get(), F_OFD_SETLK, &request);
  Z_ASSERT(failed == 0);
}

z::Result<std::uint64_t> Locks::generation() const {
  std::uint64_t number = 0;
  if (::pread(file_.get(), &number, sizeof number, CkdHeader::generation_offset) != sizeof number)
    return z::failure(z::Error::host(errno, "read of the reservation generation"));
  return number % generations;
}

// A generation may begin between reading its number and locking: what is locked then is no longer worth anything.
z::Result<Locks::Grant> Locks::set_reservation_bytes(short type) {
  const std::uint64_t now = Z_TRY(generation());
  const auto bytes = reservation_bytes(now);
  if (Z_TRY(set(bytes, type)) == Grant::busy) return Grant::busy;
  if (Z_TRY(generation()) != now) {
    unlock(bytes);
    return Grant::busy;
  }
  held_ = now;
  return Grant::granted;
}

z::Result<> Locks::forget_lost_reservation() {
  if (is_reserved_ && held_ != Z_TRY(generation())) release();
  return {};
}

}  // namespace dasd3390
