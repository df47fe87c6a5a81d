// LOGON, LOGOFF, XAUTOLOG, FORCE, DISCONN.
#include "cp/command/command.h"
#include "cp/command/format.h"

namespace cp {
namespace {

// The two lines that end a session.
void show_end(const Command& command, std::string_view verb) {
  if (const auto times = command.system.times(command.issuer.userid); times)
    command.line(fmt::format("CONNECT= {} VIRTCPU= {} TOTCPU= {}", duration(times->connected),
                             cpu_time(times->virtual_cpu), cpu_time(times->total_cpu)));
  command.line(fmt::format("{} {}", verb, moment(command.system.time_of_day())));
}

// LOGON userid [password] [NOIPL] [HERE]
Answer<Progress> logon(Command& command) {
  auto& words = command.words;
  LogonRequest request;
  request.userid = Z_TRY(words.userid());
  while (words.more()) {
    if (words.take_if("NOIPL")) request.start = LogonRequest::Start::no_ipl;
    else if (words.take_if("HERE")) continue;
    else if (request.password.empty()) request.password = words.take();
    else return refusal(2, words.peek());
  }
  command.system.logon(std::move(request), [reply = command.reply, &system = command.system](const Answer<>& answer) {
    if (answer) reply->line(fmt::format("LOGON {}", moment(system.time_of_day())));
    reply->end(answer);
  });
  return Progress::pending;
}

Answer<Progress> logoff(Command& command) {
  Z_CHECK(command.words.end());
  show_end(command, "LOGOFF");
  command.system.logoff(command.issuer.userid, "", command.done());
  return Progress::pending;
}

Answer<Progress> disconnect(Command& command) {
  command.words.take_if("HOLD");
  Z_CHECK(command.words.end());
  command.line(fmt::format("DISCONNECT {}", moment(command.system.time_of_day())));
  command.system.disconnect(command.issuer.userid, command.done());
  return Progress::pending;
}

// FORCE userid [IMMEDiate]
Answer<Progress> force(Command& command) {
  const auto userid = Z_TRY(command.words.userid());
  command.words.take_if("IMMEDiate");
  Z_CHECK(command.words.end());
  command.system.logoff(userid, command.issuer.userid,
                        [reply = command.reply, &system = command.system, userid, by = command.issuer.userid](
                            const Answer<>& answer) {
                          if (answer)
                            reply->line(fmt::format("USER DSC   LOGOFF AS  {:8} USERS = {}   FORCED BY {}", userid,
                                                    system.users().size(), by));
                          reply->end(answer);
                        });
  return Progress::pending;
}

// XAUTOLOG userid [SYNCH|ASYNCH] [NOIPL]
Answer<Progress> xautolog(Command& command) {
  auto& words = command.words;
  LogonRequest request;
  request.kind = LogonRequest::Kind::autolog;
  request.userid = Z_TRY(words.userid());
  request.by = command.issuer.userid;
  while (words.more()) {
    if (words.take_if("NOIPL")) request.start = LogonRequest::Start::no_ipl;
    else if (!words.take_if("SYNCH") && !words.take_if("ASYNCH")) return refusal(2, words.peek());
  }
  command.system.logon(request, [reply = command.reply, &system = command.system, request](const Answer<>& answer) {
    if (!answer) return reply->end(answer);
    reply->line("Command accepted");
    reply->line(fmt::format("AUTO LOGON  ***   {:8} USERS = {}   BY {}", request.userid, system.users().size(),
                            request.by));
    if (request.start == LogonRequest::Start::ipl) reply->line(message(6056, request.userid).text);
    reply->end(0);
  });
  return Progress::pending;
}

constexpr auto rules = std::to_array<CommandRule>({
    {"Logon", "", logon},
    {"LOGIN", "", logon},
    {"LOGoff", "", logoff},
    {"LOGOUT", "", logoff},
    {"DISConnect", "", disconnect},
    {"FORCE", "A", force},
    {"XAUTOLOG", "ABG", xautolog},
});

}  // namespace

std::span<const CommandRule> logon_commands() { return rules; }

}  // namespace cp
