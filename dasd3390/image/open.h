#pragma once

#include <filesystem>
#include <memory>

#include "dasd3390/image/image.h"

namespace dasd3390 {

enum class ImageFormat : std::uint8_t {
  plain,
  compressed,       // CCKD, places of 32 bits
  compressed_wide,  // CCKD64
};

// Opens what the file is.
z::Result<std::unique_ptr<Image>> open_image(const std::filesystem::path& path, Access access);

// A new image of tracks that were never written, which takes next to no space. The file must not exist.
z::Result<> create_image(const std::filesystem::path& path, Geometry geometry, ImageFormat format);

}  // namespace dasd3390
