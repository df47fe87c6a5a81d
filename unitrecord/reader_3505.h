#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "channel/standard_device.h"
#include "unitrecord/deck.h"

namespace unitrecord {

// A 3505 card reader (IBM 3505 Card Reader and 3525 Card Punch Subsystem). Its hopper holds decks; the end of each gives
// unit exception, as z/VM's reader does for each file, and an empty hopper intervention required.
class Reader3505 final : public channel::StandardDevice {
 public:
  struct Stack {
    std::string name;
    Deck deck;
  };
  explicit Reader3505(std::deque<Stack> hopper) : hopper_(std::move(hopper)) {}

  // Any thread. A program that was told that the hopper is empty gets device end.
  void put(Stack stack);
  std::vector<std::string> names() const;  // of the decks in it, the one under way too
  void take_all();

  std::string_view type() const override { return "3505"; }
  std::string description() const override;
  std::string_view command_name(std::uint8_t command) const override;
  void attached(channel::Port& port) override;
  void signal(channel::Signal) override {}

 private:
  enum class Feeding { yes, no };
  enum class Hopper { card, end_of_deck, empty, unreadable };

  channel::Identity identity() const override { return {0x3505, 0x01, 0x3505, 0x01}; }
  channel::Ending perform(std::uint8_t command, channel::Transfer& data) override;
  channel::Ending read(channel::Transfer& data, Feeding feeding) Z_REQUIRES(mutex_);
  channel::Ending feed() Z_REQUIRES(mutex_);
  Hopper look() Z_REQUIRES(mutex_);
  channel::Ending without_card(Hopper hopper) Z_REQUIRES(mutex_);

  mutable z::Mutex mutex_;
  channel::Port* port_ Z_GUARDED_BY(mutex_) = nullptr;
  std::deque<Stack> hopper_ Z_GUARDED_BY(mutex_);
  std::optional<Card> station_ Z_GUARDED_BY(mutex_);  // read and not fed yet
};

}  // namespace unitrecord
