#pragma once

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lgr/memory_move.h"
#include "lgr/report.h"
#include "lgr/services.h"
#include "lgr/source.h"
#include "lgr/wire.h"

namespace lgr {

struct MoveRequest {
  std::string userid;
  cp::api::MemberSlot to;
  std::string issuer;
  cp::api::Forces forces;
  Limits limits;
  Style style = Style::synchronous;
};

// What the one who asked for a move hears. `refused`, or else `ended`, comes last.
struct MoveObserver {
  std::function<void()> started;  // eligible on both members, the destination has room
  std::function<void(std::vector<std::string> obstacles)> refused;
  std::function<void(const Report&)> progress;  // stage or pass changed, some bursts went
  std::function<void(const Report&)> ended;
};

// A relocation away from this member: feeds the Source machine, does what it says, and pumps the pages.
class Outgoing : public std::enable_shared_from_this<Outgoing> {
 public:
  using Ended = std::function<void(Outgoing&)>;
  Outgoing(std::uint64_t id, MoveRequest request, MoveObserver observer, Services services, Settings settings,
           Ended ended);

  void begin();
  void message(const wire::Message& message);
  void on(Source::Event event);
  void cancel(EndCode code, std::string by, std::string member);
  // CP ends: nobody is told any more and the guest is not touched again.
  void abandon();
  // Calls once nothing here refers to the guest any more.
  void when_gone(std::function<void()> gone);

  const MoveRequest& request() const { return request_; }
  std::uint64_t id() const { return id_; }
  Report report() const;
  bool is_ended() const { return source_.phase() == Source::Phase::ended; }
  bool is_gone() const { return is_ended() && outstanding_sends_ == 0; }

 private:
  void perform(const action::SendOffer&);
  void perform(const action::StartPass& start);
  void perform(const action::StopGuest&);
  void perform(const action::SendState& state);
  void perform(const action::SendCommitted&);
  void perform(const action::SendCancel& cancel);
  void perform(const action::ResumeGuest&);
  void perform(const action::ReleaseGuest&);
  void perform(const action::SetTimer& timer);
  void perform(const action::ReadRecord&);
  void perform(const action::SwapRecord& swap);
  void perform(const action::Finish& finish);

  z::Result<> take(const wire::Message& message);
  z::Result<> take_pass_complete(std::span<const std::byte> body);
  std::vector<z::FrameIndex> frames_of(const action::StartPass& start);
  void pump();
  void send(cp::api::OutgoingMessage message);
  void send(wire::Type type);
  void settle_sends();
  void tell_observer();
  void timer_expired(TimerKind kind);
  wire::Sender sender() const { return {id_, source_.stage(), source_.pass()}; }
  z::Nanoseconds now() const { return services_.clock.now(); }
  // Wraps a callback so that it is dropped when this relocation is gone.
  template <class Function>
  auto guarded(Function function);

  const std::uint64_t id_;
  MoveRequest request_;
  MoveObserver observer_;
  Services services_;
  Settings settings_;
  Ended ended_;
  cp::api::GuestPort* guest_;  // null once released
  Source source_;
  MemoryMove move_;

  std::deque<Source::Event> events_;
  bool is_busy_ = false;
  bool is_abandoned_ = false;
  bool is_pass_issue_told_ = true;
  bool is_tracking_ = false;
  bool is_release_due_ = false;
  bool is_started_told_ = false;
  std::vector<z::FrameIndex> dirty_;  // harvested after the last running pass, not sent yet
  unsigned outstanding_sends_ = 0;
  std::array<std::optional<cp::api::Timers::Id>, timer_kinds> timers_{};
  std::vector<std::function<void()>> gone_;

  z::Nanoseconds begun_{};
  z::Nanoseconds ended_at_{};
  EndCode code_ = EndCode::success;
  std::vector<std::string> lines_;
  std::string cancelled_by_, cancelled_on_;
};

}  // namespace lgr
