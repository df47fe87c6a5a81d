#include "channel/registry.h"

#include <algorithm>

namespace channel {

z::Result<> Registry::add(std::string_view type, Factory factory) {
  if (factories_.contains(type)) return z::failure("device type {} is registered already", type);
  factories_.emplace(type, std::move(factory));
  return {};
}

z::Result<std::unique_ptr<Device>> Registry::create(std::string_view type, std::string_view arguments) const {
  const auto found = factories_.find(type);
  if (found == factories_.end()) return z::failure("no device type {}; there are {}", type, fmt::join(types(), ", "));
  return found->second(arguments);
}

std::vector<std::string> Registry::types() const {
  std::vector<std::string> names;
  for (const auto& [name, factory] : factories_) names.push_back(name);
  return names;
}

z::Result<> Registry::load_plugin(const std::string& path) {
  // It stays loaded even if registering fails half-way: some of its factories may be in the map.
  plugins_.push_back(Z_TRY(Plugin::open(path)));
  return plugins_.back().register_types(*this);
}

std::vector<Argument> split_arguments(std::string_view arguments) {
  std::vector<Argument> result;
  while (!arguments.empty()) {
    const auto comma = std::min(arguments.find(','), arguments.size());
    const auto part = arguments.substr(0, comma);
    const auto equals = std::min(part.find('='), part.size());
    if (!part.empty()) result.push_back({part.substr(0, equals), part.substr(std::min(equals + 1, part.size()))});
    arguments.remove_prefix(std::min(comma + 1, arguments.size()));
  }
  return result;
}

}  // namespace channel
