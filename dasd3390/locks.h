#pragma once

#include <cstdint>
#include <optional>

#include "base/fd.h"
#include "base/result.h"
#include "dasd3390/window.h"

namespace dasd3390 {

// What one device holds of a volume that others, in this process or in another, use at the same time.
//
// Everything is an open-file-description lock of the kernel on bytes far beyond the end of the image, one description a
// device: a process that dies holds nothing, and two devices of a process exclude each other as two processes do.
// Nothing here waits: what another device holds is `busy`, and the channel tries again. So there is no deadlock.
//
// Reservation: one byte a cylinder. A reservation holds the bytes of its window exclusively, a channel program shared.
// UNCONDITIONAL RESERVE cannot take a kernel lock from a process that hangs; it opens a new generation of reservation
// bytes, whose number stands in the header of the image, and locks those. Who holds a byte of an old generation learns
// it when the next channel program begins.
//
// Tracks: one byte a track, shared for reading, exclusive for writing, from first access to end of the channel program.
//
// One thread at a time.
class Locks {
 public:
  enum class Grant : std::uint8_t { granted, busy };
  enum class Mode : std::uint8_t { shared, exclusive };
  enum class Reservation : std::uint8_t { none, here, elsewhere };

  // `image` is a descriptor of the file. A file that the host lets us only read takes shared locks and no reservation.
  static z::Result<Locks> open(int image, Window window);

  z::Result<Grant> begin_program();                            // may be repeated within a program
  z::Result<Grant> lock_tracks(TrackRange tracks, Mode mode);  // of the volume
  void end_program();

  // Not while tracks are locked.
  z::Result<Grant> reserve();
  z::Result<Grant> reserve_unconditionally();
  void release();
  z::Result<Reservation> reservation();
  bool is_reserved() const { return is_reserved_; }

 private:
  Locks(z::Fd file, Window window) : file_(std::move(file)), window_(window) {}
  struct Bytes {
    std::int64_t first, count;
  };
  Bytes reservation_bytes(std::uint64_t generation) const;
  z::Result<Grant> set(Bytes bytes, short type);
  void unlock(Bytes bytes);
  z::Result<std::uint64_t> generation() const;
  z::Result<Grant> set_reservation_bytes(short type);
  z::Result<> forget_lost_reservation();

  z::Fd file_;
  Window window_;
  std::optional<std::uint64_t> held_;  // generation whose reservation bytes this device has locked
  bool is_reserved_ = false;           // exclusively
  bool has_tracks_ = false;
};

}  // namespace dasd3390
