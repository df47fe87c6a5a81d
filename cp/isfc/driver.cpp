#include "cp/isfc/driver.h"

#include <algorithm>

#include "base/assert.h"

namespace cp::isfc {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

constexpr std::size_t most_devices = 16;

std::string state_text(Link::DeviceState state) {
  switch (state) {
    case Link::DeviceState::opening: return "Opening";
    case Link::DeviceState::up: return "Up";
    case Link::DeviceState::leaving: return "Leaving";
  }
  return "";
}

}  // namespace

// A link and its devices. `name` is the node that ACTIVATE ISLINK expects; empty until it answered.
struct Driver::LogicalLink {
  explicit LogicalLink(Link::Options options) : name(options.peer_name), machine(std::move(options)) {}

  std::string name;
  Link machine;
  std::vector<z::DeviceNumber> devices;  // activated, whatever their state
  std::optional<z::Nanoseconds> deadline;
  api::Timers::Id timer = 0;
  bool is_performing = false;
};

Driver::Driver(const z::Clock& clock, api::Timers& timers, Ctcs& ctcs, Options options, Events events)
    : clock_(clock), timers_(timers), ctcs_(ctcs), options_(std::move(options)), events_(std::move(events)) {}

Driver::~Driver() {
  for (const auto& link : links_) {
    if (link->deadline) timers_.cancel(link->timer);
    for (const auto device : link->devices) ctcs_.close(device);
  }
}

Driver::LogicalLink* Driver::find(const std::string& node) const {
  const auto found = std::ranges::find(links_, node, [](const auto& link) { return link->name; });
  return found == links_.end() ? nullptr : found->get();
}

Driver::LogicalLink* Driver::link_of(z::DeviceNumber device) const {
  const auto found = std::ranges::find_if(links_, [&](const auto& link) {
    return std::ranges::find(link->devices, device) != link->devices.end();
  });
  return found == links_.end() ? nullptr : found->get();
}

Driver::LogicalLink& Driver::link_for(const std::string& node) {
  if (auto* link = find(node); link != nullptr && !node.empty()) return *link;
  links_.push_back(std::make_unique<LogicalLink>(Link::Options{.own_name = options_.own_name,
                                                               .peer_name = node,
                                                               .max_block = options_.max_block,
                                                               .window = options_.window,
                                                               .first_session = options_.first_session}));
  return *links_.back();
}

z::Result<> Driver::activate(const std::vector<z::DeviceNumber>& devices, const std::string& node) {
  auto& link = link_for(node);
  for (const auto device : devices) Z_CHECK(add_device(link, device));
  return {};
}

z::Result<> Driver::add_device(LogicalLink& link, z::DeviceNumber device) {
  if (link_of(device) != nullptr) return z::failure("link device {:04X} is already active", device.value);
  if (link.devices.size() == most_devices) return z::failure("a logical link has at most {} devices", most_devices);
  link.devices.push_back(device);
  auto opened = ctcs_.open(device, options_.max_block,
                           {.opened =
                                [this, &link, device] {
                                  link.machine.device_opened(device, clock_.now());
                                  perform(link);
                                },
                            .lost =
                                [this, &link, device] {
                                  link.machine.device_lost(device);
                                  perform(link);
                                },
                            .received =
                                [this, &link, device](std::span<const std::byte> block) {
                                  Z_ASSERT(!link.is_performing);  // what it delivers lies in the block
                                  link.machine.received(device, block, clock_.now());
                                  perform(link);
                                },
                            .written =
                                [this, &link, device] {
                                  link.machine.written(device);
                                  perform(link);
                                }});
  if (!opened) link.devices.pop_back();
  return opened;
}

z::Result<> Driver::deactivate(z::DeviceNumber device, std::function<void()> closed) {
  auto* link = link_of(device);
  if (link == nullptr) return z::failure("link device {:04X} is not active", device.value);
  leaving_.emplace(device, std::move(closed));
  link->machine.leave(device, clock_.now());
  perform(*link);
  return {};
}

void Driver::listen(Endpoint endpoint, Listener listener) {
  const auto& added = listeners_[endpoint] = std::move(listener);
  for (const auto& link : links_)
    if (link->machine.is_up()) added.link_up(link->name);
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
  if (std::exchange(link.is_performing, true)) return;
  for (auto actions = link.machine.actions(); !actions.empty(); actions = link.machine.actions())
    for (auto& action : actions) perform_one(link, action);
  link.is_performing = false;
  set_timer(link);
}

void Driver::perform_one(LogicalLink& link, LinkAction& action) {
  std::visit(
      Overloaded{[&](WriteBlock& write) { ctcs_.write(write.device, write.block); },
                 [&](const Deliver& message) { deliver(link.name, message); },
                 [&](const Sent& sent) {
                   if (auto waiting = sent_.extract(sent.token)) waiting.mapped()();
                 },
                 [&](const LinkUp& up) {
                   link.name = up.node;
                   events_.report("ISFC link to node " + up.node + " is up");
                   for (const auto& [endpoint, listener] : listeners_) listener.link_up(up.node);
                   if (events_.link_up) events_.link_up(up.node);
                 },
                 [&](const LinkDown& down) {
                   events_.report("ISFC link to node " + down.node + " is down");
                   for (const auto& [endpoint, listener] : listeners_) listener.link_down(down.node);
                   if (events_.link_down) events_.link_down(down.node);
                 },
                 [&](const CloseDevice& left) {
                   ctcs_.close(left.device);
                   std::erase(link.devices, left.device);
                   while (auto waiting = leaving_.extract(left.device)) waiting.mapped()();
                 },
                 [&](const RejectDevice& rejected) {
                   events_.report(fmt::format("Link device {:04X} rejected: {}", rejected.device.value, rejected.reason));
                   ctcs_.reopen(rejected.device);
                 },
                 [&](const Report& report) { events_.report(report.text); }},
      action);
}

void Driver::deliver(const std::string& node, const Deliver& message) {
  const auto found = listeners_.find(message.endpoint);
  if (found != listeners_.end()) found->second.message(node, message.bytes);
  else if (events_.message) events_.message(node, message.endpoint, message.bytes);
}

void Driver::set_timer(LogicalLink& link) {
  const auto deadline = link.machine.deadline();
  if (deadline == link.deadline) return;
  if (link.deadline) timers_.cancel(link.timer);
  link.deadline = deadline;
  if (!deadline) return;
  link.timer = timers_.at(*deadline, [this, &link] {
    link.deadline.reset();
    link.machine.timer(clock_.now());
    perform(link);
  });
}

std::vector<Driver::LinkView> Driver::links() const {
  std::vector<LinkView> views;
  for (const auto& link : links_) {
    LinkView view{link->name, {}};
    const auto devices = link->machine.devices();
    for (const auto number : link->devices) {
      const auto found = std::ranges::find(devices, number, &Link::DeviceView::device);
      if (found == devices.end())
        view.devices.push_back({number, "Down", "Idle"});
      else
        view.devices.push_back({number, state_text(found->state),
                                found->is_writing ? "Writing" : "Idle", found->bytes_sent, found->bytes_received});
    }
    views.push_back(std::move(view));
  }
  return views;
}

}  // namespace cp::isfc
