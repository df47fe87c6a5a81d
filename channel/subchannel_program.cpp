// What the holder of a subchannel performs (PoP ch. 15, "Execution of I/O Operations"), and the status that comes of it (ch. 16).
#include <chrono>

#include "channel/subchannel.h"

namespace channel {
namespace {

constexpr z::Nanoseconds busy_retry = std::chrono::milliseconds{20};
constexpr std::uint32_t deferred_condition_1 = 0x0100'0000;

// Lets a subchannel, if it is still there, go on that the gate delays.
class OpenGate final : public Work {
 public:
  explicit OpenGate(std::weak_ptr<Subchannel> subchannel) : subchannel_(std::move(subchannel)) {}
  void work() override {
    if (const auto subchannel = subchannel_.lock()) subchannel->leave_gate();
  }

 private:
  std::weak_ptr<Subchannel> subchannel_;
};

// Reminds a subchannel, if it is still there, of its busy device.
class Retry final : public Work {
 public:
  explicit Retry(std::weak_ptr<Subchannel> subchannel) : subchannel_(std::move(subchannel)) {}
  void work() override {
    if (const auto subchannel = subchannel_.lock()) subchannel->retry();
  }

 private:
  std::weak_ptr<Subchannel> subchannel_;
};

}  // namespace

void Subchannel::begin_program() {
  {
    z::Lock lock{lock_};
    if (!scsw_.has(Scsw::start_pending)) return;
    program_.emplace(orb_);
  }
  device_->begin_program();
}

void Subchannel::step_program() {
  std::uint8_t path;
  AddressLimit limit;
  {
    z::Lock lock{lock_};
    resumed_ = false;
    busy_ = false;
    device_ended_.reset();
    gate_opened_ = false;
    path = pmcw_.last_path_used_mask;
    limit = AddressLimit::of(orb_, pmcw_, shared_.address_limit.load(std::memory_order_relaxed));
    if (program_->phase() == Program::Phase::suspended) {
      scsw_.reset(Scsw::resume_pending | Scsw::suspended);
      if (!scsw_.has(Scsw::subchannel_active)) scsw_.set(Scsw::start_pending);  // until the device takes the command
    }
    if (stopwatch_.is_running() && program_->phase() == Program::Phase::waiting) stopwatch_.connect(shared_.monitor.now());
  }
  Gate* gate = shared_.gate.load(std::memory_order_acquire);
  const auto stand = program_->step({shared_.storage, *device_, *this, shared_.trace, device_number_, path, gate, limit});
  if (stand.where != Program::Stand::Where::nowhere) [[unlikely]] return stand_at_gate(stand);
  settle_program();
}

void Subchannel::stand_at_gate(const Program::Stand& stand) {
  z::Lock lock{lock_};
  at_gate_ = stand.where;
  if (stand.delay) shared_.pool.submit_after(std::make_shared<OpenGate>(weak_from_this()), *stand.delay);
}

// Perhaps before the program has come to stand.
void Subchannel::leave_gate() {
  z::Lock lock{lock_};
  gate_opened_ = true;
  schedule();
}

void Subchannel::pass_gate() {
  Program::Stand::Where where;
  {
    z::Lock lock{lock_};
    where = std::exchange(at_gate_, Program::Stand::Where::nowhere);
    gate_opened_ = false;
  }
  if (!program_) return;
  if (where == Program::Stand::Where::before) step_program();
  else settle_program();
}

void Subchannel::end_program_at_device() {
  DeviceStatus status;
  {
    z::Lock lock{lock_};
    status = *device_ended_;
    device_ended_.reset();
  }
  program_->end_device(status);
  settle_program();
}

void Subchannel::settle_program() {
  switch (program_->phase()) {
    case Program::Phase::suspended: return suspend_program();
    case Program::Phase::busy: return retry_later();
    case Program::Phase::concluded: return finish_program();
    case Program::Phase::waiting: return disconnect();
    case Program::Phase::ready:
    case Program::Phase::chaining: return;
  }
}

// The device works by itself.
void Subchannel::disconnect() {
  z::Lock lock{lock_};
  if (stopwatch_.is_running()) stopwatch_.disconnect(shared_.monitor.now());
}

bool Subchannel::accept_command(std::uint32_t ccw_address) {
  z::Lock lock{lock_};
  if (abandoned_ || scsw_.has(Scsw::clear_pending | Scsw::halt_pending)) return false;
  if (scsw_.has(Scsw::subchannel_active)) return true;
  scsw_.reset(Scsw::start_pending);
  scsw_.set(Scsw::subchannel_active | Scsw::device_active);
  if (stopwatch_.is_running()) stopwatch_.connect(shared_.monitor.now());
  // PoP ch. 16, "Zero Condition Code": the program asked to hear of the first command's acceptance.
  if (scsw_.has(Scsw::initial_status) && !program_->is_accepted()) {
    scsw_.set(Scsw::zero_condition);
    scsw_.ccw_address = ccw_address;
    make_pending(Scsw::intermediate);
  }
  return true;
}

void Subchannel::program_controlled_interruption(std::uint32_t ccw_address) {
  {
    z::Lock lock{lock_};
    if (scsw_.has(Scsw::clear_pending)) return;
    scsw_.ccw_address = ccw_address;
    scsw_.subchannel_status |= subchannel_status::pci;
    make_pending(Scsw::intermediate);
  }
  notify();
}

void Subchannel::suspend_program() {
  z::Lock lock{lock_};
  if (abandoned_ || scsw_.has(Scsw::clear_pending | Scsw::halt_pending | Scsw::resume_pending)) return;
  scsw_.reset(Scsw::start_pending | Scsw::subchannel_active | Scsw::device_active);
  scsw_.set(Scsw::suspended);
  scsw_.ccw_address = program_->next_ccw() + static_cast<std::uint32_t>(sizeof(Ccw1));
  if (!scsw_.has(Scsw::suppress_suspended)) make_pending(Scsw::intermediate);
}

// The start stays pending until the device is free: it says so, or the channel tries again by itself.
void Subchannel::retry_later() {
  z::Lock lock{lock_};
  if (resumed_ || abandoned_ || scsw_.has(Scsw::clear_pending | Scsw::halt_pending)) return;
  scsw_.reset(Scsw::subchannel_active | Scsw::device_active);
  scsw_.set(Scsw::start_pending);
  busy_ = true;
  shared_.pool.submit_after(std::make_shared<Retry>(weak_from_this()), busy_retry);
}

void Subchannel::retry() {
  z::Lock lock{lock_};
  if (!busy_) return;
  resumed_ = true;
  schedule();
}

std::optional<Sense> Subchannel::concurrent_sense(DeviceStatus status) {
  if (!status.has(unit_check)) return std::nullopt;
  {
    z::Lock lock{lock_};
    if ((pmcw_.control & Pmcw::concurrent_sense) == 0) return std::nullopt;
  }
  Gate* gate = shared_.gate.load(std::memory_order_acquire);
  const Sense sense = gate == nullptr ? device_->sense() : gate->sense(device_number_, *device_);
  if (shared_.trace.is_on()) shared_.trace.sense(device_number_, *device_, sense);
  return sense;
}

void Subchannel::finish_program() {
  const Conclusion end = program_->conclusion();
  device_->end_program();
  // The sense data of transport mode are in its status block.
  const auto sense = program_->is_transport() ? std::nullopt : concurrent_sense(end.device_status);
  Gate* gate = shared_.gate.load(std::memory_order_acquire);
  const bool is_presented = gate == nullptr || gate->presents_end(device_number_);
  z::Lock lock{lock_};
  const bool accepted = program_->is_accepted();
  program_.reset();
  if (abandoned_ || scsw_.has(Scsw::clear_pending)) {
    abandoned_ = false;
    return;
  }
  if (!is_presented) return;  // for the program the device still works
  const bool device_end_owed = end.device_status == channel_end;
  // A unit check is alert status, too: drivers take the sense data of the interruption only with it.
  const bool check = (end.subchannel_status & ~subchannel_status::incorrect_length) != 0 || end.device_status.has(unit_check);
  scsw_.reset(Scsw::activity);
  if (device_end_owed) scsw_.set(Scsw::device_active);
  scsw_.ccw_address = end.ccw_address;
  scsw_.device_status = end.device_status.bits;
  scsw_.subchannel_status |= end.subchannel_status;
  scsw_.count = end.residual;
  set_extended_status(sense);
  if (!accepted) esw_.last_path_used_mask = 0;
  if (stopwatch_.is_running() && device_end_owed) stopwatch_.end_channel(shared_.monitor.now());
  else add_measurements();
  make_pending(Scsw::primary | (device_end_owed ? 0 : Scsw::secondary) | (check ? Scsw::alert : 0));
}

// Device end after primary status with channel end alone.
void Subchannel::end_secondary() {
  DeviceStatus status;
  {
    z::Lock lock{lock_};
    status = *device_ended_;
    device_ended_.reset();
  }
  const auto sense = concurrent_sense(status);
  z::Lock lock{lock_};
  if (scsw_.has(Scsw::clear_pending)) return;
  scsw_.reset(Scsw::device_active);
  scsw_.device_status |= status.bits;
  set_extended_status(sense);
  add_measurements();
  make_pending(Scsw::secondary | (status.has(unit_check) ? Scsw::alert : 0));
}

// Status that the device has of its own. When it meets a start that the device has not taken yet, it answers that start:
// deferred condition code 1 (PoP ch. 16, "Deferred Condition Code").
void Subchannel::present_status() {
  DeviceStatus status;
  {
    z::Lock lock{lock_};
    status = unsolicited_;
    unsolicited_ = {};
  }
  const auto sense = concurrent_sense(status);
  z::Lock lock{lock_};
  const bool refuses = scsw_.has(Scsw::start_pending);
  if (!refuses && (scsw_.has(Scsw::functions) || !pmcw_.has(Pmcw::enabled))) {  // a function came meanwhile: status waits
    unsolicited_ = unsolicited_ | status;
    return;
  }
  if (refuses) {
    scsw_.reset(Scsw::activity);
    scsw_.set(deferred_condition_1);
    scsw_.ccw_address = orb_.program_address + static_cast<std::uint32_t>(sizeof(Ccw1));
    scsw_.device_status = (status | busy).bits;
  } else {
    scsw_ = {};
    scsw_.device_status = status.bits;
  }
  set_extended_status(sense);
  make_pending(Scsw::alert | (refuses ? Scsw::primary | Scsw::secondary : 0));
}

// PoP ch. 17, "Channel-Path Reset": an operation that is active on the path ends there; one that has not reached the device, or is
// suspended, goes on.
void Subchannel::perform_path_reset() {
  std::uint8_t mask;
  bool is_active;
  {
    z::Lock lock{lock_};
    mask = std::exchange(paths_to_reset_, std::uint8_t{0});
    is_active = (pmcw_.last_path_used_mask & mask) != 0 && scsw_.has(Scsw::subchannel_active | Scsw::device_active);
  }
  if (is_active) {
    device_->signal(Signal::clear);
    if (program_) device_->end_program();
  }
  for (unsigned bit = 0x80; bit != 0; bit >>= 1)
    if ((mask & bit) != 0) device_->reset_path(static_cast<std::uint8_t>(bit));
  std::vector<std::shared_ptr<PathReset>> done;  // the last reports: not under the lock
  z::Lock lock{lock_};
  if (paths_to_reset_ == 0) done = std::exchange(path_resets_, {});
  if (!is_active || scsw_.has(Scsw::clear_pending)) return;
  if (program_) scsw_.ccw_address = program_->next_ccw() + static_cast<std::uint32_t>(sizeof(Ccw1));
  program_.reset();
  at_gate_ = Program::Stand::Where::nowhere;
  device_ended_.reset();
  const bool primary_told = !scsw_.has(Scsw::subchannel_active);
  scsw_.reset(Scsw::activity);
  scsw_.subchannel_status |= subchannel_status::interface_control_check;
  set_extended_status(std::nullopt);
  make_pending(Scsw::alert | Scsw::secondary | (primary_told ? 0 : Scsw::primary));
}

// Status of the device's own goes before the signal: what it then still has to say comes anew.
void Subchannel::perform_clear() {
  {
    z::Lock lock{lock_};
    unsolicited_ = {};
    device_ended_.reset();
  }
  device_->signal(Signal::clear);
  if (program_) device_->end_program();
  z::Lock lock{lock_};
  program_.reset();
  at_gate_ = Program::Stand::Where::nowhere;
  abandoned_ = false;
  pmcw_.path_operational_mask = 0xFF;
  pmcw_.path_not_operational_mask = 0;
  scsw_ = {};
  scsw_.set(Scsw::clear_function);
  set_extended_status(std::nullopt);
  make_pending(0);
}

// PoP ch. 15, "Halt Function": what was active at the device ends there; what was not yet, or is suspended, only stops.
void Subchannel::perform_halt() {
  device_->signal(Signal::halt);
  if (program_) device_->end_program();
  z::Lock lock{lock_};
  const bool active = scsw_.has(Scsw::subchannel_active);
  const bool device_end_owed = !active && scsw_.has(Scsw::device_active);
  if (program_) scsw_.ccw_address = program_->next_ccw() + static_cast<std::uint32_t>(sizeof(Ccw1));
  program_.reset();
  at_gate_ = Program::Stand::Where::nowhere;
  device_ended_.reset();
  if (scsw_.has(Scsw::clear_pending)) return;
  scsw_.reset(Scsw::activity);
  scsw_.device_status = active ? ended.bits : device_end_owed ? device_end.bits : std::uint8_t{0};
  set_extended_status(std::nullopt);
  make_pending(active ? Scsw::primary | Scsw::secondary : device_end_owed ? Scsw::secondary : 0);
}

// CANCEL SUBCHANNEL came between the begin of a program and its first command, or while it was suspended.
void Subchannel::abandon_program() {
  if (program_) device_->end_program();
  z::Lock lock{lock_};
  program_.reset();
  at_gate_ = Program::Stand::Where::nowhere;
  abandoned_ = false;
}

void Subchannel::set_extended_status(const std::optional<Sense>& sense) {
  esw_ = {};
  ecw_ = {};
  esw_.last_path_used_mask = pmcw_.last_path_used_mask;
  if (!sense) return;
  ecw_ = sense->bytes;
  esw_.report = Esw::concurrent_sense | static_cast<std::uint32_t>(sense->count) << Esw::sense_count_shift;
  scsw_.set(Scsw::extended_control);
}

// At the end of a start function that is measured. A block that can not be reached ends the measuring (PoP ch. 17, "Measurement-Block
// Update": measurement-block program check).
void Subchannel::add_measurements() {
  if (!stopwatch_.is_running()) return;
  const auto sample = stopwatch_.stop(shared_.monitor.now());
  if (!shared_.monitor.add(pmcw_, measurement_block_, sample)) pmcw_.flags = static_cast<std::uint16_t>(pmcw_.flags & ~Pmcw::measurement_block_update);
}

void Subchannel::make_pending(std::uint32_t status_control) {
  scsw_.set(status_control | Scsw::status_pending);
  unseen_ |= status_control | Scsw::status_pending;
  shared_.interruptions.add(id_, pmcw_.isc(), pmcw_.interruption_parameter);
  to_notify_ |= static_cast<std::uint8_t>(0x80U >> pmcw_.isc());
  if (shared_.trace.is_on()) shared_.trace.status(device_number_, scsw_);
}

void Subchannel::notify() {
  std::uint8_t mask;
  {
    z::Lock lock{lock_};
    mask = std::exchange(to_notify_, std::uint8_t{0});
  }
  if (mask != 0 && shared_.interruption_pending) shared_.interruption_pending(mask);
}

}  // namespace channel
