#include "lgr/destination.h"

#include <utility>

#include "base/assert.h"

namespace lgr {

using cp::api::GuestRecord;
using cp::api::GuestState;
using cp::api::SwapOutcome;

Destination::Actions Destination::on(const Event& event, z::Nanoseconds now) {
  now_ = now;
  if (phase_ < Phase::running) std::visit([this](const auto& e) { handle(e); }, event);
  return std::exchange(actions_, {});
}

void Destination::handle(const event::Created&) {
  if (phase_ != Phase::creating) return;
  phase_ = Phase::receiving;
  actions_.push_back(action::SendAccepted{});
}

void Destination::handle(const event::ImageComplete& image) {
  if (phase_ != Phase::receiving) return;
  phase_ = Phase::ready;
  relocating_ = {GuestState::relocating, source_, self_, image.epoch};
  actions_.push_back(action::SendReady{});
  look_again_later();
}

void Destination::handle(const event::Committed&) {
  if (phase_ != Phase::ready || is_record_busy_) return;  // a read under way will see it
  // The swap reads and compares under the record's lock, so it is also our own check that the source committed.
  claim({GuestState::committed, self_, source_, relocating_.epoch + 1});
}

void Destination::judge(const GuestRecord& current) {
  if (claimed_.epoch != 0 && current == claimed_) {
    phase_ = Phase::running;
    actions_.push_back(action::Activate{});
    actions_.push_back(action::SendRunning{});
    actions_.push_back(action::Finish{EndCode::success, {}});
    return;
  }
  if (current == GuestRecord{GuestState::committed, self_, source_, relocating_.epoch + 1}) return claim(current);
  if (current == relocating_) {
    if (is_source_down_) return claim(current);
    phase_ = Phase::ready;
    return look_again_later();
  }
  discard_and_say_so(EndCode::cancelled, {"the guest stayed at the source"});
}

void Destination::claim(const GuestRecord& from) {
  Z_ASSERT(!is_record_busy_);
  phase_ = Phase::claiming;
  claimed_ = {GuestState::running, self_, {}, from.epoch + 1};
  is_record_busy_ = true;
  actions_.push_back(action::SwapRecord{from, claimed_});
}

void Destination::handle(const event::RecordSwapped& swapped) {
  is_record_busy_ = false;
  if (swapped.swap.outcome == SwapOutcome::unknown) return look_again_later();
  judge(swapped.swap.current);
}

void Destination::handle(const event::RecordKnown& known) {
  is_record_busy_ = false;
  if (!known.record) return look_again_later();
  judge(*known.record);
}

void Destination::handle(const event::RecordTimeUp&) { read_record(); }

void Destination::handle(const event::SourceCancelled& cancelled) {
  // While we claim, the swap decides: the record and not the message says whose the guest is.
  if (phase_ != Phase::claiming) discard_and_say_so(cancelled.code, cancelled.lines);
}

void Destination::handle(const event::LinkLost&) {
  if (is_incomplete()) return discard(EndCode::connection_lost, {});
  read_record();
}

void Destination::handle(const event::PeerDown&) {
  is_source_down_ = true;
  if (is_incomplete()) return discard(EndCode::connection_lost, {"source is down"});
  read_record();
}

void Destination::handle(const event::Failed& failed) {
  if (is_incomplete()) discard_and_say_so(failed.code, {failed.text});
}

void Destination::handle(const event::CancelRequested& request) {
  if (phase_ != Phase::claiming) actions_.push_back(action::SendCancelRequest{request.code, request.issuer});
}

void Destination::discard(EndCode code, std::vector<std::string> lines) {
  phase_ = Phase::discarded;
  actions_.push_back(action::Discard{});
  actions_.push_back(action::Finish{code, std::move(lines)});
}

void Destination::discard_and_say_so(EndCode code, std::vector<std::string> lines) {
  actions_.push_back(action::SendDiscarded{code, lines});
  discard(code, std::move(lines));
}

void Destination::read_record() {
  if (phase_ < Phase::ready || std::exchange(is_record_busy_, true)) return;
  actions_.push_back(action::ReadRecord{});
}

void Destination::look_again_later() { actions_.push_back(action::SetRecordTimer{now_ + timing_.record_retry}); }

}  // namespace lgr
