#pragma once

#include <variant>
#include <vector>

#include "lgr/record_steps.h"

// The destination of a relocation as a pure machine.
//
//  creating -> receiving -> ready -> claiming -> running
//      |           |          |         |
//      +-----------+----------+---------+-> discarded
//
// Until `ready` it may forget the guest whenever it likes, the source holds it. From `ready` on it holds a complete
// image that may be the only one left, so only the record, or the source's word that it will never commit, ends it.
// It runs the guest only after it wrote RUNNING(D) itself, over COMMITTED(D) or, when the source is down by lease,
// over RELOCATING(S->D): that swap excludes the source's commit and roll back.
namespace lgr {

namespace event {
struct Created {};
struct ImageComplete {
  std::uint64_t epoch;
};  // verified and restored; of the record while RELOCATING
struct Committed {};
struct SourceCancelled {
  EndCode code;
  std::vector<std::string> lines;
};
struct RecordTimeUp {};
}  // namespace event

namespace action {
struct SendAccepted {};
struct SendReady {};
struct SendRunning {};
struct SendDiscarded {
  EndCode code;
  std::vector<std::string> lines;
};
struct SendCancelRequest {
  EndCode code;
  std::string issuer;
};
struct SetRecordTimer {
  z::Nanoseconds deadline;
};
struct Activate {};
struct Discard {};
}  // namespace action

class Destination {
 public:
  using Event = std::variant<event::Created, event::ImageComplete, event::Committed, event::SourceCancelled,
                             event::RecordTimeUp, event::RecordKnown, event::RecordSwapped, event::LinkLost,
                             event::PeerDown, event::Failed, event::CancelRequested>;
  using Action = std::variant<action::SendAccepted, action::SendReady, action::SendRunning, action::SendDiscarded,
                              action::SendCancelRequest, action::SetRecordTimer, action::Activate, action::Discard,
                              action::ReadRecord, action::SwapRecord, action::Finish>;
  using Actions = std::vector<Action>;

  enum class Phase { creating, receiving, ready, claiming, running, discarded };

  Destination(cp::api::MemberSlot self, cp::api::MemberSlot source, Timing timing)
      : self_(self), source_(source), timing_(timing) {}

  Actions on(const Event& event, z::Nanoseconds now);
  Phase phase() const { return phase_; }

 private:
  void handle(const event::Created&);
  void handle(const event::ImageComplete& image);
  void handle(const event::Committed&);
  void handle(const event::SourceCancelled& cancelled);
  void handle(const event::RecordTimeUp&);
  void handle(const event::RecordKnown& known);
  void handle(const event::RecordSwapped& swapped);
  void handle(const event::LinkLost&);
  void handle(const event::PeerDown&);
  void handle(const event::Failed& failed);
  void handle(const event::CancelRequested& request);

  bool is_incomplete() const { return phase_ <= Phase::receiving; }
  void judge(const cp::api::GuestRecord& current);
  void claim(const cp::api::GuestRecord& from);
  void discard(EndCode code, std::vector<std::string> lines);
  void discard_and_say_so(EndCode code, std::vector<std::string> lines);
  void read_record();
  void look_again_later();

  const cp::api::MemberSlot self_;
  const cp::api::MemberSlot source_;
  const Timing timing_;
  Phase phase_ = Phase::creating;
  z::Nanoseconds now_{};
  cp::api::GuestRecord relocating_{};  // what the record says until somebody decides
  cp::api::GuestRecord claimed_{};     // what we wrote or tried to write
  bool is_record_busy_ = false;
  bool is_source_down_ = false;
  Actions actions_;
};

}  // namespace lgr
