// The functions that a CPU asks for (PoP ch. 14, "I/O Instructions"): condition codes, and what they leave for the holder.
#include <bit>

#include "channel/subchannel.h"

namespace channel {
namespace {

constexpr std::uint32_t final_status = Scsw::alert | Scsw::primary | Scsw::secondary;
constexpr std::uint32_t orb_in_scsw = Orb::key_mask | Orb::suspend_control | Orb::format_1 | Orb::prefetch |
                                      Orb::initial_status | Orb::address_limit | Orb::suppress_suspended;
constexpr std::uint16_t modifiable_flags = Pmcw::isc_mask | Pmcw::enabled | Pmcw::limit_mode | Pmcw::measurement_mode | Pmcw::multipath;
// Not the extended-measurement word: CHSC does not offer it, so its bit is an operand exception.
constexpr std::uint32_t modifiable_control = Pmcw::measurement_format | Pmcw::concurrent_sense;

bool is_valid(const Orb& orb) {
  if ((orb.control & Orb::reserved_bits) != 0) return false;
  if (orb.has(Orb::transport_mode) && orb.has(orb_in_scsw & ~Orb::key_mask)) return false;
  if (!orb.has(Orb::extension)) return true;
  for (const std::uint32_t word : orb.reserved_16)
    if (word != 0) return false;
  return orb.reserved_13 == 0 && orb.reserved_15 == 0;
}

bool is_valid(const Schib& schib) {
  constexpr std::uint64_t block_boundary = 64;  // of a format-1 measurement block
  const Pmcw& pmcw = schib.pmcw;
  if ((pmcw.control & Pmcw::measurement_format) != 0 && schib.measurement_block_address % block_boundary != 0) return false;
  if ((pmcw.flags & Pmcw::reserved_flags) != 0) return false;
  if ((pmcw.flags & Pmcw::limit_mode) == Pmcw::limit_mode) return false;
  return (pmcw.control & ~modifiable_control) == 0;
}

}  // namespace

bool Subchannel::is_operational() const { return device_ != nullptr && pmcw_.has(Pmcw::enabled); }

// Device end that is still owed keeps the subchannel busy as well.
bool Subchannel::is_busy() const { return scsw_.has(Scsw::functions | Scsw::device_active); }

Answer Subchannel::start(const Orb& orb) {
  z::Lock lock{lock_};
  const auto answer = accept_start(orb);
  if (answer == Answer::cc0) schedule();
  return answer;
}

Answer Subchannel::start_by_caller(const Orb& orb) {
  {
    z::Lock lock{lock_};
    if (const auto answer = accept_start(orb); answer != Answer::cc0) return answer;
  }
  perform();
  return Answer::cc0;
}

Answer Subchannel::accept_start(const Orb& orb) {
  if (!is_valid(orb)) return Answer::operand_exception;
  if (!is_operational()) return Answer::cc3;
  if (scsw_.has(Scsw::status_pending)) return Answer::cc1;
  if (is_busy()) return Answer::cc2;
  auto paths = static_cast<std::uint8_t>(orb.logical_path_mask() & pmcw_.path_installed_mask & pmcw_.path_available_mask);
  std::uint8_t dead = 0;
  if (Gate* gate = shared_.gate.load(std::memory_order_acquire)) [[unlikely]] {
    dead = static_cast<std::uint8_t>(paths & ~gate->working_paths(device_number_, paths));
    paths = static_cast<std::uint8_t>(paths & ~dead);
    pmcw_.path_operational_mask = static_cast<std::uint8_t>(pmcw_.path_operational_mask & ~dead);
  }
  if (paths == 0) return Answer::cc3;
  if (shared_.trace.is_on()) shared_.trace.started(device_number_, orb);
  orb_ = orb;
  pmcw_.interruption_parameter = orb.interruption_parameter;
  pmcw_.logical_path_mask = orb.logical_path_mask();
  pmcw_.path_not_operational_mask = dead;
  pmcw_.last_path_used_mask = std::bit_floor(paths);
  scsw_ = {};
  scsw_.control = (orb.control & orb_in_scsw) | Scsw::start_function | Scsw::start_pending;
  if (orb.has(Orb::transport_mode)) scsw_.set(transport_status::transport_mode);
  scsw_.ccw_address = orb.program_address;
  if (shared_.monitor.measures(pmcw_)) stopwatch_.start(shared_.monitor.now());
  return Answer::cc0;
}

Answer Subchannel::resume_function() {
  z::Lock lock{lock_};
  if (!is_operational()) return Answer::cc3;
  if (scsw_.has(Scsw::status_pending)) return Answer::cc1;
  const bool only_started = (scsw_.control & Scsw::functions) == Scsw::start_function;
  if (!only_started || !scsw_.has(Scsw::suspend_control) || scsw_.has(Scsw::resume_pending)) return Answer::cc2;
  trace_function("RESUME");
  pmcw_.path_not_operational_mask = 0;
  scsw_.set(Scsw::resume_pending);
  stopwatch_.resume();
  schedule();
  return Answer::cc0;
}

Answer Subchannel::halt() {
  z::Lock lock{lock_};
  if (!is_operational()) return Answer::cc3;
  const bool intermediate_only = (scsw_.control & Scsw::status_control) == (Scsw::intermediate | Scsw::status_pending);
  if (scsw_.has(Scsw::status_pending) && !intermediate_only) return Answer::cc1;
  if (scsw_.has(Scsw::halt_function | Scsw::clear_function)) return Answer::cc2;
  trace_function("HALT");
  if (intermediate_only) drop_status();
  scsw_.set(Scsw::halt_function | Scsw::halt_pending);
  schedule();
  return Answer::cc0;
}

Answer Subchannel::clear() {
  z::Lock lock{lock_};
  if (!is_operational()) return Answer::cc3;
  trace_function("CLEAR");
  drop_status();
  scsw_ = {};
  scsw_.set(Scsw::clear_function | Scsw::clear_pending);
  schedule();
  return Answer::cc0;
}

Answer Subchannel::cancel() {
  z::Lock lock{lock_};
  if (!is_operational()) return Answer::cc3;
  if (scsw_.has(Scsw::status_pending)) return Answer::cc1;
  const bool only_started = (scsw_.control & Scsw::functions) == Scsw::start_function;
  if (!only_started || !scsw_.has(Scsw::start_pending | Scsw::resume_pending | Scsw::suspended)) return Answer::cc2;
  if (scsw_.has(Scsw::subchannel_active)) return Answer::cc2;
  trace_function("CANCEL");
  abandoned_ = program_.has_value();
  scsw_ = {};
  schedule();
  return Answer::cc0;
}

Answer Subchannel::store(Schib& schib) const {
  z::Lock lock{lock_};
  schib = {.pmcw = pmcw_, .scsw = scsw_, .measurement_block_address = measurement_block_, .model_dependent = 0};
  return Answer::cc0;
}

Answer Subchannel::modify(const Schib& schib) {
  const Pmcw& wanted = schib.pmcw;
  if (!is_valid(schib)) return Answer::operand_exception;
  z::Lock lock{lock_};
  if (!device_) return Answer::cc0;  // the device number is not valid: nothing changes
  if (scsw_.has(Scsw::status_pending)) return Answer::cc1;
  if (is_busy()) return Answer::cc2;
  pmcw_.interruption_parameter = wanted.interruption_parameter;
  pmcw_.flags = static_cast<std::uint16_t>((pmcw_.flags & ~modifiable_flags) | (wanted.flags & modifiable_flags));
  pmcw_.logical_path_mask = wanted.logical_path_mask;
  pmcw_.path_operational_mask = wanted.path_operational_mask;
  pmcw_.measurement_block_index = wanted.measurement_block_index;
  pmcw_.control = (pmcw_.control & ~modifiable_control) | (wanted.control & modifiable_control);
  measurement_block_ = schib.measurement_block_address;
  schedule();
  return Answer::cc0;
}

Answer Subchannel::test(Irb& irb) const {
  z::Lock lock{lock_};
  if (!is_operational()) return Answer::cc3;
  irb = {};
  irb.scsw = scsw_;
  unseen_ = 0;
  if (!scsw_.has(Scsw::status_pending)) return Answer::cc1;
  irb.esw = esw_;
  if (scsw_.has(Scsw::extended_control)) irb.ecw = ecw_;
  return Answer::cc0;
}

// PoP ch. 14, "TEST SUBCHANNEL". What became pending after the IRB was taken stays pending.
void Subchannel::clear_status() {
  z::Lock lock{lock_};
  if (!scsw_.has(Scsw::status_pending)) return;
  if (unseen_ == Scsw::status_pending) return;  // another CPU's CLEAR or HALT ended meanwhile
  const std::uint32_t unseen = unseen_ & ~Scsw::status_pending;
  const std::uint32_t shown = scsw_.control & Scsw::status_control & ~unseen;
  if ((shown & final_status) == 0 && (shown & Scsw::intermediate) != 0) {
    scsw_.reset(Scsw::intermediate | Scsw::zero_condition);
    if (unseen == 0) scsw_.subchannel_status = 0;
  } else {
    const bool device_end_owed = (shown & Scsw::primary) != 0 && (shown & Scsw::secondary) == 0 && scsw_.has(Scsw::device_active);
    scsw_.reset(Scsw::functions | Scsw::activity | Scsw::status_control | Scsw::deferred_condition | Scsw::zero_condition |
                Scsw::extended_control | Scsw::path_not_operational);
    if (device_end_owed) scsw_.set(Scsw::device_active);
    if (unseen == 0) scsw_.device_status = scsw_.subchannel_status = 0;
    else scsw_.device_status &= static_cast<std::uint8_t>(~channel_end.bits);
  }
  if (unseen != 0) {
    scsw_.set(unseen | Scsw::status_pending);
  } else {
    scsw_.reset(Scsw::status_pending);
    shared_.interruptions.remove(id_);
  }
  schedule();
}

// Status and its interruption, as CLEAR and HALT drop them.
void Subchannel::drop_status() {
  scsw_.reset(Scsw::status_control | Scsw::zero_condition);
  scsw_.device_status = scsw_.subchannel_status = 0;
  unseen_ = 0;
  shared_.interruptions.remove(id_);
}

}  // namespace channel
