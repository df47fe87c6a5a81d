#include "cpu/cpu_thread.h"

#include <utility>

#include "cpu/configuration.h"
#include "cpu/environment.h"
#include "cpu/low_core.h"

namespace cpu {

CpuThread::~CpuThread() { end(); }

void CpuThread::end() {
  ending_.store(true);
  cpu_.attention().post(Attention::control);
}

void CpuThread::run() {
  thread_ = std::jthread{[this] { serve(); }};
}

void CpuThread::give(const Orders& orders) {
  {
    const z::Lock lock{control_};
    orders_.stop |= orders.stop;
    orders_.start |= orders.start;
    orders_.restart |= orders.restart;
    orders_.store_status |= orders.store_status;
    orders_.reset |= orders.reset;
    orders_.initial_reset |= orders.initial_reset;
    has_orders_.store(orders_.any(), std::memory_order_seq_cst);
  }
  cpu_.attention().post(Attention::control);
}


void CpuThread::wait_until_obeyed() {
  const z::Lock lock{control_};
  while (orders_.any() || obeying_) obeyed_.wait(control_);
}

Orders CpuThread::orders() {
  const z::Lock lock{control_};
  return orders_;
}

void CpuThread::take_up(CpuState state, const Orders& orders) {
  {
    const z::Lock lock{control_};
    cpu_.set_state(state);
    orders_ = orders;
    has_orders_.store(orders_.any(), std::memory_order_seq_cst);
  }
  cpu_.attention().post(Attention::control);
}

void CpuThread::serve() {
  while (!ending_.load()) {
    const std::uint32_t why = cpu_.attention().take();
    if (cpu_.configuration().must_stand(cpu_)) cpu_.configuration().stand_paused(cpu_);
    if (ending_.load()) return;
    obey();
    if ((why & Attention::timer) != 0) {
      const z::Lock lock{control_};  // a stopped CPU may be in somebody's hands
      cpu_.check_timers();
    }
    if (cpu_.state() == CpuState::operating) operate();
    else cpu_.attention().sleep();
  }
}

void CpuThread::operate() {
  cpu_.enter_guest();
  cpu_.recheck_stores();
  cpu_.recheck_ = true;
  if (cpu_.debug_ != nullptr) cpu_.execute_debugged();
  else cpu_.execute_until_attention();
  const bool waits = cpu_.psw.wait && !cpu_.attention().any();
  cpu_.leave_guest();
  cpu_.configuration().reclaim_blocks();
  if (!waits) return;
  if (cpu_.skip_to_next_timer()) return;
  cpu_.set_waiting(true);
  cpu_.sleep_until_attention_or_timer();
  cpu_.set_waiting(false);
}

void CpuThread::obey() {
  Orders orders;
  {
    const z::Lock lock{control_};
    if (!orders_.any()) return;
    orders = std::exchange(orders_, {});
    obeying_ = true;
  }
  if (orders.stop || orders.store_status || orders.reset || orders.initial_reset) cpu_.set_state(CpuState::stopped);
  if (orders.store_status) cpu_.store_status(cpu_.absolute({low_core::save_area}));
  if (orders.reset) cpu_.reset();
  if (orders.initial_reset) cpu_.initial_reset();
  if (orders.restart) {
    cpu_.enter_guest();
    cpu_.interrupt_restart();
    cpu_.leave_guest();
  }
  if (orders.start || orders.restart) cpu_.set_state(CpuState::operating);
  {
    const z::Lock lock{control_};
    obeying_ = false;
    has_orders_.store(orders_.any(), std::memory_order_seq_cst);
    obeyed_.notify_all();
  }
  cpu_.environment().cpu_state_changed(cpu_);
}

}  // namespace cpu
