#include "ctc/channel_path.h"

#include <algorithm>
#include <charconv>

namespace ctc {

z::Nanoseconds ChannelPath::occupy(z::Nanoseconds from, z::Bytes size) {
  const z::Lock lock{mutex_};
  free_at_ = std::max(free_at_, from) + size / rate_;
  return free_at_;
}

z::Nanoseconds ChannelPath::Lane::arrival(z::Nanoseconds now, z::Bytes size) {
  const auto from = std::max(now, free_at_);
  free_at_ = std::max(path_->occupy(from, size), from + size / path_->rate() * ctcs_to_fill_it) + latency;
  return free_at_;
}

z::Result<z::BytesPerSecond> parse_channel_speed(std::string_view text) {
  double gigabits = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), gigabits);
  const std::string_view unit{end, text.data() + text.size()};
  if (error != std::errc{} || unit != "Gb/s" || !(gigabits > 0) || gigabits > 1000)
    return z::failure("a channel speed is a number with Gb/s, for example 8Gb/s: {}", text);
  return z::BytesPerSecond{gigabits * 100e6};
}

z::Result<std::shared_ptr<ChannelPath>> ChannelPaths::find_or_make(const std::string& name, z::BytesPerSecond rate) {
  const z::Lock lock{mutex_};
  auto& path = paths_[name];
  if (!path) path = std::make_shared<ChannelPath>(rate);
  if (path->rate() != rate) return z::failure("channel path {} has two speeds", name);
  return path;
}

}  // namespace ctc
