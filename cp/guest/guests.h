#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "cp/api/guest.h"
#include "cp/guest/guest_machine.h"
#include "lpar/machine_file.h"

namespace cp {

// The virtual machines of this member, and what relocation sees of them. On CP's event loop.
class Guests final : public api::GuestHost {
 public:
  struct Events {
    std::function<void(std::function<void()>)> post;  // thread-safe: onto the event loop
    std::function<void(GuestMachine&, std::string line)> console_line;
    std::function<void(GuestMachine&)> stopped;
    std::function<void(GuestMachine&, std::string text, ReplyPtr reply)> command;  // given by the guest itself
    std::function<void(const std::string& userid)> arrived;  // by relocation; it runs here from now on
    std::function<void(const std::string& userid)> left;     // by relocation; it is gone from here
  };
  // What all guests have of their member.
  struct Resources {
    cpu::Storage& partition;
    Frames& frames;
    Volumes& volumes;
    VirtualSwitches& switches;
  };
  Guests(const lpar::LparDefinition& lpar, Resources resources, const z::Clock& clock, Events events);
  ~Guests() override;

  GuestMachine* machine(std::string_view userid) const;
  std::vector<GuestMachine*> all();
  z::Result<GuestMachine*> log_on(VmDefinition definition);
  void log_off(const std::string& userid);
  cpu::Model model() const { return model_; }  // of this member's machine
  const Frames& frames() const { return resources_.frames; }
  const Volumes& volumes() const { return resources_.volumes; }
  const VirtualSwitches& switches() const { return resources_.switches; }
  bool is_expected(const std::string& userid) const { return expected_.contains(userid); }  // a skeleton of it stands here

  api::GuestPort* find(const std::string& userid) override;
  void create_skeleton(const std::string& userid, z::Pages storage, std::span<const std::byte> definition,
                       Created done) override;

 private:
  class Port;
  class Skeleton;
  struct Guest {
    std::unique_ptr<GuestMachine> machine;
    std::unique_ptr<Port> port;
  };

  z::Result<std::unique_ptr<GuestMachine>> build(VmDefinition definition, GuestMachine::Contents contents);
  GuestMachine& adopt(std::unique_ptr<GuestMachine> machine);

  const cpu::Model model_;
  const std::string partition_name_;
  const Resources resources_;
  const z::Clock& clock_;
  Events events_;
  std::map<std::string, Guest, std::less<>> guests_;
  std::set<std::string> expected_;
};

}  // namespace cp
