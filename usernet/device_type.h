#pragma once

#include "base/result.h"
#include "channel/registry.h"

namespace usernet {

// The device type "usernet": one of the two CTCs of a guest that reach the host's network without root. Arguments, with commas
// between:
//   read | write              which of the two devices of ctcm this is
//   net=TEXT                  both devices of a network name it
//   forward=HOSTPORT:PORT     TCP connections to a port of the host's loopback go to a port of the guest; repeatable
z::Result<> register_usernet(channel::Registry& registry);

}  // namespace usernet
