#include "usernet/far_end.h"

#include <utility>

#include "channel/device.h"

namespace usernet {
namespace {

// CTC commands (ctc/README.md, "Pairing").
constexpr std::uint8_t set_extended_mode = 0xC3, prepare = 0xE3;

// A PREPARE that had to wait gave channel end before.
bool is_good(std::uint8_t status) {
  return status == channel::device_end.bits || status == channel::ended.bits;
}

}  // namespace

void FarEnd::wake() {
  const z::Lock lock{mutex_};
  if (state_ == State::idle) go_on();
}

void FarEnd::retry() {
  const z::Lock lock{mutex_};
  if (state_ == State::refused) set_mode();
}

void FarEnd::resume() {
  const z::Lock lock{mutex_};
  resumes_ = true;
}

void FarEnd::take_back() {
  const z::Lock lock{mutex_};
  if (state_ != State::transferring) return;
  ctc::Message halt;
  halt.header.kind = ctc::MessageKind::halt;
  link_->send(std::move(halt));
  go_on();
}

void FarEnd::linked() {
  const z::Lock lock{mutex_};
  if (std::exchange(resumes_, false)) go_on();
  else set_mode();
}

void FarEnd::lost() {
  const z::Lock lock{mutex_};
  state_ = State::down;
}

void FarEnd::received(ctc::Message message) {
  const z::Lock lock{mutex_};
  switch (message.header.kind) {
    case ctc::MessageKind::ending: take_ending(std::move(message)); return;
    case ctc::MessageKind::ready:
      if (state_ == State::refused) set_mode();
      return;
    default: return;  // a PREPARE is always on its way, so attentions tell nothing new
  }
}

void FarEnd::take_ending(ctc::Message message) {
  if (message.header.sequence != sequence_) return;  // of a command that was taken back
  if (!is_good(message.header.status)) {
    state_ = State::refused;
    return;
  }
  if (state_ == State::preparing) return issue(State::transferring, transfers_.next());
  if (state_ == State::transferring) transfers_.ended(std::move(message.data));
  go_on();
}

void FarEnd::set_mode() { issue(State::setting_mode, {.code = set_extended_mode}); }

void FarEnd::go_on() {
  if (transfers_.are_wished()) issue(State::preparing, {.code = prepare});
  else state_ = State::idle;
}

void FarEnd::issue(State state, Transfer command) {
  state_ = state;
  ctc::Message message;
  message.header.kind = ctc::MessageKind::command;
  message.header.code = command.code;
  message.header.sequence = ++sequence_;
  message.header.count = command.count;
  message.data = std::move(command.data);
  link_->send(std::move(message));
}

}  // namespace usernet
