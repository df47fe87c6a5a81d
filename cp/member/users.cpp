#include "cp/member/users.h"

#include "cp/guest/logon.h"

namespace cp {

z::Result<> Users::log_on(const std::string& userid, std::string terminal, const Sink& report) {
  auto entry = Z_TRY(directory_.resolve(userid, system_));
  auto logon = Z_TRY(define_virtual_machine(entry, guests_.volumes(), guests_.switches(), next_cpu_serial(), guests_.model()));
  for (const auto& line : logon.missing) report(line);
  Z_TRY(guests_.log_on(std::move(logon.definition)));
  const bool enabled = entry.relocation.is_enabled;
  sessions_.insert_or_assign(userid, Session{std::move(entry), std::move(terminal), clock_.now(), enabled});
  return {};
}

void Users::log_off(const std::string& userid) {
  guests_.log_off(userid);
  forget(userid);
}

// The user's directory entry is the same on every member; it arrives disconnected, as it left.
void Users::arrived(const std::string& userid) {
  auto entry = directory_.resolve(userid, system_);
  if (!entry) return;  // the source's directory knows a user that ours does not: it runs, and cannot be commanded by name
  const bool enabled = entry->relocation.is_enabled;
  sessions_.insert_or_assign(userid, Session{std::move(*entry), "", clock_.now(), enabled});
}

void Users::forget(const std::string& userid) {
  sessions_.erase(userid);
  leave_terminal(userid);
}

void Users::set_terminal(const std::string& userid, std::string name, Terminal terminal) {
  leave_terminal(userid);
  if (auto* found = session(userid)) found->terminal = std::move(name);
  if (terminal.line) terminals_.insert_or_assign(userid, std::move(terminal));
}

void Users::leave_terminal(const std::string& userid) {
  const auto found = terminals_.extract(userid);
  if (found && found.mapped().left) found.mapped().left();
}

void Users::tell(const std::string& userid, const std::string& line) {
  if (const auto terminal = terminals_.find(userid); terminal != terminals_.end()) terminal->second.line(line);
}

void Users::console_line(GuestMachine& machine, const std::string& line) {
  if (terminals_.contains(machine.userid())) return tell(machine.userid(), line);
  const auto& secondary = machine.definition().secondary_user;
  if (!secondary.empty()) tell(secondary, fmt::format("{:<8}: {}", machine.userid(), line));
}

// CPUID of a virtual machine: unique on this member, kept when it moves.
std::uint32_t Users::next_cpu_serial() {
  std::uint32_t highest = 0;
  for (const auto* machine : guests_.all()) highest = std::max(highest, machine->definition().cpu_serial);
  return (highest + 1) & 0xFF'FFFF;
}

}  // namespace cp
