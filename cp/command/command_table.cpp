#include "cp/command/command_table.h"

#include <algorithm>

#include "cp/command/command.h"

namespace cp {
namespace {

constexpr auto general_commands = std::to_array<CommandRule>({{"Query", "", query}, {"SET", "", set}});

const CommandRule* find(std::string_view word, const ClassSet& classes) {
  for (const auto& table : {std::span<const CommandRule>{general_commands}, console_commands(), logon_commands(),
                            machine_commands(), storage_commands(), device_commands(), cluster_commands(),
                            relocation_commands(), network_commands(), reader_commands()})
    if (const auto* const rule = find_command(table, word, classes); rule != nullptr) return rule;
  return nullptr;
}

void run_one(System& system, const Issuer& issuer, std::string_view line, ReplyPtr reply) {
  Words words{line};
  words.take_if("CP");
  if (!words.more()) return reply->end(0);
  const auto name = words.take();
  const auto* const rule = find(name, issuer.classes);
  if (rule == nullptr) return reply->end(refusal(1, name));
  Command command{issuer, system, reply, words};
  const auto progress = rule->handler(command);
  if (!progress) reply->end(std::unexpected{progress.error()});
  else if (*progress == Progress::complete) reply->end(0);
}

// Commands of one text, the next when the one before has ended.
struct Sequence {
  System& system;
  Issuer issuer;
  std::string text;
  ReplyPtr reply;
  std::size_t next = 0;

  static void run(const std::shared_ptr<Sequence>& all, int return_code) {
    if (all->next > all->text.size()) return all->reply->end(return_code);
    const auto end = std::min(all->text.find('\n', all->next), all->text.size());
    const auto line = all->text.substr(all->next, end - all->next);
    all->next = end + 1;
    run_one(all->system, all->issuer, line, std::make_shared<Reply>([all](std::string text) { all->show(std::move(text)); },
                                                                    [all](int code) { run(all, code); }));
  }

  void show(std::string text) const {
    if (issuer.virtual_cpu) text = fmt::format("{:02X}: {}", *issuer.virtual_cpu, text);
    reply->line(std::move(text));
  }
};

}  // namespace

const CommandRule* find_command(std::span<const CommandRule> rules, std::string_view word, const ClassSet& classes) {
  const auto fits = [&](const CommandRule& rule) {
    return rule.keyword.matches(word) && (rule.classes.empty() || classes.has_any(rule.classes));
  };
  const auto found = std::ranges::find_if(rules, fits);
  return found == rules.end() ? nullptr : &*found;
}

Answer<VirtualMachine*> own_machine(Command& command) {
  auto* const machine = command.system.machine(command.issuer.userid);
  if (machine == nullptr) return refusal(45, command.issuer.userid);
  return machine;
}

void run_as(System& system, const Issuer& issuer, std::string_view line, ReplyPtr reply) {
  run_command(system, issuer, line, std::move(reply));
}

void run_command(System& system, const Issuer& issuer, std::string_view text, ReplyPtr reply) {
  Sequence::run(std::make_shared<Sequence>(system, issuer, std::string{text}, std::move(reply)), 0);
}

std::string from_console(std::string_view typed) {
  std::string text{typed};
  if (Keyword{"#CP"}.matches(std::string_view{text}.substr(0, 3))) text.erase(0, 1);
  std::ranges::replace(text, '#', '\n');
  return text;
}

}  // namespace cp
