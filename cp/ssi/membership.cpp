#include "cp/ssi/membership.h"

#include <algorithm>

namespace cp::ssi {

using pdr::MemberState;

Membership::Membership(MembershipOptions options, std::vector<Service*> services)
    : options_(std::move(options)), services_(std::move(services)) {}

std::vector<MembershipAction> Membership::actions() { return std::exchange(actions_, {}); }

void Membership::console(std::string text) { actions_.emplace_back(ConsoleMessage{std::move(text)}); }

void Membership::start(Moment at) {
  if (options_.start == MembershipOptions::Start::repair) {
    phase_ = Phase::isolated;
    console("HCPPLM1644I REPAIR was specified, this system does not join the SSI cluster.");
    refresh_mode();
    return;
  }
  phase_ = Phase::settling;
  begin_cycle(at);
}

std::optional<z::Nanoseconds> Membership::deadline() const {
  std::optional<z::Nanoseconds> result;
  const auto consider = [&](z::Nanoseconds time) { result = result ? std::min(*result, time) : time; };
  const bool runs_cycles = is_active() || phase_ == Phase::settling || phase_ == Phase::waiting;
  if (runs_cycles && cycle_ == Cycle::idle) consider(next_cycle_);
  if (has_lease_ && known_.timeouts == pdr::Timeouts::enabled) consider(lease_until_);
  if (phase_ == Phase::joining && decision_ == Decision::open && vote_deadline_) consider(*vote_deadline_);
  return result;
}

void Membership::timer(Moment at) {
  check_lease(at);
  if (phase_ == Phase::joining && decision_ == Decision::open && vote_deadline_ && at.now >= *vote_deadline_)
    decide(at, Decision::retry);
  if (cycle_ == Cycle::idle && at.now >= next_cycle_) begin_cycle(at);
  settle(at);
}

bool Membership::is_active() const {
  return phase_ == Phase::joining || phase_ == Phase::member || phase_ == Phase::leaving;
}

void Membership::begin_cycle(Moment at) {
  if (cycle_ != Cycle::idle || (!is_active() && phase_ != Phase::settling && phase_ != Phase::waiting)) return;
  cycle_ = Cycle::locking;
  cycle_began_ = at.now;
  lock_ = pdr::locked_key(options_.ssi_name, options_.own_name, at.tod, ++ticket_);
  std::optional<pdr::Key> steal;
  if (refused_by_ && at.now - refused_since_ >= options_.timing.lock_steal) steal = refused_by_;
  actions_.emplace_back(LockPdr{lock_, steal});
}

void Membership::cycle_soon(Moment at) {
  again_ = true;
  if (cycle_ != Cycle::idle) return;
  again_ = false;
  begin_cycle(at);
}

void Membership::end_cycle(z::Nanoseconds next) {
  cycle_ = Cycle::idle;
  next_cycle_ = std::exchange(again_, false) ? std::min(next, cycle_began_) : next;
}

void Membership::pdr_locked(Moment at, std::span<const std::byte> data) {
  if (cycle_ != Cycle::locking) return;
  cycle_ = Cycle::writing;
  again_ = false;
  refused_by_.reset();
  written_.reset();
  auto record = pdr::decode(data);
  const auto unlocked = pdr::unlocked_key(options_.ssi_name, at.tod);
  if (!record) {
    if (!std::exchange(pdr_in_error_, true)) console("HCPPLM1665E " + record.error().text());
    actions_.emplace_back(WritePdr{lock_, unlocked, {data.begin(), data.end()}});
    return;
  }
  observe(at, *record);
  adopt(at, *record);
  update(at, *record);
  ++record->changes;
  actions_.emplace_back(WritePdr{lock_, unlocked, pdr::encode(*record)});
  written_ = std::move(*record);
}

void Membership::pdr_refused(Moment at, const pdr::Key& holder) {
  if (cycle_ != Cycle::locking) return;
  const bool is_ours = pdr::validate(holder) && holder.ssi_name == z::EbcdicName::of(options_.ssi_name);
  if (!is_ours) return pdr_failed(at, "the record on the PDR volume is not that of " + options_.ssi_name);
  if (refused_by_ != holder) {
    refused_by_ = holder;
    refused_since_ = at.now;
  }
  // Not the same for all, so that waiters do not ask in step.
  const auto wait = options_.timing.lock_retry * (4 + (own_slot_ ? own_slot_->value : 0)) / 4;
  end_cycle(at.now + wait);
  next_cycle_ = at.now + wait;
}

void Membership::pdr_written(Moment at) {
  if (cycle_ != Cycle::writing) return;
  end_cycle(cycle_began_ + options_.timing.heartbeat);
  if (!written_) return;
  pdr_in_error_ = false;
  adopt(at, *std::exchange(written_, std::nullopt));
  for (auto& ended : std::exchange(ended_commands_, {})) {
    std::erase_if(commands_, [&](const Command& c) { return c.id == ended.id; });
    actions_.emplace_back(std::move(ended));
  }
  renew_lease(at);
  if (is_active()) broadcast(message_of(MessageKind::heartbeat));
  settle(at);
}

void Membership::pdr_lock_lost(Moment at) {
  if (cycle_ != Cycle::writing) return;
  end_cycle(at.now + options_.timing.lock_retry);
}

void Membership::pdr_failed(Moment at, std::string error) {
  if (cycle_ == Cycle::idle) return;
  end_cycle(at.now + options_.timing.heartbeat);
  next_cycle_ = at.now + options_.timing.heartbeat;
  if (!std::exchange(pdr_in_error_, true)) console("HCPPLM1665E Persistent data record not accessible: " + error);
}

// The lease counts from before the renewal, so that it ends before others, who count from when they see it, take over.
void Membership::renew_lease(Moment at) {
  const auto state = own_state();
  if (phase_ != Phase::member && phase_ != Phase::leaving) return;
  if (state != MemberState::joined && state != MemberState::suspended && state != MemberState::leaving) return;
  lease_until_ = cycle_began_ + options_.timing.lease;
  const bool is_valid = known_.timeouts == pdr::Timeouts::disabled || at.now < lease_until_;
  if (is_valid && !std::exchange(has_lease_, true)) actions_.emplace_back(LeaseRenewed{});
}

void Membership::check_lease(Moment at) {
  if (!has_lease_ || known_.timeouts == pdr::Timeouts::disabled || at.now < lease_until_) return;
  has_lease_ = false;
  console("HCPPLM1666W The lease in the persistent data record has expired, guests are stopped.");
  actions_.emplace_back(LeaseLost{});
}

void Membership::link_up(Moment at, const std::string& node) {
  contacts_[node] = Contact{};
  if (phase_ == Phase::waiting) cycle_soon(at);
  settle(at);
}

void Membership::link_down(Moment at, const std::string& node) {
  const auto found = contacts_.find(node);
  if (found == contacts_.end()) return;
  const bool mattered = found->second.established;
  if (phase_ == Phase::joining && found->second.asked) decide(at, Decision::retry);
  contacts_.erase(found);
  if (mattered) cycle_soon(at);
  settle(at);
}

void Membership::message(Moment at, const std::string& node, std::span<const std::byte> bytes) {
  const auto found = contacts_.find(node);
  auto decoded = decode_message(bytes);
  if (found == contacts_.end() || !decoded) return;
  auto& contact = found->second;
  switch (decoded->kind) {
    case MessageKind::heartbeat:
      if (const auto slot = known_.slot_of(node)) peers_[*slot].received = at.tod;
      return;
    case MessageKind::state_changed: cycle_soon(at); return;
    case MessageKind::join_request: contact.join_request = std::move(*decoded); break;
    case MessageKind::vote:
      if (phase_ == Phase::joining && decoded->joiner_incarnation == incarnation_) contact.vote = std::move(*decoded);
      break;
    case MessageKind::resynchronize:
      contact.resync = std::move(*decoded);
      // It knows of a change of state that we may not have seen.
      cycle_soon(at);
      break;
  }
  settle(at);
}

void Membership::shutdown(Moment at) {
  if (std::exchange(shutdown_requested_, true)) return;
  if (phase_ == Phase::joining) decide(at, Decision::retry);
  if (is_active()) return cycle_soon(at);
  phase_ = Phase::left;
  actions_.emplace_back(LeaveEnded{});
}

void Membership::service_changed(Moment at) { settle(at); }

void Membership::declare_down(Moment at, const std::string& name, std::uint64_t id) {
  if (phase_ != Phase::member) {
    actions_.emplace_back(CommandEnded{id, z::failure("HCPPLM1661E This system is not a member of an SSI cluster")});
    return;
  }
  commands_.push_back({id, true, name, {}});
  cycle_soon(at);
}

void Membership::set_slot(Moment at, api::MemberSlot slot, const std::string& name, std::uint64_t id) {
  if (phase_ != Phase::member) {
    actions_.emplace_back(CommandEnded{id, z::failure("HCPPLM1661E This system is not a member of an SSI cluster")});
    return;
  }
  commands_.push_back({id, false, name, slot});
  cycle_soon(at);
}

MemberState Membership::own_state() const {
  switch (phase_) {
    case Phase::down:
    case Phase::settling:
    case Phase::waiting:
    case Phase::left:
    case Phase::fenced: return MemberState::down;
    case Phase::isolated: return MemberState::isolated;
    default: return known_.member(*own_slot_).state;
  }
}

bool Membership::is_in_contact(api::MemberSlot member) const {
  const auto found = contacts_.find(known_.member(member).name);
  return found != contacts_.end() && found->second.established;
}

bool Membership::is_fenced(api::MemberSlot member) const {
  const auto state = known_.member(member).state;
  return state == MemberState::down || state == MemberState::unknown || state == MemberState::isolated;
}

std::vector<api::MemberSlot> Membership::joined_peers() const {
  std::vector<api::MemberSlot> result;
  for (std::uint16_t slot = 1; slot <= pdr::system_entries; ++slot)
    if (const api::MemberSlot member{slot}; member != own_slot_ && known_.member(member).state == MemberState::joined)
      result.push_back(member);
  return result;
}

std::vector<std::string> Membership::linked_nodes() const {
  std::vector<std::string> result;
  for (const auto& [node, contact] : contacts_) result.push_back(node);
  return result;
}

z::TodClock Membership::received_heartbeat(api::MemberSlot member) const {
  const auto found = peers_.find(member);
  return found == peers_.end() ? z::TodClock{} : found->second.received;
}

ClusterMessage Membership::message_of(MessageKind kind) const {
  ClusterMessage message;
  message.kind = kind;
  message.incarnation = incarnation_;
  if (kind != MessageKind::join_request && kind != MessageKind::vote && kind != MessageKind::resynchronize) return message;
  for (const auto* service : services_) message.services.push_back({std::string{service->name()}, service->describe()});
  return message;
}

void Membership::send(const std::string& node, const ClusterMessage& message) {
  actions_.emplace_back(SendMessage{node, encode(message)});
}

void Membership::broadcast(const ClusterMessage& message) {
  for (const auto& [node, contact] : contacts_) send(node, message);
}

}  // namespace cp::ssi
