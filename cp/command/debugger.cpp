// SET GDB and QUERY GDB: a debugger for a virtual machine (docs/debugging.md).
#include "cp/command/command.h"

namespace cp {
namespace {

// Userid or *, of which only the issuer's own needs no class A; without one it is the issuer.
Answer<VirtualMachine*> named_machine(Command& command) {
  auto& words = command.words;
  auto userid = command.issuer.userid;
  if (words.more() && !words.take_if("*")) userid = Z_TRY(words.userid());
  if (userid != command.issuer.userid && !command.issuer.classes.has('A')) return refusal(2, userid);
  auto* const machine = command.system.machine(userid);
  if (machine == nullptr) return refusal(45, userid);
  return machine;
}

void tell(const Command& command, const VirtualMachine& machine) {
  const auto debugger = machine.debugger();
  if (!debugger) return command.line(fmt::format("{:8} GDB OFF", machine.userid()));
  command.line(fmt::format("{:8} GDB ON  {}{}", machine.userid(), debugger->endpoint, debugger->is_connected ? "  CONNECTED" : ""));
}

}  // namespace

// SET GDB [userid|*] ON [PORT n]|OFF
Answer<Progress> set_gdb(Command& command) {
  auto& words = command.words;
  const bool is_own = words.peek() == "ON" || words.peek() == "OFF";
  auto* const machine = is_own ? Z_TRY(own_machine(command)) : Z_TRY(named_machine(command));
  constexpr std::uint64_t last_port = 65535;
  if (words.take_if("ON")) {
    const auto port = words.take_if("PORT") ? Z_TRY(words.number(1, last_port)) : 0;
    Z_CHECK(words.end());
    Z_CHECK(machine->open_debugger(static_cast<std::uint16_t>(port)));
  } else if (words.take_if("OFF")) {
    Z_CHECK(words.end());
    machine->close_debugger();
  } else {
    return words.more() ? refusal(2, words.peek()) : refusal(26);
  }
  tell(command, *machine);
  return Progress::complete;
}

// Query GDB [userid|*]
Answer<Progress> query_gdb(Command& command) {
  auto* const machine = Z_TRY(named_machine(command));
  Z_CHECK(command.words.end());
  tell(command, *machine);
  return Progress::complete;
}

}  // namespace cp
