#include "terminal/exchange.h"

#include <algorithm>

namespace terminal {

z::Result<std::shared_ptr<Exchange>> Exchange::open(const Listen& listen) {
  std::shared_ptr<Exchange> exchange{new Exchange{listen}};
  exchange->server_ = Z_TRY(Server::start(listen, [&self = *exchange](const TerminalRequest& request) { return self.seat(request); }));
  return exchange;
}

z::Result<std::string> Exchange::add(const std::shared_ptr<DisplayLine>& line, std::string name) {
  const z::Lock lock{lock_};
  const auto is_known = [this](std::string_view wanted) Z_REQUIRES(lock_) {
    return std::ranges::find(entries_, wanted, &Entry::name) != entries_.end();
  };
  for (unsigned number = 1; name.empty(); ++number)
    if (auto made = fmt::format("LU{:04}", number); !is_known(made)) name = std::move(made);
  if (is_known(name)) return z::failure("lu={}: another display at {}:{} has that name", name, listen_.host, listen_.port);
  entries_.push_back({line, name});
  return name;
}

void Exchange::remove(const DisplayLine& line) {
  const z::Lock lock{lock_};
  std::erase_if(entries_, [&](const Entry& entry) { return entry.line.get() == &line; });
}

// A client that names nobody gets the first display that is free.
std::expected<Seat, Refusal> Exchange::seat(const TerminalRequest& request) {
  const z::Lock lock{lock_};
  bool known = false;
  for (const auto& entry : entries_) {
    if (request.name && *request.name != entry.name) continue;
    known = true;
    if (entry.line->reserve()) return Seat{entry.line, entry.name};
  }
  return std::unexpected{request.name && !known ? Refusal::invalid_name : Refusal::device_in_use};
}

z::Result<std::shared_ptr<Exchange>> Exchanges::find_or_open(const Listen& listen) {
  const z::Lock lock{lock_};
  for (const auto& known : exchanges_) {
    auto exchange = known.lock();
    if (!exchange || listen.port == 0 || exchange->listen().host != listen.host || exchange->listen().port != listen.port) continue;
    if (exchange->listen() != listen) return z::failure("listen={}:{}: another device names another certificate there", listen.host, listen.port);
    return exchange;
  }
  auto exchange = Z_TRY(Exchange::open(listen));
  exchanges_.push_back(exchange);
  return exchange;
}

}  // namespace terminal
