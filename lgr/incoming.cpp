#include "lgr/incoming.h"

#include <algorithm>
#include <utility>

namespace lgr {
namespace {

// A guest of 16 TiB is larger than any machine; more is a damaged or foreign offer.
constexpr std::uint64_t max_storage_pages = std::uint64_t{1} << 32;

std::optional<z::Nanoseconds> limit_of(std::uint64_t nanoseconds) {
  if (nanoseconds == 0 || nanoseconds > static_cast<std::uint64_t>(z::Nanoseconds::max().count())) return std::nullopt;
  return z::Nanoseconds{static_cast<std::int64_t>(nanoseconds)};
}

}  // namespace

z::Result<IncomingOffer> IncomingOffer::decode(std::span<const std::byte> body) {
  const auto [offer, definition] = Z_TRY(wire::split<wire::Offer>(body));
  const auto purpose = static_cast<wire::Purpose>(std::uint16_t{offer.purpose});
  if (purpose != wire::Purpose::move && purpose != wire::Purpose::test) return z::failure("offer of unknown purpose");
  IncomingOffer result;
  result.userid = offer.userid.text();
  result.issuer = offer.issuer.text();
  result.storage = {offer.storage_pages};
  result.purpose = purpose;
  result.forces = {offer.forces};
  result.style = offer.asynchronous != 0 ? Style::asynchronous : Style::synchronous;
  result.limits.immediate = offer.immediate != 0 ? Immediate::yes : Immediate::no;
  result.limits.max_total = limit_of(offer.max_total_ns);
  result.limits.max_quiesce = limit_of(offer.max_quiesce_ns);
  result.progress_every = std::max<unsigned>(1, offer.progress_every);
  result.definition.assign(definition.begin(), definition.end());
  if (result.userid.empty()) return z::failure("offer without userid");
  if (result.storage.value == 0 || result.storage.value > max_storage_pages)
    return z::failure("offer of {} with {} pages of storage", result.userid, result.storage.value);
  return result;
}

template <class Function>
auto Incoming::guarded(Function function) {
  return [weak = weak_from_this(), function = std::move(function)]<class... Args>(Args&&... args) {
    if (const auto self = weak.lock()) function(*self, std::forward<Args>(args)...);
  };
}

Incoming::Incoming(std::uint64_t id, cp::api::MemberSlot from, IncomingOffer offer, Services services,
                   Settings settings, Ended ended)
    : id_(id),
      from_(from),
      offer_(std::move(offer)),
      services_(services),
      settings_(settings),
      ended_(std::move(ended)),
      destination_(services.members.self(), from, settings.timing) {}

void Incoming::begin() {
  begun_ = pass_begun_ = now();
  if (auto reasons = obstacles(); !reasons.empty())
    return on(event::SourceCancelled{EndCode::not_eligible, std::move(reasons)});
  services_.guests.create_skeleton(
      offer_.userid, offer_.storage, offer_.definition,
      guarded([](Incoming& self, z::Result<std::unique_ptr<cp::api::SkeletonPort>> skeleton) {
        self.created(std::move(skeleton));
      }));
}

void Incoming::created(z::Result<std::unique_ptr<cp::api::SkeletonPort>> skeleton) {
  if (is_ended()) return;
  if (!skeleton) return on(event::SourceCancelled{EndCode::not_eligible, {skeleton.error().text()}});
  skeleton_ = std::move(*skeleton);
  image_.emplace(*skeleton_);
  on(event::Created{});
}

std::vector<std::string> Incoming::obstacles() const {
  return services_.eligibility.obstacles_on_destination(offer_.userid, offer_.storage, offer_.definition,
                                                        offer_.forces);
}

void Incoming::on(Destination::Event event) {
  const auto self = shared_from_this();
  events_.push_back(std::move(event));
  if (std::exchange(is_busy_, true)) return;
  while (!events_.empty()) {
    const Destination::Event next = std::move(events_.front());
    events_.pop_front();
    for (const Destination::Action& action : destination_.on(next, now()))
      std::visit([this](const auto& a) { perform(a); }, action);
  }
  is_busy_ = false;
}

// ---- Messages from the source

void Incoming::message(const wire::Message& message) {
  if (is_ended()) return;
  stage_ = message.sender.stage;
  if (auto taken = take(message); !taken) on(event::Failed{EndCode::internal_error, taken.error().text()});
}

z::Result<> Incoming::take(const wire::Message& message) {
  switch (message.type) {
    case wire::Type::burst: return take_burst(message.body);
    case wire::Type::pass_end: return take_pass_end(message.body);
    case wire::Type::state: return take_state(message.body);
    case wire::Type::complete: return take_complete(message.body);
    case wire::Type::committed: on(event::Committed{}); return {};
    case wire::Type::cancel: {
      auto ending = Z_TRY(wire::decode_ending(message.body));
      on(event::SourceCancelled{ending.code, std::move(ending.lines)});
      return {};
    }
    default: return z::failure("message of type {} is not for the destination", static_cast<unsigned>(message.type));
  }
}

z::Result<> Incoming::check_receiving() const {
  if (phase() != Destination::Phase::receiving) return z::failure("pages or state come when none are expected");
  return {};
}

z::Result<> Incoming::take_burst(std::span<const std::byte> body) {
  Z_CHECK(check_receiving());
  Z_CHECK(image_->store(body));
  pass_ = image_->pass();
  if (image_->bursts() % offer_.progress_every != 0) return {};
  wire::Progress progress{};
  progress.bursts = image_->bursts();
  send(wire::encode(wire::Type::progress, sender(), wire::bytes_of(progress)));
  return {};
}

z::Result<> Incoming::take_pass_end(std::span<const std::byte> body) {
  Z_CHECK(check_receiving());
  const auto count = Z_TRY(wire::split<wire::PassCount>(body)).body;
  Z_CHECK(image_->end_pass(count));
  PassReport pass;
  pass.pass = pass_ = image_->pass();
  pass.frames = {count.frames};
  pass.zero = {count.zero};
  pass.bytes = z::Pages{count.frames - count.zero}.bytes();
  pass.time = now() - std::exchange(pass_begun_, now());
  passes_.push_back(pass);
  frames_before_pass_ = image_->frames();

  wire::Progress progress{};
  progress.bursts = image_->bursts();
  send(wire::encode(wire::Type::progress, sender(), wire::bytes_of(progress)));
  send(wire::encode(wire::Type::pass_complete, sender(), wire::bytes_of(count)));
  return {};
}

z::Result<> Incoming::take_state(std::span<const std::byte> body) {
  Z_CHECK(check_receiving());
  const auto [chunk, bytes] = Z_TRY(wire::split<wire::StateChunk>(body));
  if (chunk.total > wire::max_state || chunk.offset != state_.size() || bytes.size() > chunk.total - chunk.offset)
    return z::failure("state of {} bytes does not fit: {} at {}, {} held", std::uint64_t{chunk.total}, bytes.size(),
                      std::uint64_t{chunk.offset}, state_.size());
  state_.insert(state_.end(), bytes.begin(), bytes.end());
  return {};
}

z::Result<> Incoming::take_complete(std::span<const std::byte> body) {
  Z_CHECK(check_receiving());
  const auto complete = Z_TRY(wire::split<wire::Complete>(body)).body;
  Z_CHECK(image_->verify(complete));
  if (complete.state_bytes != state_.size() || complete.state_checksum != crc32c(state_))
    return z::failure("state of {} bytes is damaged or not whole: {} are here", std::uint64_t{complete.state_bytes},
                      state_.size());
  Z_CHECK(skeleton_->restore_state(state_));
  if (auto reasons = obstacles(); !reasons.empty()) {
    on(event::SourceCancelled{EndCode::not_eligible, std::move(reasons)});
    return {};
  }
  on(event::ImageComplete{complete.epoch});
  return {};
}

// ---- What the machine says

void Incoming::perform(const action::SendDiscarded& discarded) {
  send(wire::encode_ending(wire::Type::discarded, sender(), discarded.code, discarded.lines));
}

void Incoming::perform(const action::SendCancelRequest& request) {
  send(wire::encode_ending(wire::Type::cancel_request, sender(), request.code, {request.issuer}));
}

void Incoming::perform(const action::SetRecordTimer& timer) {
  if (timer_) services_.timers.cancel(*timer_);
  timer_ = services_.timers.at(timer.deadline, guarded([](Incoming& self) {
                                 self.timer_.reset();
                                 if (self.services_.members.is_down(self.from_)) self.on(event::PeerDown{});
                                 self.on(event::RecordTimeUp{});
                               }));
}

void Incoming::perform(const action::Activate&) {
  image_.reset();
  std::exchange(skeleton_, nullptr)->activate();
}

void Incoming::perform(const action::Discard&) {
  image_.reset();
  skeleton_.reset();
}

void Incoming::perform(const action::ReadRecord&) {
  services_.records.read(offer_.userid, guarded([](Incoming& self, z::Result<cp::api::GuestRecord> record) {
                           self.on(event::RecordKnown{record ? std::optional{*record} : std::nullopt});
                         }));
}

void Incoming::perform(const action::SwapRecord& swap) {
  services_.records.compare_and_set(
      offer_.userid, swap.expected, swap.desired,
      guarded([](Incoming& self, cp::api::Swap done) { self.on(event::RecordSwapped{done}); }));
}

void Incoming::perform(const action::Finish& finish) {
  code_ = finish.code;
  lines_ = finish.lines;
  ended_at_ = now();
  if (timer_) services_.timers.cancel(*std::exchange(timer_, std::nullopt));
  if (ended_) std::exchange(ended_, nullptr)(*this);
}

void Incoming::send(std::vector<std::byte> message) {
  services_.transport.send(from_, {std::move(message), {}, [] {}});
}

Report Incoming::report() const {
  Report report;
  report.userid = offer_.userid;
  report.from = services_.members.name(from_);
  report.to = services_.members.name(services_.members.self());
  report.issuer = offer_.issuer;
  report.direction = Direction::incoming;
  report.style = offer_.style;
  report.limits = offer_.limits;
  report.stage = is_ended() ? Stage::ended : stage_;
  report.pass = pass_;
  report.pass_sent = {image_ ? image_->frames() - frames_before_pass_ : 0};
  report.passes = passes_;
  report.elapsed = (is_ended() ? ended_at_ : now()) - begun_;
  report.code = code_;
  report.lines = lines_;
  return report;
}

}  // namespace lgr
