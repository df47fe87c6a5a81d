#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "base/mutex.h"
#include "dasd3390/image/cckd_layout.h"
#include "dasd3390/image/free_space.h"
#include "dasd3390/image/image_file.h"

namespace dasd3390 {

// Compressed image. A write lays the track down in free space and then says in one entry of its table where it is, so a
// process that dies leaves the old track or the new one. Who writes holds a lock of the file for that moment; what is
// free is known from the tables, and looked up anew when another process has written meanwhile.
class CckdImage final : public Image {
 public:
  static z::Result<> create(const std::filesystem::path& path, Geometry geometry, CckdForm form);
  static z::Result<std::unique_ptr<CckdImage>> open(ImageFile file, CckdForm form);
  // The last writer leaves a list of the free space, as Hercules expects it.
  ~CckdImage() override;

  Geometry geometry() const override { return geometry_; }
  bool is_read_only() const override { return file_.is_read_only(); }
  int descriptor() const override { return file_.descriptor(); }
  z::Result<Track> read(TrackNumber track) const override;
  z::Result<> write(TrackNumber number, const Track& track, std::size_t record, Part part) override;
  z::Result<> release(TrackRange tracks) override;

 private:
  CckdImage(ImageFile file, CckdForm form, const CckdHeader& header)
      : file_(std::move(file)), layout_(file_, form), geometry_{header.cylinders}, compression_(header.compression),
        null_track_(header.null_track) {}

  z::Result<CckdEntry> find(TrackNumber track) const;
  z::Result<> lay_down(TrackNumber number, std::span<const std::byte> stored) Z_REQUIRES(lock_);
  z::Result<> forget(TrackNumber number, NullTrack kind) Z_REQUIRES(lock_);
  z::Result<> replace(TrackNumber number, const CckdEntry& entry) Z_REQUIRES(lock_);
  z::Result<std::uint64_t> table_for_writing(std::uint32_t number) Z_REQUIRES(lock_);
  z::Result<std::uint64_t> take_table_place() Z_REQUIRES(lock_);
  z::Result<> begin_change() Z_REQUIRES(lock_);
  z::Result<> learn_free_space() Z_REQUIRES(lock_);
  z::Result<> end_change() Z_REQUIRES(lock_);
  z::Result<> leave_free_list() Z_REQUIRES(lock_);

  ImageFile file_;
  CckdLayout layout_;
  Geometry geometry_;
  CckdCompression compression_;
  NullTrack null_track_;  // of tracks that no table knows

  z::Mutex lock_;
  std::optional<FreeSpace> space_ Z_GUARDED_BY(lock_);
  std::uint64_t changes_ Z_GUARDED_BY(lock_) = 0;  // of the file when `space_` was right
  bool has_written_ Z_GUARDED_BY(lock_) = false;
};

}  // namespace dasd3390
