// QUERY: its operands, and the userid that any other operand is taken for.
#include "cp/command/command.h"
#include "cp/config/source.h"

namespace cp {
namespace {

std::string terminal(const UserSession& user) { return user.terminal.empty() ? "DSC" : user.terminal; }

std::string at_member(const UserSession& user) {
  return fmt::format("{:8}: {:8} - {}", user.member, user.userid, terminal(user));
}

// QUERY userid [AT ALL|sysname]
Answer<Progress> query_userid(Command& command, std::string userid) {
  if (!is_name(userid)) return refusal(3, userid);
  if (!command.words.take_if("AT")) {
    Z_CHECK(command.words.end());
    for (const auto& user : command.system.users()) {
      if (user.userid != userid) continue;
      command.line(fmt::format("{:8} - {}", userid, terminal(user)));
      return Progress::complete;
    }
    return refusal(45, userid);
  }
  const auto member = Z_TRY(command.words.system_name());
  Z_CHECK(command.words.end());
  command.system.users_of_cluster([reply = command.reply, userid, member](const auto& users) {
    if (!users) return reply->end(std::unexpected{users.error()});
    bool is_found = false;
    for (const auto& user : *users) {
      if (user.userid != userid || (member != "ALL" && user.member != member)) continue;
      reply->line(at_member(user));
      is_found = true;
    }
    reply->end(is_found ? Answer<>{} : refusal(45, userid));
  });
  return Progress::pending;
}

// Four to a line, as operators know it.
void list_names(Command& command) {
  std::string line;
  unsigned count = 0;
  for (const auto& user : command.system.users()) {
    if (count > 0 && count % 4 == 0) command.line(std::exchange(line, {}) + ",");
    else if (count > 0) line += ", ";
    line += fmt::format("{:8} - {:<4}", user.userid, terminal(user));
    ++count;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  if (count > 0) command.line(line);
}

Answer<Progress> query_names(Command& command) {
  if (!command.words.take_if("AT")) {
    Z_CHECK(command.words.end());
    list_names(command);
    return Progress::complete;
  }
  const auto member = Z_TRY(command.words.system_name());
  Z_CHECK(command.words.end());
  command.system.users_of_cluster([reply = command.reply, member](const auto& users) {
    if (!users) return reply->end(std::unexpected{users.error()});
    for (const auto& user : *users)
      if (member == "ALL" || user.member == member) reply->line(at_member(user));
    reply->end(0);
  });
  return Progress::pending;
}

Answer<Progress> query_users(Command& command) {
  if (command.words.more()) return query_userid(command, Z_TRY(command.words.userid()));
  command.line(fmt::format("{:>5} USERS,{:>6} DIALED,{:>6} NET", command.system.users().size(), 0, 0));
  return Progress::complete;
}

Answer<Progress> query_own_userid(Command& command) {
  Z_CHECK(command.words.end());
  command.line(fmt::format("{:8} AT {}", command.issuer.userid, command.system.name()));
  return Progress::complete;
}

constexpr auto user_rules = std::to_array<CommandRule>({
    {"GDB", "AG", query_gdb},
    {"USERID", "", query_own_userid},
    {"Users", "", query_users},
    {"Names", "", query_names},
});

}  // namespace

std::span<const CommandRule> query_user_rules() { return user_rules; }

Answer<Progress> query(Command& command) {
  const auto operand = Z_TRY(command.words.operand());
  for (const auto& table : {query_user_rules(), query_system_rules(), query_cluster_rules(), query_device_rules()})
    if (const auto* const rule = find_command(table, operand, command.issuer.classes); rule != nullptr)
      return rule->handler(command);
  return query_userid(command, operand);
}

}  // namespace cp
