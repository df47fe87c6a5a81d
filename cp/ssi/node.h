#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "cp/api/members.h"
#include "cp/api/timers.h"
#include "cp/isfc/network.h"
#include "cp/pdr/store.h"
#include "cp/ssi/logons.h"
#include "cp/ssi/membership.h"

namespace cp::ssi {

// A member of the cluster at work: drives Membership and LogonRegistry with the PDR, ISFC and timers it is given. The
// same in production and in the simulator. Everything on CP's event loop.
class Node final : public api::Members {
 public:
  struct Ports {
    const z::Clock& clock;
    api::Timers& timers;
    pdr::Store& store;
    isfc::Network& network;
  };
  struct Callbacks {
    std::function<void(const std::string& text)> console;
    std::function<void(Mode)> mode_changed;
    std::function<void(z::Nanoseconds lease_until)> lease;  // renewed; in the past: lost
    std::function<void(const std::string& reason)> fence_self;
    std::function<void(api::MemberSlot)> member_fenced;
    std::function<void(JoinEnded::Outcome)> join_ended;
    std::function<void()> leave_ended;
  };
  using Done = std::function<void(z::Result<>)>;

  // `services` beside the logon registry; they outlive this object.
  Node(MembershipOptions options, Ports ports, Callbacks callbacks, std::vector<Service*> services = {});
  ~Node() override;

  void start();
  void shutdown();
  void declare_down(const std::string& name, Done done);
  void set_slot(api::MemberSlot slot, const std::string& name, Done done);
  void claim(const std::string& userid, Done done);
  void release(const std::string& userid);
  void take_over(const std::string& userid);

  const Membership& membership() const { return membership_; }
  const LogonRegistry& logons() const { return logons_; }
  void service_changed();

  // api::Members.
  api::MemberSlot self() const override { return membership_.own_slot().value_or(api::MemberSlot{0}); }
  std::string name(api::MemberSlot member) const override;
  bool is_joined(api::MemberSlot member) const override;
  bool is_down(api::MemberSlot member) const override;

 private:
  Moment moment() const;
  ClusterView cluster_view();
  void listen();
  void perform();
  bool perform_membership();
  bool perform_logons();
  void perform(MembershipAction& action);
  void set_timer();
  void end_command(std::uint64_t id, z::Result<> result);
  // A callback that does nothing once this object is gone.
  template <class Function>
  auto guarded(Function function) {
    return [alive = std::weak_ptr<int>{alive_}, function](auto&&... arguments) mutable {
      if (!alive.expired()) function(std::forward<decltype(arguments)>(arguments)...);
    };
  }

  Ports ports_;
  Callbacks callbacks_;
  LogonRegistry logons_;
  Membership membership_;
  std::map<std::uint64_t, Done> commands_;
  std::uint64_t next_command_ = 1;
  bool performing_ = false;
  std::optional<z::Nanoseconds> timer_deadline_;
  api::Timers::Id timer_ = 0;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace cp::ssi
