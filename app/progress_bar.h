#pragma once

#include <string>

#include "dasd3390/tools/progress.h"

namespace app {

// A bar on the terminal, redrawn as the work goes on; nothing when standard error is no terminal.
dasd3390::Progress progress_bar(std::string what);

}  // namespace app
