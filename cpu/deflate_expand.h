#pragma once

#include "base/be.h"
#include "cpu/deflate_codes.h"

namespace cpu::deflate {

// Where an expansion stands between two executions: in the continuation-state buffer of the parameter block.
struct ExpandState {
  enum Phase : std::uint8_t { between_blocks, stored, coded };
  std::uint8_t phase = between_blocks;
  std::uint8_t is_last = 0;           // of the block
  std::uint8_t unread_bit = 0;        // of the first unread byte
  std::uint8_t reserved = 0;
  z::be16 stored_left{0};
  z::be16 match_length{0}, match_distance{0};  // what is left of a match
  z::be16 unread_count{0};            // source bytes that were taken and are no whole element yet
  CodeLengths lengths;
  std::array<std::byte, 512> unread{};
};
static_assert(sizeof(ExpandState) <= 1152);

enum class Ended : std::uint8_t { last_block, target_full, source_short, corrupt };

// Decodes from the source to the end of `window`, which begins with the history, until it has `limit` bytes.
Ended expand(ExpandState& state, BitSource& source, std::vector<std::byte>& window, std::size_t limit);

}  // namespace cpu::deflate
