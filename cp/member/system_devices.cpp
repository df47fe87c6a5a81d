// Commands on real devices, and minidisks by their owner's name.
#include "channel/debug/debugger.h"
#include "channel/trace.h"
#include "cp/member/member.h"

namespace cp {

Answer<std::vector<MinidiskLinkStatus>> Member::links(const std::string& userid, z::DeviceNumber device) const {
  const auto* owner = guests_.machine(userid);
  if (owner == nullptr) return refusal(45, userid);
  const auto& disks = owner->definition().minidisks;
  const auto disk = std::ranges::find(disks, device, &MinidiskDefinition::number);
  if (disk == disks.end()) return refusal(40, fmt::format("{:04X}", device.value));
  return std::vector<MinidiskLinkStatus>{
      {.userid = userid, .device = device, .is_read_only = disk->read_only, .member = {}}};
}

Answer<MinidiskStatus> Member::minidisk(const std::string& userid, z::DeviceNumber device) const {
  const auto entry = users_.entry(userid);
  if (!entry) return refusal(53, userid);
  const auto* disk = entry->minidisk(device);
  if (disk == nullptr) return refusal(40, fmt::format("{:04X}", device.value));
  MinidiskStatus status{.target = userid, .target_device = device, .owner = userid, .owner_device = device,
                        .type = disk->type, .volume = disk->volume, .real = {}, .start = disk->start,
                        .size = static_cast<std::uint32_t>(disk->size)};
  if (const auto* volume = partition_->volumes().find(disk->volume)) status.real = volume->rdev;
  return status;
}

// Volumes and CTCs are brought online at IPL and stay; these commands are known and say that they change nothing.
void Member::vary(z::DeviceNumber, Presence, Done done) { done(refusal(6)); }
void Member::attach(AttachRequest, Done done) { done(refusal(6)); }
void Member::detach_real(z::DeviceNumber device, Done done) { done(refusal(40, fmt::format("{:04X}", device.value))); }

// The partition's devices and those of the guests that are logged on.
void Member::trace_io(TraceChange change, Done done) {
  std::vector<channel::TraceTarget> targets{{partition_->subsystem().trace(), config_.system}};
  for (auto* guest : guests_.all()) targets.push_back({guest->machine().subsystem().trace(), guest->userid()});
  for (auto& target : targets) target.trace.stop();
  if (change.setting == Switch::off) return done({});
  const auto request = channel::TraceRequest::parse(change.what);
  if (!request) return done(refusal(2, request.error().text()));
  const auto started = channel::start_traces(*request, targets, events_.trace_line);
  done(started ? Answer<>{} : Answer<>{refusal(2, started.error().text())});
}

// While a program of a guest stands, the guest does; the member's own programs have no CPUs.
Answer<std::vector<std::string>> Member::debug_io(const std::string& userid, const std::string& command) {
  auto* guest = userid.empty() ? nullptr : guests_.machine(userid);
  if (!userid.empty() && guest == nullptr) return refusal(45, userid);
  auto& debugger = (guest == nullptr ? partition_->subsystem() : guest->machine().subsystem()).debugger();
  const auto with_guest = [this, userid](void (*act)(GuestMachine&)) {
    if (userid.empty()) return;
    loop_.post([this, userid, act] {
      if (auto* machine = guests_.machine(userid)) act(*machine);
    });
  };
  debugger.set_host({.stopped =
                         [this, with_guest](const std::string& why) {
                           with_guest([](GuestMachine& machine) { machine.stop(std::nullopt, [](const Answer<>&) {}); });
                           events_.trace_line(why);
                         },
                     .resumed = [with_guest] {
                       with_guest([](GuestMachine& machine) { machine.begin(std::nullopt, [](const Answer<>&) {}); });
                     }});
  return debugger.command(command);
}

}  // namespace cp
