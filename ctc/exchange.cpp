#include "ctc/exchange.h"

#include <utility>

namespace ctc {
namespace {

MessageKind kind_of(Action::Kind kind) {
  switch (kind) {
    case Action::Kind::ending: return MessageKind::ending;
    case Action::Kind::channel_end: return MessageKind::channel_end;
    case Action::Kind::attention: return MessageKind::attention;
    case Action::Kind::ready: return MessageKind::ready;
  }
  return MessageKind::ready;
}

std::optional<Action::Kind> kind_of(MessageKind kind) {
  switch (kind) {
    case MessageKind::ending: return Action::Kind::ending;
    case MessageKind::channel_end: return Action::Kind::channel_end;
    case MessageKind::attention: return Action::Kind::attention;
    case MessageKind::ready: return Action::Kind::ready;
    default: return std::nullopt;
  }
}

}  // namespace

bool has_data_out(Operation operation) {
  return operation == Operation::write || operation == Operation::write_end_of_file;
}

Message command_message(std::uint32_t sequence, Command command) {
  Message message;
  message.header.kind = MessageKind::command;
  message.header.code = command.code;
  message.header.sequence = sequence;
  message.header.count = command.count;
  message.data = std::move(command.data);
  return message;
}

Message message_of(Action action, std::uint32_t sequence) {
  Message message;
  message.header.kind = kind_of(action.kind);
  message.header.status = action.status.bits;
  message.header.sense = action.sense;
  message.header.excess = action.excess ? 1 : 0;
  message.header.matched = action.matched ? 1 : 0;
  message.header.sequence = sequence;
  message.header.count = action.count;
  message.data = std::move(action.data);
  return message;
}

std::optional<Action> action_of(Message message) {
  const auto& header = message.header;
  const auto kind = kind_of(header.kind);
  if (!kind) return std::nullopt;
  return Action{.side = Side::y,
                .kind = *kind,
                .status = {header.status},
                .sense = header.sense,
                .count = header.count,
                .excess = header.excess != 0,
                .matched = header.matched != 0,
                .data = std::move(message.data)};
}

Adapter::Actions apply(Adapter& adapter, Side side, Message message) {
  const auto& header = message.header;
  switch (header.kind) {
    case MessageKind::command: {
      const auto writes = has_data_out(operation_of(header.code));
      const auto count = writes ? static_cast<std::uint32_t>(message.data.size()) : std::uint32_t{header.count};
      return adapter.issue(side, {.code = header.code, .count = count, .data = std::move(message.data)});
    }
    case MessageKind::halt: return adapter.halt(side);
    case MessageKind::reset: return adapter.reset(side);
    default: return {};
  }
}

}  // namespace ctc
