#include "unitrecord/carriage.h"

#include <algorithm>

namespace unitrecord {

FormsControl::FormsControl(unsigned lines, unsigned lines_per_inch) : lines_(std::clamp(lines, 1U, most_lines)), lines_per_inch_(lines_per_inch) {
  constexpr unsigned apart = 6;
  for (const unsigned channel : {2U, 3U, 4U, 5U, 6U, 7U, 8U, 10U, 11U}) {
    const unsigned line = apart * (channel < 9 ? channel - 1 : channel - 2);
    if (line < lines_) channels_[line] = static_cast<std::uint8_t>(channel);
  }
  if (lines_ > apart) channels_[lines_ - apart] = 12;
  channels_[0] = 1;
}

z::Result<FormsControl> FormsControl::load(std::span<const std::byte> image) {
  constexpr unsigned flag = 0x10;
  FormsControl forms;
  forms.channels_ = {};
  for (unsigned line = 0; line < std::min<std::size_t>(image.size(), most_lines); ++line) {
    const auto byte = std::to_integer<unsigned>(image[line]);
    if ((byte & 0x0F) > 12 || (byte & 0xE0) != 0) return z::failure("forms control: X'{:02X}' for line {}", byte, line + 1);
    forms.channels_[line] = static_cast<std::uint8_t>(byte & 0x0F);
    if (line == 0) forms.lines_per_inch_ = (byte & flag) != 0 ? 8 : 6;
    else if ((byte & flag) != 0) {
      forms.lines_ = line + 1;
      return forms;
    }
  }
  return z::failure("forms control: no last line");
}

void Carriage::load(const FormsControl& forms) {
  forms_ = forms;
  line_ %= forms_.lines();
}

bool Carriage::step() {
  line_ = (line_ + 1) % forms_.lines();
  return line_ == 0;
}

Carriage::Movement Carriage::space(unsigned lines) {
  Movement movement;
  for (; lines != 0; --lines) {
    if (step()) ++movement.new_forms;
    const auto channel = forms_.channel_at(line_);
    if (channel == 9) movement.channel_9 = true;
    if (channel == 12) movement.channel_12 = true;
  }
  return movement;
}

// A skip to the channel where the carriage stands goes on to the next form.
Carriage::Movement Carriage::skip_to(unsigned channel) {
  Movement movement;
  for (unsigned moved = 0; moved < forms_.lines(); ++moved) {
    if (step()) ++movement.new_forms;
    if (forms_.channel_at(line_) == channel) return movement;
  }
  movement.no_such_channel = true;
  return movement;
}

}  // namespace unitrecord
