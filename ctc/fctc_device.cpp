#include "ctc/fctc_device.h"

#include <algorithm>
#include <array>

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

bool has_data_out(Operation operation) {
  return operation == Operation::write || operation == Operation::write_end_of_file;
}

MessageKind kind_of(Action::Kind kind) {
  switch (kind) {
    case Action::Kind::ending: return MessageKind::ending;
    case Action::Kind::channel_end: return MessageKind::channel_end;
    case Action::Kind::attention: return MessageKind::attention;
    case Action::Kind::ready: return MessageKind::ready;
  }
  return MessageKind::ready;
}

std::optional<Action::Kind> action_of(MessageKind kind) {
  switch (kind) {
    case MessageKind::ending: return Action::Kind::ending;
    case MessageKind::channel_end: return Action::Kind::channel_end;
    case MessageKind::attention: return Action::Kind::attention;
    case MessageKind::ready: return Action::Kind::ready;
    default: return std::nullopt;
  }
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
  outstanding_ = {.sequence = ++sequence_, .operation = operation};
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
  Message message;
  message.header.kind = MessageKind::command;
  message.header.code = code;
  message.header.sequence = sequence_;
  message.header.count = count;
  message.data = std::move(bytes);
  link_->send(std::move(message));
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
    receive_from_proxy(std::move(message));
    return;
  }
  const auto& header = message.header;
  const auto kind = action_of(header.kind);
  if (!kind) return;
  const auto answers_command = *kind == Action::Kind::ending || *kind == Action::Kind::channel_end;
  if (answers_command && (!outstanding_ || outstanding_->sequence != header.sequence)) return;  // of a halted command
  take({.side = Side::y,
        .kind = *kind,
        .status = {header.status},
        .sense = header.sense,
        .count = header.count,
        .excess = header.excess != 0,
        .matched = header.matched != 0,
        .data = std::move(message.data)});
}

void FctcDevice::receive_from_proxy(Message message) {
  const auto& header = message.header;
  switch (header.kind) {
    case MessageKind::command: {
      proxy_sequence_ = header.sequence;
      const auto writes = has_data_out(operation_of(header.code));
      const auto count = writes ? static_cast<std::uint32_t>(message.data.size()) : std::uint32_t{header.count};
      perform(adapter_.issue(Side::y, {.code = header.code, .count = count, .data = std::move(message.data)}));
      return;
    }
    case MessageKind::halt: perform(adapter_.halt(Side::y)); return;
    case MessageKind::reset: perform(adapter_.reset(Side::y)); return;
    default: return;
  }
}

void FctcDevice::perform(Adapter::Actions actions) {
  for (auto& action : actions) {
    if (action.side == Side::x) take(std::move(action));
    else send_to_proxy(std::move(action));
  }
}

void FctcDevice::send_to_proxy(Action action) {
  Message message;
  message.header.kind = kind_of(action.kind);
  message.header.status = action.status.bits;
  message.header.sense = action.sense;
  message.header.excess = action.excess ? 1 : 0;
  message.header.matched = action.matched ? 1 : 0;
  message.header.sequence = proxy_sequence_;
  message.header.count = action.count;
  message.data = std::move(action.data);
  link_->send(std::move(message));
}

void FctcDevice::take(Action action) {
  switch (action.kind) {
    case Action::Kind::ending: take_ending(std::move(action)); return;
    case Action::Kind::channel_end:
      if (!outstanding_) return;
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
