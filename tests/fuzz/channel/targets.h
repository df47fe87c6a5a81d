#pragma once

#include <cstdint>
#include <span>

namespace fuzz {

// The input is bits of an ORB (4 bytes) and then storage from 1000 on: CCWs, address words, data. They run against a 3390.
void run_channel_program(std::span<const std::uint8_t> input);
// The input is the file of a volume: checked, read track by track, repaired.
void open_image(std::span<const std::uint8_t> input);

}  // namespace fuzz
