#include "channel/trace.h"

#include "channel/trace/forms.h"
#include "channel/trace/writer.h"

namespace channel {

void IoTrace::begin(const TraceRequest& request) {
  ring_.clear();
  oldest_ = 0;
  filter_ = request.filter;
  bytes_kept_ = request.bytes;
  on_ = true;
}

void IoTrace::start(const TraceRequest& request, Sink sink) {
  std::shared_ptr<TraceWriter> ended;  // its last events are written when the lock is given up
  z::Lock lock{lock_};
  ended = std::exchange(writer_, nullptr);
  sink_ = std::move(sink);
  begin(request);
}

void IoTrace::start(const TraceRequest& request, std::shared_ptr<TraceWriter> writer, const std::string& machine) {
  const auto source = writer->add_source(machine);
  std::shared_ptr<TraceWriter> ended;
  z::Lock lock{lock_};
  ended = std::exchange(writer_, std::move(writer));
  source_ = source;
  sink_ = {};
  begin(request);
}

void IoTrace::stop() {
  std::shared_ptr<TraceWriter> ended;
  z::Lock lock{lock_};
  on_ = false;
  sink_ = {};
  ended = std::exchange(writer_, nullptr);
}

std::vector<std::string> IoTrace::lines() const {
  z::Lock lock{lock_};
  std::vector<std::string> result;
  for (std::size_t i = 0; i < ring_.size(); ++i) result.push_back(event_text(ring_[(oldest_ + i) % ring_.size()]));
  return result;
}

void IoTrace::function(z::DeviceNumber number, std::string_view name) {
  TraceEvent event{.kind = TraceEvent::Kind::function, .number = number};
  event.set_name(name);
  keep(std::move(event));
}

void IoTrace::started(z::DeviceNumber number, const Orb& orb) {
  keep({.kind = TraceEvent::Kind::started, .number = number, .address = orb.program_address, .word = orb.control});
}

void IoTrace::command(const Command& command) {
  TraceEvent event{.kind = TraceEvent::Kind::command,
                   .ending = command.ending.kind,
                   .number = command.number,
                   .address = command.ccw_address,
                   .count = command.count,
                   .residual = command.residual,
                   .command = command.command,
                   .flags = command.flags,
                   .device_status = command.ending.status.bits,
                   .subchannel_status = command.check,
                   .path = command.path,
                   .record = command.device.record(),
                   .vocabulary = command.device.vocabulary()};
  event.set_name(command.device.command_name(command.command));
  event.data.set(command.bytes);
  keep(std::move(event));
}

void IoTrace::status(z::DeviceNumber number, const Scsw& scsw) {
  keep({.kind = TraceEvent::Kind::status,
        .number = number,
        .address = scsw.ccw_address,
        .word = scsw.control,
        .residual = scsw.count,
        .device_status = scsw.device_status,
        .subchannel_status = scsw.subchannel_status});
}

void IoTrace::sense(z::DeviceNumber number, const Device& device, const Sense& sense) {
  TraceEvent event{.kind = TraceEvent::Kind::sense, .number = number, .vocabulary = device.vocabulary()};
  event.data.set(std::as_bytes(std::span{sense.bytes}).first(sense.count));
  keep(std::move(event));
}

void IoTrace::keep(TraceEvent event) {
  event.time = clock_.now();
  z::Lock lock{lock_};
  auto running = std::ranges::find(running_, event.number, [](const auto& pair) { return pair.first; });
  if (running == running_.end()) running = running_.insert(running, {event.number, 0});
  if (event.kind == TraceEvent::Kind::started) running->second = ++programs_;
  event.program = running->second;
  if (!filter_.takes(event)) return;
  event.source = source_;
  if (sink_) sink_(event_text(event));
  if (writer_) writer_->add(event);
  if (ring_.size() < capacity) return ring_.push_back(std::move(event));
  ring_[oldest_] = std::move(event);
  oldest_ = (oldest_ + 1) % capacity;
}

z::Result<> start_traces(const TraceRequest& request, std::span<const TraceTarget> targets, IoTrace::Sink lines) {
  if (request.file.empty()) {
    for (const auto& target : targets) target.trace.start(request, lines);
    return {};
  }
  const auto writer = Z_TRY(TraceWriter::open(request, targets.front().trace.clock(), [lines](const z::Error& error) {
    if (lines) lines("trace ended: " + error.text());
  }));
  for (const auto& target : targets) target.trace.start(request, writer, target.machine);
  return {};
}

}  // namespace channel
