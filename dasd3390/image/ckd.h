#pragma once

#include <filesystem>
#include <memory>

#include "base/fd.h"
#include "dasd3390/image/image.h"

namespace dasd3390 {

// Header of every CKD image file; numbers are little-endian.
struct CkdHeader {
  char id[8];  // "CKD_P370"
  std::uint8_t heads[4];
  std::uint8_t track_size[4];
  std::uint8_t device_type;    // low byte: X'90'
  std::uint8_t file_sequence;  // 0: the only file
  std::uint8_t high_cylinder[2];
  char serial[12];
  // Counts the reservations taken away by UNCONDITIONAL RESERVE (locks.h). Zero in the files of other tools.
  static constexpr std::size_t generation_offset = 504;
  std::uint8_t reserved[480];
};
inline constexpr std::size_t ckd_header_size = 512;
static_assert(sizeof(CkdHeader) == ckd_header_size);

// Plain image: a header, then all tracks, each of 56832 bytes. A track that is a hole in the file is an empty track.
class CkdImage final : public Image {
 public:
  // All tracks are holes. Fails when the file exists.
  static z::Result<> create(const std::filesystem::path& path, Geometry geometry);
  static z::Result<std::unique_ptr<CkdImage>> open(const std::filesystem::path& path, Access access);

  Geometry geometry() const override { return geometry_; }
  bool is_read_only() const override { return is_read_only_; }
  int descriptor() const override { return file_.get(); }
  z::Result<Track> read(TrackNumber track) const override;
  z::Result<> write(TrackNumber number, const Track& track, std::size_t record, Part part) override;
  z::Result<> release(TrackRange tracks) override;

 private:
  CkdImage(z::Fd file, Geometry geometry, Access access)
      : file_(std::move(file)), geometry_(geometry), is_read_only_(access == Access::read) {}
  z::Result<> write_whole(std::uint64_t start, const Track& track);
  z::Result<> write_record_and_rest(std::uint64_t start, const Track& track, std::size_t record);
  z::Result<> put(std::uint64_t at, std::span<const std::byte> bytes);

  z::Fd file_;
  Geometry geometry_;
  bool is_read_only_;
};

}  // namespace dasd3390
