#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace lpar {

class BarePartition;

// What the operator of a bare partition can do while it runs:
//
//   ATTACH DEVNO=TYPE:ARGS     a device comes (as --device), and the program is told by a channel report
//   DETACH DEVNO               it goes
//   VARY ON|OFF CHPID nn       a channel path comes and goes, for all devices on it
//   QUERY DEVICES              what is attached
z::Result<std::vector<std::string>> operate(BarePartition& partition, std::string_view command);

}  // namespace lpar
