#pragma once

#include <cstdint>
#include <string_view>

namespace lgr {

// What VMRELOCATE STATUS shows of a relocation.
enum class Stage : std::uint8_t {
  eligibility,
  create_guest,
  memory_move,
  stop_guest,
  state_move,
  io_move,
  final_memory_copy,
  resume_guest,
  cancelling,
  ended,
};

constexpr std::string_view word_of(Stage stage) {
  switch (stage) {
    case Stage::eligibility: return "Eligibility";
    case Stage::create_guest: return "Create Guest";
    case Stage::memory_move: return "Mem Move";
    case Stage::stop_guest: return "Stop Guest";
    case Stage::state_move: return "State Move";
    case Stage::io_move: return "I/O Move";
    case Stage::final_memory_copy: return "Final Mem Copy";
    case Stage::resume_guest: return "Resume Guest";
    case Stage::cancelling: return "Canceling";
    case Stage::ended: return "Ended";
  }
  return "?";
}

}  // namespace lgr
