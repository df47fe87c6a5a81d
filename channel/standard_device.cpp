#include "channel/standard_device.h"

#include <cstring>

#include "base/be.h"

namespace channel {
namespace {

constexpr std::uint8_t no_operation = 0x03, basic_sense = 0x04, sense_id = 0xE4;

struct IdentityHead {
  std::uint8_t valid;
  z::be16 control_unit_type;
  std::uint8_t control_unit_model;
  z::be16 device_type;
  std::uint8_t device_model;
};
static_assert(sizeof(IdentityHead) == 7);

}  // namespace

Ending StandardDevice::execute(std::uint8_t command, Transfer& data) {
  switch (command) {
    case no_operation: return Ending::with(ended);
    case basic_sense: return send_sense(data);
    case sense_id: return send_identity(data);
    default:
      // Sense is lost to the next command that is neither SENSE nor NO-OPERATION.
      clear_sense();
      return perform(command, data);
  }
}

Sense StandardDevice::sense() {
  const Sense taken = sense_.value_or(idle_sense());
  sense_.reset();
  return taken;
}

std::string_view StandardDevice::command_name(std::uint8_t command) const {
  switch (command) {
    case no_operation: return "NO-OPERATION";
    case basic_sense: return "SENSE";
    case sense_id: return "SENSE ID";
    default: return "";
  }
}

Ending StandardDevice::check(const Sense& sense, DeviceStatus with) {
  sense_ = sense;
  return Ending::with(with | unit_check);
}

Ending StandardDevice::check(std::uint8_t sense_byte_0, DeviceStatus with) {
  Sense sense;
  sense.bytes[0] = sense_byte_0;
  return check(sense, with);
}

Ending StandardDevice::send_sense(Transfer& data) {
  const Sense taken = sense();
  data.send(std::as_bytes(std::span{taken.bytes}).first(taken.count));
  return Ending::with(ended);
}

Ending StandardDevice::send_identity(Transfer& data) const {
  const Identity id = identity();
  const IdentityHead head{0xFF, id.control_unit_type, id.control_unit_model, id.device_type, id.device_model};
  // A reserved byte of zero stands between the head and the words when there are any.
  std::vector<std::byte> reply(sizeof head + (id.command_information_words.empty() ? 0 : 1));
  std::memcpy(reply.data(), &head, sizeof head);
  for (const std::uint32_t word : id.command_information_words) {
    const z::be32 image = word;
    const auto bytes = std::as_bytes(std::span{&image, 1});
    reply.insert(reply.end(), bytes.begin(), bytes.end());
  }
  data.send(reply);
  return Ending::with(ended);
}

}  // namespace channel
