// What CP knows of its own partition: time, level, processors, storage, devices.
#include "cp/member/member.h"

namespace cp {

TimeOfDay Member::time_of_day() const { return {.utc = loop_.clock().utc()}; }

void Member::wake_after(std::chrono::seconds duration, Done done) {
  loop_.after(duration, [done = std::move(done)] { done({}); });
}

CpLevel Member::level() const {
  return {.product = "Endicott Version 0 Release 1.0 (as z/VM Version 6 Release 3.0)", .service_level = "0001", .generated = ipled_,
          .ipled = ipled_};
}

std::vector<RealProcessor> Member::processors() const {
  std::vector<RealProcessor> result;
  for (unsigned i = 0; i < partition_->definition().cpus; ++i)
    result.push_back({.address = static_cast<std::uint8_t>(i), .is_master = i == 0});
  return result;
}

RealStorage Member::real_storage() const { return {.size = partition_->definition().storage, .increment = {Frames::unit}}; }

namespace {

void show_attached(RealDasd& dasd, const GuestMachine& machine) {
  for (const auto& [virtual_device, attached] : machine.attached()) {
    if (attached.real != dasd.device) continue;
    dasd.use = RealDasd::Use::attached;
    dasd.user = machine.userid();
    dasd.virtual_device = virtual_device;
    dasd.is_read_only = attached.is_read_only;
  }
}

}  // namespace

std::vector<RealDasd> Member::dasd() const {
  std::vector<RealDasd> result;
  for (const auto& volume : partition_->volumes().all()) {
    RealDasd dasd{.device = volume.rdev, .volume = volume.volid, .user = {}, .virtual_device = {}};
    for (const auto& owned : owned_)
      if (owned.device == volume.rdev) dasd.use = RealDasd::Use::cp_owned;
    if (dasd.use == RealDasd::Use::free && config_.is_user_volume(volume.volid)) dasd.use = RealDasd::Use::cp_system;
    for (const auto& [userid, session] : users_.sessions())
      if (const auto* machine = guests_.machine(userid))
        for (const auto& disk : machine->definition().minidisks) dasd.links += disk.volume == volume.volid ? 1 : 0;
    for (const auto& [userid, session] : users_.sessions())
      if (const auto* machine = guests_.machine(userid)) show_attached(dasd, *machine);
    if (!volume.is_online) dasd.use = RealDasd::Use::offline;
    result.push_back(std::move(dasd));
  }
  return result;
}

std::vector<RealCtca> Member::ctcas() const {
  std::vector<RealCtca> result;
  const auto links = cluster_->links();
  for (const auto& device : partition_->definition().devices) {
    if (device.type != "fctc") continue;
    RealCtca ctca{.device = device.number, .user = {}, .virtual_device = {}};
    for (const auto& link : links)
      for (const auto& view : link.devices)
        if (view.device == device.number) ctca.user = "ISFC";
    result.push_back(std::move(ctca));
  }
  return result;
}

std::vector<IsLinkStatus> Member::islinks() const {
  std::vector<IsLinkStatus> result;
  for (const auto& link : cluster_->links()) {
    IsLinkStatus status{.node = link.node, .devices = {}};
    for (const auto& view : link.devices)
      status.devices.push_back({.number = view.device, .state = view.state, .status = view.status,
                                .bytes_sent = view.bytes_sent, .bytes_received = view.bytes_received, .buffers = 1});
    result.push_back(std::move(status));
  }
  return result;
}

}  // namespace cp
