#include "cp/ssi/logons.h"

#include <algorithm>

#include "base/bytes.h"

namespace cp::ssi {

using api::MemberSlot;

namespace {

constexpr std::uint16_t version = 1;
constexpr unsigned max_attempts = 50;
constexpr auto back_off_step = std::chrono::milliseconds{7};

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span{text}); }

std::string text_of(std::span<const std::byte> bytes) {
  std::string result;
  for (const auto b : bytes) result += static_cast<char>(b);
  return result;
}

}  // namespace

std::vector<LogonAction> LogonRegistry::actions() { return std::exchange(actions_, {}); }

std::vector<std::byte> LogonRegistry::encode(const Message& message) {
  z::ByteWriter writer;
  writer.be16(version);
  writer.be16(static_cast<std::uint16_t>(message.kind));
  writer.be64(message.epoch);
  writer.be16(message.owner.value);
  writer.block(bytes_of(message.userid));
  return std::move(writer).bytes();
}

z::Result<LogonRegistry::Message> LogonRegistry::decode(std::span<const std::byte> bytes) {
  z::ByteReader reader{bytes};
  if (const auto v = Z_TRY(reader.be16()); v != version) return z::failure("version {}, not {}: logon message", v, version);
  const auto kind = Z_TRY(reader.be16());
  if (kind < 1 || kind > 6) return z::failure("kind {}: logon message", kind);
  const auto epoch = Z_TRY(reader.be64());
  const auto owner = Z_TRY(reader.be16());
  return Message{static_cast<Kind>(kind), epoch, MemberSlot{owner}, text_of(Z_TRY(reader.block()))};
}

void LogonRegistry::send(const std::string& node, const Message& message) {
  actions_.emplace_back(SendLogonMessage{node, encode(message)});
}

void LogonRegistry::broadcast(const Message& message) {
  for (const auto& node : cluster_.linked_nodes()) send(node, message);
}

void LogonRegistry::refuse(const Waiting& request, std::string why) {
  actions_.emplace_back(ClaimEnded{request.id, z::failure(z::Error{std::move(why)})});
}

void LogonRegistry::claim(z::Nanoseconds now, const std::string& userid, std::uint64_t id) {
  waiting_.push_back({userid, id, 0, now});
  start_waiting(now);
}

void LogonRegistry::start_waiting(z::Nanoseconds now) {
  if (mode_ == Mode::safe) {
    for (const auto& request : std::exchange(waiting_, {}))
      refuse(request, "HCPLGN1678E " + request.userid + " cannot log on while the SSI cluster is in SAFE mode");
    return;
  }
  if (mode_ == Mode::influx) return;
  for (auto& request : std::exchange(waiting_, {})) {
    if (request.not_before > now)
      waiting_.push_back(std::move(request));
    else
      begin_claim(std::move(request));
  }
}

void LogonRegistry::begin_claim(Waiting request) {
  const auto self = cluster_.own_slot();
  if (const auto found = owners_.find(request.userid); found != owners_.end() && !found->second.is_claiming)
    return refuse(request, found->second.member == self
                               ? "HCPLGN054E Already logged on: " + request.userid
                               : "HCPLGN054E Already logged on " + cluster_.name_of(found->second.member) + ": " + request.userid);
  if (pending_.contains(request.userid)) return refuse(request, "HCPLGN054E Already logging on: " + request.userid);
  const auto userid = request.userid;
  const auto peers = cluster_.joined_peers();
  Pending pending{std::move(request), ++last_epoch_, {peers.begin(), peers.end()}};
  for (const auto peer : peers) send(cluster_.name_of(peer), {Kind::claim, pending.epoch, *self, userid});
  pending_.emplace(userid, std::move(pending));
  complete_if_answered(userid);
}

void LogonRegistry::complete_if_answered(const std::string& userid) {
  const auto found = pending_.find(userid);
  if (found == pending_.end() || !found->second.unanswered.empty()) return;
  const auto self = *cluster_.own_slot();
  owners_[userid] = {self, found->second.epoch, false};
  broadcast({Kind::owns, found->second.epoch, self, userid});
  actions_.emplace_back(ClaimEnded{found->second.request.id, {}});
  pending_.erase(found);
  if (pending_.empty()) actions_.emplace_back(ReadyToVote{});
}

// Those who granted the claim forget it.
void LogonRegistry::give_up(const std::string& userid) {
  const auto found = pending_.find(userid);
  broadcast({Kind::released, found->second.epoch, *cluster_.own_slot(), userid});
  pending_.erase(found);
  if (pending_.empty()) actions_.emplace_back(ReadyToVote{});
}

void LogonRegistry::release(const std::string& userid) {
  const auto found = owners_.find(userid);
  if (found == owners_.end() || found->second.member != cluster_.own_slot()) return;
  broadcast({Kind::released, found->second.epoch, found->second.member, userid});
  owners_.erase(found);
}

void LogonRegistry::take_over(const std::string& userid) {
  const Owner owner{*cluster_.own_slot(), ++last_epoch_, false};
  owners_[userid] = owner;
  broadcast({Kind::owns, owner.epoch, owner.member, userid});
}

std::optional<MemberSlot> LogonRegistry::owner(const std::string& userid) const {
  const auto found = owners_.find(userid);
  if (found == owners_.end() || found->second.is_claiming) return std::nullopt;
  return found->second.member;
}

std::vector<std::string> LogonRegistry::users_of(MemberSlot member) const {
  std::vector<std::string> result;
  for (const auto& [userid, owner] : owners_)
    if (owner.member == member && !owner.is_claiming) result.push_back(userid);
  return result;
}

void LogonRegistry::set_mode(z::Nanoseconds now, Mode mode) {
  mode_ = mode;
  start_waiting(now);
}

