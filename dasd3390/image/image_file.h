#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "base/fd.h"
#include "base/result.h"
#include "dasd3390/image/image.h"

namespace dasd3390 {

// A file of an image. Whole transfers or an error; a write is in the kernel's hands when it returns: it survives the
// death of this process.
class ImageFile {
 public:
  static z::Result<ImageFile> create(const std::filesystem::path& path);  // must not exist
  // `best` becomes `read` where the host forbids writing; is_read_only tells.
  static z::Result<ImageFile> open(const std::filesystem::path& path, Access access);

  int descriptor() const { return file_.get(); }
  bool is_read_only() const { return is_read_only_; }
  z::Result<std::uint64_t> size() const;
  z::Result<> resize(std::uint64_t size) const;

  z::Result<> read(std::uint64_t at, std::span<std::byte> to) const;
  z::Result<> write(std::uint64_t at, std::span<const std::byte> from) const;

 private:
  ImageFile(z::Fd file, bool is_read_only) : file_(std::move(file)), is_read_only_(is_read_only) {}

  z::Fd file_;
  bool is_read_only_;
};

}  // namespace dasd3390
