#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "lgr/blackout.h"
#include "lgr/policy.h"
#include "lgr/record_steps.h"
#include "lgr/stage.h"

// The source of a relocation as a pure machine: no socket, clock or thread.
//
//  idle -> offering -> claiming -> moving -> parking -> penultimate -> final_copy -> verifying -> committing
//                                  ^    |                                                             |
//                                  +----+ another pass                                   handing_over -> ended
//                                                                                          |
//  any of these but handing_over -> rolling_back -> ended                                  +-> taking_back -> ended
//  rolling_back -> handing_over when a commit of unknown outcome proves to be written
//
// The record (cp/api/guest_records.h) by phase:
//  RUNNING(S,e) -claiming-> RELOCATING(S->D,e+1) -committing-> COMMITTED(D,e+2) -destination-> RUNNING(D,e+3)
//                           -rolling_back-> RUNNING(S,e+2)     -taking_back-> RUNNING(S,e+3)
namespace lgr {

enum class PassKind : std::uint8_t { running, penultimate, final };
enum class TimerKind : std::uint8_t { max_total, max_quiesce, record, offer };
inline constexpr unsigned timer_kinds = 4;

namespace event {
struct Begin {
  std::vector<std::string> obstacles;
};
struct Accepted {};
struct PassIssued {};  // all of the current pass is on its way
struct PassMoved {
  PassReport report;
  std::vector<std::string> obstacles;
};  // a pass is complete at the destination
struct Parked {};
struct Drained {};
struct PeerReady {};
struct PeerRunning {};
struct PeerDiscarded {
  EndCode code;
  std::vector<std::string> lines;
};  // has no image and will never have one
struct TimeUp {
  TimerKind timer;
};
struct LimitsChanged {
  Limits limits;
};
}  // namespace event

namespace action {
struct SendOffer {};
struct StartPass {
  unsigned pass;
  PassKind kind;
};
struct StopGuest {};
struct SendState {
  std::uint64_t epoch;
};  // saved state, then what completes the image
struct SendCommitted {};
struct SendCancel {
  EndCode code;
  std::vector<std::string> lines;
};
struct ResumeGuest {};
struct ReleaseGuest {};
struct SetTimer {
  TimerKind timer;
  z::Nanoseconds deadline;
};
}  // namespace action

class Source {
 public:
  using Event = std::variant<event::Begin, event::Accepted, event::PassIssued, event::PassMoved, event::Parked,
                             event::Drained, event::PeerReady, event::PeerRunning, event::PeerDiscarded, event::TimeUp,
                             event::LimitsChanged, event::RecordKnown, event::RecordSwapped, event::LinkLost,
                             event::PeerDown, event::Failed, event::CancelRequested>;
  using Action = std::variant<action::SendOffer, action::StartPass, action::StopGuest, action::SendState,
                              action::SendCommitted, action::SendCancel, action::ResumeGuest, action::ReleaseGuest,
                              action::SetTimer, action::ReadRecord, action::SwapRecord, action::Finish>;
  using Actions = std::vector<Action>;

  enum class Phase {
    idle,
    offering,
    claiming,
    moving,
    parking,
    penultimate,
    final_copy,
    verifying,
    committing,
    handing_over,
    taking_back,
    rolling_back,
    ended,
  };

  Source(cp::api::MemberSlot self, cp::api::MemberSlot peer, Limits limits, Timing timing)
      : self_(self), peer_(peer), limits_(limits), timing_(timing) {}

  Actions on(const Event& event, z::Nanoseconds now);

  Phase phase() const { return phase_; }
  Stage stage() const;
  unsigned pass() const { return pass_; }
  const Limits& limits() const { return limits_; }
  const std::vector<PassReport>& passes() const { return passes_; }
  const Blackout& blackout() const { return blackout_; }
  // How long the guest stood still: moved, or rolled back.
  z::Nanoseconds quiesce() const { return quiesce_; }

 private:
  void handle(const event::Begin& begin);
  void handle(const event::Accepted&);
  void handle(const event::PassIssued&);
  void handle(const event::PassMoved& moved);
  void handle(const event::Parked&);
  void handle(const event::Drained&);
  void handle(const event::PeerReady&);
  void handle(const event::PeerRunning&);
  void handle(const event::PeerDiscarded& discarded);
  void handle(const event::TimeUp& time);
  void handle(const event::LimitsChanged& changed);
  void handle(const event::RecordKnown& known);
  void handle(const event::RecordSwapped& swapped);
  void handle(const event::LinkLost&);
  void handle(const event::PeerDown&);
  void handle(const event::Failed& failed);
  void handle(const event::CancelRequested& request);

  bool is_before_commit() const { return phase_ > Phase::idle && phase_ < Phase::committing; }
  void start_pass(PassKind kind);
  void stop_guest();
  void copy_final_frames_when_drained();
  void claimed(const cp::api::Swap& swap);
  void commit_answered(const cp::api::Swap& swap);
  void hand_over();
  void roll_back(EndCode code, std::vector<std::string> lines);
  void judge(const cp::api::GuestRecord& current);
  void judge_rolling_back(const cp::api::GuestRecord& current);
  void judge_handing_over(const cp::api::GuestRecord& current);
  void take_back();
  void resume_if_stopped();
  void give_up_guest(EndCode code, std::vector<std::string> lines);
  void finish(EndCode code, std::vector<std::string> lines);

  void read_record();
  void swap_record(cp::api::GuestRecord desired);
  void look_again_later();
  void set_timer(TimerKind timer, z::Nanoseconds deadline) { actions_.push_back(action::SetTimer{timer, deadline}); }
  void set_time_limits();
  // Moves the mark that separates the parts of the blackout.
  z::Nanoseconds lap();

  const cp::api::MemberSlot self_;
  const cp::api::MemberSlot peer_;
  Limits limits_;
  const Timing timing_;

  Phase phase_ = Phase::idle;
  z::Nanoseconds now_{};
  z::Nanoseconds begun_{};
  z::Nanoseconds stopped_{};
  z::Nanoseconds lap_{};
  unsigned pass_ = 0;
  PassKind pass_kind_ = PassKind::running;
  std::vector<PassReport> passes_;
  Blackout blackout_;
  z::Nanoseconds quiesce_{};
  Actions actions_;

  cp::api::GuestRecord record_{};      // as last known
  bool is_record_busy_ = false;        // a read or a swap is under way
  bool is_record_known_ = false;       // the last one told what the record holds
  bool is_claim_tried_ = false;        // the record may say RELOCATING
  bool is_commit_tried_ = false;       // the record may say COMMITTED: only the record decides
  bool may_peer_be_complete_ = false;  // the destination may hold a complete image, and may claim it if we die
  bool is_peer_gone_ = false;          // down by lease, or said that it has no image
  bool is_stopped_ = false;
  bool is_drained_ = false;
  bool is_penultimate_issued_ = false;
  EndCode end_code_ = EndCode::success;
  std::vector<std::string> end_lines_;
};

}  // namespace lgr
