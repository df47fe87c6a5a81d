#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "dasd3390/track.h"
#include "dasd3390/window.h"

namespace dasd3390 {

// What a write may do (DEFINE EXTENT byte 0 bits 0-1, SET FILE MASK).
enum class WriteMask : std::uint8_t { no_home_address = 0, none = 1, update_only = 2, all = 3 };
// Which seeks are allowed (bits 3-4).
enum class SeekMask : std::uint8_t { all = 0, cylinder_and_head = 1, head = 2, none = 3 };

struct FileMask {
  WriteMask write = WriteMask::no_home_address;
  SeekMask seek = SeekMask::all;

  static constexpr FileMask of(std::uint8_t byte) {
    return {static_cast<WriteMask>(byte >> 6), static_cast<SeekMask>(byte >> 3 & 3)};
  }
};

// What a command wants to do to records; a locate-record domain allows one class (byte 0 bits 2-7, and the extended
// operation of LOCATE RECORD EXTENDED).
enum class Work : std::uint8_t { read, update, format, erase, read_tracks, write_track, write_track_data };

struct Domain {
  Work work = Work::read;
  std::uint16_t remaining = 0;  // commands
  std::uint16_t last_length = 0;  // READ TRACK DATA: bytes wanted of the last track; 0: all
  bool has_begun = false;       // a command of the domain was executed
};

// Where the heads stand on the track: at the end of this area of record `record`.
enum class Area : std::uint8_t { index, home_address, count, key, data };

struct Position {
  TrackNumber track;  // of the window
  Area area = Area::index;
  std::uint16_t record = 0;
};

// What PERFORM SUBSYSTEM FUNCTION prepared for READ SUBSYSTEM DATA.
enum class Prepared : std::uint8_t { nothing, unit_addresses, features, volume_storage, logical_configuration };

// What a channel program has set up in the control unit. Gone at its end, except where the arm stands. Plain: a
// relocation copies it.
struct Program {
  std::optional<TrackRange> extent;  // of the window
  FileMask mask;
  bool mask_was_set = false;
  std::optional<Domain> domain;
  Position position;
  std::uint8_t index_points = 0;  // passed since the last command that was no search
  // The last command was a successful search equal, or a write that formatted a record: a write may follow.
  bool may_write = false;
  bool has_tracks = false;  // locks are held
  Prepared prepared = Prepared::nothing;
  bool write_failed = false;  // of what was put off; the next command tells
};

}  // namespace dasd3390
