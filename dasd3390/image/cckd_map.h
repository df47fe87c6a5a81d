#pragma once

#include <vector>

#include "dasd3390/image/cckd_layout.h"
#include "dasd3390/image/free_space.h"

namespace dasd3390 {

// Every area of a compressed image that something lies in: tables and tracks.
struct CckdMap {
  std::vector<FreeSpace::Area> used;
  std::uint64_t tracks = 0;            // that take space
  std::uint64_t unused_in_tracks = 0;  // what they take beyond their length
};

// Fails when areas overlap or lie outside the file: then nothing may be written.
z::Result<CckdMap> read_map(const CckdLayout& layout, const CckdHeader& header, std::uint64_t file_size);

FreeSpace free_space_of(const CckdLayout& layout, const CckdHeader& header, const CckdMap& map);

// Cuts the file at its last area, writes the chain of free areas into them, and the figures into the header, which says
// then that nobody has the image open.
z::Result<> write_free_list(const CckdLayout& layout, const ImageFile& file);

}  // namespace dasd3390
