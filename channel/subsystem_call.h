#pragma once

#include <cstddef>
#include <span>

namespace channel {

class Subsystem;

// CHANNEL SUBSYSTEM CALL: `block` is the page that holds the request and gets the response behind it. False: the request
// has no valid length, an operand exception.
bool call(Subsystem& subsystem, std::span<std::byte, 4096> block);

}  // namespace channel
