#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "dasd3390/dasd3390.h"

namespace dasd3390 {

// What must be true before a command is executed.
enum class Needs : std::uint8_t {
  nothing,    // accepted even while the volume is reserved elsewhere
  device,     // not reserved elsewhere
  own_locks,  // not reserved elsewhere; takes the locks of tracks itself
  tracks,     // and the tracks are locked for this program
};

struct CommandRule {
  using Handler = Dasd3390::Reply (Dasd3390::*)(channel::Transfer&);
  enum class Kind : std::uint8_t { control, search, data };

  std::uint8_t command;
  std::string_view name;
  Handler handler;
  Needs needs;
  // A search is no control command: index points keep counting, and a domain does not allow it.
  Kind kind = Kind::control;
};

// Null for a command that the control unit does not have.
const CommandRule* find_rule(std::uint8_t command);

}  // namespace dasd3390
