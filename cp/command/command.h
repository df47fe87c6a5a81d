#pragma once

#include <array>
#include <span>

#include "base/result.h"
#include "cp/command/system.h"
#include "cp/command/words.h"

namespace cp {

// One command as its handler sees it. Completions that outlive the handler capture `reply` and `&system`.
struct Command {
  const Issuer& issuer;
  System& system;
  ReplyPtr reply;
  Words& words;

  void line(std::string text) const { reply->line(std::move(text)); }
  // The completion that ends this command.
  Done done() const {
    return [reply = reply](const Answer<>& answer) { reply->end(answer); };
  }
};

enum class Progress {
  complete,  // all was answered
  pending,   // a completion ends the reply
};
using Handler = Answer<Progress> (*)(Command&);

// A command, or an operand of QUERY or SET that is like a command of its own.
struct CommandRule {
  Keyword keyword;
  std::string_view classes;  // privilege classes, any of which will do; empty: everyone
  Handler handler;
};

const CommandRule* find_command(std::span<const CommandRule> rules, std::string_view word, const ClassSet& classes);

// The tables of the families; each stands in the file of its family.
std::span<const CommandRule> console_commands();     // messages, AT, SEND, FOR, SLEEP
std::span<const CommandRule> logon_commands();       // LOGON, LOGOFF, XAUTOLOG, FORCE, DISCONN
std::span<const CommandRule> machine_commands();     // IPL, BEGIN, STOP, SYSTEM
std::span<const CommandRule> storage_commands();     // DISPLAY, STORE
std::span<const CommandRule> device_commands();      // ATTACH, DETACH, VARY, TRACE, SHUTDOWN
std::span<const CommandRule> cluster_commands();     // ACTIVATE, DEACTIVATE, DEFINE RELODOMAIN
std::span<const CommandRule> relocation_commands();  // VMRELOCATE
std::span<const CommandRule> network_commands();     // COUPLE, UNCOUPLE
std::span<const CommandRule> reader_commands();      // IMPORT, PURGE

// QUERY and SET.
Answer<Progress> query(Command& command);
Answer<Progress> set(Command& command);
std::span<const CommandRule> query_system_rules();
std::span<const CommandRule> query_cluster_rules();
std::span<const CommandRule> query_device_rules();
std::span<const CommandRule> query_user_rules();
std::span<const CommandRule> set_rules();
Answer<Progress> define_ctca(Command& command);
Answer<Progress> query_vswitch(Command& command);
Answer<Progress> query_reader(Command& command);
Answer<Progress> set_gdb(Command& command);
Answer<Progress> query_gdb(Command& command);

// The virtual machine of the issuer, or 045E.
Answer<VirtualMachine*> own_machine(Command& command);
// Runs a command line under the authority of another user.
void run_as(System& system, const Issuer& issuer, std::string_view line, ReplyPtr reply);

}  // namespace cp
