#pragma once

#include <atomic>

#include "channel/gate.h"
#include "channel/interruption_queue.h"
#include "channel/monitor.h"
#include "channel/subsystem.h"
#include "channel/trace.h"
#include "channel/worker_pool.h"
#include "cpu/storage.h"

namespace channel {

struct Subsystem::Parts {
  Parts(cpu::Storage& guest, const z::Clock& clock, unsigned threads) : storage(guest), trace(clock), monitor(guest, clock), pool(threads, clock) {}

  cpu::Storage& storage;
  InterruptionQueue interruptions;
  IoTrace trace;
  ChannelMonitor monitor;
  std::atomic<std::uint64_t> address_limit{0};
  std::atomic<Gate*> gate{nullptr};  // publishes the debugger's rules with it
  WorkerPool pool;  // last: its threads use what stands above
};

}  // namespace channel
