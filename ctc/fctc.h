#pragma once

#include <memory>
#include <span>
#include <string>

#include "base/result.h"
#include "channel/device.h"

namespace ctc {

// A device of type "fctc" from its arguments:
//   link=shm:PATH | link=tcp:HOST:PORT   where the two ends meet
//   listen                               this end holds the adapter; exactly one end does
//   name=TEXT peer=TEXT                  own name and that of the only end to be accepted (up to 40 characters)
z::Result<std::unique_ptr<channel::Device>> make_fctc(std::span<const std::string> arguments);

}  // namespace ctc
