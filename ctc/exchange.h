#pragma once

#include <cstdint>
#include <optional>

#include "ctc/adapter.h"
#include "ctc/message.h"

namespace ctc {

// What the side with the adapter and the side without it say to each other, as events and actions of the adapter.
bool has_data_out(Operation operation);
Message command_message(std::uint32_t sequence, Command command);
// `sequence`: of the side's last command.
Message message_of(Action action, std::uint32_t sequence);
// Nothing when the message is no answer.
std::optional<Action> action_of(Message message);
// What a side's message does to the adapter.
Adapter::Actions apply(Adapter& adapter, Side side, Message message);

}  // namespace ctc
