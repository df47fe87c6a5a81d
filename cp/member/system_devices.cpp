// Commands on real devices, and minidisks by their owner's name.
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

void Member::trace_io(Switch setting, Done done) {
  auto& trace = partition_->subsystem().trace();
  if (setting == Switch::on) trace.start(events_.trace_line);
  else trace.stop();
  for (auto* guest : guests_.all()) {
    auto& guest_trace = guest->machine().subsystem().trace();
    if (setting == Switch::on) guest_trace.start(events_.trace_line);
    else guest_trace.stop();
  }
  done({});
}

}  // namespace cp
