#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/result.h"
#include "dasd3390/image/cckd_layout.h"
#include "dasd3390/track.h"

namespace dasd3390 {

// A track as it lies in a compressed image: a byte that says how it is compressed, CCHH, and the rest of the track
// image, compressed.
std::vector<std::byte> compress_track(const Track& track, CckdCompression compression);
z::Result<Track> expand_track(std::span<const std::byte> stored, TrackAddress address);

// The track that takes no space.
Track make_null_track(NullTrack kind, TrackAddress address);
// Whether this track is one of those.
std::optional<NullTrack> null_track_of(const Track& track, TrackAddress address);

}  // namespace dasd3390
