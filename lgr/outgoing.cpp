#include "lgr/outgoing.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace lgr {

template <class Function>
auto Outgoing::guarded(Function function) {
  return [weak = weak_from_this(), function = std::move(function)]<class... Args>(Args&&... args) {
    if (const auto self = weak.lock()) function(*self, std::forward<Args>(args)...);
  };
}

Outgoing::Outgoing(std::uint64_t id, MoveRequest request, MoveObserver observer, Services services, Settings settings,
                   Ended ended)
    : id_(id),
      request_(std::move(request)),
      observer_(std::move(observer)),
      services_(services),
      settings_(settings),
      ended_(std::move(ended)),
      guest_(services.guests.find(request_.userid)),
      source_(services.members.self(), request_.to, request_.limits, settings.timing),
      move_(guest_->storage(), settings.window) {}

void Outgoing::begin() {
  begun_ = now();
  on(event::Begin{services_.eligibility.obstacles_on_source(request_.userid, request_.to, request_.forces)});
}

void Outgoing::on(Source::Event event) {
  if (is_abandoned_) return;
  const auto self = shared_from_this();
  events_.push_back(std::move(event));
  if (std::exchange(is_busy_, true)) return;
  while (!events_.empty()) {
    const Source::Event next = std::move(events_.front());
    events_.pop_front();
    for (const Source::Action& action : source_.on(next, now()))
      std::visit([this](const auto& a) { perform(a); }, action);
  }
  is_busy_ = false;
  tell_observer();
  pump();
}

void Outgoing::cancel(EndCode code, std::string by, std::string member) {
  cancelled_by_ = by;
  cancelled_on_ = std::move(member);
  on(event::CancelRequested{code, std::move(by)});
}

void Outgoing::abandon() {
  is_abandoned_ = true;
  gone_.clear();
}

void Outgoing::when_gone(std::function<void()> gone) {
  if (is_gone()) return gone();
  gone_.push_back(std::move(gone));
}

// ---- Messages from the destination

void Outgoing::message(const wire::Message& message) {
  if (is_ended()) return;
  if (auto taken = take(message); !taken) on(event::Failed{EndCode::internal_error, taken.error().text()});
}

z::Result<> Outgoing::take(const wire::Message& message) {
  switch (message.type) {
    case wire::Type::accepted: on(event::Accepted{}); return {};
    case wire::Type::ready: on(event::PeerReady{}); return {};
    case wire::Type::running: on(event::PeerRunning{}); return {};
    case wire::Type::pass_complete: return take_pass_complete(message.body);
    case wire::Type::progress: {
      Z_CHECK(move_.progress(Z_TRY(wire::split<wire::Progress>(message.body)).body));
      tell_observer();
      pump();
      return {};
    }
    case wire::Type::discarded: {
      auto ending = Z_TRY(wire::decode_ending(message.body));
      on(event::PeerDiscarded{ending.code, std::move(ending.lines)});
      return {};
    }
    case wire::Type::cancel_request: {
      const auto ending = Z_TRY(wire::decode_ending(message.body));
      cancel(ending.code, ending.lines.empty() ? "" : ending.lines.front(), services_.members.name(request_.to));
      return {};
    }
    default: return z::failure("message of type {} is not for the source", static_cast<unsigned>(message.type));
  }
}

z::Result<> Outgoing::take_pass_complete(std::span<const std::byte> body) {
  const auto count = Z_TRY(wire::split<wire::PassCount>(body)).body;
  event::PassMoved moved{Z_TRY(move_.pass_complete(count, now())), {}};
  if (source_.phase() == Source::Phase::moving) {
    dirty_ = guest_->harvest_dirty();
    moved.report.dirty = {dirty_.size()};
    moved.obstacles = services_.eligibility.obstacles_on_source(request_.userid, request_.to, request_.forces);
  }
  on(std::move(moved));
  return {};
}

// ---- What the machine says

