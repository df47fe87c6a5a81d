#pragma once

#include <cstdint>
#include <optional>

#include "channel/address_limit.h"
#include "channel/blocks.h"
#include "channel/ccw.h"
#include "channel/data_area.h"
#include "channel/device.h"
#include "channel/gate.h"
#include "channel/trace.h"
#include "channel/transport_blocks.h"
#include "cpu/storage.h"

namespace channel {

class TransportArea;

// What a channel program tells its subchannel while it runs.
class ProgramListener : public PciListener {
 public:
  // The device is about to take the command at hand. False: the start function is no longer wanted.
  virtual bool accept_command(std::uint32_t ccw_address) = 0;
};

// How a channel program came to its end, or to the channel end that comes before it.
struct Conclusion {
  DeviceStatus device_status{};
  std::uint8_t subchannel_status = 0;
  std::uint32_t ccw_address = 0;  // of the last CCW used, plus 8
  std::uint16_t residual = 0;  // transport mode: FCX status and 0
};

// A channel program under execution: a state machine that stops only between two commands. One thread at a time works on
// it, and it takes no lock.
//
//   ready -> ready                   command chaining
//   ready -> waiting -> ready        the device waits (or was busy) and then takes the same command again
//   ready -> chaining -> ready       channel end came, chaining waits for device end
//   ready -> suspended -> ready      S flag, RESUME SUBCHANNEL
//   ready, chaining -> concluded
class Program {
 public:
  enum class Phase : std::uint8_t { ready, waiting, busy, chaining, suspended, concluded };
  struct Site {
    cpu::Storage& storage;
    Device& device;
    ProgramListener& listener;
    IoTrace& trace;
    z::DeviceNumber number;
    std::uint8_t path = 0x80;  // on which the program runs
    Gate* gate = nullptr;
    AddressLimit limit{};
  };
  // Where the gate wants the program to stand for now, and for how long if not until it is released.
  struct Stand {
    enum class Where : std::uint8_t { nowhere, before, behind } where = Where::nowhere;  // the command
    std::optional<z::Nanoseconds> delay{};
  };

  explicit Program(const Orb& orb) : orb_(orb), next_(orb.program_address) {}

  Phase phase() const { return phase_; }
  bool is_transport() const { return orb_.has(Orb::transport_mode); }
  bool is_accepted() const { return accepted_; }  // the device has taken a command
  std::uint32_t next_ccw() const { return next_; }
  const Conclusion& conclusion() const { return conclusion_; }

  // One command, from `ready`, or again from `waiting`, `busy` and `suspended`.
  Stand step(const Site& site);
  // Device end after channel end, in `chaining`.
  void end_device(DeviceStatus status);

  // Image for relocation.
  struct Image {
    Orb orb;
    z::be32 next;
    std::uint8_t phase, accepted, after_transfer, pci_shown;
    z::be32 channel_ended_ccw;
    z::be16 residual;
  };
  static_assert(sizeof(Image) == 46 && alignof(Image) == 1);
  Image image() const;
  static std::optional<Program> from(const Image& image);

 private:
  static Stand stand(Stand::Where where, const Gate::Verdict& verdict);

  // transport_program.cpp
  Stand step_transport(const Site& site);
  Ending run_transport(const Site& site, TransportDevice& device, const Tcw& tcw, const CommandView& view,
                       std::span<const std::byte> words);
  void conclude_transport(const Site& site, const Tcw& tcw, const TransportArea& area, const Ending& ending, std::size_t offset);
  void conclude_transport_fault(std::uint8_t check);
  void trace_transport(const Site& site, const DeviceCommandWord& word, std::span<const std::byte> control,
                       const TransportArea& area, const Ending& ending) const;

  void conclude(const Conclusion& conclusion);
  void conclude_fault(const ProgramFault& fault);
  void end_command(const DataArea& area, const Ending& ending);
  void trace_command(const Site& site, const Ccw& ccw, const DataArea& area, const Ending& ending) const;

  Orb orb_;
  std::uint32_t next_;            // CCW to execute, or to execute again
  Phase phase_ = Phase::ready;
  bool accepted_ = false;
  bool after_transfer_ = false;   // `next_` was reached by a transfer in channel that is done with
  bool pci_shown_ = false;        // for the command to execute again
  std::uint32_t ended_ccw_ = 0;   // in `chaining`
  Conclusion conclusion_;
};

}  // namespace channel
