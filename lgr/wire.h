#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

#include "base/be.h"
#include "base/ebcdic.h"
#include "base/result.h"
#include "lgr/end_code.h"
#include "lgr/stage.h"

// Messages between the two ends of a relocation. S is the source, D the destination.
namespace lgr::wire {

inline constexpr std::uint32_t magic = 0xD3C7'D9F1;  // LGR1 in EBCDIC
inline constexpr std::uint16_t version = 1;
inline constexpr std::size_t max_message = 1 << 20;
inline constexpr std::size_t max_state = std::size_t{1} << 30;
inline constexpr std::size_t state_chunk = 256 << 10;

enum class Type : std::uint16_t {
  offer = 1,       // S: may this guest come?        Offer, then the guest's definition
  accepted,        // D: skeleton is there           no body
  discarded,       // D: has no image, never will    Ending, then lines
  burst,           // S: pages                       Burst, runs, pages
  progress,        // D: bursts stored so far        Progress
  pass_end,        // S: what a pass held            PassCount
  pass_complete,   // D: and it all arrived          PassCount
  state,           // S: a piece of the state        StateChunk, bytes
  complete,        // S: that was everything         Complete
  ready,           // D: verified, restored, parked  no body
  committed,       // S: the record says D           no body
  running,         // D: the guest runs here         no body
  cancel,          // S: will never commit           Ending, then lines
  cancel_request,  // D: its operator says cancel    Ending, then the operator's userid
};
inline constexpr std::uint16_t last_type = static_cast<std::uint16_t>(Type::cancel_request);

// First in every message. `checked` bytes from the start, this field's CRC taken as zero, are under the checksum:
// all but the pages of a burst, which the digest in Complete covers.
struct Header {
  z::be32 magic;
  z::be16 version;
  z::be16 type;
  z::be64 relocation;  // given by the source, never twice
  z::be32 length;      // of the message
  z::be32 checked;
  z::be32 checksum;
  std::uint8_t stage;  // of the source
  std::uint8_t pass;
  z::be16 reserved;
};
static_assert(sizeof(Header) == 32 && alignof(Header) == 1);

struct Offer {
  z::EbcdicName userid;
  z::EbcdicName issuer;
  z::be64 storage_pages;
  z::be16 purpose;  // Purpose
  std::uint8_t forces;
  std::uint8_t asynchronous;
  std::uint8_t immediate;
  std::uint8_t reserved;
  z::be16 progress_every;  // bursts: how often the source wants Progress
  z::be64 max_total_ns;    // zero: NOLIMIT
  z::be64 max_quiesce_ns;
};
enum class Purpose : std::uint16_t { move = 1, test };

struct Ending {
  std::uint8_t code;  // EndCode
  std::uint8_t reserved[3];
};
struct Burst {
  z::be32 pass;
  z::be32 runs;
};
// Consecutive frames. The pages of data runs follow all runs, in their order.
struct Run {
  static constexpr std::uint32_t zero_flag = 0x8000'0000;
  z::be32 first;
  z::be32 count;  // with zero_flag: pages of zeros, not sent
};
static_assert(sizeof(Run) == 8);
struct Progress {
  z::be64 bursts;
};
struct PassCount {
  z::be32 pass;
  z::be32 bursts;
  z::be64 frames;
  z::be64 zero;
};
struct StateChunk {
  z::be64 total;
  z::be64 offset;
};
struct Complete {
  z::be64 epoch;  // of the record while RELOCATING
  z::be64 digest;
  z::be64 frames;  // data and zero, of all passes
  z::be64 bursts;
  z::be64 state_bytes;
  z::be32 state_checksum;
  z::be32 reserved;
};

// What the sender says of itself in every header.
struct Sender {
  std::uint64_t relocation = 0;
  Stage stage = Stage::eligibility;
  unsigned pass = 0;
};

template <class Body>
concept Layout = std::is_trivially_copyable_v<Body> && alignof(Body) == 1;

template <Layout Body>
std::span<const std::byte> bytes_of(const Body& body) {
  return std::as_bytes(std::span{&body, 1});
}

// A whole message, or the head of one whose last `parts_length` bytes travel as parts outside the checksum.
std::vector<std::byte> encode(Type type, const Sender& sender, std::span<const std::byte> body = {},
                              std::span<const std::byte> tail = {}, std::size_t parts_length = 0);

struct Message {
  Type type{};
  Sender sender;
  std::span<const std::byte> body;
};
// A message from another member, which may be of another release or damaged: refused by text that says why.
z::Result<Message> decode(std::span<const std::byte> bytes);

template <Layout Body>
struct Split {
  Body body;
  std::span<const std::byte> tail;
};
template <Layout Body>
z::Result<Split<Body>> split(std::span<const std::byte> bytes) {
  if (bytes.size() < sizeof(Body))
    return z::failure("message body of {} bytes, at least {} expected", bytes.size(), sizeof(Body));
  Split<Body> result;
  std::memcpy(&result.body, bytes.data(), sizeof(Body));
  result.tail = bytes.subspan(sizeof(Body));
  return result;
}

std::vector<std::byte> encode_ending(Type type, const Sender& sender, EndCode code,
                                     const std::vector<std::string>& lines);
struct DecodedEnding {
  EndCode code{};
  std::vector<std::string> lines;
};
z::Result<DecodedEnding> decode_ending(std::span<const std::byte> body);

}  // namespace lgr::wire
