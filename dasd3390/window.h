#pragma once

#include "dasd3390/geometry.h"

namespace dasd3390 {

// The cylinders of a volume that a device shows as cylinders 0 to n-1: all of them, or a minidisk.
struct Window {
  std::uint32_t start = 0;
  std::uint32_t cylinders = 0;

  constexpr Geometry geometry() const { return {cylinders}; }
  constexpr TrackNumber first_track() const { return TrackNumber{start * heads_per_cylinder}; }
  // Track of the volume that is track `relative` of the window.
  constexpr TrackNumber on_volume(TrackNumber relative) const {
    return TrackNumber{first_track().value + relative.value};
  }
};

struct TrackRange {
  TrackNumber first, last;
  constexpr bool contains(TrackNumber track) const { return first <= track && track <= last; }
};

}  // namespace dasd3390
