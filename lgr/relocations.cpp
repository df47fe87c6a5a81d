#include "lgr/relocations.h"

#include <algorithm>
#include <utility>

namespace lgr {

using cp::api::MemberSlot;

// The transport may still hold messages of relocations, and tell them later that they are sent.
Relocations::~Relocations() {
  for (const auto& [id, outgoing] : outgoing_) outgoing->abandon();
}

// ---- Commands

std::expected<void, Rejection> Relocations::check(const std::string& userid, MemberSlot to) const {
  if (services_.guests.find(userid) == nullptr) return std::unexpected{Rejection::not_logged_on};
  if (is_moving(userid)) return std::unexpected{Rejection::already_relocating};
  if (to == services_.members.self()) return std::unexpected{Rejection::destination_is_here};
  if (!services_.members.is_joined(to)) return std::unexpected{Rejection::destination_not_joined};
  return {};
}

// Also across restarts of this member: time goes on.
std::uint64_t Relocations::next_id() {
  last_id_ = std::max(last_id_ + 1, static_cast<std::uint64_t>(services_.clock.utc().count()));
  return last_id_;
}

std::expected<void, Rejection> Relocations::test(const std::string& userid, MemberSlot to, cp::api::Forces forces,
                                                 Obstacles told) {
  if (auto checked = check(userid, to); !checked) return checked;
  const auto* guest = services_.guests.find(userid);
  auto obstacles = services_.eligibility.obstacles_on_source(userid, to, forces);
  if (!obstacles.empty()) {
    told(std::move(obstacles));
    return {};
  }
  wire::Offer offer{};
  offer.userid = z::EbcdicName::of(userid);
  offer.storage_pages = guest->storage_size().value;
  offer.purpose = static_cast<std::uint16_t>(wire::Purpose::test);
  offer.forces = forces.bits;
  const auto id = next_id();
  tests_.emplace(id, Test{to, std::move(told)});
  services_.timers.at(services_.clock.now() + settings_.timing.offer_answer, [this, id, alive = std::weak_ptr{alive_}] {
    if (!alive.expired()) test_unanswered(id);
  });
  send(to, wire::encode(wire::Type::offer, {id, Stage::eligibility, 0}, wire::bytes_of(offer), guest->definition()));
  return {};
}

std::expected<void, Rejection> Relocations::move(MoveRequest request, MoveObserver observer) {
  if (auto checked = check(request.userid, request.to); !checked) return checked;
  const auto id = next_id();
  auto ended = [this](Outgoing& outgoing) { outgoing_ended(outgoing); };
  auto relocation =
      std::make_shared<Outgoing>(id, std::move(request), std::move(observer), services_, settings_, ended);
  outgoing_.emplace(id, relocation);
  relocation->begin();
  return {};
}

bool Relocations::cancel(const std::string& userid, EndCode code, const std::string& by) {
  if (const auto outgoing = outgoing_of(userid)) {
    outgoing->cancel(code, by, services_.members.name(services_.members.self()));
    return true;
  }
  if (const auto incoming = incoming_of(userid)) {
    incoming->on(event::CancelRequested{code, by});
    return true;
  }
  return false;
}

bool Relocations::modify(const std::string& userid, const LimitsChange& change) {
  const auto outgoing = outgoing_of(userid);
  if (!outgoing) return false;
  Limits limits = outgoing->report().limits;
  if (change.max_total) limits.max_total = *change.max_total;
  if (change.max_quiesce) limits.max_quiesce = *change.max_quiesce;
  outgoing->on(event::LimitsChanged{limits});
  return true;
}

std::vector<Report> Relocations::reports() const {
  std::vector<Report> reports;
  for (const auto& [id, outgoing] : outgoing_)
    if (!outgoing->is_ended()) reports.push_back(outgoing->report());
  for (const auto& [key, incoming] : incoming_) reports.push_back(incoming->report());
  return reports;
}

bool Relocations::is_moving(const std::string& userid) const { return outgoing_of(userid) || incoming_of(userid); }

std::shared_ptr<Outgoing> Relocations::outgoing_of(const std::string& userid) const {
  for (const auto& [id, outgoing] : outgoing_)
    if (outgoing->request().userid == userid) return outgoing;
  return nullptr;
}

std::shared_ptr<Incoming> Relocations::incoming_of(const std::string& userid) const {
  for (const auto& [key, incoming] : incoming_)
    if (incoming->offer().userid == userid) return incoming;
  return nullptr;
}

// ---- Events

void Relocations::message(MemberSlot from, std::span<const std::byte> bytes) {
  const auto message = wire::decode(bytes);
  if (!message) return damaged_message(from, message.error());
  const auto id = message->sender.relocation;
  switch (message->type) {
    case wire::Type::offer: return offered(from, *message);
    case wire::Type::burst:
    case wire::Type::pass_end:
    case wire::Type::state:
    case wire::Type::complete:
    case wire::Type::committed:
    case wire::Type::cancel: {
      const auto found = incoming_.find({from, id});
      if (found == incoming_.end()) return unknown_relocation(from, *message);
      const auto incoming = found->second;
      return incoming->message(*message);
    }
    default: break;
  }
  if (const auto test = tests_.find(id); test != tests_.end() && test->second.to == from)
    return tell_test(test, *message);
  const auto found = outgoing_.find(id);
  if (found == outgoing_.end() || found->second->request().to != from)
    return;  // it ended here; the record decides there
  const auto outgoing = found->second;
  outgoing->message(*message);
}

void Relocations::offered(MemberSlot from, const wire::Message& message) {
  const wire::Sender reply{message.sender.relocation, Stage::create_guest, 0};
  auto offer = IncomingOffer::decode(message.body);
  if (!offer)
    return send(from,
                wire::encode_ending(wire::Type::discarded, reply, EndCode::internal_error, {offer.error().text()}));
  if (offer->purpose == wire::Purpose::test) return answer_test(from, reply.relocation, *offer);
  if (!make_room_for(from, *offer)) {
    auto text = fmt::format("User {} is being relocated", offer->userid);
    return send(from, wire::encode_ending(wire::Type::discarded, reply, EndCode::not_eligible, {std::move(text)}));
  }
  auto ended = [this](Incoming& incoming) { incoming_ended(incoming); };
  auto incoming = std::make_shared<Incoming>(reply.relocation, from, std::move(*offer), services_, settings_, ended);
  incoming_.emplace(IncomingKey{from, reply.relocation}, incoming);
  incoming->begin();
}

// A source offers a guest again only when its former attempt is settled, so an image of that one is stale.
bool Relocations::make_room_for(MemberSlot from, const IncomingOffer& offer) {
  if (const auto former = incoming_of(offer.userid); former && former->from() == from)
    former->on(event::SourceCancelled{EndCode::cancelled, {"offered again"}});
  return !is_moving(offer.userid);
}

void Relocations::answer_test(MemberSlot from, std::uint64_t id, const IncomingOffer& offer) {
  const wire::Sender reply{id, Stage::eligibility, 0};
  const auto obstacles =
      services_.eligibility.obstacles_on_destination(offer.userid, offer.storage, offer.definition, offer.forces);
  if (obstacles.empty())
    send(from, wire::encode(wire::Type::accepted, reply));
  else
    send(from, wire::encode_ending(wire::Type::discarded, reply, EndCode::not_eligible, obstacles));
}

void Relocations::test_unanswered(std::uint64_t id) {
  if (auto test = tests_.extract(id)) test.mapped().told({"the destination does not answer"});
}

void Relocations::tell_test(std::map<std::uint64_t, Test>::iterator test, const wire::Message& message) {
  const auto told = std::move(test->second.told);
  tests_.erase(test);
  if (message.type != wire::Type::discarded) return told({});
  auto ending = wire::decode_ending(message.body);
  told(ending ? std::move(ending->lines) : std::vector{ending.error().text()});
}

// From a source that has not heard how it ended, or whose relocation an earlier incarnation of this member knew.
void Relocations::unknown_relocation(MemberSlot from, const wire::Message& message) {
  const auto id = message.sender.relocation;
  const wire::Sender reply{id, message.sender.stage, message.sender.pass};
  if (activated_.contains({from, id})) return send(from, wire::encode(wire::Type::running, reply));
  send(from, wire::encode_ending(wire::Type::discarded, reply, EndCode::connection_lost,
                                 {"relocation is not known at the destination"}));
}

// Nothing in it can be trusted, not even whose it is: all that this member takes part in fails while it still may.
void Relocations::damaged_message(MemberSlot from, const z::Error& error) {
  for (const auto& outgoing : outgoing_to(from)) outgoing->on(event::Failed{EndCode::internal_error, error.text()});
  for (const auto& incoming : incoming_from(from)) incoming->on(event::Failed{EndCode::internal_error, error.text()});
}

void Relocations::link_lost(MemberSlot member) {
  for (const auto& outgoing : outgoing_to(member)) outgoing->on(event::LinkLost{});
  for (const auto& incoming : incoming_from(member)) incoming->on(event::LinkLost{});
  std::vector<Obstacles> untold;
  std::erase_if(tests_, [&](auto& test) {
    if (test.second.to != member) return false;
    untold.push_back(std::move(test.second.told));
    return true;
  });
  for (const auto& told : untold) told({std::string{text_of(EndCode::connection_lost)}});
}

void Relocations::member_down(MemberSlot member) {
  for (const auto& outgoing : outgoing_to(member)) outgoing->on(event::PeerDown{});
  for (const auto& incoming : incoming_from(member)) incoming->on(event::PeerDown{});
}

void Relocations::guest_leaving(const std::string& userid, std::function<void()> gone) {
  const auto outgoing = outgoing_of(userid);
  if (!outgoing) return gone();
  outgoing->on(event::CancelRequested{EndCode::guest_reset, userid});
  outgoing->when_gone(std::move(gone));
}

// ---- Books

void Relocations::outgoing_ended(Outgoing& outgoing) {
  remember(outgoing.report());
  outgoing_.erase(outgoing.id());
}

void Relocations::incoming_ended(Incoming& incoming) {
  const IncomingKey key{incoming.from(), incoming.id()};
  if (incoming.phase() == Destination::Phase::running) activated_.insert(key);
  remember(incoming.report());
  incoming_.erase(key);
}

void Relocations::remember(Report report) {
  history_.push_back(std::move(report));
  while (history_.size() > settings_.history) history_.pop_front();
}

void Relocations::send(MemberSlot to, std::vector<std::byte> message) {
  services_.transport.send(to, {std::move(message), {}, [] {}});
}

std::vector<std::shared_ptr<Outgoing>> Relocations::outgoing_to(MemberSlot member) const {
  std::vector<std::shared_ptr<Outgoing>> result;
  for (const auto& [id, outgoing] : outgoing_)
    if (outgoing->request().to == member) result.push_back(outgoing);
  return result;
}

std::vector<std::shared_ptr<Incoming>> Relocations::incoming_from(MemberSlot member) const {
  std::vector<std::shared_ptr<Incoming>> result;
  for (const auto& [key, incoming] : incoming_)
    if (key.from == member) result.push_back(incoming);
  return result;
}

}  // namespace lgr
