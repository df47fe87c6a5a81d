#include "ctc/fctc_device.h"

#include <algorithm>
#include <array>

#include "ctc/exchange.h"
#include "ctc/identification.h"
#include "ctc/in_process_link.h"

namespace ctc {

using channel::DeviceStatus;
using channel::Ending;
using channel::Transfer;

namespace {

bool is_local(Operation operation) {
  return operation == Operation::invalid || operation == Operation::sense_adapter_state ||
         operation == Operation::sense_id || operation == Operation::read_configuration_data;
}

}  // namespace

FctcDevice::FctcDevice(std::unique_ptr<Link> link, Role role) : role_(role), link_(std::move(link)) {
  adapter_.attach(Side::x);
  link_->start(*this);
}

FctcDevice::~FctcDevice() = default;

std::string FctcDevice::description() const { return "fctc " + link_->description() + " (" + link_->state() + ")"; }

std::string_view FctcDevice::command_name(std::uint8_t command) const { return name_of(operation_of(command)); }

void FctcDevice::attached(channel::Port& port) {
  const z::Lock lock{mutex_};
  port_ = &port;
}

void FctcDevice::begin_program() {
  const z::Lock lock{mutex_};
  in_program_ = true;
}

// An attention that came during the program and that no command of it answered goes out now.
void FctcDevice::end_program() {
  const z::Lock lock{mutex_};
  in_program_ = false;
  if (std::exchange(attention_due_, false)) port_->present_unsolicited(channel::attention);
}

Ending FctcDevice::execute(std::uint8_t command, Transfer& data) {
  const auto operation = operation_of(command);
  if (is_local(operation)) return execute_local(operation, data);
  const z::Lock lock{mutex_};
  executing_ = true;
  if (!outstanding_) issue(command, operation, data);
  const auto ending = answer(data);
  executing_ = false;
  return ending;
}

Ending FctcDevice::execute_local(Operation operation, Transfer& data) {
  const z::Lock lock{mutex_};
  switch (operation) {
    case Operation::sense_adapter_state: {
      const std::array sense_bytes{std::byte{std::exchange(sense_, 0)}, std::byte{0}};
      data.send(sense_bytes);
      return Ending::with(channel::ended);
    }
    case Operation::sense_id: data.send(std::as_bytes(std::span{&sense_id_data, 1})); return Ending::with(channel::ended);
    case Operation::read_configuration_data: {
      const auto record = configuration_data();
      data.send(std::as_bytes(std::span{&record, 1}));
      return Ending::with(channel::ended);
    }
    default: return unit_check(channel::command_reject);
  }
}

void FctcDevice::issue(std::uint8_t code, Operation operation, Transfer& data) {
  outstanding_ = {.sequence = ++sequence_, .code = code, .operation = operation};
  if (role_ == Role::proxy && !is_linked_) {
    take({.kind = Action::Kind::ending, .status = channel::unit_check, .sense = sense_peer_disconnected});
    return;
  }
  Buffer bytes;
  auto count = static_cast<std::uint32_t>(std::min<std::size_t>(data.count(), max_transfer));
  if (has_data_out(operation)) {
    bytes = link_->buffer(count);
    count = static_cast<std::uint32_t>(data.receive(bytes.bytes()));
    bytes.cut(count);
  }
  if (role_ == Role::arbiter) {
    perform(adapter_.issue(Side::x, {.code = code, .count = count, .data = std::move(bytes)}));
    return;
  }
  link_->send(command_message(sequence_, {.code = code, .count = count, .data = std::move(bytes)}));
}

// How far the outstanding command is.
Ending FctcDevice::answer(Transfer& data) {
  if (outstanding_->ending) return finish(data);
  if (!outstanding_->channel_end_due) return Ending::wait();
  outstanding_->channel_end_given = true;
  return Ending::channel_end_first();
}

Ending FctcDevice::finish(Transfer& data) {
  const auto operation = outstanding_->operation;
  auto action = std::move(*outstanding_->ending);
  // Both parts of a PREPARE or CONTROL came before channel end could be presented: they go out together.
  if (outstanding_->channel_end_due) action.status = action.status | channel::channel_end;
  outstanding_.reset();
  // The channel reads the residual count off what the device took: takes just what the other side took.
  if (has_data_out(operation)) data.pass_over(action.count);
  else if (action.data.size() > 0) data.send(action.data.bytes());
  if (action.excess) data.set_excess();
  if (action.status.has(channel::unit_check)) sense_ = action.sense;
  return Ending::with(action.status);
}

Ending FctcDevice::unit_check(std::uint8_t sense) {
  sense_ = sense;
  return Ending::with(channel::unit_check);
}

channel::Sense FctcDevice::sense() {
  const z::Lock lock{mutex_};
  channel::Sense sense{.bytes = {}, .count = 2};
  sense.bytes[0] = std::exchange(sense_, 0);
  return sense;
}

void FctcDevice::signal(channel::Signal signal) {
  const z::Lock lock{mutex_};
  const auto was_waiting = outstanding_.has_value();
  outstanding_.reset();
  const auto is_reset = signal == channel::Signal::system_reset;
  if (is_reset) {
    attention_due_ = owes_device_end_ = in_program_ = false;
    sense_ = 0;
  }
  if (!is_reset && !was_waiting) return;
  if (role_ == Role::arbiter) {
    perform(is_reset ? adapter_.reset(Side::x) : adapter_.halt(Side::x));
    return;
  }
  Message message;
  message.header.kind = is_reset ? MessageKind::reset : MessageKind::halt;
  link_->send(std::move(message));
}

void FctcDevice::linked() {
  const z::Lock lock{mutex_};
  is_linked_ = true;
  if (role_ == Role::arbiter) perform(adapter_.attach(Side::y));
  // Restored: the channel is past this command's channel end and does not execute it again.
  else if (outstanding_ && outstanding_->channel_end_given)
    link_->send(command_message(outstanding_->sequence, {.code = outstanding_->code}));
}

void FctcDevice::lost() {
  const z::Lock lock{mutex_};
  is_linked_ = false;
  if (role_ == Role::arbiter) perform(adapter_.detach(Side::y));
  attention_due_ = false;
  if (outstanding_ && !outstanding_->ending)
    take({.kind = Action::Kind::ending,
          .status = channel::ended | channel::unit_check,
          .sense = sense_peer_disconnected});
}

void FctcDevice::received(Message message) {
  const z::Lock lock{mutex_};
  if (role_ == Role::arbiter) {
    if (message.header.kind == MessageKind::command) proxy_sequence_ = message.header.sequence;
    perform(apply(adapter_, Side::y, std::move(message)));
    return;
  }
  const std::uint32_t sequence = message.header.sequence;
  auto action = action_of(std::move(message));
  if (!action) return;
  const auto answers_command = action->kind == Action::Kind::ending || action->kind == Action::Kind::channel_end;
  if (answers_command && (!outstanding_ || outstanding_->sequence != sequence)) return;  // of a halted command
  take(std::move(*action));
}

void FctcDevice::perform(Adapter::Actions actions) {
  for (auto& action : actions) {
    if (action.side == Side::x) take(std::move(action));
    else link_->send(message_of(std::move(action), proxy_sequence_));
  }
}

void FctcDevice::take(Action action) {
  switch (action.kind) {
    case Action::Kind::ending: take_ending(std::move(action)); return;
    case Action::Kind::channel_end:
      if (!outstanding_ || outstanding_->channel_end_given) return;
      outstanding_->channel_end_due = true;
      if (!executing_) port_->resume();
      return;
    case Action::Kind::attention:
      if (in_program_) attention_due_ = true;
      else if (port_ != nullptr) port_->present_unsolicited(channel::attention);
      return;
    case Action::Kind::ready:
      if (std::exchange(owes_device_end_, false) && port_ != nullptr) port_->present_unsolicited(channel::device_end);
      return;
  }
}

void FctcDevice::take_ending(Action action) {
  if (!outstanding_) return;
  if (action.matched) attention_due_ = false;
  if (action.status.has(channel::unit_check)) owes_device_end_ = (action.sense & channel::intervention_required) != 0;
  if (outstanding_->channel_end_given) {
    if (action.status.has(channel::unit_check)) sense_ = action.sense;
    outstanding_.reset();
    action.status.bits &= static_cast<std::uint8_t>(~channel::channel_end.bits);
    port_->end_device(action.status);
    return;
  }
  outstanding_->ending = std::move(action);
  if (!executing_) port_->resume();
}

std::pair<std::unique_ptr<channel::Device>, std::unique_ptr<channel::Device>> make_pair_in_process() {
  auto [first, second] = make_in_process_link();
  return {std::make_unique<FctcDevice>(std::move(first), Role::arbiter),
          std::make_unique<FctcDevice>(std::move(second), Role::proxy)};
}

}  // namespace ctc
