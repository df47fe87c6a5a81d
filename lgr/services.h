#pragma once

#include "base/clock.h"
#include "cp/api/eligibility.h"
#include "cp/api/guest.h"
#include "cp/api/guest_records.h"
#include "cp/api/members.h"
#include "cp/api/timers.h"
#include "cp/api/transport.h"
#include "lgr/memory_move.h"
#include "lgr/record_steps.h"

namespace lgr {

// What CP gives to relocation. Outlives it; everything on CP's event loop.
struct Services {
  cp::api::Members& members;
  cp::api::GuestHost& guests;
  cp::api::Transport& transport;
  cp::api::GuestRecords& records;
  cp::api::Eligibility& eligibility;
  cp::api::Timers& timers;
  const z::Clock& clock;
};

struct Settings {
  Window window;
  Timing timing;
  std::size_t history = 32;  // relocations that ended, kept for questions
};

}  // namespace lgr
