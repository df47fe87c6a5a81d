#pragma once

#include "base/result.h"
#include "channel/registry.h"

namespace terminal {

// The device type "3270". Arguments, with commas between:
//   listen=HOST:PORT            where terminals connect; devices of one process may share a place
//   lu=NAME                     of the logical unit by which a client may choose this device; a number by default
//   model=3277|3278|3279        what SENSE ID says; 3279 by default
//   tls-cert=FILE,tls-key=FILE  PEM files: the place speaks TLS
z::Result<> register_3270(channel::Registry& registry);

}  // namespace terminal
