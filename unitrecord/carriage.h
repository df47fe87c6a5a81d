#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/result.h"

namespace unitrecord {

// The forms control of a printer: how long a form is and on which lines its channels are.
class FormsControl {
 public:
  // Channel 1 at the top, the others every sixth line, 12 five lines before the end; no 9.
  explicit FormsControl(unsigned lines = 66, unsigned lines_per_inch = 6);
  // A forms-control buffer as a program loads it: a byte a line with its channel in bits 4-7, X'10' on the last, X'10' in the
  // first for 8 lines an inch. Fails on a buffer without end or with a channel above 12.
  static z::Result<FormsControl> load(std::span<const std::byte> image);

  unsigned lines() const { return lines_; }
  unsigned lines_per_inch() const { return lines_per_inch_; }
  unsigned channel_at(unsigned line) const { return channels_[line]; }  // line from 0; channel 0: none

 private:
  static constexpr unsigned most_lines = 256;

  unsigned lines_;
  unsigned lines_per_inch_;
  std::array<std::uint8_t, most_lines> channels_{};
};

// Where the paper stands.
class Carriage {
 public:
  // What a movement came upon.
  struct Movement {
    unsigned new_forms = 0;     // tops of form passed
    bool channel_9 = false;     // while it spaced, not while it skipped
    bool channel_12 = false;
    bool no_such_channel = false;
  };

  void load(const FormsControl& forms);
  const FormsControl& forms() const { return forms_; }
  unsigned line() const { return line_; }

  Movement space(unsigned lines);
  Movement skip_to(unsigned channel);

 private:
  bool step();  // true: onto a new form

  FormsControl forms_;
  unsigned line_ = 0;
};

}  // namespace unitrecord
