#include "cp/guest/logon.h"

#include <utility>

#include "cp/config/keyword.h"

namespace cp {
namespace {

// Modes R and RR are read-only; the others write when nobody else does, and the suffix V changes nothing here.
bool reads_only(const Minidisk& disk) { return disk.mode.starts_with('R'); }

z::Result<MinidiskDefinition> place(const Minidisk& disk, const RealVolume& volume) {
  const auto cylinders = volume.volume->geometry().cylinders;
  const auto size = disk.size == 0 ? cylinders - std::min(disk.start, cylinders) : disk.size;
  if (disk.start >= cylinders || size > cylinders - disk.start)
    return z::failure("DASD {:04X}: cylinders {} for {} are not all on volume {} of {} cylinders", disk.device.value, disk.start,
                      size, disk.volume, cylinders);
  return MinidiskDefinition{.number = disk.device, .volume = disk.volume, .start = disk.start,
                            .cylinders = static_cast<std::uint32_t>(size), .read_only = reads_only(disk)};
}

// SPECIAL vdev CTCA [userid|*], SPECIAL vdev CTCA SYSTEM vswitch: coupled at logon.
std::optional<CtcaDefinition> virtual_ctca(const SpecialDevice& special) {
  if (special.type != "CTCA" && special.type != "FCTC" && special.type != "3088") return std::nullopt;
  CtcaDefinition ctca{.number = special.device, .partner = {}, .vswitch = {}};
  const auto& operands = special.operands;
  if (!operands.empty() && operands.front() != "*") ctca.partner = operands.front();
  if (ctca.partner == "SYSTEM" && operands.size() > 1) ctca.vswitch = operands[1];
  return ctca;
}

bool is_reader(const SpoolDevice& device) {
  return device.type == "3505" || (device.type == "2540" && !device.operands.empty() && Keyword{"Reader"}.matches(device.operands.front()));
}

}  // namespace

z::Result<LogonResult> define_virtual_machine(const DirectoryEntry& entry, const Volumes& volumes, const VirtualSwitches& switches,
                                              std::uint32_t cpu_serial, cpu::Model model) {
  LogonResult result;
  auto& vm = result.definition;
  vm.userid = entry.userid;
  vm.storage = entry.storage;
  vm.cpus = static_cast<unsigned>(entry.cpus.size());
  vm.model = model;
  vm.cpu_serial = cpu_serial;
  if (entry.console) {
    vm.console = entry.console->device;
    vm.secondary_user = entry.console->observer;
  }
  if (!entry.relocation.domain.empty()) vm.relocation_domain = entry.relocation.domain;
  for (const auto& disk : entry.minidisks) {
    if (disk.kind != Minidisk::Kind::extent && disk.kind != Minidisk::Kind::full_volume) {
      result.missing.push_back(fmt::format("HCPLNM109E DASD {:04X} not linked; T-DISK, V-DISK and DEVNO are not provided", disk.device.value));
      continue;
    }
    const auto* volume = volumes.find(disk.volume);
    if (volume == nullptr) {
      result.missing.push_back(fmt::format("HCPLNM108E DASD {:04X} not linked; volid {} not mounted", disk.device.value, disk.volume));
      continue;
    }
    vm.minidisks.push_back(Z_TRY(place(disk, *volume)));
  }
  for (const auto& special : entry.specials) {
    auto ctca = virtual_ctca(special);
    if (ctca && !ctca->vswitch.empty() && switches.find(ctca->vswitch) == nullptr)
      result.missing.push_back(fmt::format("HCPLGN109E CTCA {:04X} not coupled; VSWITCH {} is not defined on this system", special.device.value,
                                           std::exchange(ctca->vswitch, {})));
    if (ctca) vm.ctcas.push_back(std::move(*ctca));
    else result.missing.push_back(fmt::format("HCPLGN109E Device {:04X} not defined; SPECIAL {} is not provided", special.device.value, special.type));
  }
  for (const auto& device : entry.spool_devices) {
    if (is_reader(device)) vm.readers.push_back(device.device);
    else result.missing.push_back(fmt::format("HCPLGN109E Device {:04X} not defined; of SPOOL devices there are readers", device.device.value));
  }
  return result;
}

}  // namespace cp
