#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "cp/api/guest_records.h"
#include "lgr/end_code.h"

// Events and actions that the source's and the destination's machine share.
namespace lgr {

struct Timing {
  // A member with room answers an offer in a moment; a message to one without a link vanishes.
  z::Nanoseconds offer_answer = std::chrono::seconds{30};
  z::Nanoseconds record_retry = std::chrono::milliseconds{250};  // after a failed access, and to look again
};

namespace event {
struct RecordKnown {
  std::optional<cp::api::GuestRecord> record;
};  // absent: the read failed
struct RecordSwapped {
  cp::api::Swap swap;
};
struct LinkLost {};
struct PeerDown {};  // by lease: nothing that it ran runs any more
struct Failed {
  EndCode code;
  std::string text;
};  // on this side, or a message that makes no sense
struct CancelRequested {
  EndCode code;
  std::string issuer;
};
}  // namespace event

namespace action {
struct ReadRecord {};
struct SwapRecord {
  cp::api::GuestRecord expected, desired;
};
struct Finish {
  EndCode code;
  std::vector<std::string> lines;
};
}  // namespace action

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

}  // namespace lgr
