#pragma once

#include <cstdint>

#include "channel/registry.h"

// What a shared object with device types of its own exports. It is built with Endicott's headers and compiler, links the `channel`
// library, and defines
//
//   extern "C" const EndicottDevicePlugin* endicott_device_plugin() {
//     static const EndicottDevicePlugin plugin{endicott_device_plugin_version, "mytape", &register_types};
//     return &plugin;
//   }
struct EndicottDevicePlugin {
  std::uint32_t version;
  const char* name;
  z::Result<> (*register_types)(channel::Registry& registry);
};

// Grows with every change of channel/device.h or channel/registry.h.
inline constexpr std::uint32_t endicott_device_plugin_version = 2;
