#pragma once

#include <memory>
#include <string>

#include "base/result.h"

struct EndicottDevicePlugin;

namespace channel {

class Registry;

// A loaded shared object with device types (device_plugin.h). Unloaded by its destructor.
class Plugin {
 public:
  static z::Result<Plugin> open(const std::string& path);

  z::Result<> register_types(Registry& registry) const;

 private:
  struct Unload {
    void operator()(void* library) const;
  };
  using Library = std::unique_ptr<void, Unload>;
  Plugin(Library library, const EndicottDevicePlugin& description) : library_(std::move(library)), description_(&description) {}

  Library library_;
  const EndicottDevicePlugin* description_;  // lies in the library
};

}  // namespace channel
