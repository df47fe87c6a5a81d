#pragma once

#include <string>
#include <vector>

#include "cp/api/eligibility.h"
#include "lgr/blackout.h"
#include "lgr/end_code.h"
#include "lgr/policy.h"
#include "lgr/stage.h"

namespace lgr {

enum class Style : std::uint8_t { synchronous, asynchronous };
enum class Direction : std::uint8_t { outgoing, incoming };

// The book of one relocation, under way or ended, as far as this member knows it.
struct Report {
  std::string userid, from, to;
  std::string issuer;
  Direction direction = Direction::outgoing;
  Style style = Style::synchronous;
  Limits limits;

  Stage stage = Stage::eligibility;
  unsigned pass = 0;               // under way
  z::Pages pass_sent;              // of it
  z::Pages pass_size;              // zero at the destination, which is not told beforehand
  std::vector<PassReport> passes;  // complete ones
  z::Nanoseconds elapsed{};        // until now, or until the end

  EndCode code = EndCode::success;  // this and the following once ended
  std::vector<std::string> lines;   // why
  std::string cancelled_by, cancelled_on;
  z::Nanoseconds quiesce{};  // the guest stood still; also when it was rolled back
  Blackout blackout;         // its parts, of a relocation that succeeded

  z::Pages pages_sent() const;  // in complete passes, zero pages included
  z::Pages zero_pages() const;
  z::Bytes bytes_sent() const;
  std::string status_word() const;  // "Mem Move 2", "Final Mem Copy"
  bool is_ended() const { return stage == Stage::ended; }
};

// One JSON object; units in the key names.
std::string to_json(const Report& report);

}  // namespace lgr
