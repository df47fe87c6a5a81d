#pragma once

#include <cstdint>
#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "ctc/socket.h"

namespace ctc {

// How an end names itself ("LP01/6000") and whom it expects at the other end; no name: anyone.
struct Identity {
  static constexpr std::size_t longest = 40;
  std::string name;
  std::string peer;
};

enum class Carrier : std::uint8_t { shared_memory = 1, tcp = 2 };

inline constexpr std::uint16_t protocol_version = 1;

// The connecting end names itself; the listening end checks and answers, with the memory of the session when the link is
// through shared memory. Both refuse an end that is not the expected one, and say why to it.
z::Result<> answer_handshake(const z::Fd& socket, const Identity& own, Carrier carrier, int memory,
                             const StopSignal& stop);
z::Result<z::Fd> open_handshake(const z::Fd& socket, const Identity& own, Carrier carrier, const StopSignal& stop);

}  // namespace ctc
