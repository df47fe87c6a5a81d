#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "lpar/machine.h"

namespace gdb {

// GDB's "monitor" commands: what a debugger of machines wants beyond registers and memory. The machine stands.
struct MonitorContext {
  lpar::Machine& machine;
  unsigned cpu;
  std::function<void(lpar::Machine::Clear)> reset;
};
std::string monitor(const MonitorContext& context, std::string_view command);

}  // namespace gdb
