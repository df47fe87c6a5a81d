#pragma once

#include <cstdint>

#include "channel/device.h"
#include "dasd3390/geometry.h"

namespace dasd3390 {

// Programming errors of sense format 0 (3990 Reference, "Format 0 Messages").
enum class Message : std::uint8_t {
  none = 0,
  invalid_command = 1,
  invalid_sequence = 2,
  count_too_small = 3,
  invalid_argument = 4,
};

// Bytes 0 and 1 of the sense data, and the message that goes with a command reject.
struct Check {
  std::uint8_t byte_0 = 0;
  std::uint8_t byte_1 = 0;
  Message message = Message::none;
  std::uint8_t format = 0;
  enum class Track : std::uint8_t { not_named, valid } track = Track::not_named;  // bytes 28 to 31

  constexpr bool operator==(const Check&) const = default;
};

constexpr Check reject(Message message) { return {.byte_0 = channel::command_reject, .message = message}; }
inline constexpr Check no_record_found{.byte_1 = 0x08, .track = Check::Track::valid};
inline constexpr Check file_protected{.byte_1 = 0x04, .track = Check::Track::valid};
inline constexpr Check end_of_cylinder{.byte_1 = 0x20, .track = Check::Track::valid};
inline constexpr Check invalid_track_format{.byte_1 = 0x40, .track = Check::Track::valid};
inline constexpr Check incomplete_domain{.byte_0 = 0x01};
inline constexpr Check write_inhibited{.byte_0 = channel::command_reject, .byte_1 = 0x02};
// The image of the track makes no sense: a permanent data check.
inline constexpr Check damaged_track{
    .byte_0 = channel::data_check, .byte_1 = 0x80, .format = 4, .track = Check::Track::valid};
// The host refused to read, write or lock.
inline constexpr Check host_failure{.byte_0 = channel::equipment_check, .byte_1 = 0x80, .format = 1};

// 32 sense bytes in the 24-byte compatible format; bytes 29 to 31, or 28 to 31 where a cylinder needs 28 bits, name the track.
channel::Sense make_sense(Check check, TrackAddress at, Geometry geometry);

}  // namespace dasd3390
