#pragma once

#include <memory>
#include <vector>

#include "base/clock.h"
#include "channel/registry.h"
#include "channel/subsystem.h"
#include "cp/guest/frames.h"
#include "cp/guest/volumes.h"
#include "cp/io/event_loop.h"
#include "cp/io/real_io.h"
#include "cpu/storage.h"
#include "lpar/machine_file.h"

namespace cp {

// The partition that CP runs in: storage with a part for CP's own I/O and the rest for virtual machines, and the channel subsystem
// with the real devices.
class Partition {
 public:
  static z::Result<std::unique_ptr<Partition>> create(const lpar::LparDefinition& definition,
                                                      const std::vector<std::string>& plugins, EventLoop& loop,
                                                      const z::Clock& clock);

  cpu::Storage& storage() { return *storage_; }
  channel::Subsystem& subsystem() { return *subsystem_; }
  RealIo& io() { return *io_; }
  Frames& frames() { return *frames_; }
  Volumes& volumes() { return volumes_; }
  const lpar::LparDefinition& definition() const { return definition_; }

 private:
  explicit Partition(lpar::LparDefinition definition) : definition_(std::move(definition)) {}
  z::Result<> attach_devices(const std::vector<std::string>& plugins);
  z::Result<> add_volume(z::DeviceNumber number, channel::Device& device);

  const lpar::LparDefinition definition_;
  std::unique_ptr<cpu::Storage> storage_;
  std::unique_ptr<channel::Registry> types_;  // outlives the devices: a plugin's code must stay loaded
  std::unique_ptr<RealIo> io_;
  std::unique_ptr<channel::Subsystem> subsystem_;
  std::unique_ptr<Frames> frames_;
  Volumes volumes_;
};

}  // namespace cp
