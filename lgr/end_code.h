#pragma once

#include <cstdint>
#include <string_view>

namespace lgr {

// How a relocation ended: the codes of monitor record domain 4 record 12.
enum class EndCode : std::uint8_t {
  success = 0,
  cancelled = 1,
  command_halted = 2,
  connection_lost = 3,
  max_total_exceeded = 4,
  max_quiesce_exceeded = 5,
  not_eligible = 6,
  guest_reset = 7,
  internal_error = 8,
  rejected_by_exit = 9,
  exit_error = 11,
};

constexpr bool is_end_code(std::uint8_t code) { return code <= 9 || code == 11; }

constexpr std::string_view text_of(EndCode code) {
  switch (code) {
    case EndCode::success: return "relocated";
    case EndCode::cancelled: return "canceled by command";
    case EndCode::command_halted: return "command halted";
    case EndCode::connection_lost: return "ISFC connection lost";
    case EndCode::max_total_exceeded: return "maximum total time exceeded";
    case EndCode::max_quiesce_exceeded: return "maximum quiesce time exceeded";
    case EndCode::not_eligible: return "no longer eligible";
    case EndCode::guest_reset: return "virtual machine reset or logged off";
    case EndCode::internal_error: return "internal processing error";
    case EndCode::rejected_by_exit: return "rejected by a CP exit";
    case EndCode::exit_error: return "CP exit returned an invalid code";
  }
  return "unknown";
}

}  // namespace lgr
