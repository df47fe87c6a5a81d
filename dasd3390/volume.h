#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "dasd3390/image/image.h"
#include "dasd3390/locks.h"
#include "dasd3390/window.h"

namespace dasd3390 {

// An open volume. Thread-safe; shared by the devices that show it or a part of it. Whoever reads or writes tracks holds
// their locks, see Locks.
class Volume {
 public:
  static z::Result<std::shared_ptr<Volume>> open(const std::filesystem::path& path, Access access);

  const std::filesystem::path& path() const { return path_; }
  Geometry geometry() const { return image_->geometry(); }
  Window whole() const { return {0, geometry().cylinders}; }
  bool is_read_only() const { return image_->is_read_only(); }
  // Serial number of the VOL1 label; empty when there is none.
  z::Result<std::string> volser() const;
  // Same for all who have this file open on this host, different for another file.
  std::uint64_t identity() const;

  z::Result<Track> read_track(TrackNumber track) const { return image_->read(track); }
  z::Result<> write_track(TrackNumber number, Track& track);
  // See Image::Part.
  z::Result<> write_record(TrackNumber number, Track& track, std::size_t record, Image::Part part);
  // The tracks hold nothing from now on, and the file no space for them.
  z::Result<> release(TrackRange tracks) { return image_->release(tracks); }
  // Space that the file takes on the host, as cylinders.
  std::uint32_t allocated_cylinders() const;
  z::Result<Locks> locks(Window window) const { return Locks::open(image_->descriptor(), window); }

 private:
  Volume(std::filesystem::path path, std::unique_ptr<Image> image) : path_(std::move(path)), image_(std::move(image)) {}

  std::filesystem::path path_;
  std::unique_ptr<Image> image_;
};

}  // namespace dasd3390
