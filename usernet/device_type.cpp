#include "usernet/device_type.h"

#include <charconv>
#include <map>
#include <optional>
#include <string>

#include "ctc/fctc_device.h"
#include "usernet/network.h"

namespace usernet {
namespace {

// The guest's end of a CTC, which keeps the network that stands at the other end.
class GuestEnd final : public ctc::Link {
 public:
  GuestEnd(std::string name, std::shared_ptr<Network> network, std::unique_ptr<ctc::Link> link)
      : name_(std::move(name)), network_(std::move(network)), link_(std::move(link)) {}

  void start(ctc::LinkEnd& end) override { link_->start(end); }
  void send(ctc::Message message) override { link_->send(std::move(message)); }
  std::string description() const override { return "user-mode network " + name_; }
  std::string state() const override { return link_->state(); }

 private:
  std::string name_;
  std::shared_ptr<Network> network_;
  std::unique_ptr<ctc::Link> link_;
};

// The networks that have devices.
class Networks {
 public:
  z::Result<std::shared_ptr<Network>> find_or_make(const std::string& name) {
    auto& known = networks_[name];
    if (auto network = known.lock()) return network;
    auto network = Z_TRY(Network::make());
    known = network;
    return network;
  }

 private:
  std::map<std::string, std::weak_ptr<Network>> networks_;
};

std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

z::Result<Forward> parse_forward(std::string_view text) {
  const auto colon = std::min(text.find(':'), text.size());
  const auto host = port_of(text.substr(0, colon)), guest = port_of(text.substr(std::min(colon + 1, text.size())));
  if (!host || !guest) return z::failure("usernet: expected forward=HOSTPORT:PORT, both from 1 to 65535: \"{}\"", text);
  return Forward{*host, *guest};
}

z::Result<std::unique_ptr<channel::Device>> make_device(std::string_view arguments, Networks& networks) {
  std::optional<Direction> direction;
  std::string name;
  std::vector<Forward> forwards;
  for (const auto& [key, value] : channel::split_arguments(arguments)) {
    if (key == "read" && value.empty()) direction = Direction::read;
    else if (key == "write" && value.empty()) direction = Direction::write;
    else if (key == "net" && !value.empty()) name = value;
    else if (key == "forward") forwards.push_back(Z_TRY(parse_forward(value)));
    else return z::failure("usernet: expected read or write, net=TEXT or forward=HOSTPORT:PORT: \"{}={}\"", key, value);
  }
  if (!direction || name.empty()) return z::failure("usernet: read or write, and net=TEXT, are needed");
  const auto network = Z_TRY(networks.find_or_make(name));
  auto end = network->take_end(*direction);
  if (!end) return z::failure("usernet: network {} has its {} device already", name, *direction == Direction::read ? "read" : "write");
  for (const auto& forward : forwards) Z_CHECK(network->forward(forward));
  return std::make_unique<ctc::FctcDevice>(std::make_unique<GuestEnd>(name, network, std::move(end)), ctc::Role::arbiter);
}

}  // namespace

z::Result<> register_usernet(channel::Registry& registry) {
  return registry.add("usernet", [networks = std::make_shared<Networks>()](std::string_view arguments) {
    return make_device(arguments, *networks);
  });
}

}  // namespace usernet
