#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cp/api/guest_records.h"
#include "cp/command/system_status.h"
#include "cp/command/virtual_machine.h"
#include "cp/config/system_config.h"
#include "cp/guest/volumes.h"
#include "cp/io/event_loop.h"
#include "cp/io/real_io.h"
#include "cp/isfc/ctcs.h"
#include "cp/isfc/driver.h"
#include "cp/pdr/driver.h"
#include "cp/pdr/guest_driver.h"
#include "cp/ssi/node.h"

namespace cp {

// This system's part in its cluster: ISFC, the persistent data record and SSI membership on the partition's real devices. A system
// without an SSI statement has ISFC alone and is always stable. On the event loop.
class Cluster {
 public:
  struct Events {
    std::function<void(const std::string& text)> console;
    std::function<void(z::Nanoseconds lease_until)> lease;       // guests may run until then; in the past: not now
    std::function<void(const std::string& reason)> fenced;       // others go on without this system: it must end
    std::function<void(const std::string& member)> member_fenced;  // nothing of it runs any more
    std::function<void(bool joined)> ipl_ended;                  // joined, or isolated
    std::function<void()> left;
    std::function<void(const std::string& member)> link_up;
    std::function<void(const std::string& member)> link_down;
    std::function<void(const std::string& member, isfc::Endpoint, std::span<const std::byte>)> message;
  };
  Cluster(EventLoop& loop, RealIo& io, const SystemConfig& config, const Volumes& volumes, Events events);
  ~Cluster();

  // Opens the PDR volume and activates the ISLINKs; what cannot be is told to the operator.
  void activate();
  void join();
  void leave();

  bool is_configured() const { return config_.ssi.has_value(); }
  std::optional<SsiStatus> status() const;
  std::vector<isfc::Driver::LinkView> links() const { return isfc_.links(); }
  bool is_up(const std::string& member) const { return isfc_.is_up(member); }
  void send(const std::string& member, isfc::Endpoint endpoint, isfc::Message message, std::function<void()> sent = [] {});
  void activate_link(z::DeviceNumber device, const std::string& node, Done done);
  void deactivate_link(z::DeviceNumber device, Done done);
  void set_slot(unsigned slot, const std::string& system, Done done);
  void declare_down(const std::string& system, Done done);

  // Single logon. Userids of other members, and the claim of one for this member.
  std::map<std::string, std::string> users_elsewhere() const;
  void claim_user(const std::string& userid, Done done);
  void release_user(const std::string& userid);
  void take_over_user(const std::string& userid);  // a relocated guest runs here now
  // The guest record on the common volume: this member runs the guest, or nobody does. Refused while another member that is not
  // known to be down owns it.
  void own_guest(const std::string& userid, Done done);
  void disown_guest(const std::string& userid);

  // Null without an SSI statement.
  api::Members* members() { return node_.get(); }
  api::GuestRecords* guest_records() { return guest_records_.get(); }
  std::optional<api::MemberSlot> slot_of(const std::string& member) const;

 private:
  z::Result<> open_pdr();
  void make_node();
  void swap_guest(const std::string& userid, api::GuestRecord found, Done done);

  EventLoop& loop_;
  RealIo& io_;
  const SystemConfig& config_;
  const Volumes& volumes_;
  Events events_;
  isfc::RealCtcs ctcs_;
  isfc::Driver isfc_;
  std::optional<z::DeviceNumber> pdr_device_;
  std::unique_ptr<pdr::Driver> pdr_;
  std::unique_ptr<pdr::GuestDriver> guest_records_;
  std::unique_ptr<ssi::Node> node_;
};

}  // namespace cp
