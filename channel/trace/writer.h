#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/fd.h"
#include "base/mutex.h"
#include "channel/trace/forms.h"
#include "channel/trace/request.h"

namespace channel {

// The file of a trace, which the traces of several machines may share. Events are queued; a thread of the writer's own forms and
// writes them. I/O never waits for it: what the queue has no room for is counted, and the file says how many were lost.
class TraceWriter {
 public:
  // A regular file is created or emptied; a pipe must have a reader. `failed` is called once, on the writer's thread, when
  // the host refuses to write: the trace is over then.
  static z::Result<std::shared_ptr<TraceWriter>> open(const TraceRequest& request, const z::Clock& clock,
                                                      std::function<void(const z::Error&)> failed);
  ~TraceWriter();  // all that is queued is written first, unless its reader does not take it

  // A machine whose events come; its number goes into the events.
  std::uint16_t add_source(std::string machine);
  void add(const TraceEvent& event) Z_EXCLUDES(lock_);
  bool has_failed() const { return failed_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::size_t capacity = 1 << 16;

  TraceWriter(z::Fd file, const TraceRequest& request, const z::Clock& clock, std::function<void(const z::Error&)> failed);
  void run();
  std::string formed(const std::vector<TraceEvent>& events);
  std::string lost_notice(std::uint64_t lost);
  bool write(std::string_view bytes);
  bool is_ending() const { return ending_.load(std::memory_order_relaxed); }

  const z::Fd file_;
  const TraceRequest::Format format_;
  const z::Nanoseconds epoch_;  // UTC minus the time of events
  const std::function<void(const z::Error&)> tell_failure_;
  std::atomic<bool> failed_{false};  // publishes nothing: a hint to stop sending
  std::atomic<bool> ending_{false};  // written under lock_; read by the writer while it waits for its reader
  PcapngEncoder pcapng_;             // of the writer's thread
  z::Mutex lock_;
  z::Condition more_;
  std::vector<TraceEvent> queue_ Z_GUARDED_BY(lock_);
  std::vector<std::string> sources_ Z_GUARDED_BY(lock_);
  std::size_t sources_written_ = 0;  // of the writer's thread
  std::uint64_t lost_ Z_GUARDED_BY(lock_) = 0;
  std::jthread thread_;
};

}  // namespace channel
