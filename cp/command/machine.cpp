// Control of the issuer's virtual machine: IPL, BEGIN, STOP, SYSTEM.
#include "cp/command/command.h"
#include "cp/command/format.h"

namespace cp {
namespace {

// IPL vdev [CLEAR|NOCLEAR] [LOADPARM text] [PARM text]
Answer<Progress> ipl(Command& command) {
  auto& words = command.words;
  auto* const machine = Z_TRY(own_machine(command));
  VirtualMachine::Ipl request;
  request.target = show(Z_TRY(words.virtual_device()));
  while (words.more()) {
    if (words.take_if("CLear")) request.clears = true;
    else if (words.take_if("NOCLear")) request.clears = false;
    else if (words.take_if("LOADParm")) request.load_parameter = Z_TRY(words.operand());
    else if (words.take_if("PARM")) request.parameter = words.rest();
    else return refusal(2, words.peek());
  }
  if (request.load_parameter.size() > 8) return refusal(2, request.load_parameter);
  machine->ipl(std::move(request), command.done());
  return Progress::pending;
}

// Begin [address]
Answer<Progress> begin(Command& command) {
  auto* const machine = Z_TRY(own_machine(command));
  std::optional<std::uint64_t> address;
  if (command.words.more()) address = Z_TRY(command.words.hexadecimal());
  Z_CHECK(command.words.end());
  machine->begin(address, command.done());
  return Progress::pending;
}

// STOP [CPU address|ALL]
Answer<Progress> stop(Command& command) {
  auto& words = command.words;
  auto* const machine = Z_TRY(own_machine(command));
  std::optional<std::uint8_t> cpu;
  if (words.take_if("CPU") && !words.take_if("ALL")) {
    const auto text = words.peek();
    const auto address = Z_TRY(words.hexadecimal());
    if (address > 0x3F) return refusal(2, text);
    cpu = static_cast<std::uint8_t>(address);
  }
  Z_CHECK(words.end());
  machine->stop(cpu, command.done());
  return Progress::pending;
}

Answer<VirtualMachine::Reset> reset_kind(Words& words) {
  if (words.take_if("CLEAR")) return VirtualMachine::Reset::clear;
  if (words.take_if("RESET")) return VirtualMachine::Reset::normal;
  if (words.take_if("RESTART")) return VirtualMachine::Reset::restart;
  if (words.more()) return refusal(2, words.peek());
  return refusal(26);
}

// SYStem CLEAR|RESET|RESTART
Answer<Progress> system(Command& command) {
  auto* const machine = Z_TRY(own_machine(command));
  const auto kind = Z_TRY(reset_kind(command.words));
  Z_CHECK(command.words.end());
  machine->reset(kind, [reply = command.reply, kind](const Answer<>& answer) {
    if (answer && kind == VirtualMachine::Reset::clear) reply->line("STORAGE CLEARED - SYSTEM RESET");
    if (answer && kind == VirtualMachine::Reset::normal) reply->line("SYSTEM RESET");
    reply->end(answer);
  });
  return Progress::pending;
}

// SIGnal SHUTDOWN [USER] userid|*
Answer<Progress> signal(Command& command) {
  auto& words = command.words;
  if (!words.take_if("SHUTDOWN")) return words.more() ? refusal(2, words.peek()) : refusal(26);
  words.take_if("USER");
  const auto userid = words.take_if("*") ? command.issuer.userid : Z_TRY(words.userid());
  Z_CHECK(words.end());
  if (userid != command.issuer.userid && !command.issuer.classes.has_any("AC")) return refusal(2, userid);
  auto* const machine = command.system.machine(userid);
  if (machine == nullptr) return refusal(45, userid);
  machine->signal_shutdown([reply = command.reply, userid](const Answer<>& answer) {
    if (answer) reply->line(message(2113, userid).text);
    reply->end(answer);
  });
  return Progress::pending;
}

// TERMinal CONMODE 3215|AUTOCR OFF: what a virtual console is anyway; it cannot be anything else.
Answer<Progress> terminal(Command& command) {
  auto& words = command.words;
  Z_TRY(own_machine(command));
  if (!words.more()) return refusal(26);
  const bool is_so = (words.take_if("CONMODE") && words.take_if("3215")) || (words.take_if("AUTOCR") && words.take_if("OFF"));
  if (!is_so) return refusal(2, words.peek());
  Z_CHECK(words.end());
  return Progress::complete;
}

constexpr auto rules = std::to_array<CommandRule>({
    {"Ipl", "G", ipl},
    {"Begin", "G", begin},
    {"STOP", "G", stop},
    {"SYStem", "G", system},
    {"SIGnal", "ACG", signal},
    {"TERMinal", "", terminal},
});

}  // namespace

std::span<const CommandRule> machine_commands() { return rules; }

}  // namespace cp
