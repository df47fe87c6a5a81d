#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cp/isfc/ctc_port.h"
#include "cp/isfc/link.h"

namespace cp::isfc {

// This system's ISFC: its logical links, each over the CTCs that ACTIVATE ISLINK names, and the messages that travel on
// them. On the event loop. Messages to one node and endpoint arrive in the order they were sent; when a link goes down, those under
// way are dropped and reported as sent.
class Driver {
 public:
  struct Events {
    std::function<void(const std::string& node)> link_up, link_down;
    std::function<void(const std::string& node, Endpoint endpoint, std::vector<std::byte> bytes)> message;
    std::function<void(std::string text)> report;  // for the operator
  };
  // `first_session` differs from that of every earlier life of this system.
  Driver(EventLoop& loop, RealIo& io, std::string own_name, std::uint64_t first_session, Events events);
  ~Driver();

  // Adds CTCs to the link with `node`; empty: whoever answers.
  z::Result<> activate(const std::vector<z::DeviceNumber>& devices, const std::string& node);
  z::Result<> deactivate(z::DeviceNumber device);

  bool is_up(const std::string& node) const;
  // `sent`: the parts are no longer needed. Comes in any case, also when there is no link.
  void send(const std::string& node, Endpoint endpoint, Message message, std::function<void()> sent = {});

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
  z::Result<> add_device(LogicalLink& link, z::DeviceNumber device);
  void perform(LogicalLink& link);  // what the machine asks for
  void perform_one(LogicalLink& link, LinkAction& action);
  void set_timer(LogicalLink& link);

  EventLoop& loop_;
  RealIo& io_;
  const std::string own_name_;
  const std::uint64_t first_session_;
  Events events_;
  std::vector<std::unique_ptr<LogicalLink>> links_;
  std::map<Sender::Token, std::function<void()>> sent_;
  std::uint64_t last_token_ = 0;
};

}  // namespace cp::isfc
