#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "cp/command/command_table.h"
#include "cp/config/config_file.h"
#include "cp/directory/directory.h"
#include "cp/guest/eligibility.h"
#include "cp/guest/guests.h"
#include "cp/io/event_loop.h"
#include "cp/isfc/driver.h"
#include "cp/member/cluster.h"
#include "cp/member/mover.h"
#include "cp/member/partition.h"
#include "cp/member/remote_commands.h"
#include "cp/member/terminals.h"
#include "cp/member/users.h"
#include "lpar/machine_file.h"

namespace cp {

// CP of one member: brought up by `ipl`, it runs on its event loop until SHUTDOWN. Commands come by `command`, from any thread.
class Member final : public System {
 public:
  struct Events {
    std::function<void(std::string_view text)> operator_line;
    std::function<void(std::string_view system)> ready;  // IPL is complete: joined, or as far as it got
    std::function<void(int status)> ended;               // the process is to end: 0 after SHUTDOWN
    std::function<void(std::string_view text)> trace_line;
  };
  // Made when the parts it moves guests with exist.
  using MakeMover = std::function<std::unique_ptr<Mover>(Member&)>;

  // Reads the configuration, opens the devices. What is wrong with a file is told by file, line and column. The loop is not
  // started; everything else of the IPL happens there.
  static z::Result<std::unique_ptr<Member>> create(const lpar::MachineFile& file, std::string_view lpar, EventLoop& loop,
                                                   Events events, const MakeMover& make_mover);
  ~Member() override;

  void ipl();                                                     // thread-safe
  void operator_command(std::string text, ReplyPtr reply);        // thread-safe
  void shut_down();                                               // thread-safe: as the operator's SHUTDOWN

  // For the mover.
  EventLoop& loop() { return loop_; }
  Guests& guests() { return guests_; }
  api::Eligibility& eligibility() { return eligibility_; }
  Cluster& cluster() { return *cluster_; }
  // The book of a relocation that ended, one JSON object: a line of relocations.jsonl in the run directory.
  void record_relocation(const std::string& json);

  // System
  std::string name() const override { return config_.system; }
  TimeOfDay time_of_day() const override;
  void wake_after(std::chrono::seconds duration, Done done) override;
  CpLevel level() const override;
  std::vector<RealProcessor> processors() const override;
  RealStorage real_storage() const override;
  std::vector<RealDasd> dasd() const override;
  std::vector<RealCtca> ctcas() const override;
  std::vector<OwnedVolume> cp_owned() const override { return owned_; }
  std::vector<SpaceUse> space() const override { return space_; }

  std::optional<SsiStatus> ssi() const override;
  std::vector<IsLinkStatus> islinks() const override;
  void set_ssi_slot(unsigned slot, std::string system, Done done) override;
  void declare_down(std::string system, Done done) override;
  void activate_islink(z::DeviceNumber device, std::string node, Done done) override;
  void deactivate_islink(z::DeviceNumber device, Done done) override;
  void run_at(std::string member, Issuer issuer, std::string command, ReplyPtr reply) override;

  std::vector<UserSession> users() const override;
  void users_of_cluster(Told<std::vector<UserSession>> told) override;
  std::optional<UserTimes> times(const std::string& userid) const override;
  Answer<Issuer> issuer_of(const std::string& userid) const override;
  void logon(LogonRequest request, Done done) override;
  void logoff(std::string userid, std::string by, Done done) override;
  void disconnect(std::string userid, Done done) override;
  void send_message(UserMessage message, Done done) override;
  void tell(const Issuer& issuer, std::string line) override;

  VirtualMachine* machine(const std::string& userid) override { return guests_.machine(userid); }
  Answer<std::vector<MinidiskLinkStatus>> links(const std::string& userid, z::DeviceNumber device) const override;
  Answer<MinidiskStatus> minidisk(const std::string& userid, z::DeviceNumber device) const override;
  Answer<> couple(CoupleRequest request) override;
  Answer<> uncouple(const std::string& userid, z::DeviceNumber device) override;
  std::vector<VswitchStatus> vswitches() const override;

  Answer<RelocationSetting> relocation_setting(const std::string& userid) const override;
  void set_relocation(std::string userid, RelocationChange change, Done done) override;
  std::vector<RelocationDomainStatus> relocation_domains() const override { return domains_; }
  void define_relocation_domain(RelocationDomainStatus domain, Done done) override;
  void test_relocation(RelocationTarget target, Told<std::vector<std::string>> told) override;
  void move(RelocationTarget target, RelocationLimits limits, std::string by, MoveEvents events) override;
  std::vector<RelocationStatus> relocations() const override { return mover_->relocations_under_way(); }
  void modify_relocation(std::string userid, LimitChange change, Done done) override;
  void cancel_relocation(std::string userid, std::string by, Done done) override;

  void vary(z::DeviceNumber device, Presence presence, Done done) override;
  void attach(AttachRequest request, Done done) override;
  void detach_real(z::DeviceNumber device, Done done) override;
  void trace_io(TraceChange change, Done done) override;
  Answer<std::vector<std::string>> debug_io(const std::string& userid, const std::string& command) override;
  void shutdown(Done done) override;

 private:
  struct Files {
    ConfigFile config;
    Directory directory;
    std::string system;
  };
  static z::Result<Files> read_files(const lpar::MachineFile& file, const lpar::LparDefinition& lpar);

  Member(Files files, std::filesystem::path run_directory, std::unique_ptr<Partition> partition, EventLoop& loop, Events events);
  void connect_cluster();
  void received(const std::string& member, isfc::Endpoint endpoint, std::span<const std::byte> bytes);
  void check_volumes();
  Answer<RealVolume*> named_volume(z::DeviceNumber device);
  Answer<> is_free(z::DeviceNumber device) const;
  std::vector<std::string> linked_members() const;
  void start_switches();
  void tick_switches();
  void ipl_ended(bool joined);
  void lease_renewed(z::Nanoseconds until);
  void fenced(const std::string& reason);
  void say(std::string_view text) { events_.operator_line(text); }
  void machine_stopped(GuestMachine& machine);
  void start_after_logon(const std::string& userid, LogonRequest::Start start);
  void log_everybody_off();
  void end(int status);

  EventLoop& loop_;
  Events events_;
  const std::filesystem::path run_directory_;
  ConfigFile config_file_;
  Directory directory_;
  const SystemConfig config_;
  const z::Nanoseconds ipled_;
  std::unique_ptr<Partition> partition_;
  VirtualSwitches switches_;
  Guests guests_;
  Users users_;
  std::vector<RelocationDomainStatus> domains_;
  RelocationEligibility eligibility_;
  std::vector<OwnedVolume> owned_;
  std::vector<SpaceUse> space_;
  std::unique_ptr<Cluster> cluster_;
  std::unique_ptr<RemoteCommands> remote_;
  std::unique_ptr<Mover> mover_;
  std::unique_ptr<Terminals> terminals_;
  EventLoop::Id lease_timer_ = 0;
  bool without_lease_ = false;
  bool ready_ = false;
  bool shutting_down_ = false;
  bool ended_ = false;
};

}  // namespace cp
