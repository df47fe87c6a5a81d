#include "unitrecord/punch_3525.h"

#include "base/ebcdic.h"

namespace unitrecord {
namespace {

// Bits 0 and 1 choose a stacker; X'20' is column binary, which is refused.
constexpr std::uint8_t write_feed = 0x01, any_stacker = 0x3F;

std::string text_of(const Card& card) {
  auto line = z::from_ebcdic(card);
  line.erase(line.find_last_not_of(' ') + 1);
  return line + '\n';
}

std::string image_of(const Card& card) {
  std::string bytes;
  for (const std::byte b : card) bytes += static_cast<char>(b);
  return bytes;
}

}  // namespace

std::string Punch3525::description() const {
  return fmt::format("3525 file={}, {} cards punched", file_.path().string(), punched_);
}

std::string_view Punch3525::command_name(std::uint8_t command) const {
  if ((command & any_stacker) == write_feed) return "WRITE, FEED, SELECT STACKER";
  return StandardDevice::command_name(command);
}

channel::Ending Punch3525::perform(std::uint8_t command, channel::Transfer& data) {
  if ((command & any_stacker) != write_feed) return check(channel::command_reject);
  Card card;
  card.fill(std::byte{0x40});
  data.receive(card);
  if (!file_.write(coding_ == Coding::text ? text_of(card) : image_of(card))) return check(channel::intervention_required);
  ++punched_;
  return channel::Ending::with(channel::ended);
}

}  // namespace unitrecord
