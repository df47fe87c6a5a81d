#include <algorithm>

#include "base/assert.h"
#include "cp/ssi/membership.h"

// What a member changes in the PDR while it holds the lock. Nothing of its own state moves here: that happens when the
// write has ended well, in `adopt`.
namespace cp::ssi {

using api::MemberSlot;
using pdr::MemberState;

namespace {

bool is_running(MemberState state) {
  return state == MemberState::joining || state == MemberState::joined || state == MemberState::leaving ||
         state == MemberState::suspended;
}

MemberSlot slot_at(std::size_t index) { return MemberSlot{static_cast<std::uint16_t>(index + 1)}; }

}  // namespace

void Membership::observe(Moment at, const pdr::Record& record) {
  own_slot_ = record.slot_of(options_.own_name);
  for (std::size_t i = 0; i < record.members.size(); ++i) {
    const auto& member = record.members[i];
    const auto [found, is_new] = peers_.try_emplace(slot_at(i));
    auto& peer = found->second;
    const bool moved = peer.seen_incarnation != member.incarnation || peer.seen_heartbeats != member.heartbeats;
    // One move may be the last write of a former life that was under way when it died.
    if (moved && !is_new && phase_ == Phase::settling && slot_at(i) == own_slot_ && ++moves_of_former_life_ > 1) {
      console("HCPPLM1667E System " + options_.own_name + " is running already, this system does not join the SSI cluster.");
      phase_ = Phase::isolated;
      actions_.emplace_back(JoinEnded{JoinEnded::Outcome::isolated});
    }
    if (!moved && !is_new) continue;
    peer.seen_incarnation = member.incarnation;
    peer.seen_heartbeats = member.heartbeats;
    peer.seen_at = at.now;
  }
}

void Membership::enter_own_name(pdr::Record& record) const {
  if (own_slot_ || !options_.configured_slot) return;
  auto& slot = record.member(*options_.configured_slot);
  if (slot.is_available()) slot = {.name = options_.own_name, .incarnation = slot.incarnation, .last_changer = options_.own_name};
}

bool Membership::is_stale(Moment at, MemberSlot slot) const {
  const auto found = peers_.find(slot);
  return found != peers_.end() && at.now - found->second.seen_at >= options_.timing.take_over;
}

void Membership::update(Moment at, pdr::Record& record) {
  if (phase_ == Phase::fenced || phase_ == Phase::isolated) return;
  enter_own_name(record);
  mark_stopped_members(at, record);
  update_self(at, record);
  run_commands(at, record);
}

// A member that has not moved its entry for so long has lost its lease and runs nothing. A mark of Unknown makes that
// final: even if it comes back it will find the mark and stop. One that was joining or leaving had no guests.
void Membership::mark_stopped_members(Moment at, pdr::Record& record) {
  if (record.timeouts == pdr::Timeouts::disabled || phase_ == Phase::settling) return;
  for (std::size_t i = 0; i < record.members.size(); ++i) {
    auto& member = record.members[i];
    if (slot_at(i) == own_slot_ || !is_running(member.state) || !is_stale(at, slot_at(i))) continue;
    const bool had_guests = member.state == MemberState::joined || member.state == MemberState::suspended;
    member.down_reason = pdr::DownReason::failed;
    member.change_state(had_guests ? MemberState::unknown : MemberState::down, options_.own_name);
  }
}

void Membership::update_self(Moment at, pdr::Record& record) {
  if (!own_slot_) {
    if (record.slot_of(options_.own_name)) {
      again_ = true;  // entered just now, which counts once it is written
    } else if (wait_reason_.empty()) {
      wait_reason_ = "HCPPLM1668E System " + options_.own_name + " is not in the member list of the SSI cluster.";
      console(wait_reason_);
    }
    return;
  }
  switch (phase_) {
    case Phase::settling: settle_former_life(at, record); break;
    case Phase::waiting: try_to_join(at, record); break;
    case Phase::joining: end_join(record); break;
    case Phase::member: update_as_member(record); break;
    case Phase::leaving: {
      auto& own = *self(record);
      own.down_reason = pdr::DownReason::left;
      own.change_state(MemberState::down, options_.own_name);
      break;
    }
    default: return;
  }
  if (is_active() && is_running(self(record)->state)) beat(at, record);
}

void Membership::beat(Moment at, pdr::Record& record) const {
  auto& own = *self(record);
  ++own.heartbeats;
  own.stamp = at.tod;
  own.connected = 0;
  for (const auto& [node, contact] : contacts_)
    if (const auto slot = record.slot_of(node); slot && contact.established) own.connected |= 1U << (slot->value - 1);
}

// An entry of our name that looks alive may be a former life that just ended, or a second system of the same name.
void Membership::settle_former_life(Moment at, const pdr::Record& record) {
  if (is_running(record.member(*own_slot_).state) && !is_stale(at, *own_slot_)) return;
  phase_ = Phase::waiting;
  again_ = true;
}

bool Membership::someone_changes(const pdr::Record& record) const {
  for (std::size_t i = 0; i < record.members.size(); ++i) {
    const auto state = record.members[i].state;
    if (slot_at(i) != own_slot_ && (state == MemberState::joining || state == MemberState::leaving)) return true;
  }
  return false;
}

std::optional<std::string> Membership::obstacle_to_join(const pdr::Record& record) const {
  if (someone_changes(record)) return "HCPPLM1670I Waiting for another member to join or leave the SSI cluster.";
  for (std::size_t i = 0; i < record.members.size(); ++i) {
    const auto& member = record.members[i];
    if (slot_at(i) == own_slot_) continue;
    if (member.state == MemberState::suspended)
      return "HCPPLM1671I Waiting for suspended members in order to join the SSI cluster.";
    if (member.state == MemberState::joined && !is_linked(member.name))
      return "HCPPLM1669I Waiting for ISFC connectivity in order to join the SSI cluster.";
  }
  return std::nullopt;
}

void Membership::try_to_join(Moment at, pdr::Record& record) {
  if (const auto obstacle = obstacle_to_join(record)) {
    if (wait_reason_ != *obstacle) console(*obstacle);
    wait_reason_ = *obstacle;
    return;
  }
  wait_reason_.clear();
  auto& own = *self(record);
  if (own.state != MemberState::down) own.change_state(MemberState::down, options_.own_name);
  own.change_state(MemberState::joining, options_.own_name);
  own.down_reason = pdr::DownReason::undetermined;
  ++own.incarnation;
  beat(at, record);
}

void Membership::end_join(pdr::Record& record) {
  auto& own = *self(record);
  if (decision_ == Decision::join) {
    // Everyone who is joined now must have agreed and still be linked.
    for (const auto& member : record.members) {
      if (member.name == options_.own_name) continue;
      const auto contact = contacts_.find(member.name);
      const bool agreed = contact != contacts_.end() && contact->second.vote;
      if (member.state == MemberState::suspended || (member.state == MemberState::joined && !agreed))
        decision_ = Decision::retry;
    }
  }
  switch (decision_) {
    case Decision::open: return;
    case Decision::join: own.change_state(MemberState::joined, options_.own_name); return;
    case Decision::isolate: own.change_state(MemberState::isolated, options_.own_name); return;
    case Decision::retry: own.change_state(MemberState::down, options_.own_name); return;
  }
}

bool Membership::lost_contact(const pdr::Record& record) const {
  return std::ranges::any_of(record.members, [&](const pdr::Member& member) {
    if (member.name == options_.own_name) return false;
    const bool counts = member.state == MemberState::joined || member.state == MemberState::suspended;
    const auto contact = contacts_.find(member.name);
    return counts && (contact == contacts_.end() || !contact->second.established);
  });
}

void Membership::update_as_member(pdr::Record& record) {
  auto& own = *self(record);
  if (shutdown_requested_ && !someone_changes(record) && !voted_join_)
    own.change_state(MemberState::leaving, options_.own_name);
  else
    own.change_state(lost_contact(record) ? MemberState::suspended : MemberState::joined, options_.own_name);
}

void Membership::run_commands(Moment at, pdr::Record& record) {
  ended_commands_.clear();
  for (const auto& command : commands_) ended_commands_.push_back({command.id, run_command(at, record, command)});
}

z::Result<> Membership::run_command(Moment at, pdr::Record& record, const Command& command) {
  if (command.is_down) {
    const auto slot = record.slot_of(command.name);
    if (!slot) return z::failure("HCPPLM1672E System {} is not a member of the SSI cluster", command.name);
    auto& member = record.member(*slot);
    if (*slot == own_slot_ || (is_running(member.state) && !is_stale(at, *slot)))
      return z::failure("HCPPLM1673E System {} is still running and cannot be declared down", command.name);
    if (member.state == MemberState::down) return z::failure("HCPPLM1674E System {} is down", command.name);
    member.down_reason = pdr::DownReason::declared;
    member.change_state(MemberState::down, options_.own_name);
    return {};
  }
  if (command.slot.value < 1 || command.slot.value > pdr::system_entries)
    return z::failure("HCPPLM1675E Slot {} does not exist", command.slot.value);
  auto& member = record.member(command.slot);
  if (!member.is_available() && member.state != MemberState::down)
    return z::failure("HCPPLM1673E System {} is still running", member.name);
  if (record.slot_of(command.name)) return z::failure("HCPPLM1676E System {} has a slot already", command.name);
  member = pdr::Member{.name = command.name, .incarnation = member.incarnation, .last_changer = options_.own_name};
  return {};
}

}  // namespace cp::ssi
