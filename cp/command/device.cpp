// Real devices and the system: ATTACH, DETACH, VARY, TRACE IO, IO, SHUTDOWN.
#include "cp/command/command.h"
#include "cp/command/format.h"

namespace cp {
namespace {

// ATTach rdev [TO] userid|*|SYSTEM [[AS] vdev] [R/O]
Answer<Progress> attach(Command& command) {
  auto& words = command.words;
  AttachRequest request;
  request.device = request.virtual_device = Z_TRY(words.real_device());
  words.take_if("TO");
  request.to = words.take_if("*") ? command.issuer.userid : Z_TRY(words.userid());
  words.take_if("AS");
  request.is_read_only = words.take_if("R/O");
  if (!request.is_read_only && words.more()) request.virtual_device = Z_TRY(words.virtual_device());
  if (words.take_if("R/O")) request.is_read_only = true;
  Z_CHECK(words.end());
  command.system.attach(request, [reply = command.reply, request](const Answer<>& answer) {
    if (answer)
      reply->line(request.to == "SYSTEM" ? fmt::format("DASD {} ATTACHED TO SYSTEM", show(request.device))
                                         : fmt::format("DASD {} ATTACHED TO {} {}", show(request.device), request.to,
                                                       show(request.virtual_device)));
    reply->end(answer);
  });
  return Progress::pending;
}

// DETach vdev, or DETach rdev FROM userid|SYSTEM
Answer<Progress> detach(Command& command) {
  auto& words = command.words;
  const auto device = Z_TRY(words.virtual_device());
  const auto done = [reply = command.reply, device](const Answer<>& answer) {
    if (answer) reply->line(fmt::format("{} DETACHED", show(device)));
    reply->end(answer);
  };
  words.take_if("FROM");
  if (words.more()) {
    if (!command.issuer.classes.has('B')) return refusal(2, words.peek());
    Z_TRY(words.userid());
    Z_CHECK(words.end());
    command.system.detach_real(device, done);
  } else {
    Z_TRY(own_machine(command))->detach(device, done);
  }
  return Progress::pending;
}

// Devices of a range, one after the other; each has its line, then comes the sum.
struct VaryRange {
  System& system;
  ReplyPtr reply;
  std::vector<z::DeviceNumber> devices;
  Presence presence;
  std::size_t next = 0, good = 0;
  int return_code = 0;

  static void run(const std::shared_ptr<VaryRange>& all) {
    if (all->next == all->devices.size()) return all->finish();
    const auto device = all->devices[all->next++];
    all->system.vary(device, all->presence, [all, device](const Answer<>& answer) {
      if (answer) {
        ++all->good;
        all->reply->line(fmt::format("{} varied {}", show(device), all->word()));
      } else {
        all->reply->line(answer.error().text);
        all->return_code = static_cast<int>(answer.error().number);
      }
      run(all);
    });
  }

  std::string_view word() const { return presence == Presence::online ? "online" : "offline"; }
  void finish() {
    reply->line(fmt::format("{} device(s) specified; {} device(s) successfully varied {}", devices.size(), good, word()));
    reply->end(return_code);
  }
};

// VARY ONline|OFFline rdev[-rdev]
Answer<Progress> vary(Command& command) {
  auto& words = command.words;
  auto presence = Presence::online;
  if (words.take_if("OFFline")) presence = Presence::offline;
  else if (!words.take_if("ONline")) return words.more() ? refusal(2, words.peek()) : refusal(26);
  const auto devices = Z_TRY(words.real_devices());
  Z_CHECK(words.end());
  VaryRange::run(std::make_shared<VaryRange>(command.system, command.reply, devices, presence));
  return Progress::pending;
}

// TRace IO [ON] [device=...] [command=...] [status=...] [to=FILE] [format=...] [bytes=n], or TRace IO OFF
Answer<Progress> trace(Command& command) {
  auto& words = command.words;
  if (!words.take_if("IO")) return words.more() ? refusal(2, words.peek()) : refusal(26);
  TraceChange change;
  if (words.take_if("OFF")) {
    change.setting = Switch::off;
    Z_CHECK(words.end());
  } else {
    if (!words.take_if("ON") && !words.peek().contains('=')) return words.more() ? refusal(2, words.peek()) : refusal(26);
    change.what = words.rest();
  }
  command.system.trace_io(std::move(change), command.done());
  return Progress::pending;
}

// IO [USER userid] COMMAND...: the I/O debugger
Answer<Progress> io(Command& command) {
  auto& words = command.words;
  const auto userid = words.take_if("USER") ? Z_TRY(words.userid()) : std::string{};
  auto lines = Z_TRY(command.system.debug_io(userid, words.rest()));
  for (auto& line : lines) command.line(std::move(line));
  return Progress::complete;
}

Answer<Progress> shutdown(Command& command) {
  Z_CHECK(command.words.end());
  command.system.shutdown(command.done());
  return Progress::pending;
}

constexpr auto rules = std::to_array<CommandRule>({
    {"ATTach", "B", attach},
    {"DETach", "BG", detach},
    {"VARY", "B", vary},
    {"TRace", "CEG", trace},
    {"IO", "CE", io},
    {"SHUTDOWN", "A", shutdown},
});

}  // namespace

std::span<const CommandRule> device_commands() { return rules; }

}  // namespace cp
