#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "channel/device.h"
#include "channel/trace/request.h"

namespace channel {

// Which commands a breakpoint or a fault is about. What is empty does not limit.
struct CommandMatch {
  std::vector<DeviceRange> devices;
  std::bitset<256> commands;
  std::optional<std::uint32_t> first_cylinder, last_cylinder;
  std::optional<std::uint32_t> head;
  std::optional<std::uint8_t> record;

  bool is_about_places() const { return first_cylinder || head || record; }
  bool takes(z::DeviceNumber number, std::uint8_t command, const std::optional<RecordId>& place) const;
  // device=0200-020F, command=85+8D|read|write, cylinder=5 or 5-9, head=2, record=3 or 5/2/3. Nothing: not a key of these.
  std::optional<z::Result<>> set(std::string_view key, std::string_view value);
  std::string text() const;
};

struct Breakpoint {
  enum class At : std::uint8_t { start, command, unit_check };
  CommandMatch match;
  At at = At::start;

  // "at=command device=0200 command=86 record=5/2/3"
  static z::Result<Breakpoint> parse(std::string_view text);
  std::string text() const;
};

// What goes wrong, when. `nth` counts the commands that match from 1; `times` says for how many it then happens (0: all).
struct FaultRule {
  enum class Kind : std::uint8_t { sense, delay, lost_interruption, missing_path, flip };
  CommandMatch match;
  Kind kind = Kind::sense;
  std::uint64_t nth = 1, times = 1;
  Sense sense_data{};
  z::Nanoseconds delay{};
  std::uint8_t paths = 0;
  std::uint64_t flip_byte = 0;
  std::uint8_t flip_mask = 0;

  // "device=0200 command=write cylinder=5 nth=3 sense=equipment-check": one of sense=, delay_ms=, lose=interruption,
  // missing_paths= and flip_byte= (with flip_mask=) says what happens.
  static z::Result<FaultRule> parse(std::string_view text);
  // [[fault]] tables with the same keys. Errors name file, line and what may be written.
  static z::Result<std::vector<FaultRule>> read(const std::filesystem::path& file);
  std::string text() const;

  z::Result<> set(std::string_view key, std::string_view value);
  z::Result<> complete() const;  // what was set makes a rule

 private:
  std::optional<Kind> chosen_;
  std::string form_;  // as it was written
};

}  // namespace channel
