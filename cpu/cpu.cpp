#include "cpu/cpu.h"

#include "cpu/configuration.h"
#include "cpu/dat.h"
#include "cpu/environment.h"
#include "cpu/low_core.h"
#include "cpu/prefix.h"
#include "cpu/storage.h"

namespace cpu {

Cpu::Cpu(Configuration& configuration, std::uint16_t address)
    : configuration_(configuration),
      environment_(configuration.environment()),
      storage_(configuration.storage()),
      blocks_(configuration.blocks()),
      address_(address) {
  clear_reset();
}

std::uint64_t Cpu::asce_of(AddressSpace space) const {
  switch (space) {
    case AddressSpace::secondary: return cr_[7];
    case AddressSpace::home: return cr_[13];
    default: return cr_[1];
  }
}

Context Cpu::real_context(std::uint8_t key) {
  const Context context = tlb_.intern({.asce = 0, .space = AddressSpace::primary, .real = true, .key = key});
  if (tlb_.generation() != tlb_generation_) {
    renew_contexts();
    return tlb_.intern({.asce = 0, .space = AddressSpace::primary, .real = true, .key = key});
  }
  return context;
}

Context Cpu::context_of(AddressSpace space, std::uint8_t key) {
  if (!psw.dat) return real_context(key);
  const ContextMeaning meaning{.asce = asce_of(space), .space = space, .real = false, .key = key};
  const Context context = tlb_.intern(meaning);
  if (tlb_.generation() == tlb_generation_) return context;
  renew_contexts();
  return tlb_.intern(meaning);
}

// Interning may run out of numbers and start over; the second round then finds what the first one made.
void Cpu::renew_contexts() {
  do {
    tlb_generation_ = tlb_.generation();
    const AddressSpace instructions = psw.as == AddressSpace::home ? AddressSpace::home : AddressSpace::primary;
    const auto intern = [&](AddressSpace space) {
      if (!psw.dat) return tlb_.intern({.asce = 0, .space = AddressSpace::primary, .real = true, .key = psw.key});
      return tlb_.intern({.asce = asce_of(space), .space = space, .real = false, .key = psw.key});
    };
    // Access registers are not implemented: SAC and PSWs that ask for them end in a special-operation exception.
    context_ = intern(psw.as == AddressSpace::access_register ? AddressSpace::primary : psw.as);
    fetch_context_ = intern(instructions);
  } while (tlb_generation_ != tlb_.generation());
  renew_circumstances();
}

void Cpu::renew_circumstances() {
  circumstances_ = map_generation_ << 16 | static_cast<std::uint64_t>(psw.problem_state) << 12 | fetch_context_;
}

void Cpu::psw_changed() {
  address_mask_ = cpu::address_mask(psw.amode);
  recheck_ = true;
  renew_contexts();
}

void Cpu::control_registers_changed() {
  recheck_ = true;
  // Bits of CR0 that decide what a tag may allow: low-address protection, the two overrides, EDAT.
  constexpr std::uint64_t deciding = 0x1380'0000;
  if ((cr_[0] & deciding) != (cr0_of_tags_ & deciding)) {
    cr0_of_tags_ = cr_[0];
    tlb_.purge();
    forget_blocks();
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

void Cpu::set_prefix(std::uint32_t prefix) {
  prefix_ = prefix;
  tlb_.purge();
  forget_blocks();
  renew_contexts();
}

z::AbsoluteAddress Cpu::absolute(z::RealAddress real) const { return apply_prefix(real, prefix_); }

z::TodClock Cpu::tod() const { return configuration_.tod().now(instruction_count()); }

void Cpu::timers_changed() { check_timers(); }

void Cpu::check_timers() {
  const z::TodClock now = tod();
  comparator_due_ = timers_.is_comparator_due(now);
  cpu_timer_due_ = timers_.is_cpu_timer_due(now);
  if (comparator_due_ || cpu_timer_due_) recheck_ = true;
  const z::TodClock next = timers_.next_due(now);
  switch (configuration_.tod().timing()) {
    case Timing::host: configuration_.host_timer().arm(address_, configuration_.tod().host_time_of(next)); break;
    case Timing::instructions: deadline_ = configuration_.tod().instructions_at(next); break;
    case Timing::driven: break;
  }
}

bool Cpu::skip_to_next_timer() {
  Tod& clock = configuration_.tod();
  if (clock.timing() != Timing::instructions) return false;
  const z::TodClock next = timers_.next_due(tod());
  if (next.value == ~0ull) return false;
  clock.skip_to(next, instruction_count());
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
  timers_.set_cpu_timer(0, tod());
  check_timers();
  reset();
}

void Cpu::clear_reset() {
  gr_ = {};
  ar_ = {};
  fpr_ = {};
  initial_reset();
}

void Cpu::store_status(z::AbsoluteAddress at) {
  namespace saved = low_core::saved;
  std::array<std::byte, 512> area{};
  const auto put = [&]<class T>(std::uint64_t offset, T value) { z::Be<T>::store(area.data() + offset, value); };
  for (unsigned n = 0; n < 16; ++n) {
    put(saved::fprs + n * 8, fpr_[n]);
    put(saved::grs + n * 8, gr_[n]);
    put(saved::ars + n * 4, ar_[n]);
    put(saved::crs + n * 8, cr_[n]);
  }
  put(saved::psw, psw_image().mask);
  put(saved::psw + 8, psw_image().address);
  put(saved::prefix, prefix_);
  put(saved::fpc, fpc);
  put(saved::tod_programmable, tod_programmable_);
  put(saved::cpu_timer, timers_.cpu_timer(tod()));
  put(saved::clock_comparator, timers_.comparator().value >> 8);
  static_cast<void>(storage_.store(at, area, 0));
}

// Telling the environment comes last: it may look at the CPU.
void Cpu::set_state(CpuState state) {
  if (state_.load(std::memory_order_relaxed) == state) return;
  if (state == CpuState::operating) timers_.run(tod());
  else timers_.halt(tod());
  check_timers();
  state_.store(state, std::memory_order_release);
  environment_.cpu_state_changed(*this);
}

void Cpu::set_waiting(bool waiting) {
  waiting_.store(waiting, std::memory_order_release);
  environment_.cpu_state_changed(*this);
}

}  // namespace cpu
