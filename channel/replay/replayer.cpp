#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/mutex.h"
#include "channel/replay/recording.h"
#include "channel/trace.h"

namespace channel {
namespace {

std::string shown(std::span<const std::byte> bytes) {
  constexpr std::size_t most = 32;
  return bytes.empty() ? "no data" : hex_text(bytes.first(std::min(bytes.size(), most))) + (bytes.size() > most ? " ..." : "");
}

class Replayer final : public Device, private TransportDevice {
 public:
  Replayer(Recording recording, const std::bitset<256>& ignored, ReplaySink complain)
      : recording_(std::move(recording)), ignored_(ignored), complain_(std::move(complain)) {}

  std::string_view type() const override { return recording_.type; }
  std::string description() const override {
    const z::Lock lock{lock_};
    return fmt::format("{} replayed: event {} of {}{}{}", recording_.type, next_, recording_.events.size(),
                       mismatch_.empty() ? "" : "; ", mismatch_);
  }
  std::string_view command_name(std::uint8_t) const override { return ""; }
  void attached(Port& port) override {
    port_ = &port;
    say_what_follows();
  }
  void signal(Signal) override { sense_.reset(); }
  TransportDevice* transport_mode() override {
    const bool has = std::ranges::any_of(recording_.events, [](const auto& event) { return event.kind == RecordedEvent::Kind::transport; });
    return has ? this : nullptr;
  }
  Ending execute(std::uint8_t command, Transfer& data) override {
    return answer({.kind = RecordedEvent::Kind::command, .command = command}, data);
  }
  Sense sense() override { return std::exchange(sense_, std::nullopt).value_or(Sense{}); }

 private:
  Ending execute_transport(std::uint8_t command, std::span<const std::byte> control, Transfer& data) override {
    return answer({.kind = RecordedEvent::Kind::transport, .command = command, .control = {control.begin(), control.end()}}, data);
  }

  Ending answer(RecordedEvent given, Transfer& data) {
    const RecordedEvent* event = nullptr;
    {
      const z::Lock lock{lock_};
      if (next_ < recording_.events.size()) event = &recording_.events[next_];
    }
    if (event == nullptr) return mismatch(fmt::format("command {:02X} after the end of the recording", given.command));
    if (event->kind != given.kind || event->command != given.command)
      return mismatch(fmt::format("command {:02X}, recorded was {:02X}", given.command, event->command));
    given.output.resize(event->output.size());
    if (!given.output.empty()) given.output.resize(data.receive(given.output));
    const bool is_same = given.control == event->control && given.output == event->output;
    if (!is_same && !ignored_.test(given.command))
      return mismatch(fmt::format("command {:02X} with {}, recorded was {}", given.command,
                                  shown(given.control.empty() ? given.output : given.control),
                                  shown(event->control.empty() ? event->output : event->control)));
    if (!event->input.empty()) data.send(event->input);
    if (event->has_excess) data.set_excess();
    if (!event->sense.empty()) keep_sense(event->sense);
    go_on();
    return event->ending;
  }

  // Past the event, and on to what the device then said by itself.
  void go_on() {
    {
      const z::Lock lock{lock_};
      ++next_;
    }
    say_what_follows();
  }

  void say_what_follows() {
    std::vector<std::pair<RecordedEvent::Kind, DeviceStatus>> said;
    {
      const z::Lock lock{lock_};
      for (; next_ < recording_.events.size(); ++next_) {
        const auto& event = recording_.events[next_];
        if (event.kind == RecordedEvent::Kind::command || event.kind == RecordedEvent::Kind::transport) break;
        said.emplace_back(event.kind, event.ending.status);
      }
    }
    for (const auto& [kind, status] : said)
      if (kind == RecordedEvent::Kind::device_end) port_->end_device(status);
      else port_->present_unsolicited(status);
  }

  void keep_sense(std::span<const std::byte> bytes) {
    Sense sense;
    sense.count = static_cast<std::uint8_t>(std::min(bytes.size(), sense.bytes.size()));
    for (std::size_t i = 0; i < sense.count; ++i) sense.bytes[i] = std::to_integer<std::uint8_t>(bytes[i]);
    sense_ = sense;
  }

  Ending mismatch(std::string what) {
    Sense sense;
    sense.bytes[0] = intervention_required;
    sense_ = sense;
    const z::Lock lock{lock_};
    mismatch_ = fmt::format("replay differs at event {}: {}", next_ + 1, what);
    if (complain_) complain_(mismatch_);
    return Ending::with(ended | unit_check);
  }

  const Recording recording_;
  const std::bitset<256> ignored_;  // commands whose data may differ
  const ReplaySink complain_;
  Port* port_ = nullptr;
  std::optional<Sense> sense_;
  mutable z::Mutex lock_;  // the operator asks for the description on his own thread
  std::size_t next_ Z_GUARDED_BY(lock_) = 0;
  std::string mismatch_ Z_GUARDED_BY(lock_);
};

}  // namespace

std::unique_ptr<Device> make_replayer(Recording recording, const std::bitset<256>& ignored, ReplaySink complain) {
  return std::make_unique<Replayer>(std::move(recording), ignored, std::move(complain));
}

}  // namespace channel
