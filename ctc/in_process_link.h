#pragma once

#include <memory>
#include <utility>

#include "ctc/link.h"

namespace ctc {

// Both ends in one process: two queues and a thread that delivers. The link is up from when both have started until one
// is destroyed.
std::pair<std::unique_ptr<Link>, std::unique_ptr<Link>> make_in_process_link();

}  // namespace ctc
