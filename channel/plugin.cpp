#include "channel/plugin.h"

#include <dlfcn.h>

#include "channel/device_plugin.h"

namespace channel {

void Plugin::Unload::operator()(void* library) const { ::dlclose(library); }

z::Result<Plugin> Plugin::open(const std::string& path) {
  Library library{::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)};
  if (!library) return z::failure("{}: load device plugin", ::dlerror());
  using Entry = const EndicottDevicePlugin*();
  const auto entry = reinterpret_cast<Entry*>(::dlsym(library.get(), "endicott_device_plugin"));
  if (entry == nullptr) return z::failure("{} has no endicott_device_plugin: not a device plugin", path);
  const EndicottDevicePlugin* description = entry();
  if (description->version != endicott_device_plugin_version)
    return z::failure("device plugin {} has interface version {}, this program {}: build it again", path,
                      description->version, endicott_device_plugin_version);
  return Plugin{std::move(library), *description};
}

z::Result<> Plugin::register_types(Registry& registry) const { return description_->register_types(registry); }

}  // namespace channel