void LogonRegistry::message(z::Nanoseconds now, const std::string& node, std::span<const std::byte> bytes) {
  const auto from = cluster_.slot_of(node);
  const auto message = decode(bytes);
  if (!from || !message) return;
  last_epoch_ = std::max(last_epoch_, message->epoch);
  const auto found = owners_.find(message->userid);
  switch (message->kind) {
    case Kind::claim: return answer_claim(node, *from, *message);
    case Kind::granted:
    case Kind::refused:
    case Kind::contended: return take_answer(now, *from, *message);
    case Kind::owns:
      if (found == owners_.end() || message->epoch >= found->second.epoch)
        owners_[message->userid] = {*from, message->epoch, false};
      return;
    case Kind::released:
      if (found != owners_.end() && found->second.member == *from && found->second.epoch <= message->epoch)
        owners_.erase(found);
      return;
  }
}

void LogonRegistry::answer_claim(const std::string& node, MemberSlot from, const Message& message) {
  auto answer = message;
  const auto found = owners_.find(message.userid);
  if (pending_.contains(message.userid)) {
    answer.kind = Kind::contended;
  } else if (found != owners_.end() && found->second.member != from) {
    answer.kind = found->second.is_claiming ? Kind::contended : Kind::refused;
    answer.owner = found->second.member;
  } else {
    answer.kind = Kind::granted;
    owners_[message.userid] = {from, message.epoch, true};
  }
  send(node, answer);
}

void LogonRegistry::take_answer(z::Nanoseconds now, MemberSlot from, const Message& message) {
  const auto found = pending_.find(message.userid);
  if (found == pending_.end() || found->second.epoch != message.epoch) return;
  if (message.kind == Kind::granted) {
    found->second.unanswered.erase(from);
    return complete_if_answered(message.userid);
  }
  auto request = found->second.request;
  give_up(message.userid);
  if (message.kind == Kind::refused)
    return refuse(request, "HCPLGN054E Already logged on " + cluster_.name_of(message.owner) + ": " + request.userid);
  if (++request.attempt == max_attempts) return refuse(request, "HCPLGN054E Already logging on: " + request.userid);
  request.not_before = now + back_off_step * cluster_.own_slot()->value * request.attempt;
  waiting_.push_back(std::move(request));
}

void LogonRegistry::link_down(z::Nanoseconds, const std::string& node) {
  const auto slot = cluster_.slot_of(node);
  if (!slot) return;
  std::vector<Waiting> failed;
  for (const auto& [userid, pending] : pending_)
    if (pending.unanswered.contains(*slot)) failed.push_back(pending.request);
  for (const auto& request : failed) {
    give_up(request.userid);
    refuse(request, "HCPLGN1678E " + request.userid + " cannot log on: " + node + " does not answer");
  }
}

void LogonRegistry::timer(z::Nanoseconds now) { start_waiting(now); }

std::optional<z::Nanoseconds> LogonRegistry::deadline() const {
  if (mode_ != Mode::stable || waiting_.empty()) return std::nullopt;
  return std::ranges::min(waiting_, {}, &Waiting::not_before).not_before;
}

std::vector<std::byte> LogonRegistry::describe() const {
  z::ByteWriter writer;
  writer.be16(version);
  const auto self = cluster_.own_slot();
  const auto count = std::ranges::count_if(owners_, [&](const auto& entry) { return entry.second.member == self; });
  writer.be32(static_cast<std::uint32_t>(count));
  for (const auto& [userid, owner] : owners_) {
    if (owner.member != self) continue;
    writer.be64(owner.epoch);
    writer.block(bytes_of(userid));
  }
  return std::move(writer).bytes();
}

z::Result<LogonRegistry::List> LogonRegistry::decode_list(std::span<const std::byte> bytes) {
  z::ByteReader reader{bytes};
  if (const auto v = Z_TRY(reader.be16()); v != version) return z::failure("version {}, not {}: logon list", v, version);
  List list;
  const auto count = Z_TRY(reader.be32());
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto epoch = Z_TRY(reader.be64());
    list[text_of(Z_TRY(reader.block()))] = epoch;
  }
  return list;
}

z::Result<> LogonRegistry::prepare(MemberSlot member, std::span<const std::byte> description) {
  auto list = Z_TRY(decode_list(description));
  for (const auto& [userid, epoch] : list)
    if (const auto other = owner(userid); other && *other != member)
      return z::failure("{} is logged on to {} and to {}", userid, cluster_.name_of(member), cluster_.name_of(*other));
  prepared_[member] = std::move(list);
  return {};
}

void LogonRegistry::commit(MemberSlot member) {
  const auto found = prepared_.find(member);
  if (found == prepared_.end()) return;
  replace(member, found->second);
  prepared_.erase(found);
}

void LogonRegistry::resynchronize(MemberSlot member, std::span<const std::byte> description) {
  if (const auto list = decode_list(description)) replace(member, *list);
}

void LogonRegistry::replace(MemberSlot member, const List& list) {
  std::erase_if(owners_, [&](const auto& entry) { return entry.second.member == member && !list.contains(entry.first); });
  for (const auto& [userid, epoch] : list) {
    last_epoch_ = std::max(last_epoch_, epoch);
    const auto found = owners_.find(userid);
    if (found == owners_.end() || epoch >= found->second.epoch) owners_[userid] = {member, epoch, false};
  }
}

void LogonRegistry::member_gone(MemberSlot member) {
  std::erase_if(owners_, [&](const auto& entry) { return entry.second.member == member; });
  std::vector<std::string> userids;
  for (auto& [userid, pending] : pending_) {
    pending.unanswered.erase(member);
    userids.push_back(userid);
  }
  for (const auto& userid : userids) complete_if_answered(userid);
}

}  // namespace cp::ssi
