#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "channel/device.h"
#include "channel/registry.h"

namespace ctc {

class ChannelPaths;

// A device of type "fctc" from its arguments, with commas between:
//   link=shm:PATH | link=tcp:HOST:PORT   where the two ends meet
//   listen                               this end holds the adapter; exactly one end does
//   name=TEXT,peer=TEXT                  own name and that of the only end to be accepted (up to 40 characters)
//   speed=8Gb/s                          moves what this side sends as slowly as a FICON channel of that speed; none: as fast as
//                                        the host can
//   path=TEXT                            the channel, which all devices of the process that name it share
z::Result<std::unique_ptr<channel::Device>> make_fctc(std::string_view arguments, ChannelPaths& paths);

z::Result<> register_fctc(channel::Registry& registry);

}  // namespace ctc
