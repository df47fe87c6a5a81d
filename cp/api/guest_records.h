#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"
#include "cp/api/members.h"

namespace cp::api {

enum class GuestState : std::uint8_t {
  none,        // nobody runs it
  running,     // by owner
  relocating,  // owner still runs it, or holds it stopped; peer receives
  committed,   // owner may run it and has not said so yet; peer is the source, which holds a stopped image
};

// The cluster's truth about one guest, on shared DASD. Invariant: every write adds one to `epoch`, so a record read
// once and found again with the same epoch has not changed in between.
struct GuestRecord {
  GuestState state = GuestState::none;
  MemberSlot owner{};
  MemberSlot peer{};
  std::uint64_t epoch = 0;
  bool operator==(const GuestRecord&) const = default;
};

enum class SwapOutcome : std::uint8_t {
  swapped,
  mismatched,  // the record was not the expected one and is untouched
  unknown,     // the I/O ended in error and may or may not have written; no part of it is still under way
};

struct Swap {
  SwapOutcome outcome = SwapOutcome::unknown;
  GuestRecord current{};  // what the record holds now, unless unknown
};

// Guest-ownership entries of the persistent data record. Asynchronous, on CP's event loop; an answer may come before
// the call returns.
class GuestRecords {
 public:
  using Read = std::function<void(z::Result<GuestRecord>)>;
  using Swapped = std::function<void(Swap)>;
  virtual ~GuestRecords() = default;
  virtual void read(const std::string& userid, Read done) = 0;
  // Compares the whole record and writes, in one locked operation (RESERVE, or one chain under a record lock).
  virtual void compare_and_set(const std::string& userid, GuestRecord expected, GuestRecord desired,
                               Swapped done) = 0;
};

}  // namespace cp::api