void Outgoing::perform(const action::SendOffer&) {
  const Limits& limits = source_.limits();
  const auto nanoseconds = [](const std::optional<z::Nanoseconds>& time) {
    return time ? static_cast<std::uint64_t>(time->count()) : 0;
  };
  wire::Offer offer{};
  offer.userid = z::EbcdicName::of(request_.userid);
  offer.issuer = z::EbcdicName::of(request_.issuer);
  offer.storage_pages = guest_->storage_size().value;
  offer.purpose = static_cast<std::uint16_t>(wire::Purpose::move);
  offer.forces = request_.forces.bits;
  offer.asynchronous = request_.style == Style::asynchronous;
  offer.immediate = limits.immediate == Immediate::yes;
  offer.progress_every = static_cast<std::uint16_t>(std::max(1U, settings_.window.bursts / 4));
  offer.max_total_ns = nanoseconds(limits.max_total);
  offer.max_quiesce_ns = nanoseconds(limits.max_quiesce);
  send({wire::encode(wire::Type::offer, sender(), wire::bytes_of(offer), guest_->definition()), {}, {}});
}

void Outgoing::perform(const action::StartPass& start) {
  move_.begin_pass(start.pass, frames_of(start), now());
  is_pass_issue_told_ = false;
}

std::vector<z::FrameIndex> Outgoing::frames_of(const action::StartPass& start) {
  if (!std::exchange(is_tracking_, true)) {
    guest_->begin_dirty_tracking();
    return guest_->frames_in_use();
  }
  auto frames = std::exchange(dirty_, {});
  if (start.kind == PassKind::running) return frames;
  const auto newest = guest_->harvest_dirty();
  frames.insert(frames.end(), newest.begin(), newest.end());
  std::ranges::sort(frames);
  const auto repeated = std::ranges::unique(frames);
  frames.erase(repeated.begin(), repeated.end());
  return frames;
}

void Outgoing::perform(const action::StopGuest&) {
  guest_->stop({.parked = guarded([](Outgoing& self) { self.on(event::Parked{}); }),
                .drained = guarded([](Outgoing& self) { self.on(event::Drained{}); })});
}

void Outgoing::perform(const action::SendState& send_state) {
  const auto state = guest_->save_state();
  if (!state) return on(event::Failed{EndCode::internal_error, state.error().text()});
  const std::span<const std::byte> all{*state};
  for (std::size_t at = 0; at < all.size(); at += wire::state_chunk) {
    wire::StateChunk chunk{};
    chunk.total = all.size();
    chunk.offset = at;
    const auto piece = all.subspan(at, std::min(wire::state_chunk, all.size() - at));
    send({wire::encode(wire::Type::state, sender(), wire::bytes_of(chunk), piece), {}, {}});
  }
  wire::Complete complete{};
  complete.epoch = send_state.epoch;
  complete.digest = move_.digest();
  complete.frames = move_.frames_sent();
  complete.bursts = move_.bursts_sent();
  complete.state_bytes = all.size();
  complete.state_checksum = crc32c(all);
  send({wire::encode(wire::Type::complete, sender(), wire::bytes_of(complete)), {}, {}});
}

void Outgoing::perform(const action::SendCommitted&) { send(wire::Type::committed); }

void Outgoing::perform(const action::SendCancel& cancel) {
  send({wire::encode_ending(wire::Type::cancel, sender(), cancel.code, cancel.lines), {}, {}});
}

void Outgoing::perform(const action::ResumeGuest&) { guest_->resume(); }

void Outgoing::perform(const action::ReleaseGuest&) {
  is_release_due_ = true;
  settle_sends();
}

void Outgoing::perform(const action::SetTimer& timer) {
  auto& id = timers_[static_cast<unsigned>(timer.timer)];
  if (id) services_.timers.cancel(*id);
  id.reset();
  if (timer.deadline == z::Nanoseconds::max()) return;
  id = services_.timers.at(timer.deadline, guarded([kind = timer.timer](Outgoing& self) { self.timer_expired(kind); }));
}

