// Transport mode: PREFIX with the command that it imbeds, executed as often as its domain counts.

#include <algorithm>

#include "dasd3390/dasd3390.h"

namespace dasd3390 {
namespace {

constexpr std::uint8_t prefix_command = 0xE7, prefix_read = 0xEA;
// In the LOCATE RECORD EXTENDED parameters of PREFIX.
constexpr std::size_t auxiliary_at = 0x2D, imbedded_command_at = 0x2E, prefix_size = 64;
constexpr std::byte imbedded_command_is_valid{0x20};

// The control data of a command, which it receives in command mode from its data area.
class ControlData final : public channel::Transfer {
 public:
  ControlData(std::span<const std::byte> bytes, std::uint8_t path) : bytes_(bytes), path_(path) {}
  std::size_t count() const override { return bytes_.size(); }
  std::size_t receive(std::span<std::byte> to) override {
    const auto length = std::min(to.size(), bytes_.size() - at_);
    std::ranges::copy(bytes_.subspan(at_, length), to.begin());
    at_ += length;
    return length;
  }
  std::size_t send(std::span<const std::byte>) override { return 0; }
  void set_excess() override {}
  std::uint8_t path() const override { return path_; }

 private:
  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
  std::uint8_t path_;
};

}  // namespace

channel::Ending Dasd3390::execute_transport(std::uint8_t command, std::span<const std::byte> control,
                                            channel::Transfer& data) {
  if (command != prefix_command && command != prefix_read) return check(reject(Message::invalid_command)).error();
  ControlData parameters{control, data.path()};
  auto ending = execute(prefix_command, parameters);
  if (ending.status != channel::ended) return ending;
  if (control.size() < prefix_size || (control[auxiliary_at] & imbedded_command_is_valid) == std::byte{0} || !program_.domain)
    return check(reject(Message::invalid_argument)).error();
  const auto imbedded = std::to_integer<std::uint8_t>(control[imbedded_command_at]);
  while (program_.domain && ending.status == channel::ended) ending = execute(imbedded, data);
  return ending;
}

}  // namespace dasd3390
