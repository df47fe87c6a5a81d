#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cp/pdr/record.h"

namespace cp::pdr {

// FORMSSI DISPLAY (reference/ssi.md 4): one string a line.
std::vector<std::string> display(const Key& key, const Record& record, std::string_view device,
                                 std::string_view volume);

// "05/31/13 16:39:06"
std::string short_time(z::TodClock stamp);
// "2013-05-31 16:40:03"
std::string long_time(z::TodClock stamp);

}  // namespace cp::pdr
