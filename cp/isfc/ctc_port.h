#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>

#include "base/address.h"
#include "cp/isfc/link.h"

namespace cp::isfc {

// The channel-to-channel adapters below a logical link. Everything on CP's event loop; no event comes from within a call.
class CtcPort {
 public:
  struct Events {
    std::function<void()> opened;  // the other side is there: blocks can be written
    std::function<void()> lost;    // not any more; it is tried again until `close`, and `opened` comes again
    std::function<void(std::span<const std::byte> block)> received;
    std::function<void()> written;
  };
  virtual ~CtcPort() = default;
  virtual void open(z::DeviceNumber device, Events events) = 0;
  virtual void close(z::DeviceNumber device) = 0;  // no event of it comes any more
  // Gives the device up and begins anew with it: `lost` has been dealt with by the caller.
  virtual void reopen(z::DeviceNumber device) = 0;
  // One at a time a device: `written` or `lost` follows. The block is copied before the call returns.
  virtual void write(z::DeviceNumber device, const Block& block) = 0;
};

}  // namespace cp::isfc
