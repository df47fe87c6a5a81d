#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "cp/api/timers.h"
#include "cp/isfc/ctcs.h"
#include "cp/isfc/link.h"
#include "cp/isfc/network.h"

namespace cp::isfc {

// This system's ISFC: its logical links, each over the CTCs that ACTIVATE ISLINK names, and the messages that travel on
// them. On the event loop. Messages to one node and endpoint arrive in the order they were sent; when a link goes down, those
// under way are dropped and reported as sent. The same in production and in the simulator, over different CTCs.
class Driver final : public Network {
 public:
  // What no listener asked for, and what an operator sees.
  struct Events {
    std::function<void(const std::string& node)> link_up, link_down;
    std::function<void(const std::string& node, Endpoint endpoint, std::span<const std::byte> bytes)> message;
    std::function<void(std::string text)> report;
  };
  struct Options {
    std::string own_name;
    std::uint64_t first_session = 1;  // differs from that of every earlier life of this system
    std::size_t max_block = Link::Options{}.max_block;
    std::uint64_t window = Link::Options{}.window;
  };
  Driver(const z::Clock& clock, api::Timers& timers, Ctcs& ctcs, Options options, Events events);
  ~Driver() override;

  // Adds CTCs to the link with `node`; empty: whoever answers.
  z::Result<> activate(const std::vector<z::DeviceNumber>& devices, const std::string& node);
  // `closed` is called once the peer knows, or did not answer; only then may the device be activated again.
  z::Result<> deactivate(z::DeviceNumber device, std::function<void()> closed);

  void listen(Endpoint endpoint, Listener listener) override;
  bool is_up(const std::string& node) const override;
  // `sent`: the parts are no longer needed. Comes in any case, also when there is no link.
  void send(const std::string& node, Endpoint endpoint, Message message, std::function<void()> sent) override;

  // QUERY ISLINK.
  struct DeviceView {
    z::DeviceNumber device;
    std::string state, status;  // "Up", "Down", "Opening"; "Idle", "Writing"
    std::uint64_t bytes_sent = 0, bytes_received = 0;
  };
  struct LinkView {
    std::string node;
    std::vector<DeviceView> devices;
  };
  std::vector<LinkView> links() const;

 private:
  struct LogicalLink;

  LogicalLink& link_for(const std::string& node);
  LogicalLink* find(const std::string& node) const;
  LogicalLink* link_of(z::DeviceNumber device) const;
  z::Result<> add_device(LogicalLink& link, z::DeviceNumber device);
  void perform(LogicalLink& link);  // what the machine asks for
  void perform_one(LogicalLink& link, LinkAction& action);
  void deliver(const std::string& node, const Deliver& message);
  void set_timer(LogicalLink& link);

  const z::Clock& clock_;
  api::Timers& timers_;
  Ctcs& ctcs_;
  const Options options_;
  Events events_;
  std::vector<std::unique_ptr<LogicalLink>> links_;
  std::map<Endpoint, Listener> listeners_;
  std::map<Sender::Token, std::function<void()>> sent_;
  std::multimap<z::DeviceNumber, std::function<void()>> leaving_;
  std::uint64_t last_token_ = 0;
};

}  // namespace cp::isfc
