// ACTIVATE and DEACTIVATE ISLINK, DEFINE RELODOMAIN, and what SET changes of the cluster.
#include "cp/command/command.h"
#include "cp/command/format.h"

namespace cp {
namespace {

// Link devices one after the other, each with its line.
struct LinkDevices {
  using Act = std::function<void(z::DeviceNumber, Done)>;
  ReplyPtr reply;
  std::vector<z::DeviceNumber> devices;
  std::string_view verb;
  Act act;
  std::size_t next = 0;
  int return_code = 0;

  static void run(const std::shared_ptr<LinkDevices>& all) {
    if (all->next == all->devices.size()) return all->reply->end(all->return_code);
    const auto device = all->devices[all->next++];
    all->act(device, [all, device](const Answer<>& answer) {
      if (answer) all->reply->line(fmt::format("Link device {} {}.", show(device), all->verb));
      else all->fail(answer.error());
      run(all);
    });
  }
  void fail(const Message& message) {
    reply->line(message.text);
    return_code = static_cast<int>(message.number);
  }
};

Answer<Progress> expect_islink(Words& words) {
  if (words.take_if("ISLink")) return Progress::complete;
  return words.more() ? refusal(2, words.peek()) : refusal(26);
}

Answer<std::vector<z::DeviceNumber>> device_list(Words& words) {
  std::vector<z::DeviceNumber> devices;
  do {
    const auto more = Z_TRY(words.real_devices());
    devices.insert(devices.end(), more.begin(), more.end());
  } while (words.more() && words.peek() != "NODE");
  return devices;
}

// ACTIVATE ISLINK rdev.. [NODE name]
Answer<Progress> activate(Command& command) {
  auto& words = command.words;
  Z_TRY(expect_islink(words));
  const auto devices = Z_TRY(device_list(words));
  const auto node = words.take_if("NODE") ? Z_TRY(words.system_name()) : std::string{};
  Z_CHECK(words.end());
  LinkDevices::run(std::make_shared<LinkDevices>(
      command.reply, devices, "activated", [&system = command.system, node](z::DeviceNumber device, Done done) {
        system.activate_islink(device, node, std::move(done));
      }));
  return Progress::pending;
}

// DEACTivate ISLINK rdev..|ALL
Answer<Progress> deactivate(Command& command) {
  auto& words = command.words;
  Z_TRY(expect_islink(words));
  std::vector<z::DeviceNumber> devices;
  if (words.take_if("ALL")) {
    for (const auto& link : command.system.islinks())
      for (const auto& device : link.devices) devices.push_back(device.number);
  } else {
    devices = Z_TRY(device_list(words));
  }
  Z_CHECK(words.end());
  LinkDevices::run(std::make_shared<LinkDevices>(
      command.reply, devices, "deactivated", [&system = command.system](z::DeviceNumber device, Done done) {
        system.deactivate_islink(device, std::move(done));
      }));
  return Progress::pending;
}

// DEFine RELODomain name MEMBers sysname.., DEFine CTCA ...
Answer<Progress> define(Command& command) {
  auto& words = command.words;
  if (command.issuer.classes.has('G') && (words.take_if("CTCA") || words.take_if("FCTC") || words.take_if("3088"))) return define_ctca(command);
  if (!command.issuer.classes.has('A') || !words.take_if("RELODomain")) return words.more() ? refusal(3, words.peek()) : refusal(26);
  RelocationDomainStatus domain;
  domain.name = Z_TRY(words.system_name());
  if (!words.take_if("MEMBers")) return words.more() ? refusal(2, words.peek()) : refusal(26);
  do domain.members.push_back(Z_TRY(words.system_name()));
  while (words.more());
  command.system.define_relocation_domain(std::move(domain), command.done());
  return Progress::pending;
}

// SET SSI SLOT n sysname|AVAILable, SET SSI sysname DOWN
Answer<Progress> set_ssi(Command& command) {
  auto& words = command.words;
  if (words.take_if("SLOT")) {
    const auto slot = static_cast<unsigned>(Z_TRY(words.number(1, SsiStatement::most_slots)));
    const auto system = words.take_if("AVAILable") ? std::string{} : Z_TRY(words.system_name());
    Z_CHECK(words.end());
    command.system.set_ssi_slot(slot, system, command.done());
    return Progress::pending;
  }
  const auto system = Z_TRY(words.system_name());
  if (!words.take_if("DOWN")) return words.more() ? refusal(2, words.peek()) : refusal(26);
  Z_CHECK(words.end());
  command.system.declare_down(system, command.done());
  return Progress::pending;
}

// SET VMRELOcate userid|* [ON|OFF] [DOMAIN name] [FORCE ARCHITECTURE]
Answer<Progress> set_vmrelocate(Command& command) {
  auto& words = command.words;
  const auto userid = words.take_if("*") ? command.issuer.userid : Z_TRY(words.userid());
  if (userid != command.issuer.userid && !command.issuer.classes.has('A')) return refusal(2, userid);
  if (!words.more()) return refusal(26);
  RelocationChange change;
  while (words.more()) {
    if (words.take_if("ON")) change.is_enabled = true;
    else if (words.take_if("OFF")) change.is_enabled = false;
    else if (words.take_if("DOMain")) change.domain = Z_TRY(words.system_name());
    else if (words.take_if("FORCE") && words.take_if("ARCHitecture")) change.forces.architecture = true;
    else return words.more() ? refusal(2, words.peek()) : refusal(26);
  }
  command.system.set_relocation(
      userid, std::move(change), [reply = command.reply, &system = command.system, userid](const Answer<>& answer) {
        if (const auto setting = system.relocation_setting(userid); answer && setting) {
          reply->line(fmt::format("Running on member  {}", setting->member));
          reply->line(fmt::format("Relocation {} in Domain {}", setting->is_enabled ? "enabled" : "disabled",
                                  setting->domain));
        }
        reply->end(answer);
      });
  return Progress::pending;
}

constexpr auto set_table = std::to_array<CommandRule>({
    {"GDB", "AG", set_gdb},
    {"SSI", "B", set_ssi},
    {"VMRELOcate", "AG", set_vmrelocate},
});

constexpr auto rules = std::to_array<CommandRule>({
    {"ACTIVATE", "AB", activate},
    {"DEACTivate", "AB", deactivate},
    {"DEFine", "AG", define},
});

}  // namespace

std::span<const CommandRule> cluster_commands() { return rules; }
std::span<const CommandRule> set_rules() { return set_table; }

Answer<Progress> set(Command& command) {
  const auto operand = Z_TRY(command.words.operand());
  const auto* const rule = find_command(set_rules(), operand, command.issuer.classes);
  if (rule == nullptr) return refusal(3, operand);
  return rule->handler(command);
}

}  // namespace cp
