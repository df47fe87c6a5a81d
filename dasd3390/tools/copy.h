#pragma once

#include <filesystem>

#include "dasd3390/image/open.h"
#include "dasd3390/tools/progress.h"

namespace dasd3390 {

// All tracks of a volume into a new file of another format; tracks that hold nothing stay without space. The source may
// be damaged where it is not read: a track that cannot be read ends the copy, and the new file goes.
z::Result<> convert_volume(const std::filesystem::path& from, const std::filesystem::path& to, ImageFormat format,
                           const Progress& progress);

}  // namespace dasd3390
