#include "lpar/device_types.h"

#include <fmt/format.h>

#include <cstdio>

#include "channel/replay/recording.h"
#include "ctc/fctc.h"
#include "dasd3390/device_type.h"
#include "terminal/device_type.h"
#include "unitrecord/device_types.h"
#include "usernet/device_type.h"

namespace lpar {
z::Result<std::unique_ptr<channel::Registry>> device_types(const std::vector<std::string>& plugins) {
  auto registry = std::make_unique<channel::Registry>();
  Z_CHECK(registry->add("3390", [](std::string_view arguments) { return dasd3390::make_device(arguments); }));
  Z_CHECK(ctc::register_fctc(*registry));
  Z_CHECK(terminal::register_3270(*registry));
  Z_CHECK(unitrecord::register_unit_record(*registry));
  Z_CHECK(usernet::register_usernet(*registry));
  Z_CHECK(channel::register_replay(*registry, [](const std::string& line) { fmt::print(stderr, "{}\n", line); }));
  for (const auto& plugin : plugins) Z_CHECK(registry->load_plugin(plugin));
  return registry;
}

}  // namespace lpar
