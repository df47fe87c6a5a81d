#include "lgr/source.h"

#include <utility>

#include "base/assert.h"

namespace lgr {

using cp::api::GuestRecord;
using cp::api::GuestState;
using cp::api::Swap;
using cp::api::SwapOutcome;

Source::Actions Source::on(const Event& event, z::Nanoseconds now) {
  now_ = now;
  if (phase_ != Phase::ended) std::visit([this](const auto& e) { handle(e); }, event);
  return std::exchange(actions_, {});
}

Stage Source::stage() const {
  switch (phase_) {
    case Phase::idle: return Stage::eligibility;
    case Phase::offering:
    case Phase::claiming: return Stage::create_guest;
    case Phase::moving: return Stage::memory_move;
    case Phase::parking: return Stage::stop_guest;
    case Phase::penultimate: return is_penultimate_issued_ ? Stage::io_move : Stage::state_move;
    case Phase::final_copy:
    case Phase::verifying: return Stage::final_memory_copy;
    case Phase::committing:
    case Phase::handing_over:
    case Phase::taking_back: return Stage::resume_guest;
    case Phase::rolling_back: return Stage::cancelling;
    case Phase::ended: return Stage::ended;
  }
  std::unreachable();
}

// ---- Offer, claim and memory passes

void Source::handle(const event::Begin& begin) {
  Z_ASSERT(phase_ == Phase::idle);
  begun_ = now_;
  if (!begin.obstacles.empty()) return finish(EndCode::not_eligible, begin.obstacles);
  phase_ = Phase::offering;
  set_time_limits();
  set_timer(TimerKind::offer, now_ + timing_.offer_answer);
  actions_.push_back(action::SendOffer{});
}

void Source::handle(const event::Accepted&) {
  if (phase_ != Phase::offering) return;
  phase_ = Phase::claiming;
  read_record();
}

void Source::claimed(const Swap& swap) {
  if (swap.outcome != SwapOutcome::swapped)
    return roll_back(EndCode::internal_error, {"guest record could not be claimed"});
  phase_ = Phase::moving;
  start_pass(PassKind::running);
}

void Source::start_pass(PassKind kind) {
  pass_kind_ = kind;
  actions_.push_back(action::StartPass{++pass_, kind});
}

void Source::handle(const event::PassMoved& moved) {
  passes_.push_back(moved.report);
  if (phase_ != Phase::moving) return;  // the last two report while the guest stands; nothing is left to decide
  if (!moved.obstacles.empty()) return roll_back(EndCode::not_eligible, moved.obstacles);
  switch (after_pass(passes_, now_ - begun_, limits_)) {
    case Decision::another_pass: return start_pass(PassKind::running);
    case Decision::quiesce: return stop_guest();
    case Decision::cancel_max_total: return roll_back(EndCode::max_total_exceeded, {});
    case Decision::cancel_max_quiesce: return roll_back(EndCode::max_quiesce_exceeded, {});
  }
}

// ---- Guest stopped

void Source::stop_guest() {
  phase_ = Phase::parking;
  is_stopped_ = true;
  stopped_ = lap_ = now_;
  set_time_limits();
  actions_.push_back(action::StopGuest{});
}

void Source::handle(const event::Parked&) {
  if (phase_ != Phase::parking) return;
  blackout_.park = lap();
  phase_ = Phase::penultimate;
  start_pass(PassKind::penultimate);
}

void Source::handle(const event::Drained&) {
  is_drained_ = true;
  copy_final_frames_when_drained();
}

void Source::handle(const event::PassIssued&) {
  if (phase_ == Phase::penultimate) {
    blackout_.final_frames = lap();
    is_penultimate_issued_ = true;
    copy_final_frames_when_drained();
  } else if (phase_ == Phase::final_copy) {
    blackout_.final_frames += lap();
    phase_ = Phase::verifying;
    may_peer_be_complete_ = true;
    actions_.push_back(action::SendState{record_.epoch});
  }
}

void Source::copy_final_frames_when_drained() {
  if (phase_ != Phase::penultimate || !is_drained_ || !is_penultimate_issued_) return;
  blackout_.io_drain = lap();
  phase_ = Phase::final_copy;
  start_pass(PassKind::final);
}

void Source::handle(const event::PeerReady&) {
  if (phase_ == Phase::rolling_back) return;
  if (phase_ != Phase::verifying)
    return roll_back(EndCode::internal_error, {"destination is ready before the image is complete"});
  blackout_.state = lap();
  if (limits_.max_quiesce && now_ - stopped_ > *limits_.max_quiesce)
    return roll_back(EndCode::max_quiesce_exceeded, {});
  phase_ = Phase::committing;
  is_commit_tried_ = true;
  swap_record({GuestState::committed, peer_, self_, record_.epoch + 1});
}

void Source::commit_answered(const Swap& swap) {
  if (swap.outcome == SwapOutcome::swapped) return hand_over();
  if (swap.outcome == SwapOutcome::mismatched) {
    phase_ = Phase::rolling_back;
    end_code_ = EndCode::internal_error;
    end_lines_ = {"guest record was changed by another member"};
    return judge(swap.current);
  }
  roll_back(EndCode::internal_error, {"guest record could not be written"});
}

void Source::hand_over() {
  phase_ = Phase::handing_over;
  blackout_.commit = lap();
  actions_.push_back(action::SendCommitted{});
  look_again_later();
}

void Source::handle(const event::PeerRunning&) {
  if (phase_ == Phase::rolling_back) return read_record();
  // Also while a swap back is under way: the destination runs only after it wrote RUNNING(D), so that swap must fail.
  if (phase_ != Phase::handing_over && phase_ != Phase::taking_back) return;
  blackout_.resume = lap();
  quiesce_ = now_ - stopped_;
  give_up_guest(EndCode::success, {});
}

// ---- Ways back

void Source::roll_back(EndCode code, std::vector<std::string> lines) {
  phase_ = Phase::rolling_back;
  end_code_ = code;
  end_lines_ = std::move(lines);
  // A destination that is told so may forget the guest. While a commit may be written, nobody may forget it.
  if (!is_commit_tried_) actions_.push_back(action::SendCancel{code, end_lines_});
  if (!may_peer_be_complete_) resume_if_stopped();
  if (is_record_busy_) return;
  if (!is_claim_tried_) return finish(end_code_, std::move(end_lines_));
  if (!is_record_known_) return read_record();
  judge(record_);
}

// Before the commit this undoes RELOCATING. The destination may claim a complete image if we die, so once it may hold
// one the guest goes on here only after that claim has become impossible.
void Source::judge_rolling_back(const GuestRecord& current) {
  if (current.owner == self_ && current.state == GuestState::running) {
    resume_if_stopped();
    return finish(end_code_, std::move(end_lines_));
  }
  if (current.owner == self_ && current.state == GuestState::relocating)
    return swap_record({GuestState::running, self_, {}, current.epoch + 1});
  if (is_commit_tried_ && current.state == GuestState::committed && current.owner == peer_) return hand_over();
  // The destination took a commit of ours that we did not know to be written, or found us down by lease.
  if (may_peer_be_complete_ && current.owner == peer_) return give_up_guest(EndCode::success, {});
  if (current.state == GuestState::none) return finish(end_code_, {"the guest record is gone"});
  give_up_guest(EndCode::internal_error, {"another member owns the guest"});
}

void Source::judge_handing_over(const GuestRecord& current) {
  if (current.owner == self_ && current.state == GuestState::running) {  // a swap back of unknown outcome was written
    resume_if_stopped();
    return finish(EndCode::connection_lost, {"destination did not take over the guest"});
  }
  if (current.owner == peer_ && current.state == GuestState::committed) {
    if (is_peer_gone_) return take_back();
    phase_ = Phase::handing_over;
    return look_again_later();
  }
  blackout_.resume = lap();
  quiesce_ = now_ - stopped_;
  give_up_guest(EndCode::success, {});
}

void Source::take_back() {
  phase_ = Phase::taking_back;
  swap_record({GuestState::running, self_, {}, record_.epoch + 1});
}

void Source::judge(const GuestRecord& current) {
  record_ = current;
  switch (phase_) {
    case Phase::rolling_back: return judge_rolling_back(current);
    case Phase::handing_over:
    case Phase::taking_back: return judge_handing_over(current);
    default: return;
  }
}

void Source::handle(const event::RecordKnown& known) {
  is_record_busy_ = false;
  is_record_known_ = known.record.has_value();
  if (phase_ == Phase::claiming) {
    if (!known.record) return roll_back(EndCode::internal_error, {"guest record could not be read"});
    record_ = *known.record;
    if (record_.state != GuestState::running || record_.owner != self_)
      return roll_back(EndCode::internal_error, {"guest record does not name this member"});
    is_claim_tried_ = true;
    return swap_record({GuestState::relocating, self_, peer_, record_.epoch + 1});
  }
  if (!known.record) return look_again_later();
  judge(*known.record);
}

void Source::handle(const event::RecordSwapped& swapped) {
  is_record_busy_ = false;
  is_record_known_ = swapped.swap.outcome != SwapOutcome::unknown;
  if (is_record_known_) record_ = swapped.swap.current;
  switch (phase_) {
    case Phase::claiming: return claimed(swapped.swap);
    case Phase::committing: return commit_answered(swapped.swap);
    default: break;
  }
  if (!is_record_known_) return look_again_later();
  judge(record_);
}

void Source::handle(const event::PeerDiscarded& discarded) {
  if (phase_ == Phase::committing) return;  // the record decides, and then we hear of it
  is_peer_gone_ = true;
  if (!is_commit_tried_) may_peer_be_complete_ = false;
  if (is_before_commit()) return roll_back(discarded.code, discarded.lines);
  if (phase_ == Phase::rolling_back && !may_peer_be_complete_) resume_if_stopped();
  if (phase_ == Phase::handing_over) read_record();
}

void Source::handle(const event::LinkLost&) {
  if (is_before_commit()) return roll_back(EndCode::connection_lost, {});
  if (phase_ == Phase::handing_over) read_record();
}

void Source::handle(const event::PeerDown&) {
  is_peer_gone_ = true;
  if (is_before_commit()) return roll_back(EndCode::connection_lost, {"destination is down"});
  if (phase_ == Phase::handing_over) read_record();
}

void Source::handle(const event::Failed& failed) {
  if (is_before_commit()) roll_back(failed.code, {failed.text});
}

void Source::handle(const event::CancelRequested& request) {
  if (is_before_commit()) roll_back(request.code, {});
}

void Source::handle(const event::TimeUp& time) {
  switch (time.timer) {
    case TimerKind::max_total:
      if (is_before_commit()) roll_back(EndCode::max_total_exceeded, {});
      return;
    case TimerKind::max_quiesce:
      if (is_before_commit()) roll_back(EndCode::max_quiesce_exceeded, {});
      return;
    case TimerKind::offer:
      if (phase_ == Phase::offering) roll_back(EndCode::connection_lost, {"the destination does not answer"});
      return;
    case TimerKind::record:
      if (phase_ >= Phase::handing_over) read_record();
      return;
  }
}

void Source::handle(const event::LimitsChanged& changed) {
  limits_ = changed.limits;
  set_time_limits();
}

// ---- Small steps

void Source::set_time_limits() {
  constexpr auto never = z::Nanoseconds::max();
  set_timer(TimerKind::max_total, limits_.max_total ? begun_ + *limits_.max_total : never);
  if (is_stopped_) set_timer(TimerKind::max_quiesce, limits_.max_quiesce ? stopped_ + *limits_.max_quiesce : never);
}

void Source::resume_if_stopped() {
  if (!std::exchange(is_stopped_, false)) return;
  quiesce_ = now_ - stopped_;
  actions_.push_back(action::ResumeGuest{});
}

void Source::give_up_guest(EndCode code, std::vector<std::string> lines) {
  actions_.push_back(action::ReleaseGuest{});
  finish(code, std::move(lines));
}

void Source::finish(EndCode code, std::vector<std::string> lines) {
  phase_ = Phase::ended;
  actions_.push_back(action::Finish{code, std::move(lines)});
}

void Source::read_record() {
  if (std::exchange(is_record_busy_, true)) return;
  actions_.push_back(action::ReadRecord{});
}

void Source::swap_record(GuestRecord desired) {
  Z_ASSERT(!is_record_busy_);
  is_record_busy_ = true;
  actions_.push_back(action::SwapRecord{record_, desired});
}

void Source::look_again_later() { set_timer(TimerKind::record, now_ + timing_.record_retry); }

z::Nanoseconds Source::lap() { return now_ - std::exchange(lap_, now_); }

}  // namespace lgr
