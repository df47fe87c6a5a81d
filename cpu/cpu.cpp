#include "cpu/cpu.h"

#include "cpu/configuration.h"
#include "cpu/dat.h"
#include "cpu/environment.h"
#include "cpu/low_core.h"
#include "cpu/prefix.h"
#include "cpu/storage.h"

namespace cpu {
namespace {

constexpr unsigned instruction_execution_protection = 20;  // bit of CR0

}  // namespace

Cpu::Cpu(Configuration& configuration, std::uint16_t address)
    : configuration_(configuration),
      environment_(configuration.environment()),
      storage_(configuration.storage()),
      blocks_(configuration.blocks()),
      address_(address) {
  clear_reset();
}

Model Cpu::model() const { return configuration_.model(); }

std::uint64_t Cpu::asce_of(AddressSpace space) const {
  switch (space) {
    case AddressSpace::secondary: return cr_[7];
    case AddressSpace::home: return cr_[13];
    default: return cr_[1];
  }
}

Context Cpu::intern(const ContextMeaning& meaning) {
  ContextMeaning watched = meaning;
  watched.watched = transaction_ != nullptr || (is_per_on() && has_per_control(per::storage_alteration));
  watched.counted = transaction_ != nullptr && transaction_->is_constrained();
  const Context context = tlb_.intern(watched);
  if (tlb_.is_nearly_exhausted()) attention_.post(Attention::purge);
  return context;
}

Context Cpu::real_context(std::uint8_t key) {
  return intern({.asce = 0, .space = AddressSpace::primary, .real = true, .key = key});
}

Context Cpu::context_of(AddressSpace space, std::uint8_t key) {
  if (!psw.dat) return real_context(key);
  return intern({.asce = asce_of(space), .space = space, .real = false, .key = key});
}

Context Cpu::with_key(Context context, std::uint8_t key) {
  ContextMeaning meaning = tlb_.meaning(context);
  meaning.key = key;
  return intern(meaning);
}

void Cpu::renew_contexts() {
  // In the access-register mode each instruction selects the space of its operand.
  context_ = context_of(psw.as == AddressSpace::access_register ? AddressSpace::primary : psw.as, psw.key);
  fetch_context_ = context_of(psw.as == AddressSpace::home ? AddressSpace::home : AddressSpace::primary, psw.key);
  if (has_cr0_bit(instruction_execution_protection) && psw.dat) {
    ContextMeaning meaning = tlb_.meaning(fetch_context_);
    meaning.for_instructions = true;
    fetch_context_ = intern(meaning);
  }
  renew_circumstances();
}

void Cpu::renew_circumstances() {
  circumstances_ = map_generation_ << 20 | static_cast<std::uint64_t>(block_mode().bits()) << 12 | fetch_context_;
}

BlockMode Cpu::block_mode() const {
  return {.model = configuration_.model(),
          .problem = psw.problem_state,
          .afp = has_afp_registers(),
          .monitored = is_per_on() || transaction_ != nullptr,
          .access_registers = psw.dat && psw.as == AddressSpace::access_register,
          .vector = has_afp_registers() && has_cr0_bit(46)};
}

void Cpu::psw_changed() {
  address_mask_ = cpu::address_mask(psw.amode);
  recheck_ = true;
  renew_contexts();
}

void Cpu::control_registers_changed() {
  recheck_ = true;
  // Bits of CR0 that decide what a tag may allow: low-address protection, the two overrides, EDAT, instruction-execution protection.
  constexpr std::uint64_t deciding = 1ull << (63 - instruction_execution_protection) | 0x1380'0000;
  if ((cr_[0] & deciding) != (cr0_of_tags_ & deciding)) {
    cr0_of_tags_ = cr_[0];
    tlb_.purge();
    forget_blocks();
  }
  if (const std::array per_controls{cr_[9], cr_[10], cr_[11]}; per_controls != per_controls_of_tags_) {
    per_controls_of_tags_ = per_controls;
    tlb_.purge();
  }
  renew_contexts();
}

Step Cpu::load_psw(PswImage image) {
  psw = Psw::of(image);
  cc = Psw::condition_code(image);
  psw_loaded_ = true;
  psw_changed();
  return Step::refetch;
}

Step Cpu::branch_to_psw(const Op& op, PswImage image) {
  breaking_event_ = instruction_address(op);
  has_branched_ = true;
  return load_psw(image);
}

void Cpu::set_prefix(std::uint32_t prefix) {
  prefix_ = prefix;
  tlb_.purge();
  forget_blocks();
  renew_contexts();
}

z::AbsoluteAddress Cpu::absolute(z::RealAddress real) const { return apply_prefix(real, prefix_); }

z::TodClock Cpu::tod() const { return configuration_.tod().now(instruction_count()); }

MachineTime Cpu::machine_time() const { return {configuration_.tod().physical_clock(instruction_count())}; }

// With the host's time a CPU that waits sleeps no longer than until its next timer, and one that runs has the host timer wake
// it. A guest that idles sets a timer and waits soon after: the host timer is armed only when it has gone on for a while.
constexpr std::uint64_t instructions_before_alarm = 20'000;

void Cpu::check_timers() {
  comparator_due_ = timers_.is_comparator_due(tod());
  cpu_timer_due_ = timers_.is_cpu_timer_due(machine_time());
  if (comparator_due_ || cpu_timer_due_) recheck_ = true;
  Tod& clock = configuration_.tod();
  const std::uint64_t next = timers_.until_next_due(tod(), machine_time());
  switch (clock.timing()) {
    case Timing::host:
      host_timer_due_ = next == ~0ull ? z::Nanoseconds::max() : clock.host_time_in(next);
      attention_.set_deadline(instruction_count() + instructions_before_alarm);
      break;
    case Timing::instructions: attention_.set_deadline(clock.instructions_in(next, instruction_count())); break;
    case Timing::driven: break;
  }
}

// What the instruction count has reached.
void Cpu::meet_deadline() {
  if (configuration_.tod().timing() != Timing::host) return check_timers();
  attention_.set_deadline(~0ull);
  configuration_.host_timer().arm(address_, host_timer_due_);
}

// Nobody else wakes a CPU that waits for its own timer.
void Cpu::sleep_until_attention_or_timer() {
  const z::Nanoseconds limit = until_host_timer();
  attention_.sleep(limit);
  if (limit != z::Nanoseconds::max() && until_host_timer() <= z::Nanoseconds::zero()) attention_.post(Attention::timer);
}

z::Nanoseconds Cpu::until_host_timer() const {
  if (host_timer_due_ == z::Nanoseconds::max()) return host_timer_due_;
  return host_timer_due_ - configuration_.clock().now();
}

bool Cpu::skip_to_next_timer() {
  Tod& clock = configuration_.tod();
  const std::uint64_t next = timers_.until_next_due(tod(), machine_time());
  if (clock.timing() != Timing::instructions || next == ~0ull) return false;
  clock.skip(next);
  check_timers();
  return true;
}

void Cpu::reset() {
  exception_ = {};
  supervisor_call_pending_ = false;
  external_.clear();
  tlb_.purge();
  forget_blocks();
  psw_changed();
}

void Cpu::initial_reset() {
  psw = {};
  cc = 0;
  fpc = 0;
  cr_ = {};
  cr_[0] = 0xE0;
  cr_[14] = 0xC200'0000;
  cr0_of_tags_ = cr_[0];
  prefix_ = 0;
  tod_programmable_ = 0;
  breaking_event_ = 1;
  timers_.set_comparator({0});
  timers_.set_cpu_timer(0, machine_time());
  check_timers();
  reset();
}

void Cpu::clear_reset() {
  gr_ = {};
  ar_ = {};
  vr_ = {};
  guarded_storage_ = {};
  initial_reset();
}

void Cpu::store_status(z::AbsoluteAddress at) {
  namespace saved = low_core::saved;
  std::array<std::byte, 512> area{};
  const auto put = [&]<class T>(std::uint64_t offset, T value) { z::Be<T>::store(area.data() + offset, value); };
  for (unsigned n = 0; n < 16; ++n) {
    put(saved::fprs + n * 8, vr_[n].high);
    put(saved::grs + n * 8, gr_[n]);
    put(saved::ars + n * 4, ar_[n]);
    put(saved::crs + n * 8, cr_[n]);
  }
  put(saved::psw, psw_image().mask);
  put(saved::psw + 8, psw_image().address);
  put(saved::prefix, prefix_);
  put(saved::fpc, fpc);
  put(saved::tod_programmable, tod_programmable_);
  put(saved::cpu_timer, timers_.cpu_timer(machine_time()));
  put(saved::clock_comparator, timers_.comparator().value >> 8);
  static_cast<void>(storage_.store(at, area, 0));
}

// Telling the environment comes last: it may look at the CPU.
void Cpu::set_state(CpuState state) {
  if (state_.load(std::memory_order_relaxed) == state) return;
  if (state == CpuState::operating) timers_.run(machine_time());
  else timers_.halt(machine_time());
  check_timers();
  state_.store(state, std::memory_order_release);
  environment_.cpu_state_changed(*this);
}

void Cpu::set_waiting(bool waiting) {
  waiting_.store(waiting, std::memory_order_release);
  environment_.cpu_state_changed(*this);
}

}  // namespace cpu
