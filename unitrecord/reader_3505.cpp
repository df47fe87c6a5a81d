#include "unitrecord/reader_3505.h"

namespace unitrecord {
namespace {

// Bits 0 and 1 choose a stacker, or B'11' that the card stays; X'20' is column binary, which is refused.
constexpr std::uint8_t read_feed = 0x02, read_only = 0xC2, feed_command = 0x23, stacker_mask = 0xC0, any_stacker = 0x3F;

}  // namespace

void Reader3505::attached(channel::Port& port) {
  const z::Lock lock{mutex_};
  port_ = &port;
}

void Reader3505::put(Stack stack) {
  const z::Lock lock{mutex_};
  const bool was_empty = hopper_.empty() && !station_;
  hopper_.push_back(std::move(stack));
  if (was_empty && port_ != nullptr) port_->present_unsolicited(channel::device_end);
}

std::vector<std::string> Reader3505::names() const {
  const z::Lock lock{mutex_};
  std::vector<std::string> result;
  for (const auto& stack : hopper_) result.push_back(stack.name);
  return result;
}

void Reader3505::take_all() {
  const z::Lock lock{mutex_};
  hopper_.clear();
  station_.reset();
}

std::string Reader3505::description() const {
  const z::Lock lock{mutex_};
  return hopper_.empty() ? "3505 empty" : fmt::format("3505 file={}, {} more", hopper_.front().name, hopper_.size() - 1);
}

std::string_view Reader3505::command_name(std::uint8_t command) const {
  if (command == read_only) return "READ ONLY";
  if ((command & any_stacker) == read_feed) return "READ, FEED, SELECT STACKER";
  if ((command & any_stacker) == feed_command && (command & stacker_mask) != stacker_mask) return "FEED, SELECT STACKER";
  return StandardDevice::command_name(command);
}

channel::Ending Reader3505::perform(std::uint8_t command, channel::Transfer& data) {
  const z::Lock lock{mutex_};
  if (command == read_only) return read(data, Feeding::no);
  if ((command & any_stacker) == read_feed) return read(data, Feeding::yes);
  if ((command & any_stacker) == feed_command && (command & stacker_mask) != stacker_mask) return feed();
  return check(channel::command_reject);
}

// The next card moves to the read station.
Reader3505::Hopper Reader3505::look() {
  if (station_) return Hopper::card;
  if (hopper_.empty()) return Hopper::empty;
  auto next = hopper_.front().deck.next();
  if (!next) return Hopper::unreadable;
  if (*next) {
    station_ = **next;
    return Hopper::card;
  }
  hopper_.pop_front();
  return Hopper::end_of_deck;
}

channel::Ending Reader3505::without_card(Hopper hopper) {
  switch (hopper) {
    case Hopper::end_of_deck: return channel::Ending::with(channel::ended | channel::unit_exception);
    case Hopper::unreadable: return check(channel::equipment_check);
    default: return check(channel::intervention_required);
  }
}

channel::Ending Reader3505::read(channel::Transfer& data, Feeding feeding) {
  if (const auto found = look(); found != Hopper::card) return without_card(found);
  if (data.send(*station_) < station_->size()) data.set_excess();
  if (feeding == Feeding::yes) station_.reset();
  return channel::Ending::with(channel::ended);
}

channel::Ending Reader3505::feed() {
  if (const auto found = look(); found != Hopper::card) return without_card(found);
  station_.reset();
  return channel::Ending::with(channel::ended);
}

}  // namespace unitrecord
