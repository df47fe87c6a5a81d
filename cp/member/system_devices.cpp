// Commands on real devices, and minidisks by their owner's name.
#include <algorithm>

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

// The volume that ATTACH, DETACH or VARY names. CTCs are CP's own (ISFC) and stay, and so does every other device type.
Answer<RealVolume*> Member::named_volume(z::DeviceNumber device) {
  const auto name = fmt::format("{:04X}", device.value);
  if (auto* volume = partition_->volumes().at(device)) return volume;
  const auto& devices = partition_->definition().devices;
  const bool exists = std::ranges::find(devices, device, &lpar::DeviceDefinition::number) != devices.end();
  return exists ? refusal(6, name) : refusal(40, name);
}

// Who has it: a refusal, or nothing when it is free.
Answer<> Member::is_free(z::DeviceNumber device) const {
  const auto all = dasd();
  const auto found = std::ranges::find(all, device, &RealDasd::device);
  const auto name = fmt::format("{:04X}", device.value);
  switch (found->use) {
    case RealDasd::Use::cp_owned:
    case RealDasd::Use::cp_system: return refusal(6740, name, "SYSTEM");
    case RealDasd::Use::attached: return refusal(6740, name, found->user);
    case RealDasd::Use::offline: return refusal(46, "DASD", name);
    case RealDasd::Use::free: break;
  }
  if (found->links != 0) return refusal(6740, name, "SYSTEM");
  return {};
}

// A volume that comes online is looked at anew: it may have another label by now.
void Member::vary(z::DeviceNumber device, Presence presence, Done done) {
  const auto volume = named_volume(device);
  if (!volume) return done(std::unexpected{volume.error()});
  const bool goes_online = presence == Presence::online;
  if ((*volume)->is_online == goes_online) return done({});
  if (!goes_online)
    if (const auto free = is_free(device); !free) return done(free);
  if (goes_online) (*volume)->volid = (*volume)->volume->volser().value_or("");
  (*volume)->is_online = goes_online;
  done({});
}

void Member::attach(AttachRequest request, Done done) {
  const auto volume = named_volume(request.device);
  if (!volume) return done(std::unexpected{volume.error()});
  if (const auto free = is_free(request.device); !free) return done(free);
  auto* guest = guests_.machine(request.to);
  if (guest == nullptr) return done(refusal(45, request.to));
  done(guest->attach(**volume, request));
}

void Member::detach_real(z::DeviceNumber device, Done done) {
  for (auto* guest : guests_.all())
    for (const auto& [virtual_device, attached] : guest->attached())
      if (attached.real == device) return guest->detach(virtual_device, std::move(done));
  done(refusal(40, fmt::format("{:04X}", device.value)));
}

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
