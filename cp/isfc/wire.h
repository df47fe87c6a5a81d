#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/be.h"
#include "base/ebcdic.h"
#include "base/result.h"

// What travels on a CTC of a logical link. One WRITE moves one block:
//   BlockHeader  { FrameHeader  padding  data }*
// A frame lies whole in its block; a message that does not fit goes in several frames, which may take different devices
// and are put together at the receiver.
namespace cp::isfc {

inline constexpr std::uint16_t protocol_level = 4;
inline constexpr std::size_t max_message = std::size_t{2} << 20;

struct BlockHeader {
  z::be32 length;  // of the whole block
  z::be16 level;
  z::be16 frames;
  z::be64 sender_session;    // changes whenever the sender's end of the link starts anew
  z::be64 receiver_session;  // as the sender knows it; 0: not at all
  z::be64 acknowledged;      // every frame of the receiver below this number has arrived
  z::be64 window;            // bytes of frames the sender of this block takes before it acknowledges
};
static_assert(sizeof(BlockHeader) == 40 && alignof(BlockHeader) == 1);

// IDX classifies the partner on the first device of a link, DVX adds a device to a link that is up, a farewell takes the device
// away that carries it.
enum class FrameKind : std::uint8_t { idx = 1, dvx = 2, data = 3, farewell = 4 };

struct FrameHeader {
  z::be16 length;  // of this header and what pads it, so that pages in the data lie on pages of the block
  FrameKind kind;
  std::uint8_t reserved;
  z::be32 data_length;  // of what follows it
  z::be64 sequence;     // data: number of the frame, from 1
  z::be64 message;      // data: number of the message, from 1
  z::be32 message_length;
  z::be32 offset;  // of the data in its message
  z::be32 endpoint;
  z::be32 reserved_24;
};
static_assert(sizeof(FrameHeader) == 40 && alignof(FrameHeader) == 1);

// Data of IDX and DVX.
struct Identification {
  z::EbcdicName node;
  z::be16 level;
  z::be16 device;
  z::be16 answer_wanted;  // the sender does not know yet that this device reaches us
  z::be16 reserved;
};
static_assert(sizeof(Identification) == 16 && alignof(Identification) == 1);

}  // namespace cp::isfc
