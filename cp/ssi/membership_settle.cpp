#include <algorithm>
#include <cctype>

#include "cp/ssi/membership.h"

// What follows from the PDR as it is known now, from links and from messages.
namespace cp::ssi {

using api::MemberSlot;
using pdr::MemberState;

namespace {

std::string capitals(std::string_view text) {
  std::string result;
  for (const char c : text) result += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return result;
}

bool runs_nothing(MemberState state) {
  return state == MemberState::down || state == MemberState::isolated || state == MemberState::unknown;
}

const ServiceDescription* find(const ClusterMessage& message, std::string_view service) {
  const auto found = std::ranges::find(message.services, service, &ServiceDescription::service);
  return found == message.services.end() ? nullptr : &*found;
}

// Name of the service that does not agree, if one does not. A member that lacks the service altogether does not.
std::string prepare(std::span<Service* const> services, MemberSlot member, const ClusterMessage& message) {
  for (auto* service : services) {
    const auto* description = find(message, service->name());
    if (description == nullptr || !service->prepare(member, description->bytes)) return std::string{service->name()};
  }
  return {};
}

}  // namespace

bool Membership::entry_is_ours(const pdr::Record& record) const {
  if (!own_slot_) return false;
  const auto& own = record.member(*own_slot_);
  if (own.incarnation != incarnation_) return false;
  return !runs_nothing(own.state) || own.last_changer == options_.own_name;
}

void Membership::adopt(Moment at, pdr::Record record) {
  const auto before = std::exchange(known_, std::move(record));
  const bool is_first = !std::exchange(has_record_, true);
  bool states_changed = false;
  for (std::uint16_t i = 1; i <= pdr::system_entries; ++i) {
    const MemberSlot slot{i};
    const auto& was = before.member(slot);
    const auto& is = known_.member(slot);
    if (is_first || (was.state == is.state && was.incarnation == is.incarnation && was.name == is.name)) continue;
    states_changed = true;
    report_change(slot, was, is);
  }
  if (is_active() && !entry_is_ours(known_)) return fence(known_.member(*own_slot_).last_changer);
  adopt_own_state(at);
  if (states_changed && cycle_ == Cycle::idle) broadcast(message_of(MessageKind::state_changed));
  settle(at);
}

void Membership::report_change(MemberSlot slot, const pdr::Member& before, const pdr::Member& after) {
  if (before.state != after.state && !after.is_available())
    console("HCPPLM1697I The state of SSI system " + after.name + " has changed from " +
            capitals(pdr::name_of(before.state)) + " to " + capitals(pdr::name_of(after.state)));
  if (slot == own_slot_ || before.is_available()) return;
  const bool is_another_life = before.incarnation != after.incarnation;
  const bool ran = !runs_nothing(before.state);
  if (ran && (runs_nothing(after.state) || is_another_life)) actions_.emplace_back(MemberFenced{slot});
  // An Unknown member keeps what it holds until an operator says that it is down, or it comes again.
  const bool was_out = before.state == MemberState::down || before.state == MemberState::isolated;
  const bool is_out = after.state == MemberState::down || after.state == MemberState::isolated;
  if (was_out || !(is_out || is_another_life)) return;
  for (auto* service : services_) service->member_gone(slot);
  if (const auto contact = contacts_.find(after.name); contact != contacts_.end()) {
    contact->second.established = false;
    contact->second.resync_sent = false;
  }
}

void Membership::adopt_own_state(Moment at) {
  if (!own_slot_) return;
  const auto& own = known_.member(*own_slot_);
  if (phase_ == Phase::waiting && own.state == MemberState::joining && written_ == std::nullopt && cycle_ == Cycle::idle) {
    phase_ = Phase::joining;
    incarnation_ = own.incarnation;
    decision_ = Decision::open;
    vote_deadline_ = at.now + options_.timing.vote;
    for (auto& [node, contact] : contacts_) contact.asked = false, contact.vote.reset();
  } else if (phase_ == Phase::joining && own.state == MemberState::joined) {
    phase_ = Phase::member;
    take_over_contacts();
    actions_.emplace_back(JoinEnded{JoinEnded::Outcome::joined});
  } else if (phase_ == Phase::joining && own.state == MemberState::isolated) {
    phase_ = Phase::isolated;
    give_up_contacts();
    console("HCPPLM1663E SSI function JOIN has failed for service " + refusing_service_ + ".");
    actions_.emplace_back(JoinEnded{JoinEnded::Outcome::isolated});
  } else if (phase_ == Phase::joining && own.state == MemberState::down) {
    phase_ = Phase::waiting;
    give_up_contacts();
    if (shutdown_requested_) {
      phase_ = Phase::left;
      actions_.emplace_back(LeaveEnded{});
    }
  } else if (phase_ == Phase::member && own.state == MemberState::leaving) {
    phase_ = Phase::leaving;
    next_cycle_ = at.now + options_.timing.heartbeat / 4;  // long enough for all to see
  } else if (phase_ == Phase::leaving && own.state == MemberState::down) {
    phase_ = Phase::left;
    has_lease_ = false;
    actions_.emplace_back(LeaveEnded{});
  }
}

// We are in: those who voted are in contact with us.
void Membership::take_over_contacts() {
  for (auto& [node, contact] : contacts_) {
    const auto slot = known_.slot_of(node);
    if (!slot || !contact.vote) continue;
    for (auto* service : services_) service->commit(*slot);
    contact.established = true;
    contact.vote.reset();
  }
}

void Membership::give_up_contacts() {
  for (auto& [node, contact] : contacts_) {
    const auto slot = known_.slot_of(node);
    if (!slot || !contact.vote) continue;
    for (auto* service : services_) service->abort(*slot);
    contact.vote.reset();
  }
}

void Membership::fence(std::string by) {
  phase_ = Phase::fenced;
  cycle_ = Cycle::writing;  // the lock in hand is given back, and nothing follows
  has_lease_ = false;
  console("HCPPLM1677W This system was declared down by " + by + " and stops.");
  actions_.emplace_back(FenceSelf{"declared down by " + by});
  refresh_mode();
}

void Membership::decide(Moment at, Decision decision) {
  if (decision_ != Decision::open && decision_ != Decision::join) return;
  decision_ = decision;
  cycle_soon(at);
}

void Membership::settle(Moment at) {
  if (phase_ == Phase::joining) settle_join_of_self(at);
  end_voted_join();
  settle_joins_of_others(at);
  settle_resynchronization();
  if (phase_ == Phase::member && cycle_ == Cycle::idle) {
    const auto wanted = lost_contact(known_) ? MemberState::suspended : MemberState::joined;
    if (own_state() != wanted) cycle_soon(at);
  }
  refresh_mode();
}

std::vector<std::string> Membership::nodes_to_ask() const {
  std::vector<std::string> result;
  for (const auto slot : joined_peers()) result.push_back(known_.member(slot).name);
  return result;
}

void Membership::settle_join_of_self(Moment at) {
  if (decision_ != Decision::open) return;
  const auto nodes = nodes_to_ask();
  bool all_voted = true;
  for (const auto& node : nodes) {
    const auto found = contacts_.find(node);
    if (found == contacts_.end()) return decide(at, Decision::retry);
    auto& contact = found->second;
    if (!std::exchange(contact.asked, true)) send(node, message_of(MessageKind::join_request));
    if (contact.vote && contact.vote->verdict == Verdict::retry) return decide(at, Decision::retry);
    if (contact.vote && contact.vote->verdict == Verdict::refuse) {
      refusing_service_ = contact.vote->refusing_service;
      return decide(at, Decision::isolate);
    }
    all_voted = all_voted && contact.vote.has_value();
  }
  if (!all_voted) return;
  for (const auto& node : nodes) {
    refusing_service_ = prepare(services_, *known_.slot_of(node), *contacts_.at(node).vote);
    if (!refusing_service_.empty()) return decide(at, Decision::isolate);
  }
  decide(at, Decision::join);
}

void Membership::settle_joins_of_others(Moment at) {
  for (auto& [node, contact] : contacts_)
    if (contact.join_request) vote_on(at, node, contact);
}

void Membership::vote_on(Moment at, const std::string& node, Contact& contact) {
  const auto slot = known_.slot_of(node);
  auto vote = message_of(MessageKind::vote);
  vote.joiner_incarnation = contact.join_request->incarnation;
  const bool is_mine_to_judge = phase_ == Phase::member && own_state() == MemberState::joined && slot;
  if (!is_mine_to_judge) {
    vote.verdict = Verdict::retry;
  } else if (!std::ranges::all_of(services_, &Service::is_ready_to_vote)) {
    return;  // service_changed comes
  } else if (voted_join_ && voted_join_->node != node) {
    return cycle_soon(at);  // that join is over, or this one would not have begun: the PDR tells
  } else {
    if (voted_join_)
      for (auto* service : services_) service->abort(*slot);
    voted_join_.reset();
    vote.refusing_service = prepare(services_, *slot, *contact.join_request);
    if (vote.refusing_service.empty()) {
      voted_join_ = VotedJoin{node, vote.joiner_incarnation};
      contact.has_our_vote = true;
      contact.established = false;
    } else {
      vote.verdict = Verdict::refuse;
      for (auto* service : services_) service->abort(*slot);
    }
  }
  contact.join_request.reset();
  send(node, vote);
}

// The outcome of a join that we agreed to is what the PDR says of that life of the joiner.
void Membership::end_voted_join() {
  if (!voted_join_) return;
  const auto slot = known_.slot_of(voted_join_->node);
  if (!slot) return;
  const auto& joiner = known_.member(*slot);
  if (joiner.incarnation < voted_join_->incarnation) return;
  if (joiner.incarnation == voted_join_->incarnation && joiner.state == MemberState::joining) return;
  const bool is_in = joiner.incarnation == voted_join_->incarnation && !runs_nothing(joiner.state);
  const auto contact = contacts_.find(voted_join_->node);
  if (is_in && contact != contacts_.end() && contact->second.has_our_vote) contact->second.established = true;
  for (auto* service : services_) is_in ? service->commit(*slot) : service->abort(*slot);
  voted_join_.reset();
}

// Both ends of a link that came back tell each other what they hold now.
void Membership::settle_resynchronization() {
  if (phase_ != Phase::member) return;
  for (auto& [node, contact] : contacts_) {
    const auto slot = known_.slot_of(node);
    if (!slot) continue;
    const auto& peer = known_.member(*slot);
    if (peer.state != MemberState::joined && peer.state != MemberState::suspended) continue;
    const bool has_news = contact.resync && contact.resync->incarnation == peer.incarnation;
    if ((!contact.established || has_news) && !std::exchange(contact.resync_sent, true))
      send(node, message_of(MessageKind::resynchronize));
    if (!has_news) continue;
    for (auto* service : services_)
      if (const auto* description = find(*contact.resync, service->name()))
        service->resynchronize(*slot, description->bytes);
    contact.resync.reset();
    contact.established = true;
  }
}

void Membership::refresh_mode() {
  if (!is_active() && phase_ != Phase::isolated && phase_ != Phase::fenced) return;
  std::vector<MemberView> others;
  for (std::uint16_t i = 1; i <= pdr::system_entries; ++i) {
    const MemberSlot slot{i};
    const auto& member = known_.member(slot);
    if (slot == own_slot_ || member.is_available()) continue;
    const auto contact = contacts_.find(member.name);
    const bool asks = contact != contacts_.end() && contact->second.join_request;
    others.push_back({member.state, is_in_contact(slot) ? MemberView::Contact::established : MemberView::Contact::none,
                      asks || (voted_join_ && voted_join_->node == member.name) ? MemberView::Join::pending
                                                                                : MemberView::Join::none});
  }
  const auto mode = mode_of(own_state(), others);
  if (mode == mode_ && std::exchange(mode_is_announced_, true)) return;
  mode_is_announced_ = true;
  mode_ = mode;
  const std::string_view text = mode == Mode::influx ? "IN-FLUX" : mode == Mode::safe ? "SAFE" : "STABLE";
  console("HCPPLM1698I The mode of the SSI cluster is " + std::string{text});
  actions_.emplace_back(ModeChanged{mode});
}

}  // namespace cp::ssi
