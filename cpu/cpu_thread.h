#pragma once

#include <cstdint>
#include <optional>
#include <thread>

#include "base/address.h"
#include "base/mutex.h"
#include "cpu/cpu.h"

namespace cpu {

// What a CPU does for others between two instructions (SIGP orders and operator functions).
struct Orders {
  bool stop = false;
  bool start = false;
  bool restart = false;
  bool store_status = false;   // after stop
  bool reset = false;
  bool initial_reset = false;
  bool any() const { return stop || start || restart || store_status || reset || initial_reset; }
};

// The host thread of one CPU: runs instructions while the CPU operates, sleeps while it waits or is stopped, and obeys
// orders in between.
class CpuThread {
 public:
  explicit CpuThread(Cpu& cpu) : cpu_(cpu) {}
  ~CpuThread();

  void run();  // starts the thread
  void end();  // it stops at its next instruction boundary, for good; the destructor waits for it

  // Any thread. `give` merges the orders with pending ones.
  void give(const Orders& orders);
  bool has_orders() const { return has_orders_.load(std::memory_order_seq_cst); }
  void wait_until_obeyed();
  // The function works on the CPU if it is stopped without pending orders; the CPU stays so meanwhile.
  enum class Found : std::uint8_t { stopped, operating, busy };
  template <class F>
  Found if_stopped(F change) {
    const z::Lock lock{control_};
    if (orders_.any() || obeying_) return Found::busy;
    if (cpu_.state() != CpuState::stopped) return Found::operating;
    change(cpu_);
    return Found::stopped;
  }
  // While paused: what is given and not yet obeyed; and how a restored CPU goes on.
  Orders orders();
  void take_up(CpuState state, const Orders& orders);

 private:
  void serve();
  void obey();
  void operate();

  Cpu& cpu_;
  z::Mutex control_;       // guards the registers of a stopped CPU too
  z::Condition obeyed_;
  Orders orders_ Z_GUARDED_BY(control_);
  bool obeying_ Z_GUARDED_BY(control_) = false;
  std::atomic<bool> has_orders_{false};  // given and not yet obeyed; changed under control_
  std::atomic<bool> ending_{false};
  std::jthread thread_;
};

}  // namespace cpu
