#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>

#include "base/address.h"
#include "base/result.h"
#include "cp/isfc/ctc_port.h"
#include "cp/isfc/link.h"

namespace cp::isfc {

// The channel-to-channel adapters below logical links: real ones, or those of a simulator. Everything on CP's event loop.
class Ctcs {
 public:
  virtual ~Ctcs() = default;
  virtual z::Result<> open(z::DeviceNumber device, std::size_t largest, CtcPort::Events events) = 0;
  virtual void close(z::DeviceNumber device) = 0;  // no event of it comes any more
  // The peer's end makes no sense: begins anew after a while. The caller knows that it is lost.
  virtual void reopen(z::DeviceNumber device) = 0;
  // One at a time a device: `written` or `lost` follows; pieces that are parts of messages stay readable until then.
  virtual void write(z::DeviceNumber device, const Block& block) = 0;
};

class RealCtcs final : public Ctcs {
 public:
  RealCtcs(EventLoop& loop, RealIo& io) : loop_(loop), io_(io) {}
  z::Result<> open(z::DeviceNumber device, std::size_t largest, CtcPort::Events events) override;
  void close(z::DeviceNumber device) override;
  void reopen(z::DeviceNumber device) override;
  void write(z::DeviceNumber device, const Block& block) override;

 private:
  EventLoop& loop_;
  RealIo& io_;
  std::map<z::DeviceNumber, std::unique_ptr<CtcPort>> ports_;  // of all devices ever opened
};

}  // namespace cp::isfc
