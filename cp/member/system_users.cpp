// Users: logon, logoff, messages, and who is where.
#include "cp/member/member.h"

namespace cp {
namespace {

constexpr unsigned not_logged_on = 45, not_in_directory = 53, already_logged_on = 54;

Message trouble(const std::string& text) { return {.number = 1, .text = text}; }

}  // namespace

std::vector<UserSession> Member::users() const {
  std::vector<UserSession> result;
  for (const auto& [userid, session] : users_.sessions())
    result.push_back({.userid = userid, .member = name(), .terminal = session.terminal});
  for (const auto& [userid, member] : cluster_->users_elsewhere()) result.push_back({userid, member, ""});
  return result;
}

void Member::users_of_cluster(Told<std::vector<UserSession>> told) { told(users()); }

std::optional<UserTimes> Member::times(const std::string& userid) const {
  const auto found = users_.sessions().find(userid);
  if (found == users_.sessions().end()) return std::nullopt;
  return UserTimes{.connected = std::chrono::duration_cast<std::chrono::seconds>(loop_.clock().now() - found->second.since)};
}

Answer<Issuer> Member::issuer_of(const std::string& userid) const {
  const auto entry = users_.entry(userid);
  if (!entry) return refusal(not_in_directory, userid);
  return Issuer{.userid = userid, .classes = entry->classes, .member = name(), .virtual_cpu = {}};
}

// One logon of a single-configuration user in the cluster: the userid is claimed before anything is built.
void Member::logon(LogonRequest request, Done done) {
  const auto userid = request.userid;
  if (users_.session(userid) != nullptr) return done(refusal(already_logged_on, userid));
  const auto entry = users_.entry(userid);
  if (!entry) return done(refusal(not_in_directory, userid));
  auto build = [this, userid, request, done](Answer<> claimed) {
    if (!claimed) return done(claimed);
    if (auto logged_on = users_.log_on(userid, request.terminal, [this](const std::string& line) { say(line); }); !logged_on) {
      cluster_->disown_guest(userid);
      cluster_->release_user(userid);
      return done(std::unexpected{trouble(fmt::format("HCPLGA1E {}: {}", userid, logged_on.error().text()))});
    }
    start_after_logon(userid, request.start);
    done({});
  };
  if (entry->configuration == DirectoryEntry::Configuration::multiple) return build({});
  cluster_->claim_user(userid, [this, userid, build = std::move(build)](Answer<> claimed) {
    if (!claimed) return build(claimed);
    cluster_->own_guest(userid, [this, userid, build](const Answer<>& owned) {
      if (!owned) cluster_->release_user(userid);
      build(owned);
    });
  });
}

void Member::start_after_logon(const std::string& userid, LogonRequest::Start start) {
  const auto& ipl = users_.session(userid)->entry.ipl;
  if (start == LogonRequest::Start::no_ipl || !ipl) return;
  guests_.machine(userid)->ipl({.target = ipl->target, .load_parameter = ipl->load_parameter, .parameter = ipl->parameter, .clears = true},
                               [this, userid](const Answer<>& answer) {
                                 if (!answer) say(fmt::format("{}: {}", userid, answer.error().text));
                               });
}

void Member::logoff(std::string userid, std::string, Done done) {
  if (users_.session(userid) == nullptr) return done(refusal(not_logged_on, userid));
  if (mover_->is_moving(userid)) return done(std::unexpected{trouble(fmt::format("HCPRLH1E {} is being relocated", userid))});
  users_.log_off(userid);
  cluster_->disown_guest(userid);
  cluster_->release_user(userid);
  done({});
}

void Member::disconnect(std::string userid, Done done) {
  if (users_.session(userid) == nullptr) return done(refusal(not_logged_on, userid));
  users_.set_terminal(userid, "", {});
  done({});
}

void Member::send_message(UserMessage message, Done done) {
  const auto& sessions = users_.sessions();
  if (!sessions.contains(message.to)) return done(refusal(not_logged_on, message.to));
  users_.tell(message.to, message.line(name()));
  done({});
}

void Member::tell(const Issuer& issuer, std::string line) {
  if (users_.session(issuer.userid) != nullptr) users_.tell(issuer.userid, line);
  else say(line);
}

void Member::machine_stopped(GuestMachine& machine) {
  const auto view = machine.machine().view(0);
  if (view.is_stopped)
    return users_.console_line(machine, "HCPGSP2629I The virtual machine is placed in CP mode due to a SIGP stop from CPU 00.");
  const auto set = view.psw;
  users_.console_line(machine, fmt::format("HCPGIR450W CP entered; disabled wait PSW {:08X} {:08X} {:08X} {:08X}", set.mask >> 32,
                                           set.mask & 0xFFFF'FFFF, set.address >> 32, set.address & 0xFFFF'FFFF));
}

}  // namespace cp
