#include "gdb/machine_target.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/guest_bytes.h"
#include "channel/debug/debugger.h"
#include "cpu/prefix.h"
#include "gdb/monitor.h"
#include "gdb/registers.h"

namespace gdb {
namespace {

Stop stop_of(unsigned cpu, const cpu::DebugStop& stop) {
  using From = cpu::DebugStop::Cause;
  const auto cause = stop.cause == From::breakpoint   ? Stop::Cause::breakpoint
                     : stop.cause == From::watchpoint ? Stop::Cause::watchpoint
                                                      : Stop::Cause::step;
  return {.cause = cause, .cpu = cpu, .kind = stop.kind, .address = stop.address};
}

}  // namespace

MachineTarget::MachineTarget(lpar::Machine& machine, Begin begin, std::function<void()> wake)
    : machine_(machine), wake_(std::move(wake)), counts_(machine.cpus().cpu_count()) {
  halt();
  machine_.cpus().attach_debugger(*this);
  machine_.watch_idle([this] {
    idle_ = true;
    wake_();
  });
  machine_.subsystem().debugger().set_host({.stopped = [this](const std::string&) {
                                              io_stopped_ = true;
                                              wake_();
                                            },
                                            .resumed = {}});
  if (begin == Begin::running) let_go();
}

MachineTarget::~MachineTarget() {
  machine_.subsystem().debugger().set_host({});
  machine_.subsystem().debugger().go();
  halt();
  machine_.watch_idle({});
  machine_.cpus().detach_debugger();
  let_go();
}

void MachineTarget::halt() {
  if (!halted_) machine_.cpus().pause();
  halted_ = true;
}

void MachineTarget::let_go() {
  halted_ = false;
  machine_.cpus().unpause();
}

// On the CPU's thread.
void MachineTarget::cpu_stopped(unsigned cpu) {
  {
    const z::Lock lock{mutex_};
    stopped_.push_back(cpu);
  }
  wake_();
}

bool MachineTarget::is_in_disabled_wait(unsigned address) {
  const cpu::Psw& psw = cpu(address).psw;
  return cpu(address).state() == cpu::CpuState::operating && psw.wait && !psw.io && !psw.external && !psw.machine_check &&
         psw.is_valid();
}

bool MachineTarget::is_idle() {
  for (unsigned n = 0; n < cpu_count(); ++n) {
    if (machine_.cpus().thread(n).has_orders()) return false;
    if (cpu(n).state() == cpu::CpuState::operating && !is_in_disabled_wait(n)) return false;
  }
  return true;
}

// Which CPU tells of it: one that came to its end just now, in a disabled wait rather than stopped.
Stop MachineTarget::idle_stop() {
  const auto rank = [this](unsigned n) { return (has_run(n) ? 0 : 2) + (is_in_disabled_wait(n) ? 0 : 1); };
  unsigned best = 0;
  for (unsigned n = 1; n < cpu_count(); ++n)
    if (rank(n) < rank(best)) best = n;
  return {.cause = Stop::Cause::idle, .cpu = best};
}

// The first CPU that stopped is told of. Of the others a breakpoint is met again when they go on; the rest is kept.
std::optional<Stop> MachineTarget::take_stop() {
  {
    const z::Lock lock{mutex_};
    untold_.insert(untold_.end(), stopped_.begin(), stopped_.end());
    stopped_.clear();
  }
  while (!untold_.empty()) {
    const unsigned first = untold_.front();
    untold_.erase(untold_.begin());
    if (const auto& why = cpu(first).debug_state()->stop) return stop_of(first, *why);
  }
  return std::nullopt;
}

std::optional<Stop> MachineTarget::stopped() {
  if (halted_ && !std::exchange(has_more_to_tell_, false)) return std::nullopt;
  halt();
  auto stop = take_stop();
  if (!stop && io_stopped_.exchange(false)) stop = Stop{.cause = Stop::Cause::interrupted, .cpu = last_.cpu};
  if (!stop && idle_.exchange(false) && is_idle()) stop = idle_stop();
  if (stop) last_ = *stop;
  else let_go();
  return stop;
}

Stop MachineTarget::interrupt() {
  halt();
  if (const auto stop = take_stop()) return last_ = *stop;
  if (is_idle()) return last_ = idle_stop();
  const auto operates = [this](unsigned n) { return cpu(n).state() == cpu::CpuState::operating; };
  Stop stop{.cause = Stop::Cause::interrupted, .cpu = last_.cpu};
  for (unsigned n = 0; n < cpu_count() && !operates(stop.cpu); ++n)
    if (operates(n)) stop.cpu = n;
  return last_ = stop;
}

std::uint64_t MachineTarget::cpus_to_start(const Resumption& how) {
  std::uint64_t all = how.start;
  if (last_.cause != Stop::Cause::idle || how.start != 0) return all;
  const auto is_stopped = [this](unsigned n) { return cpu(n).state() == cpu::CpuState::stopped; };
  const auto goes = [&](unsigned n) { return how.actions[n] != Action::stay; };
  if (is_stopped(last_.cpu)) return goes(last_.cpu) ? 1ull << last_.cpu : 0;
  for (unsigned n = 0; n < cpu_count(); ++n)
    if (goes(n) && !is_stopped(n) && !is_in_disabled_wait(n)) return 0;  // it was given a PSW to run from
  for (unsigned n = 0; n < cpu_count(); ++n)
    if (goes(n) && is_stopped(n) && has_run(n)) all |= 1ull << n;
  return all;
}

void MachineTarget::prepare(unsigned address, Action action) {
  cpu::Cpu& target = cpu(address);
  cpu::DebugState& debug = *target.debug_state();
  const bool was_told = last_.cause == Stop::Cause::breakpoint && last_.cpu == address && last_.address == target.psw.ia;
  debug.step = action == Action::step;
  debug.pass.reset();
  if (debug.step || was_told) debug.pass = target.psw.ia;
  debug.stop.reset();
  debug.watched.reset();
}

void MachineTarget::resume(const Resumption& how) {
  std::erase_if(untold_, [this](unsigned n) { return cpu(n).debug_state()->stop->cause == cpu::DebugStop::Cause::breakpoint; });
  if (!untold_.empty()) {
    has_more_to_tell_ = true;
    return wake_();
  }
  cpu::Configuration& cpus = machine_.cpus();
  points_ = how.points;
  cpus.set_stop_points(points_);
  if (std::exchange(changed_, false)) cpus.purge_everywhere({});
  const std::uint64_t start = cpus_to_start(how);
  std::uint64_t stay = 0;
  for (unsigned n = 0; n < cpu_count(); ++n) {
    prepare(n, how.actions[n]);
    if (how.actions[n] == Action::stay) stay |= 1ull << n;
    counts_[n] = cpu(n).instruction_count();
    if ((start >> n & 1) != 0 && cpu(n).state() == cpu::CpuState::stopped) cpus.thread(n).give({.start = true});
  }
  cpus.hold(stay);
  idle_ = false;
  let_go();
  machine_.subsystem().debugger().go();
}

// Each CPU is told to stop while it stands, so that none executes anything more.
void MachineTarget::reset(lpar::Machine::Clear clear) {
  cpu::Configuration& cpus = machine_.cpus();
  cpus.hold(0);
  for (unsigned n = 0; n < cpu_count(); ++n) cpus.thread(n).give({.stop = true});
  let_go();
  machine_.system_reset(clear);
  halt();
  untold_.clear();
  for (unsigned n = 0; n < cpu_count(); ++n) {
    prepare(n, Action::go);
    counts_[n] = cpu(n).instruction_count();
  }
  last_ = idle_stop();
}

bool MachineTarget::suspend_stops() {
  if (halted_) return false;
  cpu::Configuration& cpus = machine_.cpus();
  cpus.pause();
  const bool none_stopped = cpus.held() == 0;
  if (none_stopped) cpus.set_stop_points({});
  cpus.unpause();
  return none_stopped;
}

void MachineTarget::restore_stops() {
  machine_.cpus().pause();
  machine_.cpus().set_stop_points(points_);
  machine_.cpus().unpause();
}

std::string MachineTarget::monitor(unsigned address, std::string_view command) {
  return gdb::monitor({.machine = machine_, .cpu = address, .reset = [this](lpar::Machine::Clear clear) { reset(clear); }}, command);
}

std::string MachineTarget::cpu_description(unsigned address) {
  const char* state = cpu(address).state() != cpu::CpuState::operating ? "stopped"
                      : is_in_disabled_wait(address)                   ? "disabled wait"
                      : cpu(address).psw.wait                          ? "wait"
                                                                       : "operating";
  return fmt::format("CPU {} [{}]", address, state);
}

std::string MachineTarget::read_register(unsigned address, unsigned number) {
  return gdb::read_register(cpu(address), registers()[number]);
}

bool MachineTarget::write_register(unsigned address, unsigned number, std::string_view bytes) {
  return gdb::write_register(cpu(address), registers()[number], bytes);
}

std::optional<std::vector<MachineTarget::Piece>> MachineTarget::locate(unsigned address, Memory memory, std::uint64_t start,
                                                                       std::uint64_t length) {
  cpu::Cpu& seen_by = cpu(address);
  std::vector<Piece> pieces;
  for (std::uint64_t offset = 0; offset < length;) {
    const std::uint64_t at = start + offset;
    const std::uint64_t part = std::min(length - offset, z::page_size - at % z::page_size);
    z::AbsoluteAddress absolute{at};
    if (memory == Memory::as_seen) {
      z::RealAddress real{at};
      if (seen_by.psw.dat) {
        const auto translation = seen_by.translate_operand(seen_by.asce_of(seen_by.psw.as), at);
        if (!translation) return std::nullopt;
        real = translation->real;
      }
      absolute = seen_by.absolute(real);
    }
    if (!machine_.storage().contains(absolute, part)) return std::nullopt;
    pieces.push_back({absolute, offset, part});
    offset += part;
  }
  return pieces;
}

std::optional<std::string> MachineTarget::read_memory(unsigned address, Memory memory, std::uint64_t start, std::uint64_t length) {
  const auto pieces = locate(address, memory, start, length);
  if (!pieces) return std::nullopt;
  std::string bytes(length, '\0');
  for (const Piece& piece : *pieces)
    z::copy_guest_bytes(std::as_writable_bytes(std::span{bytes}).data() + piece.offset, machine_.storage().bytes().data() + piece.at.value,
                        piece.length);
  return bytes;
}

bool MachineTarget::write_memory(unsigned address, Memory memory, std::uint64_t start, std::string_view bytes) {
  const auto pieces = locate(address, memory, start, bytes.size());
  if (!pieces) return false;
  for (const Piece& piece : *pieces)
    static_cast<void>(machine_.storage().patch(piece.at, std::as_bytes(std::span{bytes}.subspan(piece.offset, piece.length))));
  changed_ = true;
  return true;
}

}  // namespace gdb
