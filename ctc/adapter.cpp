#include "ctc/adapter.h"

#include <algorithm>
#include <utility>

namespace ctc {
namespace {

using channel::DeviceStatus;

constexpr DeviceStatus busy_attention = channel::busy | channel::attention;
constexpr DeviceStatus ended_check = channel::ended | channel::unit_check;

Action ending(Side side, DeviceStatus status) { return {.side = side, .status = status}; }

Action matched(Side side, DeviceStatus status) { return {.side = side, .status = status, .matched = true}; }

Action check(Side side, std::uint8_t sense) { return {.side = side, .status = channel::unit_check, .sense = sense}; }

Adapter::Actions only(Action action) {
  Adapter::Actions actions;
  actions.push_back(std::move(action));
  return actions;
}

// The refused command answers the attention: its program learns from the status that the other side waits.
Adapter::Actions refuse_collision(Side side) { return only(matched(side, busy_attention)); }

bool is_immediate_ending(Operation operation) {
  return operation == Operation::prepare || operation == Operation::control;
}

}  // namespace

Operation Adapter::operation_for(std::uint8_t code) const {
  const auto operation = operation_of(code);
  return operation == Operation::write_end_of_file && !is_extended() ? Operation::write : operation;
}

Adapter::Actions Adapter::issue(Side side, Command command) {
  const auto operation = operation_for(command.code);
  Actions actions;
  auto& mine = at(side);
  if (mine.state == State::pending) halt(side);
  if (mine.state == State::disconnected || mine.state == State::not_ready) {
    mine.state = State::available;
    actions.push_back({.side = other(side), .kind = Action::Kind::ready});
  }
  const auto theirs = at(other(side)).state;
  auto rest = [&]() -> Actions {
    if (theirs == State::disconnected) return only(check(side, sense_peer_disconnected));
    if (theirs == State::not_ready) return only(check(side, sense_peer_not_ready));
    switch (operation) {
      case Operation::prepare: return prepare(side, std::move(command));
      case Operation::control: return control(side, std::move(command));
      case Operation::read:
      case Operation::read_backward: return read(side, operation, std::move(command));
      case Operation::write: return write(side, std::move(command));
      case Operation::write_end_of_file: return write_end_of_file(side);
      case Operation::sense_command_byte: return sense_command_byte(side);
      case Operation::no_operation:
      case Operation::set_extended_mode:
      case Operation::set_basic_mode: return immediate(side, operation);
      default: return only(check(side, channel::command_reject));
    }
  }();
  std::ranges::move(rest, std::back_inserter(actions));
  return actions;
}

// PREPARE waits until the other side wants anything, without telling it.
Adapter::Actions Adapter::prepare(Side side, Command command) {
  const auto& theirs = at(other(side));
  if (theirs.state == State::available) {
    pend(side, Operation::prepare, std::move(command));
    return only({.side = side, .kind = Action::Kind::channel_end, .status = channel::channel_end});
  }
  Actions actions;
  if (theirs.operation == Operation::prepare) actions.push_back(end_pending(other(side), channel::ended, 0));
  actions.push_back(ending(side, channel::ended));
  return actions;
}

Adapter::Actions Adapter::control(Side side, Command command) {
  const auto& theirs = at(other(side));
  if (theirs.state == State::pending && theirs.operation != Operation::prepare) return refuse_collision(side);
  auto actions = only({.side = side, .kind = Action::Kind::channel_end, .status = channel::channel_end});
  wait_for_match(side, Operation::control, std::move(command), actions);
  return actions;
}

Adapter::Actions Adapter::read(Side side, Operation operation, Command command) {
  auto& mine = at(side);
  auto& theirs = at(other(side));
  if (std::exchange(mine.end_of_file, false)) return only(matched(side, channel::ended | channel::unit_exception));
  Actions actions;
  if (theirs.state == State::pending && theirs.operation == Operation::write) {
    theirs.state = State::available;
    transfer(side, command.count, std::move(theirs.command), actions);
    return actions;
  }
  if (theirs.state == State::pending && theirs.operation != Operation::prepare) return refuse_collision(side);
  wait_for_match(side, operation, std::move(command), actions);
  return actions;
}

Adapter::Actions Adapter::write(Side side, Command command) {
  auto& theirs = at(other(side));
  Actions actions;
  if (theirs.state == State::pending) {
    if (theirs.operation == Operation::read || theirs.operation == Operation::read_backward) {
      theirs.state = State::available;
      transfer(other(side), theirs.command.count, std::move(command), actions);
      return actions;
    }
    if (theirs.operation != Operation::prepare) return refuse_collision(side);
  }
  wait_for_match(side, Operation::write, std::move(command), actions);
  return actions;
}

// The end of file does not wait for its reader. A pending PREPARE of the other side ends, so that the READ behind it
// finds the end of file.
Adapter::Actions Adapter::write_end_of_file(Side side) {
  auto& theirs = at(other(side));
  if (theirs.state == State::available) {
    theirs.end_of_file = true;
    return only(ending(side, channel::ended));
  }
  Actions actions;
  switch (theirs.operation) {
    case Operation::prepare:
      theirs.end_of_file = true;
      actions.push_back(end_pending(other(side), channel::ended, 0));
      actions.push_back(ending(side, channel::ended));
      return actions;
    case Operation::read:
    case Operation::read_backward:
      actions.push_back(end_pending(other(side), channel::ended | channel::unit_exception, 0));
      actions.push_back(matched(side, channel::ended));
      return actions;
    default: return refuse_collision(side);
  }
}

// Tells which command of the other side is pending; a CONTROL waits for just this.
Adapter::Actions Adapter::sense_command_byte(Side side) {
  const auto& theirs = at(other(side));
  const auto byte = std::byte{theirs.state == State::pending ? theirs.command.code : std::uint8_t{0}};
  auto answer = ending(side, channel::ended);
  answer.count = 1;
  answer.data = Buffer::copy_of({&byte, 1});
  Actions actions;
  if (theirs.state == State::pending && theirs.operation == Operation::control) {
    answer.matched = true;
    actions.push_back(end_pending(other(side), channel::ended, 0));
  }
  actions.push_back(std::move(answer));
  return actions;
}

Adapter::Actions Adapter::immediate(Side side, Operation operation) {
  const auto& theirs = at(other(side));
  if (theirs.state == State::pending && theirs.operation != Operation::prepare) return refuse_collision(side);
  if (operation == Operation::set_extended_mode) extended(side) = true;
  if (operation == Operation::set_basic_mode) extended(side) = false;
  return only(ending(side, channel::ended));
}

void Adapter::pend(Side side, Operation operation, Command command) {
  auto& mine = at(side);
  mine.state = State::pending;
  mine.operation = operation;
  mine.command = std::move(command);
}

// The other side is available or prepared: a prepared one goes on with its program and needs no attention.
void Adapter::wait_for_match(Side side, Operation operation, Command command, Actions& actions) {
  const auto prepared = at(other(side)).state == State::pending;
  pend(side, operation, std::move(command));
  if (prepared) actions.push_back(end_pending(other(side), channel::ended, 0));
  else actions.push_back({.side = other(side), .kind = Action::Kind::attention, .status = channel::attention});
}

// PREPARE and CONTROL gave channel end when they began to wait, so only the rest of `status` is still to come.
Action Adapter::end_pending(Side side, DeviceStatus status, std::uint8_t sense) {
  auto& half = at(side);
  half.state = State::available;
  if (is_immediate_ending(half.operation)) status.bits &= static_cast<std::uint8_t>(~channel::channel_end.bits);
  auto action = matched(side, status);
  action.sense = sense;
  half.command = {};
  return action;
}

// The lesser count governs. Writer first: its next command may go out while the reader still stores.
void Adapter::transfer(Side reader, std::uint32_t reader_count, Command written, Actions& actions) const {
  const auto moved = std::min(reader_count, written.count);
  auto writer_ending = matched(other(reader), channel::ended);
  writer_ending.count = moved;
  auto reader_ending = matched(reader, channel::ended);
  reader_ending.count = moved;
  reader_ending.excess = written.count > reader_count;
  reader_ending.data = std::move(written.data);
  reader_ending.data.cut(moved);
  actions.push_back(std::move(writer_ending));
  actions.push_back(std::move(reader_ending));
}

Adapter::Actions Adapter::halt(Side side) {
  auto& mine = at(side);
  if (mine.state == State::pending) {
    mine.state = State::available;
    mine.command = {};
  }
  return {};
}

Adapter::Actions Adapter::reset(Side side) { return leave(side, State::not_ready); }

Adapter::Actions Adapter::detach(Side side) { return leave(side, State::disconnected); }

Adapter::Actions Adapter::attach(Side side) {
  auto& mine = at(side);
  mine = {.state = State::not_ready, .end_of_file = false, .operation = {}, .command = {}};
  const auto theirs = at(other(side)).state;
  if (theirs == State::available || theirs == State::pending)
    return only({.side = side, .kind = Action::Kind::ready});
  return {};
}

Adapter::SideState Adapter::state(Side side) const {
  const auto& mine = at(side);
  return {.is_ready = mine.state == State::available || mine.state == State::pending,
          .is_extended = extended_[static_cast<std::size_t>(side)],
          .end_of_file = mine.end_of_file};
}

void Adapter::attach_as(Side side, SideState state) {
  at(side) = {.state = state.is_ready ? State::available : State::not_ready,
              .end_of_file = state.end_of_file,
              .operation = {},
              .command = {}};
  extended(side) = state.is_extended;
}

Adapter::Actions Adapter::leave(Side side, State next) {
  auto& mine = at(side);
  mine = {.state = mine.state == State::disconnected ? State::disconnected : next,
          .end_of_file = false,
          .operation = {},
          .command = {}};
  extended(side) = false;
  auto& theirs = at(other(side));
  theirs.end_of_file = false;
  if (theirs.state != State::pending) return {};
  return only(end_pending(other(side), ended_check, sense_peer_disconnected));
}

}  // namespace ctc
