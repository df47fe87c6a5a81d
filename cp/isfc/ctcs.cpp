#include "cp/isfc/ctcs.h"

namespace cp::isfc {

z::Result<> RealCtcs::open(z::DeviceNumber device, std::size_t largest, CtcPort::Events events) {
  auto& port = ports_[device];
  if (!port) port = std::make_unique<CtcPort>(loop_, io_, device, largest);
  return port->open(std::move(events));
}

void RealCtcs::close(z::DeviceNumber device) {
  if (const auto found = ports_.find(device); found != ports_.end()) found->second->close();
}

void RealCtcs::reopen(z::DeviceNumber device) {
  if (const auto found = ports_.find(device); found != ports_.end()) found->second->reopen();
}

void RealCtcs::write(z::DeviceNumber device, const Block& block) {
  const auto found = ports_.find(device);
  if (found != ports_.end() && found->second->is_open()) found->second->write(block.pieces);
}

}  // namespace cp::isfc
