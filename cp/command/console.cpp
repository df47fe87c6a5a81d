// What passes between users and members: MESSAGE, MSGNOH, WARNING, SEND, FOR, AT, SLEEP.
#include "cp/command/command.h"
#include "cp/command/command_table.h"

namespace cp {
namespace {

// MSG userid|* [AT sysname|ALL] text
Answer<Progress> send_message(Command& command, UserMessage::Kind kind) {
  auto& words = command.words;
  UserMessage message;
  message.kind = kind;
  message.from = command.issuer.userid;
  message.from_member = command.issuer.member;
  message.to = words.take_if("*") ? command.issuer.userid : Z_TRY(words.userid());
  if (words.take_if("AT")) message.member = Z_TRY(words.system_name());
  message.text = words.rest();
  if (message.text.empty()) return refusal(26);
  command.system.send_message(std::move(message), command.done());
  return Progress::pending;
}

Answer<Progress> message_(Command& command) { return send_message(command, UserMessage::Kind::message); }
Answer<Progress> msgnoh(Command& command) { return send_message(command, UserMessage::Kind::message_without_header); }
Answer<Progress> warning(Command& command) { return send_message(command, UserMessage::Kind::warning); }

Answer<Progress> run_for(Command& command, const std::string& userid, const std::string& line) {
  if (line.empty()) return refusal(26);
  const auto issuer = Z_TRY(command.system.issuer_of(userid));
  run_as(command.system, issuer, line, command.reply);
  return Progress::pending;
}

// FOR userid CMD command
Answer<Progress> for_user(Command& command) {
  auto& words = command.words;
  const auto userid = Z_TRY(words.userid());
  if (!words.take_if("CMD")) return words.more() ? refusal(2, words.peek()) : refusal(26);
  return run_for(command, userid, words.rest());
}

// SEND [CP] userid [AT sysname] text: to the console of the virtual machine, or with CP as a command of that user.
Answer<Progress> send(Command& command) {
  auto& words = command.words;
  const bool is_command = words.take_if("CP");
  const auto userid = Z_TRY(words.userid());
  if (words.take_if("AT")) {
    const auto member = Z_TRY(words.system_name());
    command.system.run_at(member, command.issuer,
                          fmt::format("SEND {}{} {}", is_command ? "CP " : "", userid, words.rest()), command.reply);
    return Progress::pending;
  }
  if (is_command) return run_for(command, userid, words.rest());
  auto* const machine = command.system.machine(userid);
  if (machine == nullptr) return refusal(45, userid);
  machine->console_input(words.rest(), command.done());
  return Progress::pending;
}

// AT sysname CMD command
Answer<Progress> at(Command& command) {
  auto& words = command.words;
  const auto member = Z_TRY(words.system_name());
  if (!words.take_if("CMD")) return words.more() ? refusal(2, words.peek()) : refusal(26);
  auto line = words.rest();
  if (line.empty()) return refusal(26);
  if (member == command.system.name()) run_as(command.system, command.issuer, line, command.reply);
  else command.system.run_at(member, command.issuer, std::move(line), command.reply);
  return Progress::pending;
}

// The console of a virtual machine waits by itself; there is nothing for CP to do.
// SLEEP n [SEC|MIN|HRs]: the issuer's next command waits. Without a number nothing would wake an operator's console, so it
// is asked for.
Answer<Progress> sleep(Command& command) {
  auto& words = command.words;
  constexpr std::uint64_t most = 99'999;
  std::chrono::seconds duration{static_cast<std::int64_t>(Z_TRY(words.number(1, most)))};
  if (words.take_if("MIN")) duration *= 60;
  else if (words.take_if("HRs")) duration *= 3600;
  else words.take_if("SEC");
  command.system.wake_after(duration, command.done());
  return Progress::pending;
}

constexpr auto rules = std::to_array<CommandRule>({
    {"Message", "", message_},
    {"MSG", "", message_},
    {"MSGNOH", "B", msgnoh},
    {"WNG", "ABC", warning},
    {"WARNing", "ABC", warning},
    {"SEND", "CG", send},
    {"FOR", "CG", for_user},
    {"AT", "ABCDEF", at},
    {"SLeep", "", sleep},
});

}  // namespace

std::span<const CommandRule> console_commands() { return rules; }

}  // namespace cp
