#include "ctc/fctc.h"

#include <optional>
#include <string_view>

#include "ctc/fctc_device.h"
#include "ctc/socket_link.h"

namespace ctc {

z::Result<std::unique_ptr<channel::Device>> make_fctc(std::span<const std::string> arguments) {
  std::optional<Address> address;
  Identity identity;
  auto end = SessionEnd::connecting;
  for (const std::string_view argument : arguments) {
    const auto value = argument.substr(std::min(argument.find('=') + 1, argument.size()));
    if (argument.starts_with("link=")) address = Z_TRY(parse_address(value));
    else if (argument == "listen") end = SessionEnd::listening;
    else if (argument.starts_with("name=") && value.size() <= 40) identity.name = value;
    else if (argument.starts_with("peer=") && value.size() <= 40) identity.peer = value;
    else return z::failure("fctc: expected link=shm:PATH, link=tcp:HOST:PORT, listen, name=TEXT or peer=TEXT: \"{}\"",
                           argument);
  }
  if (!address) return z::failure("fctc: link=shm:PATH or link=tcp:HOST:PORT is missing");
  auto link = Z_TRY(SocketLink::make(std::move(*address), std::move(identity), end));
  return std::make_unique<FctcDevice>(std::move(link), end == SessionEnd::listening ? Role::arbiter : Role::proxy);
}

}  // namespace ctc
