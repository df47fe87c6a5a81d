#include "cp/isfc/driver.h"

#include <algorithm>

namespace cp::isfc {

// A link and the ports of its devices. `name` is the node that ACTIVATE ISLINK expects; empty until it answered.
struct Driver::LogicalLink {
  explicit LogicalLink(Link::Options options) : name(options.peer_name), machine(std::move(options)) {}

  CtcPort* port(z::DeviceNumber device) {
    const auto found = ports.find(device);
    return found == ports.end() ? nullptr : found->second.get();
  }

  std::string name;
  Link machine;
  std::map<z::DeviceNumber, std::unique_ptr<CtcPort>> ports;
  EventLoop::Id timer = 0;
  bool is_performing = false;
};

Driver::Driver(EventLoop& loop, RealIo& io, std::string own_name, std::uint64_t first_session, Events events)
    : loop_(loop), io_(io), own_name_(std::move(own_name)), first_session_(first_session), events_(std::move(events)) {}

Driver::~Driver() {
  for (const auto& link : links_) loop_.cancel(link->timer);
}

Driver::LogicalLink* Driver::find(const std::string& node) const {
  const auto found = std::ranges::find(links_, node, [](const auto& link) { return link->name; });
  return found == links_.end() ? nullptr : found->get();
}

Driver::LogicalLink& Driver::link_for(const std::string& node) {
  if (auto* link = find(node); link != nullptr && !node.empty()) return *link;
  Link::Options options{.own_name = own_name_, .peer_name = node};
  options.first_session = first_session_;
  links_.push_back(std::make_unique<LogicalLink>(std::move(options)));
  return *links_.back();
}

z::Result<> Driver::activate(const std::vector<z::DeviceNumber>& devices, const std::string& node) {
  auto& link = link_for(node);
  for (const auto device : devices) Z_CHECK(add_device(link, device));
  return {};
}

z::Result<> Driver::add_device(LogicalLink& link, z::DeviceNumber device) {
  for (const auto& other : links_)
    if (other->port(device) != nullptr) return z::failure("link device {:04X} is already active", device.value);
  constexpr std::size_t most_devices = 16;
  if (link.ports.size() == most_devices) return z::failure("a logical link has at most {} devices", most_devices);
  CtcPort::Events events{
      .opened = [this, &link, device] {
        link.machine.device_opened(device, loop_.clock().now());
        perform(link);
      },
      .lost = [this, &link, device] {
        link.machine.device_lost(device);
        perform(link);
      },
      .received = [this, &link, device](std::span<const std::byte> block) {
        link.machine.received(device, block, loop_.clock().now());
        perform(link);
      },
      .written = [this, &link, device] {
        link.machine.written(device);
        perform(link);
      }};
  auto port = std::make_unique<CtcPort>(loop_, io_, device, Link::Options{}.max_block, std::move(events));
  Z_CHECK(port->open());
  link.ports.emplace(device, std::move(port));
  return {};
}

z::Result<> Driver::deactivate(z::DeviceNumber device) {
  for (const auto& link : links_) {
    if (link->ports.erase(device) == 0) continue;
    io_.halt(device);
    link->machine.device_lost(device);
    perform(*link);
    return {};
  }
  return z::failure("link device {:04X} is not active", device.value);
}

bool Driver::is_up(const std::string& node) const {
  const auto* link = find(node);
  return link != nullptr && link->machine.is_up();
}

void Driver::send(const std::string& node, Endpoint endpoint, Message message, std::function<void()> sent) {
  auto* link = find(node);
  if (link == nullptr) {
    if (sent) sent();
    return;
  }
  const auto token = ++last_token_;
  if (sent) sent_.emplace(token, std::move(sent));
  link->machine.send(endpoint, std::move(message), token);
  perform(*link);
}

// An action can lead to events that come in here again (a message is answered at once); the outermost call does them all.
void Driver::perform(LogicalLink& link) {
  if (link.is_performing) return;
  link.is_performing = true;
  for (auto actions = link.machine.actions(); !actions.empty(); actions = link.machine.actions())
    for (auto& action : actions) perform_one(link, action);
  link.is_performing = false;
  set_timer(link);
}

void Driver::perform_one(LogicalLink& link, LinkAction& action) {
  if (auto* write = std::get_if<WriteBlock>(&action)) {
    if (auto* port = link.port(write->device); port != nullptr && port->is_open()) port->write(write->block.pieces);
  } else if (auto* deliver = std::get_if<Deliver>(&action)) {
    events_.message(link.name, deliver->endpoint, std::move(deliver->bytes));
  } else if (const auto* sent = std::get_if<Sent>(&action)) {
    if (auto waiting = sent_.extract(sent->token)) waiting.mapped()();
  } else if (const auto* up = std::get_if<LinkUp>(&action)) {
    link.name = up->node;
    events_.link_up(up->node);
  } else if (const auto* down = std::get_if<LinkDown>(&action)) {
    events_.link_down(down->node);
  } else if (const auto* rejected = std::get_if<RejectDevice>(&action)) {
    events_.report(fmt::format("Link device {:04X} rejected: {}", rejected->device.value, rejected->reason));
    link.machine.device_lost(rejected->device);
  } else if (const auto* report = std::get_if<Report>(&action)) {
    events_.report(report->text);
  }
}

void Driver::set_timer(LogicalLink& link) {
  loop_.cancel(link.timer);
  const auto deadline = link.machine.deadline();
  if (!deadline) return;
  link.timer = loop_.at(*deadline, [this, &link] {
    link.machine.timer(loop_.clock().now());
    perform(link);
  });
}

std::vector<Driver::LinkView> Driver::links() const {
  std::vector<LinkView> views;
  for (const auto& link : links_) {
    LinkView view{link->name, {}};
    const auto devices = link->machine.devices();
    for (const auto& [number, port] : link->ports) {
      const auto found = std::ranges::find(devices, number, &Link::DeviceView::device);
      if (found == devices.end()) {
        view.devices.push_back({number, "Down", "Idle"});
        continue;
      }
      view.devices.push_back({number, found->state == Link::DeviceState::up ? "Up" : "Opening",
                              found->is_writing ? "Writing" : "Idle", found->bytes_sent, found->bytes_received});
    }
    views.push_back(std::move(view));
  }
  return views;
}

}  // namespace cp::isfc
