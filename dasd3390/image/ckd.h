#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "dasd3390/image/ckd_header.h"
#include "dasd3390/image/image_file.h"

namespace dasd3390 {

// Plain image: a header, then all tracks, each of 56832 bytes. A track that is a hole in the file is an empty track. A
// volume may be split into several files, each with whole cylinders and a header of its own.
class CkdImage final : public Image {
 public:
  // All tracks are holes. Fails when the file exists.
  static z::Result<> create(const std::filesystem::path& path, Geometry geometry);
  // `file` is the only one, or the first of several beside it.
  static z::Result<std::unique_ptr<CkdImage>> open(ImageFile file, const std::filesystem::path& path);

  Geometry geometry() const override { return geometry_; }
  bool is_read_only() const override { return is_read_only_; }
  int descriptor() const override { return pieces_.front().file.descriptor(); }
  z::Result<Track> read(TrackNumber track) const override;
  z::Result<> write(TrackNumber number, const Track& track, std::size_t record, Part part) override;
  z::Result<> release(TrackRange tracks) override;

 private:
  struct Piece {
    ImageFile file;
    std::uint32_t first_cylinder, cylinders;
  };
  // Where a track lies.
  struct Place {
    const ImageFile& file;
    std::uint64_t start;
  };

  CkdImage(std::vector<Piece> pieces, Geometry geometry);
  static z::Result<> add_piece(std::vector<Piece>& pieces, ImageFile file);
  Place place_of(TrackNumber track) const;
  z::Result<> write_whole(const Place& place, const Track& track);
  z::Result<> write_record_and_rest(const Place& place, const Track& track, std::size_t record);

  std::vector<Piece> pieces_;  // at least one; by cylinder
  Geometry geometry_;
  bool is_read_only_;
};

}  // namespace dasd3390
