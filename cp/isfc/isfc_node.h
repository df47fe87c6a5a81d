#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "cp/api/timers.h"
#include "cp/isfc/ctc_port.h"
#include "cp/isfc/link.h"
#include "cp/isfc/network.h"

namespace cp::isfc {

// ISFC of this system: its logical links and the users of them. Everything on CP's event loop. The same in production
// and in the simulator, over different CTCs.
class IsfcNode final : public Network {
 public:
  struct Options {
    std::string name;
    std::size_t max_block = Link::Options{}.max_block;
    std::uint64_t window = Link::Options{}.window;
  };
  IsfcNode(Options options, const z::Clock& clock, api::Timers& timers, CtcPort& ctcs,
           std::function<void(const std::string&)> console);
  ~IsfcNode() override;

  // ACTIVATE ISLINK rdev ... [NODE node]: the devices of one logical link. With the name of a node that a link was
  // activated for, they join that link.
  z::Result<> activate(const std::vector<z::DeviceNumber>& devices, const std::string& node = {});
  z::Result<> deactivate(z::DeviceNumber device);

  void listen(Endpoint endpoint, Listener listener) override;
  void send(const std::string& node, Endpoint endpoint, Message message, std::function<void()> sent) override;
  bool is_up(const std::string& node) const override;

  // QUERY ISLINK, one string a line.
  std::vector<std::string> query_islink() const;

 private:
  struct LogicalLink {
    explicit LogicalLink(Link::Options options) : link(std::move(options)) {}
    Link link;
    std::string activated_for;
    std::vector<z::DeviceNumber> devices;  // activated, whatever their state
    std::map<Sender::Token, std::function<void()>> sent;
    std::optional<z::Nanoseconds> deadline;
    api::Timers::Id timer = 0;
    bool performing = false;
  };
  using LinkIterator = std::vector<std::shared_ptr<LogicalLink>>::const_iterator;

  LogicalLink* find(const std::string& node) const;
  LogicalLink* link_of(z::DeviceNumber device) const;
  void open(const std::shared_ptr<LogicalLink>& link, z::DeviceNumber device);
  void perform(LogicalLink& link);
  void perform(LogicalLink& link, LinkAction& action);
  void set_timer(LogicalLink& link);
  void tell(void (*what)(const Listener&, const std::string&), const std::string& node);

  Options options_;
  const z::Clock& clock_;
  api::Timers& timers_;
  CtcPort& ctcs_;
  std::function<void(const std::string&)> console_;
  std::vector<std::shared_ptr<LogicalLink>> links_;
  std::map<Endpoint, Listener> listeners_;
  Sender::Token next_token_ = 1;
};

}  // namespace cp::isfc
