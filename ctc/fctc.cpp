#include "ctc/fctc.h"

#include <optional>

#include "ctc/fctc_device.h"
#include "ctc/socket_link.h"

namespace ctc {

z::Result<std::unique_ptr<channel::Device>> make_fctc(std::string_view arguments) {
  std::optional<Address> address;
  Identity identity;
  auto end = SessionEnd::connecting;
  for (const auto& [key, value] : channel::split_arguments(arguments)) {
    if (key == "link") address = Z_TRY(parse_address(value));
    else if (key == "listen" && value.empty()) end = SessionEnd::listening;
    else if (key == "name" && value.size() <= Identity::longest) identity.name = value;
    else if (key == "peer" && value.size() <= Identity::longest) identity.peer = value;
    else return z::failure("fctc: expected link=shm:PATH, link=tcp:HOST:PORT, listen, name=TEXT or peer=TEXT: \"{}={}\"",
                           key, value);
  }
  if (!address) return z::failure("fctc: link=shm:PATH or link=tcp:HOST:PORT is missing");
  auto link = Z_TRY(SocketLink::make(std::move(*address), std::move(identity), end));
  return std::make_unique<FctcDevice>(std::move(link), end == SessionEnd::listening ? Role::arbiter : Role::proxy);
}

z::Result<> register_fctc(channel::Registry& registry) { return registry.add("fctc", make_fctc); }

}  // namespace ctc
