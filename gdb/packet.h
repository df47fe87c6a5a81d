#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gdb {

// The framing of GDB's remote serial protocol: "$data#checksum", acknowledgements and the interrupt byte.
struct Received {
  enum class Kind : std::uint8_t {
    packet,
    damaged,    // a wrong checksum
    too_long,
    interrupt,  // byte 03
    resend,     // the peer did not understand the last reply
  };
  Kind kind;
  std::string data;  // of a packet, escapes undone
};

// Bytes in, packets out.
class PacketReader {
 public:
  static constexpr std::size_t limit = 0x4000;

  void add(std::string_view bytes) { incoming_ += bytes; }
  std::optional<Received> next();  // none: more bytes are needed

 private:
  std::optional<Received> read_packet();

  std::string incoming_;
  bool overflowed_ = false;  // the packet at the front was too long, and its end has not come yet
};

std::string framed(std::string_view data);

}  // namespace gdb
