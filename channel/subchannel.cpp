#include "channel/subchannel.h"

namespace channel {
namespace {

constexpr unsigned commands_a_turn = 128;  // then other subchannels get the thread

}  // namespace

Subchannel::Subchannel(const Shared& shared, SubchannelId id, z::DeviceNumber device_number,
                       std::unique_ptr<Device> device, const std::vector<z::Chpid>& paths)
    : shared_(shared), device_number_(device_number), device_(std::move(device)), id_(id) {
  z::Lock lock{lock_};
  set_initial_pmcw(paths);
}

void Subchannel::set_initial_pmcw(const std::vector<z::Chpid>& paths) {
  Pmcw pmcw{};
  pmcw.flags = Pmcw::device_number_valid;
  pmcw.device_number = device_number_.value;
  for (std::size_t i = 0; i < paths.size() && i < pmcw.chpid.size(); ++i) {
    pmcw.chpid[i] = paths[i].value;
    pmcw.path_installed_mask |= static_cast<std::uint8_t>(0x80U >> i);
  }
  pmcw.path_available_mask = pmcw.path_installed_mask;
  pmcw.logical_path_mask = pmcw.path_installed_mask;
  pmcw.path_operational_mask = 0xFF;
  initial_pmcw_ = pmcw_ = pmcw;
}

SubchannelId Subchannel::id() const {
  z::Lock lock{lock_};
  return id_;
}

bool Subchannel::has_device() const {
  z::Lock lock{lock_};
  return device_ != nullptr;
}

void Subchannel::connect() {
  device_->attached(*this);
  release();
}

void Subchannel::detach() {
  claim();
  if (program_) device_->end_program();
  std::unique_ptr<Device> device;
  std::vector<std::shared_ptr<PathReset>> path_resets;  // the last may report: not under the lock
  {
    z::Lock lock{lock_};
    device = std::move(device_);
    path_resets = std::exchange(path_resets_, {});
    paths_to_reset_ = 0;
    program_.reset();
    at_gate_ = Program::Stand::Where::nowhere;
    pmcw_ = {};
    scsw_ = {};
    unsolicited_ = {};
    device_ended_.reset();
    shared_.interruptions.remove(id_);
  }
  device.reset();
  release();
}

void Subchannel::reset() {
  std::vector<std::shared_ptr<PathReset>> path_resets;  // the last may report: not under the lock
  claim();
  if (device_) {
    if (program_) device_->end_program();
    device_->signal(Signal::system_reset);
    z::Lock lock{lock_};
    program_.reset();
    at_gate_ = Program::Stand::Where::nowhere;
    pmcw_ = initial_pmcw_;
    scsw_ = {};
    unsolicited_ = {};
    device_ended_.reset();
    abandoned_ = false;
    unseen_ = 0;
    measurement_block_ = 0;
    paths_to_reset_ = 0;
    path_resets = std::exchange(path_resets_, {});
    shared_.interruptions.remove(id_);
  }
  release();
}

std::uint8_t Subchannel::mask_of(z::Chpid path) const {
  std::uint8_t mask = 0;
  for (std::size_t i = 0; i < initial_pmcw_.chpid.size(); ++i) {
    const auto bit = static_cast<std::uint8_t>(0x80U >> i);
    if ((initial_pmcw_.path_installed_mask & bit) != 0 && initial_pmcw_.chpid[i] == path.value) mask |= bit;
  }
  return mask;
}

// What a reset restores changes as well: the path stays away.
bool Subchannel::vary(z::Chpid path, Subsystem::PathState state) {
  z::Lock lock{lock_};
  const auto mask = mask_of(path);
  if (mask == 0 || !device_) return false;
  for (auto* pmcw : {&initial_pmcw_, &pmcw_}) {
    if (state == Subsystem::PathState::available) pmcw->path_available_mask |= mask;
    else pmcw->path_available_mask &= static_cast<std::uint8_t>(~mask);
  }
  return true;
}

bool Subchannel::reset_path(z::Chpid path, std::shared_ptr<PathReset> reset) {
  z::Lock lock{lock_};
  const auto mask = static_cast<std::uint8_t>(mask_of(path) & initial_pmcw_.path_available_mask);
  if (mask == 0 || !device_) return false;
  paths_to_reset_ |= mask;
  path_resets_.push_back(std::move(reset));
  schedule();
  return true;
}

// Holding

void Subchannel::claim() {
  z::Lock lock{lock_};
  ++claims_;
  while (held_) released_.wait(lock_);
  --claims_;
  held_ = true;
}

void Subchannel::release() {
  z::Lock lock{lock_};
  held_ = false;
  released_.notify_all();
  schedule();
}

void Subchannel::wake() {
  {
    z::Lock lock{lock_};
    schedule();
  }
  notify();
}

// The holder looks for more to do before it lets go, so it need not be told.
void Subchannel::schedule() {
  if (take_turn()) shared_.pool.submit(shared_from_this());
}

bool Subchannel::take_turn() {
  if (held_ || queued_ || claims_ != 0 || next_action() == Action::none) return false;
  return queued_ = true;
}

void Subchannel::work() {
  {
    z::Lock lock{lock_};
    queued_ = false;
    if (held_ || claims_ != 0) return;  // who holds it, or will, looks for work when letting go
    held_ = true;
  }
  for (unsigned turn = 0; turn < commands_a_turn && !shared_.pool.is_paused(); ++turn) {
    Action action;
    {
      z::Lock lock{lock_};
      action = claims_ != 0 ? Action::none : next_action();
    }
    if (action == Action::none) break;
    perform(action);
    notify();
  }
  if (program_) device_->pause_program();
  release();
}

Subchannel::Action Subchannel::next_action() {
  if (!device_) return Action::none;
  if (paths_to_reset_ != 0) return Action::reset_path;
  if (scsw_.has(Scsw::clear_pending)) return Action::clear;
  if (abandoned_) return Action::abandon;
  if (scsw_.has(Scsw::halt_pending)) return Action::halt;
  if (at_gate_ != Program::Stand::Where::nowhere) return gate_opened_ ? Action::pass_gate : Action::none;
  if (program_) return next_of_program();
  if (scsw_.has(Scsw::device_active)) return device_ended_ ? Action::secondary : Action::none;
  if (scsw_.has(Scsw::start_pending)) return unsolicited_.bits != 0 ? Action::present : Action::begin;
  const bool idle = !scsw_.has(Scsw::functions | Scsw::status_pending);
  if (unsolicited_.bits != 0 && idle && pmcw_.has(Pmcw::enabled)) return Action::present;
  return Action::none;
}

Subchannel::Action Subchannel::next_of_program() {
  switch (program_->phase()) {
    case Program::Phase::ready: return Action::command;
    case Program::Phase::waiting:
    case Program::Phase::busy: return resumed_ ? Action::command : Action::none;
    case Program::Phase::chaining: return device_ended_ ? Action::end_device : Action::none;
    case Program::Phase::suspended: return scsw_.has(Scsw::resume_pending) ? Action::command : Action::none;
    case Program::Phase::concluded: return Action::none;
  }
  return Action::none;
}

void Subchannel::perform(Action action) {
  switch (action) {
    case Action::none: return;
    case Action::reset_path: return perform_path_reset();
    case Action::clear: return perform_clear();
    case Action::halt: return perform_halt();
    case Action::abandon: return abandon_program();
    case Action::begin: return begin_program();
    case Action::command: return step_program();
    case Action::end_device: return end_program_at_device();
    case Action::secondary: return end_secondary();
    case Action::present: return present_status();
    case Action::pass_gate: return pass_gate();
  }
}

// Port

void Subchannel::resume() {
  z::Lock lock{lock_};
  resumed_ = true;
  schedule();
}

void Subchannel::end_device(DeviceStatus status) {
  z::Lock lock{lock_};
  device_ended_ = status | device_end;
  schedule();
}

void Subchannel::present_unsolicited(DeviceStatus status) {
  z::Lock lock{lock_};
  add_unsolicited(status);
  schedule();
}

void Subchannel::add_unsolicited(DeviceStatus status) {
  unsolicited_ = unsolicited_ | status;
  if (busy_) resumed_ = true;  // control-unit end and device end also end a busy condition
}

void Subchannel::resume_by_caller() {
  z::Lock lock{lock_};
  resumed_ = true;
}

void Subchannel::present_by_caller(DeviceStatus status) {
  z::Lock lock{lock_};
  add_unsolicited(status);
}

void Subchannel::perform() {
  {
    z::Lock lock{lock_};
    if (!take_turn()) return;
  }
  shared_.pool.perform(shared_from_this());
}

void Subchannel::trace_function(const char* name) const {
  if (shared_.trace.is_on()) shared_.trace.function(device_number_, name);
}

}  // namespace channel
