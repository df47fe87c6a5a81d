#include "cp/network/host_uplink.h"

#include <stop_token>

namespace cp {

z::Result<std::unique_ptr<HostUplink>> HostUplink::open(const std::vector<usernet::Forward>& forwards, usernet::Stack::ToGuest arrived) {
  auto stack = Z_TRY(usernet::Stack::make(std::move(arrived)));
  for (const auto& forward : forwards) Z_CHECK(stack->forward(forward));
  return std::unique_ptr<HostUplink>{new HostUplink{std::move(stack)}};
}

HostUplink::HostUplink(std::unique_ptr<usernet::Stack> stack)
    : stack_(std::move(stack)), thread_([this](const std::stop_token& stop) {
        const std::stop_callback wake{stop, [this] { stack_->wake(); }};
        while (!stop.stop_requested()) stack_->step();
      }) {}

}  // namespace cp
