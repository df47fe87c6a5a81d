#pragma once

#include <string>

#include "channel/standard_device.h"
#include "unitrecord/deck.h"
#include "unitrecord/output_file.h"

namespace unitrecord {

// A 3525 card punch. A host that takes no more is a punch without cards: intervention required.
class Punch3525 final : public channel::StandardDevice {
 public:
  Punch3525(OutputFile file, Coding coding) : file_(std::move(file)), coding_(coding) {}

  std::string_view type() const override { return "3525"; }
  std::string description() const override;
  std::string_view command_name(std::uint8_t command) const override;
  void attached(channel::Port&) override {}
  void signal(channel::Signal) override {}

 private:
  channel::Identity identity() const override { return {0x3505, 0x01, 0x3525, 0x01}; }
  channel::Ending perform(std::uint8_t command, channel::Transfer& data) override;

  OutputFile file_;
  const Coding coding_;
  std::uint64_t punched_ = 0;
};

}  // namespace unitrecord
