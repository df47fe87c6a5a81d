#pragma once

#include <cstdint>
#include <functional>

#include "base/clock.h"

namespace cp::api {

// Timers of CP's event loop.
class Timers {
 public:
  using Id = std::uint64_t;
  virtual ~Timers() = default;
  virtual Id at(z::Nanoseconds deadline, std::function<void()> expired) = 0;
  virtual void cancel(Id id) = 0;  // one that expired or was cancelled before is ignored
};

}  // namespace cp::api