void Outgoing::timer_expired(TimerKind kind) {
  timers_[static_cast<unsigned>(kind)].reset();
  if (kind == TimerKind::record && services_.members.is_down(request_.to)) on(event::PeerDown{});
  on(event::TimeUp{kind});
}

void Outgoing::perform(const action::ReadRecord&) {
  services_.records.read(request_.userid, guarded([](Outgoing& self, z::Result<cp::api::GuestRecord> record) {
                           self.on(event::RecordKnown{record ? std::optional{*record} : std::nullopt});
                         }));
}

void Outgoing::perform(const action::SwapRecord& swap) {
  services_.records.compare_and_set(
      request_.userid, swap.expected, swap.desired,
      guarded([](Outgoing& self, cp::api::Swap done) { self.on(event::RecordSwapped{done}); }));
}

void Outgoing::perform(const action::Finish& finish) {
  code_ = finish.code;
  lines_ = finish.lines;
  ended_at_ = now();
  for (auto& id : timers_)
    if (id) services_.timers.cancel(*std::exchange(id, std::nullopt));
  if (is_tracking_ && guest_ != nullptr) guest_->end_dirty_tracking();
  const bool is_refusal = code_ == EndCode::not_eligible && !is_started_told_;
  if (is_refusal && observer_.refused) observer_.refused(lines_);
  if (!is_refusal && observer_.ended) observer_.ended(report());
  settle_sends();
}

// ---- Sending

void Outgoing::pump() {
  bool has_sent = false;
  while (!is_ended() && source_.phase() != Source::Phase::rolling_back && move_.can_send()) {
    send(move_.next(sender(), now()));
    has_sent = true;
  }
  if (has_sent) tell_observer();
  if (move_.is_issued() && !std::exchange(is_pass_issue_told_, true)) on(event::PassIssued{});
}

void Outgoing::send(cp::api::OutgoingMessage message) {
  ++outstanding_sends_;
  message.sent = [self = shared_from_this()] {
    --self->outstanding_sends_;
    self->settle_sends();
  };
  services_.transport.send(request_.to, std::move(message));
}

void Outgoing::send(wire::Type type) { send({wire::encode(type, sender()), {}, {}}); }

// Guest storage may go only when the transport no longer reads from it.
void Outgoing::settle_sends() {
  if (outstanding_sends_ != 0 || !is_ended() || is_abandoned_) return;
  if (is_release_due_ && guest_ != nullptr) std::exchange(guest_, nullptr)->release();
  for (const auto& gone : std::exchange(gone_, {})) gone();
  if (ended_) std::exchange(ended_, nullptr)(*this);
}

void Outgoing::tell_observer() {
  if (source_.phase() >= Source::Phase::moving && source_.phase() < Source::Phase::rolling_back &&
      !std::exchange(is_started_told_, true) && observer_.started)
    observer_.started();
  if (is_started_told_ && !is_ended() && observer_.progress) observer_.progress(report());
}

Report Outgoing::report() const {
  Report report;
  report.userid = request_.userid;
  report.from = services_.members.name(services_.members.self());
  report.to = services_.members.name(request_.to);
  report.issuer = request_.issuer;
  report.style = request_.style;
  report.limits = source_.limits();
  report.stage = source_.stage();
  report.pass = source_.pass();
  report.pass_sent = move_.pass_sent();
  report.pass_size = move_.pass_size();
  report.passes = source_.passes();
  report.elapsed = (is_ended() ? ended_at_ : now()) - begun_;
  report.code = code_;
  report.lines = lines_;
  report.cancelled_by = cancelled_by_;
  report.cancelled_on = cancelled_on_;
  report.quiesce = source_.quiesce();
  report.blackout = source_.blackout();
  return report;
}

}  // namespace lgr
