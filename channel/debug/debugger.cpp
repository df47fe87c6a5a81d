#include "channel/debug/debugger.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "channel/data_area.h"
#include "channel/subsystem.h"
#include "channel/trace.h"

namespace channel {
namespace {

class NoListener final : public PciListener {
  void program_controlled_interruption(std::uint32_t) override {}
};

// The parameters of a command that takes some, before the device sees them.
std::vector<std::byte> parameters_of(const CommandView& command) {
  if (command.orb.has(Orb::transport_mode)) return {command.control.begin(), command.control.end()};
  if (Ccw::is_input(command.ccw.command)) return {};
  NoListener listener;
  DataArea area{command.storage, command.orb, command.ccw, listener, command.path};
  std::vector<std::byte> bytes(TraceBytes::bytes_inside);
  bytes.resize(area.receive(bytes));
  return bytes;
}

std::optional<RecordId> target_of(const CommandView& command) {
  const auto* vocabulary = command.device.vocabulary();
  if (vocabulary == nullptr || vocabulary->target == nullptr) return std::nullopt;
  return vocabulary->target(command.ccw.command, parameters_of(command));
}

// What rules call the command: a transport-mode program is a write or a read of track data.
std::uint8_t code_of(const CommandView& command) {
  constexpr std::uint8_t write_track_data = 0xA5, read_track_data = 0xA6, prefix = 0xE7, prefix_read = 0xEA;
  if (!command.orb.has(Orb::transport_mode)) return command.ccw.command;
  if (command.ccw.command == prefix) return write_track_data;
  return command.ccw.command == prefix_read ? read_track_data : command.ccw.command;
}

// Data that come from the device with some bits changed.
class FlippedData final : public Transfer {
 public:
  FlippedData(Transfer& to, std::uint64_t byte, std::uint8_t mask) : to_(to), byte_(byte), mask_(mask) {}
  std::size_t count() const override { return to_.count(); }
  std::size_t receive(std::span<std::byte> bytes) override { return to_.receive(bytes); }
  std::size_t send(std::span<const std::byte> from) override {
    const auto begin = std::exchange(sent_, sent_ + from.size());
    if (byte_ < begin || byte_ >= sent_) return to_.send(from);
    std::vector<std::byte> changed{from.begin(), from.end()};
    changed[byte_ - begin] ^= std::byte{mask_};
    return to_.send(changed);
  }
  void set_excess() override { to_.set_excess(); }
  std::uint8_t path() const override { return to_.path(); }

