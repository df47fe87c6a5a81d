#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "channel/device.h"
#include "channel/registry.h"

namespace ctc {

// A device of type "fctc" from its arguments, with commas between:
//   link=shm:PATH | link=tcp:HOST:PORT   where the two ends meet
//   listen                               this end holds the adapter; exactly one end does
//   name=TEXT,peer=TEXT                  own name and that of the only end to be accepted (up to 40 characters)
z::Result<std::unique_ptr<channel::Device>> make_fctc(std::string_view arguments);

z::Result<> register_fctc(channel::Registry& registry);

}  // namespace ctc
