#include "ctc/fctc.h"

#include <optional>

#include "ctc/channel_path.h"
#include "ctc/fctc_device.h"
#include "ctc/paced_link.h"
#include "ctc/socket_link.h"

namespace ctc {

z::Result<std::unique_ptr<channel::Device>> make_fctc(std::string_view arguments, ChannelPaths& paths) {
  std::optional<Address> address;
  Identity identity;
  auto end = SessionEnd::connecting;
  std::optional<z::BytesPerSecond> speed;
  std::string path;
  for (const auto& [key, value] : channel::split_arguments(arguments)) {
    if (key == "link") address = Z_TRY(parse_address(value));
    else if (key == "listen" && value.empty()) end = SessionEnd::listening;
    else if (key == "name" && value.size() <= Identity::longest) identity.name = value;
    else if (key == "peer" && value.size() <= Identity::longest) identity.peer = value;
    else if (key == "speed") speed = Z_TRY(parse_channel_speed(value));
    else if (key == "path") path = value;
    else
      return z::failure("fctc: expected link=shm:PATH, link=tcp:HOST:PORT, listen, name=TEXT, peer=TEXT, speed=NGb/s or "
                        "path=TEXT: \"{}={}\"", key, value);
  }
  if (!address) return z::failure("fctc: link=shm:PATH or link=tcp:HOST:PORT is missing");
  std::unique_ptr<Link> link = Z_TRY(SocketLink::make(std::move(*address), std::move(identity), end));
  if (speed) link = std::make_unique<PacedLink>(std::move(link), Z_TRY(paths.find_or_make(path, *speed)));
  return std::make_unique<FctcDevice>(std::move(link), end == SessionEnd::listening ? Role::arbiter : Role::proxy);
}

z::Result<> register_fctc(channel::Registry& registry) {
  return registry.add("fctc", [paths = std::make_shared<ChannelPaths>()](std::string_view arguments) {
    return make_fctc(arguments, *paths);
  });
}

}  // namespace ctc
