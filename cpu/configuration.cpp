#include "cpu/configuration.h"

#include "base/assert.h"
#include "cpu/environment.h"
#include "cpu/low_core.h"

namespace cpu {

z::Result<std::unique_ptr<Configuration>> Configuration::create(Storage& storage, Environment& environment,
                                                                const z::Clock& clock, Options options) {
  if (options.cpus == 0 || options.cpus > cpu_limit)
    return z::failure("not 1 to {}: {} CPUs", cpu_limit, options.cpus);
  if (options.timing == Timing::instructions && options.instructions_per_microsecond == 0)
    return z::failure("not positive: instructions per microsecond");
  constexpr std::uint64_t prefix_area = 0x2000;
  if (storage.size() < prefix_area) return z::failure("too small for a CPU: storage of {} bytes", storage.size());
  std::unique_ptr<Configuration> made{new Configuration{storage, environment, clock, options}};
  for (unsigned n = 0; n < options.cpus; ++n) made->cpus_.push_back(std::make_unique<Cpu>(*made, n));
  for (const auto& cpu : made->cpus_) made->threads_.push_back(std::make_unique<CpuThread>(*cpu));
  storage.set_observer(made.get());
  if (options.timing == Timing::host) made->host_timer_.run();
  for (const auto& thread : made->threads_) thread->run();
  return made;
}

Configuration::Configuration(Storage& storage, Environment& environment, const z::Clock& clock, const Options& options)
    : model_(options.model),
      storage_(storage),
      environment_(environment),
      clock_(clock),
      tod_(clock, options.timing, options.instructions_per_microsecond),
      blocks_(storage),
      host_timer_(*this, options.cpus) {}

Configuration::~Configuration() { retire(); }

void Configuration::retire() {
  storage_.set_observer(nullptr);
  host_timer_.stop();
  // Every thread knows that it ends before a pause is over: a guest that was parked never runs again.
  for (const auto& thread : threads_) thread->end();
  {
    const z::Lock lock{pause_};
    pauses_ = 0;
    held_ = 0;
    pause_changed_.notify_all();
  }
  threads_.clear();
}

void Configuration::start(unsigned address) {
  thread(address).give({.start = true});
  thread(address).wait_until_obeyed();
}
void Configuration::start_all() {
  for (const auto& each : threads_) each->give({.start = true});
  for (const auto& each : threads_) each->wait_until_obeyed();
}
void Configuration::stop(unsigned address) {
  thread(address).give({.stop = true});
  thread(address).wait_until_obeyed();
}
void Configuration::stop_all() {
  for (const auto& each : threads_) each->give({.stop = true});
  for (const auto& each : threads_) each->wait_until_obeyed();
}
void Configuration::restart(unsigned address) {
  thread(address).give({.restart = true});
  thread(address).wait_until_obeyed();
}

void Configuration::reset(unsigned address, Reset kind) {
  with_stopped(address, [&](Cpu& cpu) {
    switch (kind) {
      case Reset::cpu: cpu.reset(); break;
      case Reset::initial: cpu.initial_reset(); break;
      case Reset::clear: cpu.clear_reset(); break;
    }
  });
}

void Configuration::reset_all(Reset kind) {
  stop_all();
  for (unsigned n = 0; n < cpu_count(); ++n) reset(n, kind);
  channel_report_ = false;
  interrupt_key_ = false;
  static_cast<void>(take_service_signal());
  topology_.reset();
  if (kind == Reset::clear) storage_.clear();
}

void Configuration::with_stopped(unsigned address, const std::function<void(Cpu&)>& change) {
  CpuThread& target = thread(address);
  for (;;) {
    target.give({.stop = true});
    target.wait_until_obeyed();
    if (target.if_stopped(change) == CpuThread::Found::stopped) return;
  }
}

void Configuration::load_psw(unsigned address, PswImage image) {
  with_stopped(address, [&](Cpu& cpu) { cpu.load_psw(image); });
}

void Configuration::store_status(unsigned address) {
  with_stopped(address, [](Cpu& cpu) { cpu.store_status(cpu.absolute({low_core::save_area})); });
}

void Configuration::post_to_all(Attention::Reason reason) {
  for (const auto& each : cpus_) each->attention().post(reason);
}

void Configuration::io_interruption_pending(std::uint8_t) { post_to_all(Attention::interruption); }

void Configuration::channel_report_pending() {
  channel_report_ = true;
  post_to_all(Attention::interruption);
}

void Configuration::press_interrupt_key() {
  interrupt_key_ = true;
  post_to_all(Attention::interruption);
}

void Configuration::post_service_signal(std::uint32_t parameter) {
  {
    const z::Lock lock{service_};
    service_signal_ = service_signal_.value_or(0) | parameter;
  }
  post_to_all(Attention::interruption);
}

std::optional<std::uint32_t> Configuration::take_service_signal() {
  const z::Lock lock{service_};
  return std::exchange(service_signal_, std::nullopt);
}

Configuration::Pending Configuration::pending() {
  const z::Lock lock{service_};
  return {service_signal_, interrupt_key_, channel_report_};
}

bool Configuration::is_service_outstanding() {
  constexpr std::uint32_t sccb_address = ~7U;
  const z::Lock lock{service_};
  return (service_signal_.value_or(0) & sccb_address) != 0;
}

unsigned Configuration::standby_count() const {
  unsigned standby = 0;
  for (unsigned n = 0; n < cpu_count(); ++n) standby += is_configured(n) ? 0 : 1;
  return standby;
}

void Configuration::time_changed() { post_to_all(Attention::timer); }

void Configuration::set_tod_epoch(std::uint64_t epoch) {
  tod_.set_epoch(epoch);
  time_changed();
}

void Configuration::pause() {
  const z::Lock lock{pause_};
  pauses_.fetch_add(1, std::memory_order_seq_cst);
  post_to_all(Attention::control);
  while (standing_ != threads_.size()) pause_changed_.wait(pause_);
}

void Configuration::unpause() {
  const z::Lock lock{pause_};
  Z_ASSERT(pauses_ > 0);
  pauses_.fetch_sub(1, std::memory_order_seq_cst);
  pause_changed_.notify_all();
}

void Configuration::stand_paused(const Cpu& cpu) {
  const z::Lock lock{pause_};
  if (!must_stand(cpu)) return;
  ++standing_;
  pause_changed_.notify_all();
  while (must_stand(cpu)) pause_changed_.wait(pause_);
  --standing_;
}

void Configuration::run_alone(Cpu& self, const std::function<void()>& section) {
  self.leave_guest();
  {
    const z::Lock lock{alone_};
    runs_alone_.store(&self, std::memory_order_seq_cst);
    for (const auto& each : cpus_) {
      if (each.get() == &self || !each->safepoint().is_inside()) continue;
      each->attention().post(Attention::control);
      each->safepoint().wait_until_outside();
    }
    self.enter_guest();
    section();
    self.leave_guest();
    runs_alone_.store(nullptr, std::memory_order_seq_cst);
  }
  self.enter_guest();
}

// Each says first that it is inside, or that it runs alone, and then looks whether the other does.
void Configuration::enter_beside_others(Cpu& self) {
  self.safepoint().enter();
  const auto must_stand_aside = [&] {
    const Cpu* const alone = runs_alone_.load(std::memory_order_seq_cst);
    return alone != nullptr && alone != &self;
  };
  while (must_stand_aside()) {
    self.safepoint().leave();
    { const z::Lock until_it_is_done{alone_}; }
    self.safepoint().enter();
  }
}

// A thread that waits for other CPUs counts as outside itself, so that two of them do not wait for each other; what was
// asked of it meanwhile it does before it goes on.
void Configuration::purge_on(std::uint64_t cpus, Purge purge) {
  Cpu* self = nullptr;
  bool others = false;
  for (const auto& each : cpus_) {
    if ((cpus >> each->address() & 1) == 0) continue;
    if (each->safepoint().is_inside_on_this_thread()) {
      each->purge_own(purge);
    } else {
      each->safepoint().post(purge);
      others |= each->safepoint().is_inside();
    }
  }
  if (!others) return;
  for (const auto& each : cpus_)
    if (each->safepoint().is_inside_on_this_thread()) self = each.get();
  if (self != nullptr) self->safepoint().leave();
  for (const auto& each : cpus_)
    if ((cpus >> each->address() & 1) != 0 && each.get() != self) each->safepoint().wait_until_passed();
  if (self != nullptr) {
    enter_beside_others(*self);
    self->apply_purges();
  }
}

// No CPU has a write tag for the frame when this returns, and none gets one while the frame is a code frame.
void Configuration::revoke_writers(CodePage& page, std::uint64_t frame) {
  const std::uint64_t writers = blocks_.writers(frame).load(std::memory_order_seq_cst);
  if (writers != 0) purge_on(writers, {Purge::Kind::host_page, frame});
  blocks_.writers(frame).fetch_and(~writers, std::memory_order_seq_cst);
  page.ready.store(true, std::memory_order_release);
}

void Configuration::purge_frame(z::FrameIndex frame) { purge_everywhere({Purge::Kind::host_page, frame.value}); }
void Configuration::purge_write_translations() { purge_everywhere({Purge::Kind::writes}); }
void Configuration::frame_stored(z::FrameIndex frame, std::uint64_t offset, std::uint64_t length) {
  blocks_.stored_from_outside(frame.value, offset, length);
}

// Called by a CPU that is in no block. The dead are freed once no CPU is in a block, or remembers one, from before.
void Configuration::reclaim_blocks() {
  if (blocks_.wants_reclaim()) closed_generation_.store(blocks_.close_generation());
  const std::uint64_t closed = closed_generation_.load();
  if (closed == freed_generation_.load(std::memory_order_relaxed)) return;
  bool remembered = false;
  for (const auto& each : cpus_) {
    if (!each->executing_.load(std::memory_order_seq_cst)) continue;
    if (each->forgotten_.load(std::memory_order_seq_cst) >= closed) continue;
    remembered = true;
    each->attention().post(Attention::reclaim);
  }
  if (remembered) return;
  blocks_.free_up_to(closed);
  freed_generation_.store(closed, std::memory_order_relaxed);
}

}  // namespace cpu
