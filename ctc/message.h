#pragma once

#include <cstdint>

#include "base/be.h"
#include "ctc/buffer.h"

namespace ctc {

// What the two ends of a link say to each other. The proxy end sends `command`, `halt` and `reset` of its side; the
// arbiter end answers with actions.
enum class MessageKind : std::uint8_t { command = 1, halt, reset, ending, channel_end, attention, ready };

// As it lies in a ring or on a TCP connection; `size` bytes of data follow.
struct MessageHeader {
  MessageKind kind{};
  std::uint8_t code = 0;    // command
  std::uint8_t status = 0;  // ending
  std::uint8_t sense = 0;
  std::uint8_t excess = 0;
  std::uint8_t matched = 0;
  std::uint8_t unused[2]{};
  z::be32 sequence{};  // of the command; its ending repeats it, so that the ending of a halted command is recognised
  z::be32 count{};
  z::be32 size{};
};
static_assert(sizeof(MessageHeader) == 20 && alignof(MessageHeader) == 1);

// The most one command moves: an ISFC frame of 1 MiB and its header fit. A guest's longer WRITE gets a residual count.
inline constexpr std::uint32_t max_transfer = 2 << 20;

struct Message {
  MessageHeader header{};
  Buffer data{};
};

}  // namespace ctc