 private:
  Transfer& to_;
  std::uint64_t byte_;
  std::uint8_t mask_;
  std::uint64_t sent_ = 0;
};

}  // namespace

void IoDebugger::set_host(Host host) {
  z::Lock lock{lock_};
  host_ = std::move(host);
}

bool IoDebugger::holds_any() const {
  z::Lock lock{lock_};
  return std::ranges::any_of(devices_, [](const auto& entry) { return entry.second.held.has_value(); });
}

void IoDebugger::put_in_place() {
  const bool is_wanted = !breakpoints_.empty() || !faults_.empty() ||
                         std::ranges::any_of(devices_, [](const auto& entry) {
                           const auto& state = entry.second;
                           return state.steps || state.held || state.sense || state.loses_end || state.pass;
                         });
  subsystem_.set_gate(is_wanted ? this : nullptr);
}

Gate::Verdict IoDebugger::before(const CommandView& command) {
  const auto target = target_of(command);
  std::string why;
  {
    z::Lock lock{lock_};
    auto& state = devices_[command.number];
    if (std::exchange(state.pass, std::nullopt) == command.ccw.location) return {};
    if (target) state.place = target;
    const auto delay = arm_faults(state, command);
    const auto* point = breakpoint_before(command, target);
    if (!state.steps && point == nullptr) {
      if (!delay) return {};
      state.pass = command.ccw.location;
      return {Verdict::Kind::delay, *delay};
    }
    why = point != nullptr ? "breakpoint " + point->text() : "step";
  }
  return hold(command, Held::Where::before, {}, std::move(why));
}

const Breakpoint* IoDebugger::breakpoint_before(const CommandView& command, const std::optional<RecordId>& target) const {
  for (const auto& [number, point] : breakpoints_) {
    if (point.at == Breakpoint::At::unit_check) continue;
    if (point.at == Breakpoint::At::start && !command.is_first) continue;
    if (point.match.takes(command.number, code_of(command), target)) return &point;
  }
  return nullptr;
}

const Breakpoint* IoDebugger::breakpoint_after(const CommandView& command, const Ending& ending) const {
  for (const auto& [number, point] : breakpoints_) {
    const bool is_check = point.at == Breakpoint::At::unit_check && ending.status.has(unit_check);
    const bool is_record = point.at == Breakpoint::At::command && point.match.is_about_places();
    if ((is_check || is_record) && point.match.takes(command.number, code_of(command), command.device.record())) return &point;
  }
  return nullptr;
}

// How long the command is late, if a rule says so. Every rule counts what it is about.
std::optional<z::Nanoseconds> IoDebugger::arm_faults(DeviceState& state, const CommandView& command) {
  std::optional<z::Nanoseconds> delay;
  state.fault.reset();
  for (auto& [number, armed] : faults_) {
    if (armed.rule.kind == FaultRule::Kind::missing_path) continue;
    if (!armed.rule.match.takes(command.number, code_of(command), state.place) || !happens(armed)) continue;
    if (armed.rule.kind == FaultRule::Kind::delay) delay = armed.rule.delay;
    else if (!state.fault) state.fault = armed.rule;
  }
  return delay;
}

bool IoDebugger::happens(Armed& armed) {
  ++armed.matched;
  return armed.matched >= armed.rule.nth && (armed.rule.times == 0 || armed.matched - armed.rule.nth < armed.rule.times);
}

template <class Execute>
Ending IoDebugger::execute_with_faults(const CommandView& command, Transfer& data, Execute execute) {
  constexpr std::uint8_t basic_sense = 0x04;
  std::optional<FaultRule> fault;
  std::optional<Sense> kept;
  {
    z::Lock lock{lock_};
    auto& state = devices_[command.number];
    fault = std::exchange(state.fault, std::nullopt);
    if (command.ccw.command == basic_sense) kept = std::exchange(state.sense, std::nullopt);
    if (fault && fault->kind == FaultRule::Kind::sense) state.sense = fault->sense_data;
    if (fault && fault->kind == FaultRule::Kind::lost_interruption) state.loses_end = true;
  }
  if (kept) {
    data.send(std::as_bytes(std::span{kept->bytes}).first(kept->count));
    return Ending::with(ended);
  }
  if (fault && fault->kind == FaultRule::Kind::sense) return Ending::with(ended | unit_check);
  if (!fault || fault->kind != FaultRule::Kind::flip) return execute(data);
  FlippedData flipped{data, fault->flip_byte, fault->flip_mask};
  return execute(flipped);
}

Ending IoDebugger::execute(const CommandView& command, Transfer& data) {
  return execute_with_faults(command, data, [&](Transfer& to) { return command.device.execute(command.ccw.command, to); });
}

Ending IoDebugger::execute_transport(const CommandView& command, TransportDevice& device, std::span<const std::byte> control,
                                     Transfer& data) {
  return execute_with_faults(command, data,
                             [&](Transfer& to) { return device.execute_transport(command.ccw.command, control, to); });
}

Gate::Verdict IoDebugger::after(const CommandView& command, const Ending& ending) {
  std::string why;
  {
    z::Lock lock{lock_};
    auto& state = devices_[command.number];
    if (ending.kind == Ending::Kind::waiting || ending.status == busy) {
      state.pass = command.ccw.location;  // it comes again
      return {};
    }
    if (const auto record = command.device.record()) state.place = record;
    const auto* point = breakpoint_after(command, ending);
    const bool ends = !command.ccw.has(ccw_flag::chain_command) || (ending.status.bits & ~(ended | status_modifier).bits) != 0;
    if (point == nullptr && !(state.steps && ends)) return {};
    why = point != nullptr ? "breakpoint " + point->text() : "step";
    if (ending.status.has(unit_check) && !state.sense) state.sense = command.device.sense();
  }
  return hold(command, Held::Where::after, ending, std::move(why));
}

Gate::Verdict IoDebugger::hold(const CommandView& command, Held::Where where, const Ending& ending, std::string why) {
  std::function<void(const std::string&)> tell;
  {
    z::Lock lock{lock_};
    auto& state = devices_[command.number];
    state.steps = false;
    state.held = Held{.where = where, .orb = command.orb, .ccw = command.ccw,
                      .name = std::string{command.device.command_name(command.ccw.command)},
                      .vocabulary = command.device.vocabulary(), .ending = ending};
    tell = host_.stopped;
  }
  if (tell) tell(fmt::format("I/O stopped: {}\n{}", why, described(command.number)));
  return {Verdict::Kind::hold, {}};
}

void IoDebugger::go() {
  std::vector<z::DeviceNumber> held;
  {
    z::Lock lock{lock_};
    for (const auto& [number, state] : devices_)
      if (state.held) held.push_back(number);
  }
  for (const auto number : held) release_one(number, Onward::freely);
  std::function<void()> tell;
  {
    z::Lock lock{lock_};
    for (auto& [number, state] : devices_) state.steps = false;  // of a program that came to its end meanwhile
    put_in_place();
    tell = host_.resumed;
  }
  if (tell) tell();
}

// A program that steps keeps the CPUs standing.
void IoDebugger::release_one(z::DeviceNumber number, Onward onward) {
  std::function<void()> tell;
  {
    z::Lock lock{lock_};
    auto& state = devices_[number];
    if (!state.held) return;
    if (state.held->where == Held::Where::before) state.pass = state.held->ccw.location;
    state.held.reset();
    state.steps = onward == Onward::one_command;
    const bool stands = std::ranges::any_of(devices_, [](const auto& entry) { return entry.second.held.has_value(); });
    if (!state.steps && !stands) tell = host_.resumed;
  }
  subsystem_.release(number);
  if (tell) tell();
}

Sense IoDebugger::sense(z::DeviceNumber number, Device& device) {
  {
    z::Lock lock{lock_};
    if (auto kept = std::exchange(devices_[number].sense, std::nullopt)) return *kept;
  }
  return device.sense();
}

bool IoDebugger::presents_end(z::DeviceNumber number) {
  z::Lock lock{lock_};
  return !std::exchange(devices_[number].loses_end, false);
}

std::uint8_t IoDebugger::working_paths(z::DeviceNumber number, std::uint8_t paths) {
  z::Lock lock{lock_};
  for (auto& [id, armed] : faults_) {
    if (armed.rule.kind != FaultRule::Kind::missing_path || !armed.rule.match.takes(number, 0, std::nullopt)) continue;
    if (happens(armed)) paths &= static_cast<std::uint8_t>(~armed.rule.paths);
  }
  return paths;
}

}  // namespace channel
