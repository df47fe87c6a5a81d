#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "channel/trace/event.h"

// The forms of a trace event.
namespace channel {

// One line, two when there are parameters or sense data to explain: the second one is indented.
std::string event_text(const TraceEvent& event);
// One JSON object without line end; docs/debugging.md lists its keys. `epoch` is what to add to the event's time for UTC.
std::string event_json(const TraceEvent& event, std::string_view machine, z::Nanoseconds epoch);

// What the parameters, or the data, of the command mean; sense bytes in words. Empty: nothing to say.
std::string explanation(const TraceEvent& event);

// Writes the events of a file as FICON frames (FC-FS, FC-SB-3) in pcapng blocks, which Wireshark dissects. What Wireshark has
// no names for stands in the frames' comments.
class PcapngEncoder {
 public:
  static std::string file_header();
  static std::string interface(std::string_view machine);
  // Frames of one event: none, or several. Unit check status is held back until its sense data come, as a control unit sends both
  // in one frame.
  std::string frames(const TraceEvent& event, z::Nanoseconds epoch);
  static std::string comment_only(std::string_view comment, z::Nanoseconds time_utc);

 private:
  class Frames;
  struct Exchange {  // of a device, at one source
    std::uint32_t program = 0;
    std::uint16_t ccw = 0;           // number in the program
    std::uint16_t frames = 0;
    bool has_unsent_status = false;  // `unsent` waits for its sense data
    TraceEvent unsent{};
  };
  std::map<std::uint32_t, Exchange> exchanges_;  // by source and device number
};

}  // namespace channel
