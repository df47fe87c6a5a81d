#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/mutex.h"
#include "channel/standard_device.h"
#include "terminal/session.h"

namespace terminal {

// The side of a display that its terminal sees. It outlives the device when a session still knows it.
//
// A command that needs the terminal's answer is executed twice: once to send it, again when the answer is there.
class DisplayLine final : public User {
 public:
  // What came back for a command.
  struct Unasked {};
  struct Awaited {};
  struct Lost {};  // the terminal left
  using Answer = std::variant<Unasked, Awaited, Confirmation, Bytes, Lost>;

  void attach(channel::Port* port) Z_EXCLUDES(lock_);  // null: the device goes
  void forget() Z_EXCLUDES(lock_);                     // halt, clear: nobody waits for the answer any more
  void reset() Z_EXCLUDES(lock_);                      // and what was typed is lost

  bool is_taken() const Z_EXCLUDES(lock_);
  bool reserve() Z_EXCLUDES(lock_);  // for a terminal that is about to connect
  std::string terminal() const Z_EXCLUDES(lock_);
  void hang_up() Z_EXCLUDES(lock_);

  // False: no terminal, or another than the one that the program last knew: intervention required.
  bool is_ready() Z_EXCLUDES(lock_);
  // Sends a command; the port is resumed when there is an answer, unless it is there at once.
  void write(std::uint8_t command, std::span<const std::byte> data) Z_EXCLUDES(lock_);
  void read(std::uint8_t command) Z_EXCLUDES(lock_);
  Answer take_answer() Z_EXCLUDES(lock_);
  // What the user entered first, if anything.
  std::optional<Bytes> take_input() Z_EXCLUDES(lock_);
  void drop_input() Z_EXCLUDES(lock_);
  void announce_input() Z_EXCLUDES(lock_);

  void connected(std::shared_ptr<Session> session) override Z_EXCLUDES(lock_);
  void received(std::span<const std::byte> record) override Z_EXCLUDES(lock_);
  void confirmed(Confirmation confirmation) override Z_EXCLUDES(lock_);
  void disconnected() override Z_EXCLUDES(lock_);

 private:
  enum class Asked : std::uint8_t { nothing, confirmation, record };
  void answer(Answer answer) Z_REQUIRES(lock_);

  mutable z::Mutex lock_;  // held while the port is called, so that the port outlives the call
  channel::Port* port_ Z_GUARDED_BY(lock_) = nullptr;
  std::shared_ptr<Session> session_ Z_GUARDED_BY(lock_);
  bool reserved_ Z_GUARDED_BY(lock_) = false;
  bool replaced_ Z_GUARDED_BY(lock_) = false;       // the program knew another terminal and was not told yet
  Asked asked_ Z_GUARDED_BY(lock_) = Asked::nothing;
  unsigned stale_ Z_GUARDED_BY(lock_) = 0;          // confirmations to come for commands that were given up
  Answer answer_ Z_GUARDED_BY(lock_);
  std::deque<Bytes> input_ Z_GUARDED_BY(lock_);     // entered and not read
};

// A 3277, 3278 or 3279 display at a local, non-SNA 3274 (3270 Data Stream Programmer's Reference; 3174 Functional Description,
// "Local non-SNA"). The terminal itself, its buffer and keyboard, is the client of a TN3270E server.
class Display3270 final : public channel::StandardDevice {
 public:
  enum class Model : std::uint16_t { m3277 = 0x3277, m3278 = 0x3278, m3279 = 0x3279 };

  // `place` names where terminals connect; `leave` is called when the device goes.
  Display3270(Model model, std::shared_ptr<DisplayLine> line, std::string place, std::function<void()> leave);
  ~Display3270() override;

  std::string_view type() const override { return "3270"; }
  std::string description() const override;
  std::string_view command_name(std::uint8_t command) const override;
  void attached(channel::Port& port) override { line_->attach(&port); }
  void signal(channel::Signal signal) override;

 private:
  channel::Identity identity() const override { return {0x3274, 0x1D, static_cast<std::uint16_t>(model_), 0x02}; }
  channel::Ending perform(std::uint8_t command, channel::Transfer& data) override;
  channel::Ending write(std::uint8_t command, channel::Transfer& data);
  channel::Ending read(std::uint8_t command, channel::Transfer& data);
  channel::Ending end_of(Confirmation confirmation);
  channel::Ending not_ready() { return check(channel::intervention_required); }
  bool has_extended_data_stream() const { return model_ != Model::m3277; }

  const Model model_;
  const std::shared_ptr<DisplayLine> line_;
  const std::string place_;
  const std::function<void()> leave_;
};

}  // namespace terminal
