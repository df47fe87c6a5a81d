#pragma once

#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"

namespace cpu {

class Configuration;

// Posts Attention::timer to a CPU when its next timer is due: one host thread for a configuration, asleep until then.
class HostTimer {
 public:
  HostTimer(Configuration& configuration, unsigned cpus);

  void run();   // starts the thread
  void stop();  // and ends it
  void arm(unsigned cpu, z::Nanoseconds at);

 private:
  void serve();

  Configuration& configuration_;
  z::Mutex lock_;
  z::Condition changed_;
  std::vector<z::Nanoseconds> deadlines_ Z_GUARDED_BY(lock_);
  z::Nanoseconds sleeping_until_ Z_GUARDED_BY(lock_) = z::Nanoseconds::max();
  bool stopping_ Z_GUARDED_BY(lock_) = false;
  std::thread thread_;
};

}  // namespace cpu
