#include <utility>

#include "base/mutex.h"
#include "channel/replay/recording.h"

namespace channel {
namespace {

// A data area that keeps what went through it.
class KeepingTransfer final : public Transfer {
 public:
  KeepingTransfer(Transfer& area, RecordedEvent& event) : area_(area), event_(event) {}
  std::size_t count() const override { return area_.count(); }
  std::size_t receive(std::span<std::byte> to) override {
    const auto moved = area_.receive(to);
    event_.output.insert(event_.output.end(), to.begin(), to.begin() + static_cast<std::ptrdiff_t>(moved));
    return moved;
  }
  // All that the device gives: the replay has to fill an area of any size.
  std::size_t send(std::span<const std::byte> from) override {
    event_.input.insert(event_.input.end(), from.begin(), from.end());
    return area_.send(from);
  }
  void set_excess() override {
    event_.has_excess = true;
    area_.set_excess();
  }
  std::uint8_t path() const override { return area_.path(); }

 private:
  Transfer& area_;
  RecordedEvent& event_;
};

class Recorder final : public Device, private Port, private TransportDevice {
 public:
  Recorder(std::unique_ptr<Device> inner, RecordingWriter writer, ReplaySink complain)
      : writer_(std::move(writer)), complain_(std::move(complain)), inner_(std::move(inner)) {}

  std::string_view type() const override { return inner_->type(); }
  std::string description() const override { return inner_->description() + " (recorded)"; }
  std::string_view command_name(std::uint8_t command) const override { return inner_->command_name(command); }
  const Vocabulary* vocabulary() const override { return inner_->vocabulary(); }
  std::optional<RecordId> record() const override { return inner_->record(); }
  void attached(Port& port) override {
    port_ = &port;
    inner_->attached(*this);
  }
  void begin_program() override { inner_->begin_program(); }
  void end_program() override { inner_->end_program(); }
  void pause_program() override { inner_->pause_program(); }
  void reset_path(std::uint8_t path) override { inner_->reset_path(path); }
  void signal(Signal signal) override { inner_->signal(signal); }
  std::vector<std::byte> save() const override { return inner_->save(); }
  z::Result<> restore(std::span<const std::byte> state) override { return inner_->restore(state); }
  TransportDevice* transport_mode() override { return inner_->transport_mode() == nullptr ? nullptr : this; }

  Ending execute(std::uint8_t command, Transfer& data) override {
    constexpr std::uint8_t basic_sense = 0x04;
    RecordedEvent event{.kind = RecordedEvent::Kind::command, .command = command};
    KeepingTransfer kept{data, event};
    if (command == basic_sense && sense_) {
      const auto taken = *std::exchange(sense_, std::nullopt);
      kept.send(std::as_bytes(std::span{taken.bytes}).first(taken.count));
      return ended_with(std::move(event), Ending::with(ended));
    }
    const auto ending = inner_->execute(command, kept);
    return ended_with(std::move(event), ending);
  }

  Sense sense() override {
    if (sense_) return *std::exchange(sense_, std::nullopt);
    return inner_->sense();
  }

 private:
  Ending execute_transport(std::uint8_t command, std::span<const std::byte> control, Transfer& data) override {
    RecordedEvent event{.kind = RecordedEvent::Kind::transport, .command = command, .control = {control.begin(), control.end()}};
    KeepingTransfer kept{data, event};
    const auto ending = inner_->transport_mode()->execute_transport(command, control, kept);
    return ended_with(std::move(event), ending);
  }

  // A command that waits, or that found the device busy, comes again and is recorded then. The sense data are taken at once and
  // given when they are asked for.
  Ending ended_with(RecordedEvent event, const Ending& ending) {
    if (ending.kind == Ending::Kind::waiting || ending.status == busy) return ending;
    event.ending = ending;
    sense_.reset();
    if (ending.status.has(unit_check)) {
      sense_ = inner_->sense();
      const auto bytes = std::as_bytes(std::span{sense_->bytes}).first(sense_->count);
      event.sense.assign(bytes.begin(), bytes.end());
    }
    keep(event);
    return ending;
  }

  void keep(const RecordedEvent& event) {
    const z::Lock lock{lock_};
    if (has_failed_) return;
    const auto kept = writer_.append(event);
    has_failed_ = !kept;
    if (has_failed_ && complain_) complain_("recording ended: " + kept.error().text());
  }

  // Port: what the inner device says by itself.
  void resume() override { port_->resume(); }
  void end_device(DeviceStatus status) override {
    keep({.kind = RecordedEvent::Kind::device_end, .ending = Ending::with(status)});
    port_->end_device(status);
  }
  void present_unsolicited(DeviceStatus status) override {
    keep({.kind = RecordedEvent::Kind::unsolicited, .ending = Ending::with(status)});
    port_->present_unsolicited(status);
  }

  z::Mutex lock_;  // the port's calls come on any thread
  RecordingWriter writer_ Z_GUARDED_BY(lock_);
  bool has_failed_ Z_GUARDED_BY(lock_) = false;
  const ReplaySink complain_;
  Port* port_ = nullptr;
  std::optional<Sense> sense_;
  std::unique_ptr<Device> inner_;  // last: its threads call the port's functions
};

}  // namespace

std::unique_ptr<Device> make_recorder(std::unique_ptr<Device> inner, RecordingWriter writer, ReplaySink complain) {
  return std::make_unique<Recorder>(std::move(inner), std::move(writer), std::move(complain));
}

}  // namespace channel
