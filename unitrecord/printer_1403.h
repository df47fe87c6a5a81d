#pragma once

#include <memory>
#include <string>
#include <vector>

#include "channel/standard_device.h"
#include "unitrecord/carriage.h"
#include "unitrecord/printout.h"

namespace unitrecord {

// A 1403 printer at a 2821 with universal character set (IBM 2821 Control Unit), and with the forms-control buffer of the
// later printers instead of a carriage tape. A host that takes no more is a printer without paper: intervention required.
class Printer1403 final : public channel::StandardDevice {
 public:
  Printer1403(std::string name, const FormsControl& forms, std::vector<std::unique_ptr<Printout>> printouts);

  std::string_view type() const override { return "1403"; }
  std::string description() const override;
  std::string_view command_name(std::uint8_t command) const override;
  void attached(channel::Port&) override {}
  void signal(channel::Signal) override {}

 private:
  channel::Identity identity() const override { return {0x2821, 0x01, 0x1403, 0x01}; }
  channel::Ending perform(std::uint8_t command, channel::Transfer& data) override;
  channel::Ending print(std::uint8_t command, channel::Transfer& data);
  channel::Ending move(std::uint8_t command);
  channel::Ending load_forms(channel::Transfer& data);
  channel::Ending load_characters(channel::Transfer& data);

  const std::string name_;
  const std::vector<std::unique_ptr<Printout>> printouts_;
  Carriage carriage_;
};

}  // namespace unitrecord
