#pragma once

#include "cp/command/reply.h"
#include "cp/command/system_status.h"
#include "cp/command/virtual_machine.h"

namespace cp {

// Who gives a command. `virtual_cpu` is set for one of several CPUs of a guest that CP was entered from: responses then begin
// with its address. A response to DIAGNOSE X'08' is the guest's own to read and has no such mark.
struct Issuer {
  std::string userid;
  ClassSet classes;
  std::string member;  // where it is logged on
  std::optional<std::uint8_t> virtual_cpu;
  bool is_operator_of_host = false;  // at the member's own console, and not at a terminal or in a guest: may name files of the host
};

// What CP commands ask and do. Implemented over the real objects of a member; everything on CP's event loop. Queries
// answer at once from what the member knows, actions call their completion when they are done, perhaps before they return.
class System {
 public:
  virtual ~System() = default;

  // This member.
  virtual std::string name() const = 0;
  virtual TimeOfDay time_of_day() const = 0;
  virtual void wake_after(std::chrono::seconds duration, Done done) = 0;
  virtual CpLevel level() const = 0;
  virtual std::vector<RealProcessor> processors() const = 0;
  virtual RealStorage real_storage() const = 0;
  virtual std::vector<RealDasd> dasd() const = 0;
  virtual std::vector<RealCtca> ctcas() const = 0;
  virtual std::vector<OwnedVolume> cp_owned() const = 0;
  virtual std::vector<SpaceUse> space() const = 0;  // page, spool, directory extents of CP-owned volumes

  // The cluster.
  virtual std::optional<SsiStatus> ssi() const = 0;  // nothing: not configured as a member
  virtual std::vector<IsLinkStatus> islinks() const = 0;
  virtual void set_ssi_slot(unsigned slot, std::string system, Done done) = 0;  // empty: available
  virtual void declare_down(std::string system, Done done) = 0;
  virtual void activate_islink(z::DeviceNumber device, std::string node, Done done) = 0;
  virtual void deactivate_islink(z::DeviceNumber device, Done done) = 0;
  // Runs a command on another member; its answer comes back through `reply`.
  virtual void run_at(std::string member, Issuer issuer, std::string command, ReplyPtr reply) = 0;

  // Users. A single-configuration user is in `users` wherever it is logged on, the others when it is here.
  virtual std::vector<UserSession> users() const = 0;
  virtual void users_of_cluster(Told<std::vector<UserSession>> told) = 0;
  virtual std::optional<UserTimes> times(const std::string& userid) const = 0;
  virtual Answer<Issuer> issuer_of(const std::string& userid) const = 0;  // as its directory entry gives it authority
  virtual void logon(LogonRequest request, Done done) = 0;
  virtual void logoff(std::string userid, std::string by, Done done) = 0;  // `by`: who forces it, or empty
  virtual void disconnect(std::string userid, Done done) = 0;
  virtual void send_message(UserMessage message, Done done) = 0;
  // A line outside of any command, to the console of whoever gave an earlier one.
  virtual void tell(const Issuer& issuer, std::string line) = 0;

  // Virtual machines of this member. Null: not logged on here.
  virtual VirtualMachine* machine(const std::string& userid) = 0;
  virtual Answer<std::vector<MinidiskLinkStatus>> links(const std::string& userid, z::DeviceNumber device) const = 0;
  virtual Answer<MinidiskStatus> minidisk(const std::string& userid, z::DeviceNumber device) const = 0;
  // Virtual CTCs of this member's guests, and the switches that they may be coupled to.
  virtual Answer<> couple(CoupleRequest request) = 0;
  virtual Answer<> uncouple(const std::string& userid, z::DeviceNumber device) = 0;
  virtual std::vector<VswitchStatus> vswitches() const = 0;

  // Relocation.
  virtual Answer<RelocationSetting> relocation_setting(const std::string& userid) const = 0;
  virtual void set_relocation(std::string userid, RelocationChange change, Done done) = 0;
  virtual std::vector<RelocationDomainStatus> relocation_domains() const = 0;
  virtual void define_relocation_domain(RelocationDomainStatus domain, Done done) = 0;
  // All reasons against it, each as the line to show; none: eligible.
  virtual void test_relocation(RelocationTarget target, Told<std::vector<std::string>> told) = 0;
  virtual void move(RelocationTarget target, RelocationLimits limits, std::string by, MoveEvents events) = 0;
  virtual std::vector<RelocationStatus> relocations() const = 0;
  virtual void modify_relocation(std::string userid, LimitChange change, Done done) = 0;
  virtual void cancel_relocation(std::string userid, std::string by, Done done) = 0;

  // Real devices.
  virtual void vary(z::DeviceNumber device, Presence presence, Done done) = 0;
  virtual void attach(AttachRequest request, Done done) = 0;
  virtual void detach_real(z::DeviceNumber device, Done done) = 0;
  virtual void trace_io(TraceChange change, Done done) = 0;
  // One command of the I/O debugger of this member's devices, or of a guest's: the lines of its answer.
  virtual Answer<std::vector<std::string>> debug_io(const std::string& userid, const std::string& command) = 0;
  virtual void shutdown(Done done) = 0;
};

}  // namespace cp
