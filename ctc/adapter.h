#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "channel/device.h"
#include "ctc/buffer.h"
#include "ctc/command.h"

namespace ctc {

enum class Side : std::uint8_t { x, y };
constexpr Side other(Side side) { return side == Side::x ? Side::y : Side::x; }

// Sense byte 0: why a command found the other side not ready, or was ended by its going away.
inline constexpr std::uint8_t sense_peer_not_ready = 0x40;     // it was reset, or has not issued a command yet
inline constexpr std::uint8_t sense_peer_disconnected = 0x41;  // interface disconnect: no link, or ended by a reset

// A command as one side issues it.
struct Command {
  std::uint8_t code = 0;
  std::uint32_t count = 0;  // READ: bytes it can take. WRITE: bytes it has
  Buffer data{};              // WRITE
};

// What the adapter does to a side in answer to an event.
struct Action {
  enum class Kind : std::uint8_t {
    ending,       // its command ends with `status`; `count` bytes were moved
    channel_end,  // its command has given channel end and goes on waiting: `status` comes later in an `ending`
    attention,    // the other side waits for a matching command
    ready,        // the other side left the not-ready state
  };
  Side side = Side::x;
  Kind kind = Kind::ending;
  channel::DeviceStatus status{};
  std::uint8_t sense = 0;
  std::uint32_t count = 0;
  bool excess = false;  // READ: the writer had more
  bool matched = false;  // the command met what the other side wants: an attention given before is answered
  Buffer data{};           // READ, READ BACKWARD, SENSE COMMAND BYTE
};

// A channel-to-channel adapter: a control unit with two sides, each a device of another system. It pairs the commands of
// the sides by the table of the ESCON CTC reference ("Command Pairing"; rows and columns in ctc/README.md). Pure: no
// threads, no waiting, no clock; the answer to an event is a list of actions, in the order in which they happen.
//
// A side is:
//   not_ready --first command--> available --dependent command--> pending --match, halt--> available
//       any state --reset, loss--> not_ready
// Never are both sides pending: the second of two dependent commands matches, is refused, or ends the first.
class Adapter {
 public:
  using Actions = std::vector<Action>;

  Actions issue(Side side, Command command);
  Actions halt(Side side);      // halt or clear: selective reset, the other side is told nothing
  Actions reset(Side side);     // system reset
  Actions attach(Side side);    // its system is linked (again)
  Actions detach(Side side);    // its system is gone

  bool is_extended() const { return extended_[0] || extended_[1]; }

  // What of a side outlasts a move of its system to another machine. A command that it has pending is issued again there.
  struct SideState {
    bool is_ready = false;
    bool is_extended = false;
    bool end_of_file = false;
  };
  SideState state(Side side) const;
  void attach_as(Side side, SideState state);  // instead of `attach`; the other side is told nothing

 private:
  enum class State : std::uint8_t { disconnected, not_ready, available, pending };
  struct Half {
    State state = State::disconnected;
    bool end_of_file = false;  // the next READ gets unit exception
    Operation operation{};  // while pending
    Command command{};
  };

  Half& at(Side side) { return half_[static_cast<std::size_t>(side)]; }
  const Half& at(Side side) const { return half_[static_cast<std::size_t>(side)]; }
  bool& extended(Side side) { return extended_[static_cast<std::size_t>(side)]; }
  Operation operation_for(std::uint8_t code) const;

  Actions prepare(Side side, Command command);
  Actions control(Side side, Command command);
  Actions read(Side side, Operation operation, Command command);
  Actions write(Side side, Command command);
  Actions write_end_of_file(Side side);
  Actions sense_command_byte(Side side);
  Actions immediate(Side side, Operation operation);

  void pend(Side side, Operation operation, Command command);
  void wait_for_match(Side side, Operation operation, Command command, Actions& actions);
  Action end_pending(Side side, channel::DeviceStatus status, std::uint8_t sense);
  Actions leave(Side side, State next);
  void transfer(Side reader, std::uint32_t reader_count, Command written, Actions& actions) const;

  std::array<Half, 2> half_;
  std::array<bool, 2> extended_{};
};

}  // namespace ctc
