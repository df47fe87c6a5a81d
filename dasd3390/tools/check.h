#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "dasd3390/image/image.h"
#include "dasd3390/tools/progress.h"

namespace dasd3390 {

enum class Repair : std::uint8_t { no, yes };

struct CheckReport {
  std::uint64_t tracks = 0, written = 0;  // of the volume; that hold something
  std::vector<TrackNumber> damaged;
  std::vector<std::string> findings;      // of the file as a whole
  bool is_repaired = false;

  bool is_sound() const { return damaged.empty() && findings.empty(); }
};

// Reads every track. With repair, damaged tracks become empty ones, areas of a compressed image that lie over others are
// given up, and its free space is listed anew; nothing else changes. Nobody else may have the volume open then.
z::Result<CheckReport> check_volume(const std::filesystem::path& path, Repair repair, const Progress& progress);

}  // namespace dasd3390
