#include "cp/isfc/isfc_node.h"

#include <algorithm>

namespace cp::isfc {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

constexpr std::size_t max_devices = 16;

}  // namespace

IsfcNode::IsfcNode(Options options, const z::Clock& clock, api::Timers& timers, CtcPort& ctcs,
                   std::function<void(const std::string&)> console)
    : options_(std::move(options)), clock_(clock), timers_(timers), ctcs_(ctcs), console_(std::move(console)) {}

IsfcNode::~IsfcNode() {
  for (const auto& link : links_) {
    if (link->deadline) timers_.cancel(link->timer);
    for (const auto device : link->devices) ctcs_.close(device);
  }
}

z::Result<> IsfcNode::activate(const std::vector<z::DeviceNumber>& devices, const std::string& node) {
  for (const auto device : devices)
    if (link_of(device) != nullptr) return z::failure("link device {:04X} is active already", device.value);
  const auto existing = std::ranges::find_if(
      links_, [&](const auto& link) { return !node.empty() && link->activated_for == node; });
  if (devices.size() + (existing == links_.end() ? 0 : (*existing)->devices.size()) > max_devices)
    return z::failure("a logical link has at most {} devices", max_devices);
  auto link = existing == links_.end() ? nullptr : *existing;
  if (!link) {
    // Wall time makes a session number that no earlier life of this system has used.
    link = std::make_shared<LogicalLink>(Link::Options{.own_name = options_.name,
                                                       .peer_name = node,
                                                       .max_block = options_.max_block,
                                                       .window = options_.window,
                                                       .first_session = static_cast<std::uint64_t>(clock_.utc().count())});
    link->activated_for = node;
    links_.push_back(link);
  }
  for (const auto device : devices) open(link, device);
  return {};
}

void IsfcNode::open(const std::shared_ptr<LogicalLink>& link, z::DeviceNumber device) {
  link->devices.push_back(device);
  auto& l = *link;
  ctcs_.open(device, {.opened = [this, &l, device] { l.link.device_opened(device, clock_.now()); perform(l); },
                      .lost = [this, &l, device] { l.link.device_lost(device); perform(l); },
                      .received = [this, &l, device](std::span<const std::byte> block) {
                        l.link.received(device, block, clock_.now());
                        perform(l);
                      },
                      .written = [this, &l, device] { l.link.written(device); perform(l); }});
}

z::Result<> IsfcNode::deactivate(z::DeviceNumber device) {
  auto* link = link_of(device);
  if (link == nullptr) return z::failure("link device {:04X} is not active", device.value);
  ctcs_.close(device);
  std::erase(link->devices, device);
  link->link.device_lost(device);
  perform(*link);
  return {};
}

IsfcNode::LogicalLink* IsfcNode::find(const std::string& node) const {
  const auto found = std::ranges::find_if(
      links_, [&](const auto& link) { return link->link.is_up() && link->link.peer() == node; });
  return found == links_.end() ? nullptr : found->get();
}

IsfcNode::LogicalLink* IsfcNode::link_of(z::DeviceNumber device) const {
  const auto found = std::ranges::find_if(
      links_, [&](const auto& link) { return std::ranges::find(link->devices, device) != link->devices.end(); });
  return found == links_.end() ? nullptr : found->get();
}

void IsfcNode::listen(Endpoint endpoint, Listener listener) {
  listeners_[endpoint] = std::move(listener);
  for (const auto& link : links_)
    if (link->link.is_up()) listeners_[endpoint].link_up(link->link.peer());
}

bool IsfcNode::is_up(const std::string& node) const { return find(node) != nullptr; }

void IsfcNode::send(const std::string& node, Endpoint endpoint, Message message, std::function<void()> sent) {
  auto* link = find(node);
  if (link == nullptr) return sent();
  const auto token = next_token_++;
  link->sent.emplace(token, std::move(sent));
  link->link.send(endpoint, std::move(message), token);
  perform(*link);
}

// Users may send from within their callbacks: the loop that runs already takes what comes of it.
void IsfcNode::perform(LogicalLink& link) {
  if (std::exchange(link.performing, true)) return;
  for (auto actions = link.link.actions(); !actions.empty(); actions = link.link.actions())
    for (auto& action : actions) perform(link, action);
  link.performing = false;
  set_timer(link);
}

void IsfcNode::perform(LogicalLink& link, LinkAction& action) {
  std::visit(Overloaded{[&](WriteBlock& write) { ctcs_.write(write.device, write.block); },
                        [&](Deliver& deliver) {
                          if (const auto found = listeners_.find(deliver.endpoint); found != listeners_.end())
                            found->second.message(link.link.peer(), std::move(deliver.bytes));
                        },
                        [&](Sent& sent) {
                          if (const auto found = link.sent.extract(sent.token)) found.mapped()();
                        },
                        [&](LinkUp& up) {
                          console_("ISFC link to node " + up.node + " is up");
                          tell([](const Listener& l, const std::string& n) { l.link_up(n); }, up.node);
                        },
                        [&](LinkDown& down) {
                          console_("ISFC link to node " + down.node + " is down");
                          tell([](const Listener& l, const std::string& n) { l.link_down(n); }, down.node);
                        },
                        [&](RejectDevice& reject) {
                          console_(fmt::format("ISFC link device {:04X} rejected: {}", reject.device.value, reject.reason));
                          ctcs_.reopen(reject.device);
                        },
                        [&](Report& report) { console_(report.text); }},
             action);
}

void IsfcNode::tell(void (*what)(const Listener&, const std::string&), const std::string& node) {
  for (const auto& [endpoint, listener] : listeners_) what(listener, node);
}

void IsfcNode::set_timer(LogicalLink& link) {
  const auto deadline = link.link.deadline();
  if (deadline == link.deadline) return;
  if (link.deadline) timers_.cancel(link.timer);
  link.deadline = deadline;
  if (!deadline) return;
  link.timer = timers_.at(*deadline, [this, &link] {
    link.deadline.reset();
    link.link.timer(clock_.now());
    perform(link);
  });
}

std::vector<std::string> IsfcNode::query_islink() const {
  std::vector<std::string> lines;
  for (const auto& link : links_) {
    const auto known = link->link.peer().empty() ? link->activated_for : link->link.peer();
    lines.push_back("Node " + (known.empty() ? std::string{"--------"} : known));
    const auto views = link->link.devices();
    for (const auto device : link->devices) {
      const auto view = std::ranges::find(views, device, &Link::DeviceView::device);
      const bool is_known = view != views.end();
      const auto* state = !is_known ? "Down" : view->state == Link::DeviceState::up ? "Up" : "Opening";
      lines.push_back(fmt::format("  Link device: {:04X}        Type: FCTC       Node: {}", device.value, known));
      lines.push_back(fmt::format("    Bytes Sent:     {:>11}            State: {}", is_known ? view->bytes_sent : 0, state));
      lines.push_back(fmt::format("    Bytes Received: {:>11}            Status: {}", is_known ? view->bytes_received : 0,
                                  is_known && view->is_writing ? "Writing" : "Idle"));
    }
  }
  return lines;
}

}  // namespace cp::isfc
