#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"
#include "dasd3390/geometry.h"
#include "dasd3390/image/open.h"
#include "dasd3390/tools/edit.h"
#include "dasd3390/tools/progress.h"

namespace dasd3390 {

// Tracks that hold nothing yet: holes of the file, which only we read as empty tracks, or real ones with home address
// and R0, which Hercules needs and which take a host page each.
enum class EmptyTracks : std::uint8_t { holes, written };

struct NewVolume {
  Geometry geometry;
  std::string volser;
  std::string owner = {};
  EmptyTracks empty_tracks = EmptyTracks::holes;
  ImageFormat format = ImageFormat::plain;
};

// A new file with IPL records that wait, VOL1 label and a VTOC of one track at 0/1 (format 4, format 5, empty ones).
// The file must not exist, and does not when this fails.
z::Result<> create_volume(const std::filesystem::path& path, const NewVolume& volume, const Progress& progress = {});

// The label keeps all but its serial number.
z::Result<> change_volser(Editor& editor, std::string_view volser);

// Lays IPL records, label and VTOC down again on an existing volume.
z::Result<> write_label_and_vtoc(Editor& editor, std::string_view volser, std::string_view owner);

}  // namespace dasd3390
