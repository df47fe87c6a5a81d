// VMRELOCATE.
#include "cp/command/command.h"
#include "cp/command/format.h"

namespace cp {
namespace {

Answer<> take_forces(Words& words, RelocationForces& forces) {
  bool is_any = false;
  for (;; is_any = true) {
    if (words.take_if("ARCHitecture")) forces.architecture = true;
    else if (words.take_if("DOMain")) forces.domain = true;
    else if (words.take_if("STORage")) forces.storage = true;
    else break;
  }
  if (is_any) return {};
  return words.more() ? refusal(2, words.peek()) : refusal(26);
}

Answer<RelocationTarget> take_target(Words& words) {
  RelocationTarget target;
  target.userid = Z_TRY(words.userid());
  words.take_if("TO");
  target.member = Z_TRY(words.system_name());
  return target;
}

Answer<RelocationLimits::Limit> take_limit(Words& words) {
  if (words.take_if("NOLIMIT")) return RelocationLimits::Limit{};
  return RelocationLimits::Limit{std::chrono::seconds{Z_TRY(words.number(1, 99'999'999))}};
}

void show_obstacles(Reply& reply, const std::string& userid, const std::vector<std::string>& obstacles) {
  reply.line(message(1940, userid).text);
  for (const auto& obstacle : obstacles) reply.line(obstacle);
  reply.end(1940);
}

// VMRELOcate [TEST] userid [TO] sysname [FORCE ..]
Answer<Progress> test(Command& command) {
  auto target = Z_TRY(take_target(command.words));
  if (command.words.take_if("FORCE")) Z_CHECK(take_forces(command.words, target.forces));
  Z_CHECK(command.words.end());
  command.system.test_relocation(target, [reply = command.reply, target](const auto& obstacles) {
    if (!obstacles) return reply->end(std::unexpected{obstacles.error()});
    if (!obstacles->empty()) return show_obstacles(*reply, target.userid, *obstacles);
    reply->line(fmt::format("User {} is eligible for relocation to {}", target.userid, target.member));
    reply->end(0);
  });
  return Progress::pending;
}

struct MoveOptions {
  RelocationLimits limits;
  std::optional<RelocationLimits::Limit> total, quiesce;
};

Answer<> take_move_options(Words& words, RelocationTarget& target, MoveOptions& options) {
  while (words.more()) {
    if (words.take_if("SYNChronous")) {
      options.limits.style = RelocationLimits::Style::synchronous;
    } else if (words.take_if("ASYNChronous")) {
      options.limits.style = RelocationLimits::Style::asynchronous;
    } else if (words.take_if("IMMEDiate")) {
      if (words.take_if("Yes")) options.limits.is_immediate = true;
      else if (!words.take_if("No")) return words.more() ? refusal(2, words.peek()) : refusal(26);
    } else if (words.take_if("MAXTotal")) {
      options.total = Z_TRY(take_limit(words));
    } else if (words.take_if("MAXQuiesce")) {
      options.quiesce = Z_TRY(take_limit(words));
    } else if (words.take_if("FORCE")) {
      Z_CHECK(take_forces(words, target.forces));
    } else {
      return refusal(2, words.peek());
    }
  }
  return {};
}

// IMMEDIATE YES lifts both limits unless they are given.
RelocationLimits limits_of(const MoveOptions& options) {
  auto limits = options.limits;
  if (limits.is_immediate) limits.quiesce = std::nullopt;
  if (options.total) limits.total = *options.total;
  if (options.quiesce) limits.quiesce = *options.quiesce;
  return limits;
}

std::vector<std::string> lines_of(const RelocationTarget& target, const MoveEnd& end) {
  switch (end.kind) {
    case MoveEnd::Kind::relocated:
      return {fmt::format("User {} has been relocated from {} to {}", target.userid, end.from, target.member)};
    case MoveEnd::Kind::cancelled:
      return {fmt::format("Relocation of user {} from {} to {} has been canceled by {} on {}.", target.userid, end.from,
                          target.member, end.by, end.on)};
    case MoveEnd::Kind::failed: break;
  }
  return {message(1941, target.userid, end.from, target.member, end.reason).text};
}

// VMRELOcate MOVE: a synchronous one ends with the relocation, an asynchronous one when it has started; how it ended is
// then told to the issuer.
Answer<Progress> move(Command& command) {
  auto target = Z_TRY(take_target(command.words));
  MoveOptions options;
  Z_CHECK(take_move_options(command.words, target, options));
  const auto limits = limits_of(options);
  const bool waits = limits.style == RelocationLimits::Style::synchronous;
  MoveEvents events;
  events.started = [reply = command.reply, target, waits](const std::string& from) {
    reply->line(fmt::format("Relocation of {} from {} to {} started", target.userid, from, target.member));
    if (!waits) reply->end(0);
  };
  events.refused = [reply = command.reply, target](const auto& obstacles) {
    show_obstacles(*reply, target.userid, obstacles);
  };
  events.rejected = [reply = command.reply](const Message& message) { reply->end(std::unexpected{message}); };
  events.ended = [reply = command.reply, &system = command.system, issuer = command.issuer, target,
                  waits](const MoveEnd& end) {
    for (const auto& line : lines_of(target, end)) waits ? reply->line(line) : system.tell(issuer, line);
    if (waits) reply->end(end.kind == MoveEnd::Kind::relocated ? 0 : 1941);
  };
  command.system.move(target, limits, command.issuer.userid, std::move(events));
  return Progress::pending;
}

std::string limit_text(std::string_view name, RelocationLimits::Limit limit) {
  return limit ? fmt::format("{} {} sec", name, limit->count()) : fmt::format("{} NOLIMIT", name);
}

void show_details(const Command& command, const RelocationStatus& status) {
  const auto& limits = status.limits;
  command.line("");
  command.line(fmt::format("Options: {} IMMED {}",
                           limits.style == RelocationLimits::Style::synchronous ? "SYNCH" : "ASYNCH",
                           limits.is_immediate ? "YES" : "NO"));
  command.line(limit_text("Max Total Time", limits.total));
  command.line(limit_text("Max Quiesce Time", limits.quiesce));
  command.line("");
  command.line(fmt::format("Total pages sent {} in {} passes; {} pages sent in pass {}", status.pages_sent,
                           status.passes, status.pages_in_this_pass, status.passes + 1));
}

// VMRELOcate STATUS [USER] userid|ALL|INCOMING|OUTGOING [DETAILS]
Answer<Progress> status(Command& command) {
  auto& words = command.words;
  const auto here = command.system.name();
  std::function<bool(const RelocationStatus&)> is_wanted = [](const RelocationStatus&) { return true; };
  if (words.take_if("INCOMING")) {
    is_wanted = [here](const RelocationStatus& one) { return one.to == here; };
  } else if (words.take_if("OUTGOING")) {
    is_wanted = [here](const RelocationStatus& one) { return one.from == here; };
  } else if (words.more() && !words.take_if("ALL") && words.peek() != "DETAILS") {
    words.take_if("USER");
    is_wanted = [userid = Z_TRY(words.userid())](const RelocationStatus& one) { return one.userid == userid; };
  }
  const bool shows_details = words.take_if("DETails");
  Z_CHECK(words.end());
  bool is_found = false;
  for (const auto& one : command.system.relocations()) {
    if (!is_wanted(one)) continue;
    if (!std::exchange(is_found, true)) command.line("User     From     To       By       Status         Elapsed");
    command.line(fmt::format("{:8} {:8} {:8} {:8} {:14} {}", one.userid, one.from, one.to, one.by, one.phase,
                             duration(one.elapsed)));
    if (shows_details) show_details(command, one);
  }
  if (!is_found) command.line("No matching virtual machine relocation is currently in progress on this system");
  return Progress::complete;
}

// VMRELOcate MODIFY userid [MAXTotal n] [MAXQuiesce n]
Answer<Progress> modify(Command& command) {
  auto& words = command.words;
  const auto userid = Z_TRY(words.userid());
  if (!words.more()) return refusal(26);
  LimitChange change;
  while (words.more()) {
    if (words.take_if("MAXTotal")) change.total = Z_TRY(take_limit(words));
    else if (words.take_if("MAXQuiesce")) change.quiesce = Z_TRY(take_limit(words));
    else return refusal(2, words.peek());
  }
  command.system.modify_relocation(userid, change, command.done());
  return Progress::pending;
}

// VMRELOcate CANCEL [USER] userid
Answer<Progress> cancel(Command& command) {
  auto& words = command.words;
  words.take_if("USER");
  const auto userid = Z_TRY(words.userid());
  Z_CHECK(words.end());
  const auto relocations = command.system.relocations();
  const auto found = std::ranges::find(relocations, userid, &RelocationStatus::userid);
  if (found == relocations.end()) return refusal(1926);
  command.system.cancel_relocation(
      userid, command.issuer.userid,
      [reply = command.reply, one = *found, by = command.issuer.userid, on = command.system.name()](const Answer<>& answer) {
        if (answer)
          reply->line(fmt::format("Relocation of user {} from {} to {} has been canceled by {} on {}.", one.userid,
                                  one.from, one.to, by, on));
        reply->end(answer);
      });
  return Progress::pending;
}

Answer<Progress> vmrelocate(Command& command) {
  auto& words = command.words;
  if (words.take_if("MOVE")) return move(command);
  if (words.take_if("STATus")) return status(command);
  if (words.take_if("MODify")) return modify(command);
  if (words.take_if("CANcel")) return cancel(command);
  words.take_if("TEST");
  return test(command);
}

constexpr auto rules = std::to_array<CommandRule>({{"VMRELOcate", "A", vmrelocate}});

}  // namespace

std::span<const CommandRule> relocation_commands() { return rules; }

}  // namespace cp
