// Virtual CTCs and switches: DEFINE CTCA, COUPLE, UNCOUPLE, QUERY VSWITCH.
#include "cp/command/command.h"
#include "cp/command/format.h"

namespace cp {
namespace {

// COUPLE vdev TO userid|* vdev, COUPLE vdev TO SYSTEM vswitch
Answer<Progress> couple(Command& command) {
  auto& words = command.words;
  Z_TRY(own_machine(command));
  CoupleRequest request{.userid = command.issuer.userid, .device = Z_TRY(words.virtual_device()), .to = {}, .other_device = {}, .vswitch = {}};
  words.take_if("TO");
  request.to = words.take_if("*") ? command.issuer.userid : Z_TRY(words.userid());
  if (request.to == "SYSTEM") request.vswitch = Z_TRY(words.operand());
  else request.other_device = Z_TRY(words.virtual_device());
  Z_CHECK(words.end());
  Z_CHECK(command.system.couple(request));
  command.line(request.vswitch.empty() ? fmt::format("CTCA {} COUPLED TO {} {}", show(request.device), request.to, show(request.other_device))
                                       : fmt::format("CTCA {} COUPLED TO SYSTEM {}", show(request.device), request.vswitch));
  return Progress::complete;
}

// UNCOUPLE vdev
Answer<Progress> uncouple(Command& command) {
  Z_TRY(own_machine(command));
  const auto device = Z_TRY(command.words.virtual_device());
  Z_CHECK(command.words.end());
  Z_CHECK(command.system.uncouple(command.issuer.userid, device));
  command.line(fmt::format("CTCA {} UNCOUPLED", show(device)));
  return Progress::complete;
}

constexpr auto rules = std::to_array<CommandRule>({
    {"COUPLE", "G", couple},
    {"UNCOUPLE", "G", uncouple},
});

}  // namespace

// DEFine CTCA vdev [USER userid|*]
Answer<Progress> define_ctca(Command& command) {
  auto& words = command.words;
  auto* const machine = Z_TRY(own_machine(command));
  const auto device = Z_TRY(words.virtual_device());
  std::string partner;
  if (words.take_if("USER") && !words.take_if("*")) partner = Z_TRY(words.userid());
  Z_CHECK(words.end());
  machine->define_ctca(device, std::move(partner), [reply = command.reply, device](const Answer<>& answer) {
    if (answer) reply->line(fmt::format("CTCA {} DEFINED", show(device)));
    reply->end(answer);
  });
  return Progress::pending;
}

// QUERY VSWITCH [name]
Answer<Progress> query_vswitch(Command& command) {
  auto& words = command.words;
  const auto only = words.more() ? Z_TRY(words.operand()) : std::string{};
  Z_CHECK(words.end());
  bool is_found = false;
  for (const auto& one : command.system.vswitches()) {
    if (!only.empty() && one.name != only) continue;
    is_found = true;
    command.line(fmt::format("VSWITCH SYSTEM {:8} Type: IP  Global  Uplink: {}", one.name, one.has_uplink ? "HOST" : "none here"));
    for (const auto& address : one.addresses)
      command.line(address.member.empty() ? fmt::format("  {:15}  {} {}", address.text, address.userid, show(address.device))
                                          : fmt::format("  {:15}  AT {}", address.text, address.member));
  }
  if (!is_found && !only.empty()) return refusal(6723, only);
  return Progress::complete;
}

std::span<const CommandRule> network_commands() { return rules; }

}  // namespace cp
