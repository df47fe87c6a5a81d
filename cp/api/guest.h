#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/result.h"
#include "base/units.h"

namespace cp::api {

// A guest that runs on this member, as its relocation sees it. All calls on CP's event loop.
class GuestPort {
 public:
  struct Stopped {
    std::function<void()> parked;   // every virtual CPU stands at an instruction boundary
    std::function<void()> drained;  // and no I/O writes guest storage any more; comes after `parked`
  };
  virtual ~GuestPort() = default;

  virtual z::Pages storage_size() const = 0;
  // All of guest storage, page aligned; stays mapped until `release`. Read while the guest runs: a page may be torn,
  // which is harmless because it is then dirty and is sent again.
  virtual std::span<const std::byte> storage() const = 0;
  // Frames that may be other than zero, ascending.
  virtual std::vector<z::FrameIndex> frames_in_use() const = 0;

  // Exact: a page written meanwhile is in this harvest or in the next one (cpu::Storage).
  virtual void begin_dirty_tracking() = 0;
  virtual std::vector<z::FrameIndex> harvest_dirty() = 0;
  virtual void end_dirty_tracking() = 0;

  // What the destination needs to create the skeleton: directory entry, configuration, CPU addresses, domain.
  virtual std::vector<std::byte> definition() const = 0;

  virtual void stop(Stopped events) = 0;
  virtual void resume() = 0;  // undoes `stop`, complete or not; its events do not come any more
  // CPUs, storage keys, channel subsystem, devices, pending interruptions, guest TOD and CPU timers as they stood when
  // parked. Legal once drained. Versioned by whoever writes it.
  virtual z::Result<std::vector<std::byte>> save_state() = 0;
  // The guest lives elsewhere: frees it here. This object is gone when the call returns.
  virtual void release() = 0;
};

// A guest being built on this member: nothing running. Destroying it before `activate` discards it.
class SkeletonPort {
 public:
  virtual ~SkeletonPort() = default;
  virtual z::Pages storage_size() const = 0;
  virtual void write_pages(z::FrameIndex first, std::span<const std::byte> pages) = 0;
  virtual void clear_pages(z::FrameIndex first, z::Pages count) = 0;
  // Pages that were neither written nor cleared become zero; until then they may hold what another guest left. Once all have been
  // named it costs nothing more.
  virtual void clear_rest() = 0;
  virtual z::Result<> restore_state(std::span<const std::byte> state) = 0;
  // Becomes an ordinary guest of this member and runs: guest TOD goes on without stepping back.
  virtual void activate() = 0;
};

class GuestHost {
 public:
  using Created = std::function<void(z::Result<std::unique_ptr<SkeletonPort>>)>;
  virtual ~GuestHost() = default;
  // Null when the user is not logged on here.
  virtual GuestPort* find(const std::string& userid) = 0;
  // Reserves everything first (frames, device numbers), so that "will it fit" is answered before any page moves.
  virtual void create_skeleton(const std::string& userid, z::Pages storage, std::span<const std::byte> definition,
                               Created done) = 0;
};

}  // namespace cp::api
