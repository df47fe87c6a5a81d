#include "base/ebcdic.h"
#include "terminal/display_3270.h"

namespace terminal {
namespace {

constexpr std::size_t most_input = 16;  // records; a keyboard is locked after one

// A client's keyboard stays locked until a first screen has come.
Bytes greeting(std::string_view name) {
  Bytes data{std::byte{0xC3}};  // write control character: restore the keyboard, reset modified-data tags
  for (const char c : fmt::format("Terminal {} is connected.", name)) data.push_back(std::byte{z::to_ebcdic(c)});
  return data;
}

}  // namespace

void DisplayLine::attach(channel::Port* port) {
  const z::Lock lock{lock_};
  port_ = port;
}

void DisplayLine::forget() {
  const z::Lock lock{lock_};
  if (asked_ == Asked::confirmation) ++stale_;
  asked_ = Asked::nothing;
  answer_ = {};
}

void DisplayLine::reset() {
  forget();
  const z::Lock lock{lock_};
  input_.clear();
  replaced_ = false;
}

bool DisplayLine::is_taken() const {
  const z::Lock lock{lock_};
  return reserved_ || session_;
}

bool DisplayLine::reserve() {
  const z::Lock lock{lock_};
  if (reserved_ || session_) return false;
  return reserved_ = true;
}

std::string DisplayLine::terminal() const {
  const z::Lock lock{lock_};
  return session_ ? session_->type() : std::string{};
}

void DisplayLine::hang_up() {
  const z::Lock lock{lock_};
  if (session_) session_->close();
}

bool DisplayLine::is_ready() {
  const z::Lock lock{lock_};
  if (!session_) return false;
  if (!replaced_) return true;
  replaced_ = false;
  if (port_ != nullptr) port_->present_unsolicited(channel::device_end);
  return false;
}

void DisplayLine::write(std::uint8_t command, std::span<const std::byte> data) {
  const z::Lock lock{lock_};
  if (!session_) {
    answer_ = Lost{};
    return;
  }
  session_->send(command, data);
  if (session_->confirms()) asked_ = Asked::confirmation;
  else answer_ = Confirmation::done;
}

void DisplayLine::read(std::uint8_t command) {
  const z::Lock lock{lock_};
  if (!session_) {
    answer_ = Lost{};
    return;
  }
  session_->send(command, {});
  if (session_->confirms()) ++stale_;  // besides the record
  asked_ = Asked::record;
}

DisplayLine::Answer DisplayLine::take_answer() {
  const z::Lock lock{lock_};
  if (asked_ != Asked::nothing) return Awaited{};
  return std::exchange(answer_, {});
}

std::optional<Bytes> DisplayLine::take_input() {
  const z::Lock lock{lock_};
  if (input_.empty()) return std::nullopt;
  auto first = std::move(input_.front());
  input_.pop_front();
  return first;
}

void DisplayLine::drop_input() {
  const z::Lock lock{lock_};
  input_.clear();
}

void DisplayLine::announce_input() {
  const z::Lock lock{lock_};
  if (!input_.empty() && port_ != nullptr) port_->present_unsolicited(channel::attention);
}

void DisplayLine::answer(Answer answer) {
  asked_ = Asked::nothing;
  answer_ = std::move(answer);
  if (port_ != nullptr) port_->resume();
}

// A display that was switched on: device end tells a program that was refused because of it.
void DisplayLine::connected(std::shared_ptr<Session> session) {
  const z::Lock lock{lock_};
  reserved_ = false;
  session_ = std::move(session);
  stale_ = 0;
  session_->send(0x05, greeting(session_->name()));
  if (session_->confirms()) ++stale_;
  if (port_ != nullptr) port_->present_unsolicited(channel::device_end);
}

void DisplayLine::received(std::span<const std::byte> record) {
  const z::Lock lock{lock_};
  if (asked_ == Asked::record) return answer(Bytes{record.begin(), record.end()});
  if (input_.size() == most_input) return;
  input_.emplace_back(record.begin(), record.end());
  if (input_.size() == 1 && port_ != nullptr) port_->present_unsolicited(channel::attention);
}

void DisplayLine::confirmed(Confirmation confirmation) {
  const z::Lock lock{lock_};
  if (stale_ != 0) --stale_;
  else if (asked_ == Asked::confirmation) answer(confirmation);
}

void DisplayLine::disconnected() {
  const z::Lock lock{lock_};
  reserved_ = false;
  if (!session_) return;
  session_.reset();
  replaced_ = true;
  input_.clear();
  if (asked_ != Asked::nothing) answer(Lost{});
}

}  // namespace terminal
