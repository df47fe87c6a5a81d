// Relocation: settings, domains, and what goes to the mover.
#include "cp/member/member.h"

namespace cp {
namespace {

constexpr unsigned not_logged_on = 45;

}  // namespace

Answer<RelocationSetting> Member::relocation_setting(const std::string& userid) const {
  const auto found = users_.sessions().find(userid);
  if (found == users_.sessions().end()) return refusal(not_logged_on, userid);
  const auto* machine = guests_.machine(userid);
  return RelocationSetting{.is_enabled = found->second.relocation_enabled, .domain = machine->definition().relocation_domain,
                           .member = name()};
}

void Member::set_relocation(std::string userid, RelocationChange change, Done done) {
  auto* session = users_.session(userid);
  if (session == nullptr) return done(refusal(not_logged_on, userid));
  if (!change.domain.empty()) {
    const auto known = std::ranges::find(domains_, change.domain, &RelocationDomainStatus::name);
    if (known == domains_.end()) return done(refusal(2, change.domain));
    guests_.machine(userid)->set_relocation_domain(change.domain);
  }
  if (change.is_enabled) session->relocation_enabled = *change.is_enabled;
  done({});
}

void Member::define_relocation_domain(RelocationDomainStatus domain, Done done) {
  const auto known = std::ranges::find(domains_, domain.name, &RelocationDomainStatus::name);
  if (known == domains_.end()) domains_.push_back(std::move(domain));
  else *known = std::move(domain);
  done({});
}

void Member::test_relocation(RelocationTarget target, Told<std::vector<std::string>> told) {
  mover_->test(std::move(target), std::move(told));
}

void Member::move(RelocationTarget target, RelocationLimits limits, std::string by, MoveEvents events) {
  mover_->move(std::move(target), limits, std::move(by), std::move(events));
}

void Member::modify_relocation(std::string userid, LimitChange change, Done done) {
  mover_->modify(std::move(userid), change, std::move(done));
}

void Member::cancel_relocation(std::string userid, std::string by, Done done) {
  mover_->cancel(std::move(userid), std::move(by), std::move(done));
}

}  // namespace cp
