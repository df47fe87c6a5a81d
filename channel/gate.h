#pragma once

#include <span>

#include "base/address.h"
#include "base/clock.h"
#include "channel/blocks.h"
#include "channel/ccw.h"
#include "channel/device.h"
#include "cpu/storage.h"

namespace channel {

// A command on its way to its device.
struct CommandView {
  z::DeviceNumber number;
  Device& device;
  cpu::Storage& storage;
  const Orb& orb;
  Ccw ccw;  // transport mode: made of the first command word, at the address of the control word
  std::uint8_t path;
  bool is_first;  // of its program
  std::span<const std::byte> control{};  // transport mode: control data of the first command
};

// Stands between the channel subsystem and its devices while somebody debugs them: holds programs, changes what devices
// answer. Without one the channel pays a branch a command. Called by the thread that holds the subchannel, without locks; for
// one device by one thread at a time.
class Gate {
 public:
  struct Verdict {
    enum class Kind : std::uint8_t { go, hold, delay } kind = Kind::go;
    z::Nanoseconds delay{};
  };
  virtual ~Gate() = default;

  // Held or delayed, the program stays where it is, and this is asked again once it is released or its time has come.
  virtual Verdict before(const CommandView& command) = 0;
  virtual Ending execute(const CommandView& command, Transfer& data) = 0;
  virtual Ending execute_transport(const CommandView& command, TransportDevice& device, std::span<const std::byte> control,
                                   Transfer& data) = 0;
  // Held, the program does not go on and its status is not presented until it is released.
  virtual Verdict after(const CommandView& command, const Ending& ending) = 0;
  virtual Sense sense(z::DeviceNumber number, Device& device) = 0;
  // False: the end of the program is not told to anybody.
  virtual bool presents_end(z::DeviceNumber number) = 0;
  // Which of these channel paths lead to the device.
  virtual std::uint8_t working_paths(z::DeviceNumber number, std::uint8_t paths) = 0;
};

}  // namespace channel
