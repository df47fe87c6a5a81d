#pragma once

#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "channel/trace/event.h"

namespace channel {

struct DeviceRange {
  z::DeviceNumber first, last;
  bool contains(z::DeviceNumber number) const { return first <= number && number <= last; }
};

// Which events are wanted. What is empty does not limit.
struct TraceFilter {
  std::vector<DeviceRange> devices;
  std::bitset<256> commands;
  std::uint8_t device_status = 0;      // any of these
  std::uint8_t subchannel_status = 0;  // or any of these

  bool takes(z::DeviceNumber number) const;
  bool takes(const TraceEvent& event) const;
};

// A trace as users ask for it:
//
//   device=0200-020F+0E40,command=47+E7,status=UC+UE,to=FILE,format=pcapng,bytes=256
//
// The parts stand between commas or blanks, in any order; each may be missing.
struct TraceRequest {
  enum class Format : std::uint8_t { text, json, pcapng };
  TraceFilter filter;
  std::string file;  // empty: lines of text to the operator
  Format format = Format::text;
  std::size_t bytes = TraceBytes::bytes_inside;  // of the data area of each command

  static z::Result<TraceRequest> parse(std::string_view text);
};

// Parts of such texts, for other commands of the I/O debugger.
z::Result<std::vector<DeviceRange>> parse_devices(std::string_view text);      // "0200-020F+0E40"
z::Result<std::bitset<256>> parse_commands(std::string_view text);             // "47+E7"
z::Result<std::uint8_t> parse_device_status(std::string_view text);            // "UC+UE"
z::Result<std::uint64_t> parse_number(std::string_view text, int base, std::uint64_t largest);
std::vector<std::string_view> split(std::string_view text, std::string_view separators);  // without empty parts

}  // namespace channel
