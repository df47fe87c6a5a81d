#pragma once

#include <optional>
#include <vector>

#include "channel/device.h"

namespace channel {

// The reply to SENSE ID (E4): X'FF', control unit, device, then a word for each extended command a driver may want to know.
struct Identity {
  std::uint16_t control_unit_type;
  std::uint8_t control_unit_model;
  std::uint16_t device_type;
  std::uint8_t device_model;
  std::vector<std::uint32_t> command_information_words{};
};

// A device that leaves to this base what all control units do alike: NO-OPERATION (03), SENSE (04), SENSE ID (E4), and
// keeping the sense bytes of a unit check until a SENSE or the channel's concurrent sense takes them. Optional: a device
// with other habits implements Device itself.
class StandardDevice : public Device {
 public:
  Ending execute(std::uint8_t command, Transfer& data) final;
  Sense sense() final;
  // Names of the three commands above; a device asks it last.
  std::string_view command_name(std::uint8_t command) const override;

 protected:
  virtual Identity identity() const = 0;
  // Any command but the three.
  virtual Ending perform(std::uint8_t command, Transfer& data) = 0;

  // Ends the command with unit check; `sense` is what SENSE will give.
  Ending check(const Sense& sense, DeviceStatus with = ended);
  Ending check(std::uint8_t sense_byte_0, DeviceStatus with = ended);
  // Sense bytes without unit check now, for a device that presents it later (Port::present_unsolicited).
  void set_sense(const Sense& sense) { sense_ = sense; }
  void clear_sense() { sense_.reset(); }
  // A control unit that tells its state although nothing was checked (the reply when no sense is kept).
  virtual Sense idle_sense() const { return {}; }

 private:
  Ending send_sense(Transfer& data);
  Ending send_identity(Transfer& data) const;

  std::optional<Sense> sense_;  // kept from unit check until taken; calls come one at a time, so no lock
};

}  // namespace channel
