#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "channel/device.h"
#include "channel/plugin.h"

namespace channel {

// The device types of a process by name, "3390" or "fctc". A type is a factory that understands its own arguments, which by custom
// are "key=value" parts with commas between.
class Registry {
 public:
  using Factory = std::function<z::Result<std::unique_ptr<Device>>(std::string_view arguments)>;

  // Fails when the name is taken.
  z::Result<> add(std::string_view type, Factory factory);
  z::Result<std::unique_ptr<Device>> create(std::string_view type, std::string_view arguments) const;
  std::vector<std::string> types() const;

  // Loads a shared object (device_plugin.h) and registers its types. It stays loaded as long as the registry lives, so the
  // registry outlives every device.
  z::Result<> load_plugin(const std::string& path);

 private:
  std::vector<Plugin> plugins_;  // before the factories, which call into them
  std::map<std::string, Factory, std::less<>> factories_;
};

// One "key=value" or "key" of a list with commas.
struct Argument {
  std::string_view key;
  std::string_view value;
};
std::vector<Argument> split_arguments(std::string_view arguments);

}  // namespace channel
