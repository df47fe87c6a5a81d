#include "cpu/debug.h"

#include "base/assert.h"
#include "cpu/configuration.h"
#include "cpu/cpu.h"
#include "cpu/tlb.h"

namespace cpu {

bool StopPoints::watches_page_of(std::uint64_t address) const {
  const std::uint64_t page = address & page_mask;
  for (const Watch& watch : watches)
    if (watch.meets(page, z::page_size)) return true;
  return false;
}

const Watch* StopPoints::watch_of(std::uint64_t address, std::uint64_t length, bool is_store) const {
  for (const Watch& watch : watches) {
    const bool wanted = watch.kind == WatchKind::access || (watch.kind == WatchKind::store) == is_store;
    if (wanted && watch.meets(address, length)) return &watch;
  }
  return nullptr;
}

BlockCuts cuts_of(const StopPoints& points) {
  BlockCuts cuts;
  for (const std::uint64_t address : points.breakpoints) cuts.set(address % z::page_size / 2);
  return cuts;
}

// A page with a watched byte gets no tag, so each access to it comes here. The instruction completes; the block it is in
// ends with it, as if it had stored into its own code.
void Cpu::note_watched(std::uint64_t address, std::uint64_t length, bool is_store) {
  if (debug_->watched) return;
  const Watch* const watch = debug_->points.watch_of(address, length, is_store);
  if (watch == nullptr) return;
  debug_->watched = {.cause = DebugStop::Cause::watchpoint, .kind = watch->kind, .address = watch->address};
  const ProgramInterruption recorded = exception_;
  if (const auto code = locate_fetch(fetch_context_, page_address_, 2)) blocks_.stored(frame_at(code.value()), 0, z::page_size);
  exception_ = recorded;
  attention_.post(Attention::control);
}

void Cpu::stop_for_debugger(const DebugStop& stop) {
  debug_->stop = stop;
  configuration_.hold_for_debugger(*this);
}

// execute_until_attention for a CPU that is debugged.
void Cpu::execute_debugged() {
  using Cause = DebugStop::Cause;
  DebugState& debug = *debug_;
  while (!attention_.any()) {
    if (recheck_) {
      const PswImage before = psw_image();
      const bool runs = settle();
      if (debug.step && psw_image() != before) return stop_for_debugger({.cause = Cause::step});
      if (!runs || attention_.any()) return;
    }
    if (psw.ia != debug.pass && debug.points.breakpoints.contains(psw.ia))
      return stop_for_debugger({.cause = Cause::breakpoint, .address = psw.ia});
    debug.pass.reset();
    if (debug.step || !debug.observers.empty()) {
      run_single();
    } else {
      run_next();
    }
    if (instruction_count() >= attention_.deadline()) meet_deadline();
    if (debug.watched) return stop_for_debugger(*debug.watched);
    if (debug.step && left_with_ != Step::repeat) return stop_for_debugger({.cause = Cause::step});
  }
}

void Configuration::attach_debugger(Debugger& debugger) {
  Z_ASSERT(is_pause_requested());
  debugger_ = &debugger;
  for (const auto& cpu : cpus_)
    if (cpu->debug_ == nullptr) cpu->debug_ = std::make_unique<DebugState>(stop_points_);
}

void Configuration::observe_instructions(InstructionObserver& observer) {
  Z_ASSERT(is_pause_requested());
  for (const auto& cpu : cpus_) {
    if (cpu->debug_ == nullptr) cpu->debug_ = std::make_unique<DebugState>(stop_points_);
    cpu->debug_->observers.push_back(&observer);
  }
}

void Configuration::detach_debugger() {
  Z_ASSERT(is_pause_requested());
  set_stop_points({});
  hold(0);
  for (const auto& cpu : cpus_)
    if (cpu->debug_->observers.empty()) cpu->debug_.reset();
  debugger_ = nullptr;
}

void Configuration::set_stop_points(StopPoints points) {
  Z_ASSERT(is_pause_requested());
  const bool watches_change = points.watches != stop_points_.watches;
  stop_points_ = std::move(points);
  blocks_.set_cuts(cuts_of(stop_points_));
  blocks_.set_pairing(stop_points_.watches.empty() ? BlockCache::Pairing::on : BlockCache::Pairing::off);
  if (watches_change) purge_everywhere({Purge::Kind::all});
}

void Configuration::hold(std::uint64_t cpus) {
  Z_ASSERT(is_pause_requested());
  held_.store(cpus, std::memory_order_seq_cst);
}

// A CPU's thread.
void Configuration::hold_for_debugger(Cpu& cpu) {
  held_.fetch_or(1ull << cpu.address(), std::memory_order_seq_cst);
  cpu.attention().post(Attention::control);
  debugger_->cpu_stopped(cpu.address());
}

}  // namespace cpu
