#pragma once

#include "base/result.h"
#include "channel/registry.h"

namespace unitrecord {

// The device types "3505", "3525" and "1403". Arguments, with commas between:
//   3505  file=PATH, text=PATH    decks, repeatable: records of 80 bytes, or lines of text; read in this order
//   3525  file=PATH | text=PATH   records of 80 bytes, or lines of text; append
//   1403  text=PATH, pdf=PATH     one or both; append (to the text), lines=N, lpi=6|8
z::Result<> register_unit_record(channel::Registry& registry);

}  // namespace unitrecord
